"""GIF: loops, fixed palette, no dithering, only the changed rectangle of each frame."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.errors import RenderError
from renderers.films import gif_blocks
from renderers.films.facts import comment
from renderers.films.ffmpeg.frame_pipe import Pixels
from renderers.films.film import FilmRenderer
from renderers.films.format import Arguments, Film, Format, Recording

__all__ = ["GIF", "Gif", "GifRenderer"]

_MOST = 25.0  # frames per second: browsers slow down delays under 20 ms
_SLOW = 10.0  # frames per second that a film keeps, however small it must become
_FEW = 128  # colours that a palette always has room for


@dataclass(frozen=True, slots=True)
class Gif(Format):
    """The format of a GIF.

    The palette is known beforehand and goes to ffmpeg as a second input: one pass in flat memory,
    where `palettegen` would have to see all frames first. Where it is not, since there are more
    colours than 256, it is that of the first, the middle and the last frame.
    """

    suffix: str = ".gif"
    rare: str = ""
    shrinks: float = 0.7
    least: int = 32
    hard: bool = True
    pixels: Pixels = "rgba"
    ends: bool = False  # a frame less; `seal` tells how long the last one stays

    def rate(self, options: Options) -> float:
        """Return the frames per second, at most 25."""
        return min(options.fps, _MOST)

    def longest(self, rate: float) -> int:
        """Return how many times a frame may be shown before it is sent again."""
        return max(1, int(gif_blocks.LONGEST_SECONDS * rate))

    def must_be_recorded(self, film: Film) -> bool:
        """Tell whether frames are needed twice."""
        return not _serves(film.palette(), film)

    def steps(self, films: Sequence[Film]) -> list[tuple[int, int]]:
        """Return sizes and rates, by turns lower; films that are slow anyway keep their rate."""
        slowest, last = len(_rates(films[0])) - 1, len(films) - 1
        steps = [
            (at, min(level, slowest)) for at in range(last + 1) for level in (max(0, at - 1), at)
        ]
        steps += [(last, level) for level in range(min(last, slowest), slowest + 1)]
        return list(dict.fromkeys(steps))

    def arguments(
        self, film: Film, level: int = 0, recording: Recording | None = None
    ) -> Arguments:
        """Return ffmpeg's arguments; see docs/films.md."""
        palette, slower = film.palette(), ""
        if recording is not None and not _serves(palette, film):
            palette = _seen(recording)
        if recording is not None and level:
            slower = f"[0:v]{_slower(film, level, recording)}[s];"
        clear = film.options.transparent
        how = "dither=none:diff_mode=rectangle" + (":alpha_threshold=128" if clear else "")
        paint = f"{'[s]' if slower else '[0:v]'}[1:v]paletteuse={how}"
        return Arguments(
            (
                *("-lavfi", slower + paint),
                *("-fps_mode", "passthrough", "-loop", "0", "-f", "gif"),
            ),
            _palette_input(palette, clear),
        )

    def describe(self, film: Film, level: int) -> str:
        """Return the size and rate that were chosen."""
        width, height = film.size
        return f"{width}x{height} at {_rates(film)[level]:g} frames/s"

    def seal(self, file: Path, film: Film, recording: Recording) -> None:
        """Set how long the last frame stays, and where the film comes from."""
        begin, end = (
            round(100 * tick / film.exact_rate) for tick in (recording.start, recording.ticks)
        )
        words = [recording.description.rstrip("."), comment(film.scene.facts, self.suffix)]
        try:
            gif_blocks.complete(
                file,
                last_seconds=(end - begin) / 100,
                comment="; ".join(filter(None, words)),
            )
        except OSError as error:
            raise RenderError(f"{film.path} was not written: {error.strerror or error}") from error


GIF = Gif()


class GifRenderer(FilmRenderer):
    """Write a GIF."""

    format = GIF
    suffix = GIF.suffix
    writes = "looping animation for web pages and chats"
    default_size = (640, 480)
    honours = (FilmRenderer.honours - {"quality"}) | {"transparent"}


def _palette_input(colours: NDArray[np.uint8], clear: bool) -> tuple[str, ...]:
    """Return ffmpeg's arguments for a palette; its last colour may be none at all."""
    palette = np.full((256, 4), 255, np.uint8)
    palette[:, :3] = colours[-1]
    palette[: len(colours), :3] = colours
    if clear:
        palette[-1] = 0
    encoded = base64.b64encode(palette.tobytes()).decode("ascii")
    return (
        *("-f", "rawvideo", "-pixel_format", "rgba", "-video_size", "16x16"),
        *("-i", f"data:image/x-raw;base64,{encoded}"),
    )


def _rates(film: Film) -> list[float]:
    """Return the frames per second at each level: all frames, every second one, every third ..."""
    return [film.rate / part for part in range(1, max(1, int(film.rate / _SLOW)) + 1)]


def _slower(film: Film, level: int, recording: Recording) -> str:
    """Return the filter that leaves fewer frames of a recording; the last one stays."""
    # A tenth of a frame for what rounding does to times.
    least = 1 / _rates(film)[level] - 0.1 / film.rate
    due = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{least:.5f})+eq(n,{recording.frames - 1})"
    return f"select='{due}'"


def _seen(recording: Recording) -> NDArray[np.uint8]:
    """Return the 255 colours that suit the first, the middle and the last frame best."""
    last = recording.frames - 1
    chain = f"select='eq(n,0)+eq(n,{last // 2})+eq(n,{last})'"
    chain += ",palettegen=max_colors=255:reserve_transparent=0"
    found = recording.read(("-vf", chain, "-pix_fmt", "rgba", "-f", "rawvideo"))
    return np.frombuffer(found, np.uint8).reshape(-1, 4)[:255, :3]


def _serves(palette: NDArray[np.uint8], film: Film) -> bool:
    """Tell whether a palette fits into a GIF, and many clusters found their colours in it."""
    from renderers.picture.colours import cluster_colours

    known = set(map(tuple, palette.tolist()))
    needed: set[tuple[int, ...]] = set()
    for panel in film.scene.panels:
        if panel.image is not None:  # its colours are those of centroids, which change
            return False
        colours = cluster_colours(panel.k, film.options.theme, film.options.palette)
        needed.update(map(tuple, colours.tolist()))
    return len(palette) <= 256 and (len(needed) <= _FEW or needed <= known)
