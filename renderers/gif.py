"""GIF: loops, fixed palette, no dithering, only the changed rectangle of each frame."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from renderers.film_file import FilmFile

if TYPE_CHECKING:
    from renderers.painter import Painter

__all__ = ["GifRenderer"]


class GifRenderer(FilmFile):
    """Write a GIF.

    The palette is known beforehand and goes to ffmpeg as a second input: one pass in flat memory,
    where `palettegen` would have to see all frames first.
    """

    suffix = ".gif"
    writes = "looping animation for web pages and chats"
    default_size = (640, 480)

    @property
    def rate(self) -> float:
        """Frames per second, at most 25: browsers slow down delays under 20 ms."""
        return min(self.options.fps, 25.0)

    def arguments(self, painter: Painter) -> tuple[Sequence[str], Sequence[str]]:
        """Return ffmpeg's arguments; see DESIGN.md, Encoding."""
        known = painter.palette()
        palette = np.full((256, 4), 255, np.uint8)
        palette[:, :3] = known[-1]
        palette[: len(known), :3] = known
        encoded = base64.b64encode(palette.tobytes()).decode("ascii")
        inputs = (
            *("-f", "rawvideo", "-pixel_format", "rgba", "-video_size", "16x16"),
            *("-i", f"data:image/x-raw;base64,{encoded}"),
        )
        output = (
            *("-lavfi", "[0:v][1:v]paletteuse=dither=none:diff_mode=rectangle"),
            *("-loop", "0", "-f", "gif"),
        )
        return inputs, output
