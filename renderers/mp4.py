"""mp4: H.264 that plays in browsers and QuickTime, with its colours tagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from renderers.facts import metadata
from renderers.film_file import FilmFile
from renderers.pipe import Pixels

__all__ = ["TAGS", "Mp4Renderer"]

# In the filter chain: with -colorspace and its like alone the file stays untagged and Okabe-Ito
# green decodes visibly wrong (tests/test_mp4.py::test_colours).
TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

# Preset and constant rate factor, chosen from the table of benchmarks/quality.py in docs/films.md.
QUALITIES = {"draft": ("ultrafast", 22), "standard": ("veryfast", 18), "best": ("slow", 15)}
WORST = 51


class Mp4Renderer(FilmFile):
    """Write an H.264 film.

    yuv420p needs even sides, so an odd width or height is painted one pixel larger. Every frame of
    a pause is in the file: editors and slides stumble over gaps, and one costs x264 some 20 bytes.
    """

    suffix = ".mp4"
    writes = "H.264 film for browsers, slides and QuickTime"
    pixels: ClassVar[Pixels] = "yuv420p"
    shrinks = 0.9

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        width, height = self.options.size
        return width + width % 2, height + height % 2

    @property
    def levels(self) -> int:
        """Constant rate factors from the one of the quality to the worst."""
        return WORST - QUALITIES[self.options.quality][1] + 1

    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments; see DESIGN.md, Encoding."""
        preset, crf = QUALITIES[self.options.quality]
        # The filter, since -fps_mode cfr repeats the last frame as often as those before it.
        return (
            *("-vf", f"fps={self.exact_rate},{TAGS}", "-fps_mode", "passthrough"),
            *("-c:v", "libx264", "-preset", preset, "-tune", "animation", "-crf", str(crf + level)),
            *metadata(self._scene, self.suffix),
            *("-movflags", "+faststart", "-f", "mp4"),
        )

    def describe(self, level: int) -> str:
        """Return the quality that was chosen."""
        return f"quality -crf {QUALITIES[self.options.quality][1] + level}"
