"""mp4: H.264 that plays in browsers and QuickTime, with its colours tagged."""

from __future__ import annotations

from renderers.films.film import FilmRenderer
from renderers.films.video import Effort, Video

__all__ = ["MP4", "QUALITIES", "Mp4Renderer"]

# Preset and constant rate factor, chosen from the table of benchmarks/quality.py in docs/films.md.
QUALITIES = {"draft": ("ultrafast", 26), "standard": ("veryfast", 18), "best": ("slow", 15)}

MP4 = Video(
    suffix=".mp4",
    codec="libx264",
    efforts={
        name: Effort(crf, ("-preset", preset, "-tune", "animation"))
        for name, (preset, crf) in QUALITIES.items()
    },
    coarse=28,
    coarsest=40,
    shrinks=0.8,
    container=("-movflags", "+faststart", "-f", "mp4"),
)


class Mp4Renderer(FilmRenderer):
    """Write an H.264 film."""

    format = MP4
    suffix = MP4.suffix
    writes = "H.264 film for browsers, slides and QuickTime"
