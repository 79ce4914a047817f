"""What mp4 and webm share: even sides, tagged colours, a quality that can be lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from renderers.contract import Options
from renderers.films.facts import metadata
from renderers.films.ffmpeg.frame_pipe import Pixels
from renderers.films.format import Arguments, Film, Format, Recording

__all__ = ["TAGS", "Effort", "Video"]

# In the filter chain: with -colorspace and its like alone the file stays untagged and Okabe-Ito
# green decodes visibly wrong (tests/renderers/films/test_mp4.py::test_colours).
TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

_STEP = 0.84  # where a coarser picture is not enough, sides shrink by this from level to level ...
_STEPS = 16  # ... so often


@dataclass(frozen=True, slots=True)
class Effort:
    """What one quality means.

    Attributes
    ----------
    crf : int
        Constant rate factor: the smaller, the better.
    arguments : sequence of str
        How much time the encoder may take.
    """

    crf: int
    arguments: Sequence[str]


@dataclass(frozen=True, slots=True)
class Video(Format):
    """A format with a codec for films, in yuv420p and BT.709.

    yuv420p needs even sides, so an odd width or height is painted one pixel larger. Every frame of
    a pause is in the file: editors and slides stumble over gaps, and one costs x264 some 80 bytes.

    Attributes
    ----------
    codec : str
        ffmpeg's name of it.
    efforts : mapping of str to Effort
        By quality.
    coarsest : int
        The rate factor from which on the sides shrink.
    container : sequence of str
        ffmpeg's arguments after those of the codec.
    """

    suffix: str
    codec: str
    efforts: Mapping[str, Effort]
    coarsest: int
    shrinks: float
    container: Sequence[str]
    pixels: Pixels = "yuv420p"
    ends: bool = True
    rare: str = ""

    def frame_size(self, options: Options) -> tuple[int, int]:
        """Return width and height in pixels, both even."""
        width, height = options.size
        return width + width % 2, height + height % 2

    def levels(self, film: Film) -> int:
        """Return the number of rate factors up to the coarsest, then of sizes."""
        return self.coarsest - self._best(film).crf + 1 + _STEPS

    def arguments(
        self, film: Film, level: int = 0, recording: Recording | None = None
    ) -> Arguments:
        """Return ffmpeg's arguments."""
        crf, size = self._chosen(film, level)
        smaller = f"scale={size[0]}:{size[1]}:flags=area," if size != film.size else ""
        return Arguments(
            (
                # A filter, since -fps_mode cfr repeats the last frame as often as those before it.
                *("-vf", f"fps={film.exact_rate},{smaller}{TAGS}", "-fps_mode", "passthrough"),
                *("-c:v", self.codec, *self._best(film).arguments, "-crf", str(crf)),
                *metadata(film.scene, self.suffix),
                *self.container,
            )
        )

    def describe(self, film: Film, level: int) -> str:
        """Return the quality and, if it had to shrink, the size that were chosen."""
        crf, size = self._chosen(film, level)
        return f"crf {crf}" + (f" at {size[0]}x{size[1]}" if size != film.size else "")

    def _best(self, film: Film) -> Effort:
        return self.efforts[film.options.quality]

    def _chosen(self, film: Film, level: int) -> tuple[int, tuple[int, int]]:
        """Return the rate factor and the size in pixels at a level."""
        best = self._best(film).crf
        smaller = max(0, best + level - self.coarsest)
        width, height = (max(2, 2 * round(side * _STEP**smaller / 2)) for side in film.size)
        return best + level - smaller, (width, height)
