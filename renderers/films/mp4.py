"""mp4: H.264 that plays in browsers and QuickTime, with its colours tagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from renderers.films.facts import metadata
from renderers.films.ffmpeg.frame_pipe import Pixels
from renderers.films.film import FilmFile

__all__ = ["TAGS", "Mp4Renderer"]

# In the filter chain: with -colorspace and its like alone the file stays untagged and Okabe-Ito
# green decodes visibly wrong (tests/renderers/films/test_mp4.py::test_colours).
TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

# Preset and constant rate factor, chosen from the table of benchmarks/quality.py in docs/films.md.
QUALITIES = {"draft": ("ultrafast", 26), "standard": ("veryfast", 18), "best": ("slow", 15)}
STEP = 0.84  # where a coarser picture is not enough, sides shrink by this from level to level ...
STEPS = 16  # ... so often


class Mp4Renderer(FilmFile):
    """Write an H.264 film.

    yuv420p needs even sides, so an odd width or height is painted one pixel larger. Every frame of
    a pause is in the file: editors and slides stumble over gaps, and one costs x264 some 80 bytes.
    """

    suffix = ".mp4"
    writes = "H.264 film for browsers, slides and QuickTime"
    pixels: ClassVar[Pixels] = "yuv420p"
    shrinks = 0.9
    #: The rate factor from which on the sides shrink.
    coarsest: ClassVar[int] = 40

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        width, height = self.options.size
        return width + width % 2, height + height % 2

    @property
    def best(self) -> int:
        """Constant rate factor that was asked for."""
        return QUALITIES[self.options.quality][1]

    @property
    def levels(self) -> int:
        """Rate factors up to the coarsest, then sizes."""
        return self.coarsest - self.best + 1 + STEPS

    def chosen(self, level: int) -> tuple[int, tuple[int, int]]:
        """Return the rate factor and the size in pixels at a level."""
        smaller = max(0, self.best + level - self.coarsest)
        width, height = (max(2, 2 * round(side * STEP**smaller / 2)) for side in self.frame_size)
        return self.best + level - smaller, (width, height)

    def filters(self, level: int) -> str:
        """Return the filters of a level."""
        _, size = self.chosen(level)
        smaller = f"scale={size[0]}:{size[1]}:flags=area," if size != self.frame_size else ""
        # A filter, since -fps_mode cfr repeats the last frame as often as those before it.
        return f"fps={self.exact_rate},{smaller}{TAGS}"

    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments; see DESIGN.md, Encoding."""
        preset, _ = QUALITIES[self.options.quality]
        crf, _ = self.chosen(level)
        return (
            *("-vf", self.filters(level), "-fps_mode", "passthrough"),
            *("-c:v", "libx264", "-preset", preset, "-tune", "animation", "-crf", str(crf)),
            *metadata(self._scene, self.suffix),
            *("-movflags", "+faststart", "-f", "mp4"),
        )

    def describe(self, level: int) -> str:
        """Return the quality and, if it had to shrink, the size that were chosen."""
        crf, size = self.chosen(level)
        return f"crf {crf}" + (f" at {size[0]}x{size[1]}" if size != self.frame_size else "")
