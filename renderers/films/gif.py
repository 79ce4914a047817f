"""GIF: loops, fixed palette, no dithering, only the changed rectangle of each frame."""

from __future__ import annotations

import base64
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
_SLOW = 10.0  # frames per second that a film keeps, however small it must become ...
_STEP = 0.84  # ... while its sides shrink by this from level to level ...
_LEVELS = 18  # ... down to a twentieth
_FEW = 128  # colours that a palette always has room for


@dataclass(frozen=True, slots=True)
class Gif(Format):
    """The format of a GIF.

    The palette is known beforehand and goes to ffmpeg as a second input: one pass in flat memory,
    where `palettegen` would have to see all frames first. Where it is not, since there are more
    colours than 256 or the frames are made smaller, it is that of the first, the middle and the
    last frame.
    """

    suffix: str = ".gif"
    rare: str = ""
    shrinks: float = _STEP**1.7
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

    def levels(self, film: Film) -> int:
        """Return the number of sizes."""
        return _LEVELS

    def arguments(
        self, film: Film, level: int = 0, recording: Recording | None = None
    ) -> Arguments:
        """Return ffmpeg's arguments; see docs/films.md."""
        palette, smaller = film.palette(), ""
        if recording is not None:
            if level:
                smaller = f"[0:v]{_smaller(film, level, recording)}[s];"
            if level or not _serves(palette, film):
                palette = _seen(film, level, recording)
        paint = f"{'[s]' if smaller else '[0:v]'}[1:v]paletteuse=dither=none:diff_mode=rectangle"
        return Arguments(
            (
                *("-lavfi", smaller + paint),
                *("-fps_mode", "passthrough", "-loop", "0", "-f", "gif"),
            ),
            _palette_input(palette),
        )

    def describe(self, film: Film, level: int) -> str:
        """Return the size and rate that were chosen."""
        width, height, rate = _chosen(film, level)
        return f"{width}x{height} at {rate:g} frames/s"

    def seal(self, file: Path, film: Film, recording: Recording) -> None:
        """Set how long the last frame stays, and where the film comes from."""
        begin, end = (
            round(100 * tick / film.exact_rate) for tick in (recording.start, recording.ticks)
        )
        words = [film.scene.title, comment(film.scene.facts, self.suffix)]
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
    honours = FilmRenderer.honours - {"quality"}


def _palette_input(colours: NDArray[np.uint8]) -> tuple[str, ...]:
    """Return ffmpeg's arguments for a palette."""
    palette = np.full((256, 4), 255, np.uint8)
    palette[:, :3] = colours[-1]
    palette[: len(colours), :3] = colours
    encoded = base64.b64encode(palette.tobytes()).decode("ascii")
    return (
        *("-f", "rawvideo", "-pixel_format", "rgba", "-video_size", "16x16"),
        *("-i", f"data:image/x-raw;base64,{encoded}"),
    )


def _chosen(film: Film, level: int) -> tuple[int, int, float]:
    """Return width, height and rate at a level; films that are slow anyway keep their rate."""
    share = _STEP**level
    width, height = (max(1, round(side * share)) for side in film.size)
    return width, height, max(min(film.rate, _SLOW), round(film.rate * share, 1))


def _smaller(film: Film, level: int, recording: Recording) -> str:
    """Return the filters that make a recording smaller and slower; the last frame stays."""
    width, height, rate = _chosen(film, level)
    chain = f"scale={width}:{height}:flags=area"
    if rate < film.rate:
        # A tenth of a frame for what rounding does to times.
        least = 1 / rate - 0.1 / film.rate
        last = recording.frames - 1
        due = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{least:.5f})+eq(n,{last})"
        chain = f"select='{due}',{chain}"
    return chain


def _seen(film: Film, level: int, recording: Recording) -> NDArray[np.uint8]:
    """Return the 255 colours that suit the first, the middle and the last frame best."""
    last = recording.frames - 1
    chain = f"select='eq(n,0)+eq(n,{last // 2})+eq(n,{last})'"
    if level:
        width, height, _ = _chosen(film, level)
        chain += f",scale={width}:{height}:flags=area"
    chain += ",palettegen=max_colors=255:reserve_transparent=0"
    found = recording.read(("-vf", chain, "-pix_fmt", "rgba", "-f", "rawvideo"))
    return np.frombuffer(found, np.uint8).reshape(-1, 4)[:256, :3]


def _serves(palette: NDArray[np.uint8], film: Film) -> bool:
    """Tell whether a palette fits into a GIF, and many clusters found their colours in it."""
    from renderers.picture.colours import cluster_colours

    known = set(map(tuple, palette.tolist()))
    needed: set[tuple[int, ...]] = set()
    for panel in film.scene.panels:
        if panel.image is not None:  # its colours are those of centroids, which change
            return False
        needed.update(map(tuple, cluster_colours(panel.k, film.options.theme).tolist()))
    return len(palette) <= 256 and (len(needed) <= _FEW or needed <= known)
