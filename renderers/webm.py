"""webm: VP9, for web pages that want no patents."""

from __future__ import annotations

from collections.abc import Sequence

from renderers.errors import RendererUnavailable
from renderers.facts import metadata
from renderers.mp4 import TAGS, Mp4Renderer
from renderers.program import encoders

__all__ = ["WebmRenderer"]

_CODEC = "libvpx-vp9"
# Deadline, -cpu-used and constant quality, chosen as those of mp4.
QUALITIES = {"draft": ("realtime", 8, 30), "standard": ("good", 5, 22), "best": ("good", 2, 18)}
WORST = 63


class WebmRenderer(Mp4Renderer):
    """Write a VP9 film: the frames, colours and timing of the mp4."""

    suffix = ".webm"
    writes = "VP9 film for web pages"
    shrinks = 0.95

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
    def levels(self) -> int:
        """Constant rate factors from the one of the quality to the worst."""
        return WORST - QUALITIES[self.options.quality][2] + 1

    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments."""
        deadline, speed, crf = QUALITIES[self.options.quality]
        return (
            *("-vf", f"fps={self.exact_rate},{TAGS}", "-fps_mode", "passthrough"),
            *("-c:v", _CODEC, "-deadline", deadline, "-cpu-used", str(speed), "-row-mt", "1"),
            *("-crf", str(crf + level), "-b:v", "0"),
            *metadata(self._scene, self.suffix),
            *("-f", "webm"),
        )

    def describe(self, level: int) -> str:
        """Return the quality that was chosen."""
        return f"quality -crf {QUALITIES[self.options.quality][2] + level}"
