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

# Rate factors that a size may give away before a smaller one is taken: nobody sees the difference.
_GIVEN = (0, 2, 4)
_READABLE = 150  # pixels of the shorter side: smaller frames have no words


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
    coarse : int
        The largest rate factor with which thin lines do not dissolve.
    coarsest : int
        The largest rate factor; only the smallest size ever has it.
    container : sequence of str
        ffmpeg's arguments after those of the codec.
    """

    suffix: str
    codec: str
    efforts: Mapping[str, Effort]
    coarse: int
    coarsest: int
    shrinks: float
    container: Sequence[str]
    pixels: Pixels = "yuv420p"
    ends: bool = True
    rare: str = ""
    least: int = 48
    hard: bool = False

    def frame_size(self, options: Options) -> tuple[int, int]:
        """Return width and height in pixels, both even."""
        width, height = options.size
        return width + width % 2, height + height % 2

    def sends(self, options: Options) -> Pixels:
        """Return frames as they are if they keep their opacity, which ffmpeg then converts."""
        return "rgba" if options.transparent else self.pixels

    def steps(self, films: Sequence[Film]) -> list[tuple[int, int]]:
        """Return sizes with words first, then higher rate factors, then sizes without words."""
        best, last = self._best(films[0]).crf, len(films) - 1
        worded = max([at for at in range(last + 1) if min(films[at].size) >= _READABLE], default=0)
        found = [(at, given) for at in range(worded + 1) for given in _GIVEN]
        found += [(worded, given) for given in range(_GIVEN[-1] + 1, self.coarse - best + 1)]
        found += [(at, self.coarse - best) for at in range(worded + 1, last + 1)]
        return found + [
            (last, given) for given in range(self.coarse - best + 1, self.coarsest - best + 1)
        ]

    def arguments(
        self, film: Film, level: int = 0, recording: Recording | None = None
    ) -> Arguments:
        """Return ffmpeg's arguments."""
        crf, shape = self._best(film).crf + level, ""
        if film.options.transparent:
            shape = "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p,"
        return Arguments(
            (
                # A filter, since -fps_mode cfr repeats the last frame as often as those before it.
                *("-vf", f"fps={film.exact_rate},{shape}{TAGS}", "-fps_mode", "passthrough"),
                *("-c:v", self.codec, *self._best(film).arguments, "-crf", str(crf)),
                *metadata(film.scene, self.suffix),
                *self.container,
            )
        )

    def describe(self, film: Film, level: int) -> str:
        """Return the quality and, if it had to shrink, the size that were chosen."""
        width, height = film.size
        smaller = film.size != self.frame_size(film.options)
        return f"crf {self._best(film).crf + level}" + (f" at {width}x{height}" if smaller else "")

    def _best(self, film: Film) -> Effort:
        return self.efforts[film.options.quality]
