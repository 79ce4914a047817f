"""webm: VP9, for web pages that want no patents."""

from __future__ import annotations

from renderers.films.film import FilmRenderer
from renderers.films.video import Effort, Video

__all__ = ["WEBM", "WebmRenderer"]

# Deadline, -cpu-used and constant quality, chosen as those of mp4.
QUALITIES = {"draft": ("realtime", 8, 34), "standard": ("realtime", 8, 22), "best": ("good", 2, 20)}

WEBM = Video(
    suffix=".webm",
    codec="libvpx-vp9",
    rare="libvpx-vp9",
    efforts={
        name: Effort(crf, ("-deadline", deadline, "-cpu-used", str(speed), "-row-mt", "1"))
        for name, (deadline, speed, crf) in QUALITIES.items()
    },
    coarse=40,
    coarsest=60,
    shrinks=0.85,
    container=("-b:v", "0", "-f", "webm"),
)


class WebmRenderer(FilmRenderer):
    """Write a VP9 film: the frames, colours and timing of the mp4."""

    format = WEBM
    suffix = WEBM.suffix
    writes = "VP9 film for web pages"
    honours = FilmRenderer.honours | {"transparent"}
