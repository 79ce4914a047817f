"""webm: VP9, for web pages that want no patents."""

from __future__ import annotations

from collections.abc import Sequence

from renderers.errors import RendererUnavailable
from renderers.films.facts import metadata
from renderers.films.ffmpeg.program import encoders
from renderers.films.mp4 import Mp4Renderer

__all__ = ["WebmRenderer"]

_CODEC = "libvpx-vp9"
# Deadline, -cpu-used and constant quality, chosen as those of mp4.
QUALITIES = {"draft": ("realtime", 8, 34), "standard": ("realtime", 8, 22), "best": ("good", 2, 20)}


class WebmRenderer(Mp4Renderer):
    """Write a VP9 film: the frames, colours and timing of the mp4."""

    suffix = ".webm"
    writes = "VP9 film for web pages"
    shrinks = 0.95
    coarsest = 60

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if ffmpeg is missing or has no VP9."""
        super().check()
        if _CODEC not in encoders():
            raise RendererUnavailable(
                f"this ffmpeg has no {_CODEC}, which .webm needs; write .mp4, or have "
                f"IMAGEIO_FFMPEG_EXE name an ffmpeg that has it"
            )

    @property
    def best(self) -> int:
        """Constant quality that was asked for."""
        return QUALITIES[self.options.quality][2]

    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments."""
        deadline, speed, _ = QUALITIES[self.options.quality]
        crf, _ = self.chosen(level)
        return (
            *("-vf", self.filters(level), "-fps_mode", "passthrough"),
            *("-c:v", _CODEC, "-deadline", deadline, "-cpu-used", str(speed), "-row-mt", "1"),
            *("-crf", str(crf), "-b:v", "0"),
            *metadata(self._scene, self.suffix),
            *("-f", "webm"),
        )
