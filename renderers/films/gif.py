"""GIF: loops, fixed palette, no dithering, only the changed rectangle of each frame."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renderers.errors import RenderError
from renderers.films import gif_blocks
from renderers.films.facts import comment
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.film import FilmFile, Recording
from renderers.scene import Scene

__all__ = ["GifRenderer"]

_MOST = 25.0  # frames per second: browsers slow down delays under 20 ms
_SLOW = 10.0  # frames per second that a film keeps, however small it must become ...
_FEW = 128  # colours that a palette always has room for
_STEP = 0.84  # ... while its sides shrink by this from level to level


class GifRenderer(FilmFile):
    """Write a GIF.

    The palette is known beforehand and goes to ffmpeg as a second input: one pass in flat memory,
    where `palettegen` would have to see all frames first. Where it is not, since there are more
    colours than 256 or the frames are made smaller, it is that of the first, the middle and the
    last frame.
    """

    suffix = ".gif"
    writes = "looping animation for web pages and chats"
    default_size = (640, 480)
    honours = FilmFile.honours - {"quality"}
    shrinks = _STEP**1.7
    ends = False  # a frame less; `seal` tells how long the last one stays

    _palette: NDArray[np.uint8]
    _last: int = 0  # number of the last frame of the recording

    @property
    def rate(self) -> float:
        """Frames per second, at most 25."""
        return min(self.options.fps, _MOST)

    @property
    def longest(self) -> int:
        """Return how many times a frame may be shown before it is sent again."""
        return max(1, int(gif_blocks.LONGEST_SECONDS * self.rate))

    @property
    def levels(self) -> int:
        """Down to a twentieth of the sides."""
        return 18

    def must_be_recorded(self) -> bool:
        """Tell whether frames are needed twice."""
        self._palette = self._painter.palette()
        return super().must_be_recorded() or not _serves(
            self._palette, self._scene, self.options.theme
        )

    def inputs(self) -> Sequence[str]:
        """Return ffmpeg's arguments for the palette."""
        palette = np.full((256, 4), 255, np.uint8)
        palette[:, :3] = self._palette[-1]
        palette[: len(self._palette), :3] = self._palette
        encoded = base64.b64encode(palette.tobytes()).decode("ascii")
        return (
            *("-f", "rawvideo", "-pixel_format", "rgba", "-video_size", "16x16"),
            *("-i", f"data:image/x-raw;base64,{encoded}"),
        )

    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments; see DESIGN.md, Encoding."""
        paint = "[1:v]paletteuse=dither=none:diff_mode=rectangle"
        chain = f"{self._smaller(level)}[s];[s]" if level else "[0:v]"
        return (
            *("-lavfi", ("[0:v]" if level else "") + chain + paint),
            *("-fps_mode", "passthrough", "-loop", "0", "-f", "gif"),
        )

    def prepare(self, level: int, recording: Recording) -> None:
        """Find the palette of a film whose colours are not those of the painter."""
        self._last = recording.frames - 1
        palette = self._painter.palette()
        if level or not _serves(palette, self._scene, self.options.theme):
            palette = self._seen(level, recording)
        self._palette = palette

    def describe(self, level: int) -> str:
        """Return the size and rate that were chosen."""
        width, height, rate = self._chosen(level)
        return f"{width}x{height} at {rate:g} frames/s"

    def seal(self, encoder: Encoder, recording: Recording) -> None:
        """Set how long the last frame stays, and where the film comes from."""
        begin, end = (
            round(100 * tick / self.exact_rate) for tick in (recording.start, recording.ticks)
        )
        words = [self._scene.title, comment(self._scene.facts, self.suffix)]
        try:
            gif_blocks.complete(
                encoder.temporary,
                last_seconds=(end - begin) / 100,
                comment="; ".join(filter(None, words)),
            )
        except OSError as error:
            raise RenderError(f"{self.path} was not written: {error.strerror or error}") from error

    def _chosen(self, level: int) -> tuple[int, int, float]:
        """Return width, height and rate at a level; films that are slow anyway keep their rate."""
        share = _STEP**level
        width, height = (max(1, round(side * share)) for side in self.frame_size)
        return width, height, max(min(self.rate, _SLOW), round(self.rate * share, 1))

    def _smaller(self, level: int) -> str:
        """Return the filters that make a recording smaller and slower; the last frame stays."""
        width, height, rate = self._chosen(level)
        chain = f"scale={width}:{height}:flags=area"
        if rate < self.rate:
            # A tenth of a frame for what rounding does to times.
            least = 1 / rate - 0.1 / self.rate
            due = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{least:.5f})+eq(n,{self._last})"
            chain = f"select='{due}',{chain}"
        return chain

    def _seen(self, level: int, recording: Recording) -> NDArray[np.uint8]:
        """Return the 255 colours that suit the first, the middle and the last frame best."""
        last = recording.frames - 1
        chain = f"select='eq(n,0)+eq(n,{last // 2})+eq(n,{last})'"
        if level:
            width, height, _ = self._chosen(level)
            chain += f",scale={width}:{height}:flags=area"
        chain += ",palettegen=max_colors=255:reserve_transparent=0"
        encoder = self.encode(recording, (), ("-vf", chain, "-pix_fmt", "rgba", "-f", "rawvideo"))
        try:
            found = np.fromfile(encoder.temporary, np.uint8)
        finally:
            encoder.abort()
        return found.reshape(-1, 4)[:256, :3]


def _serves(palette: NDArray[np.uint8], scene: Scene, theme: str) -> bool:
    """Tell whether a palette fits into a GIF, and many clusters found their colours in it."""
    from renderers.picture.colours import cluster_colours

    known = set(map(tuple, palette.tolist()))
    needed: set[tuple[int, ...]] = set()
    for panel in scene.panels:
        needed.update(map(tuple, cluster_colours(panel.k, theme).tolist()))
    return len(palette) <= 256 and (len(needed) <= _FEW or needed <= known)
