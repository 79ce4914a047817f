"""A file of frames: what mp4 and GIF share, from the scene to the closed file.

The formats are in `renderers.mp4` and `renderers.gif`, the process in `renderers.ffmpeg`.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import TYPE_CHECKING

from renderers.contract import Moment, Renderer, Scene
from renderers.errors import RenderError
from renderers.ffmpeg import Encoder, find_ffmpeg
from renderers.film import FrameClock

if TYPE_CHECKING:
    from renderers.painter import Painter

__all__ = ["FilmFile"]


class FilmFile(Renderer):
    """A renderer that paints frames and has ffmpeg encode them."""

    _painter: Painter
    _clock: FrameClock
    _encoder: Encoder | None = None
    _owed: Moment | None = None  # the newest moment, while it is too short for a frame of its own

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels of the frames that the format takes."""
        return self.options.size

    @property
    def rate(self) -> float:
        """Frames per second that the format takes."""
        return self.options.fps

    @abc.abstractmethod
    def arguments(self, painter: Painter) -> tuple[Sequence[str], Sequence[str]]:
        """Return ffmpeg's arguments for further inputs, and for the output."""

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if there is no ffmpeg."""
        find_ffmpeg()

    def open(self, scene: Scene) -> None:
        """Prepare the painter and start ffmpeg."""
        from renderers.painter import Painter

        assert self.path is not None
        self._painter = Painter(scene, self.options.with_size(self.frame_size))
        self._clock = FrameClock(self.rate)
        inputs, output = self.arguments(self._painter)
        self._encoder = Encoder(
            self.path, size=self.frame_size, rate=self.rate, inputs=inputs, output=output
        )

    def draw(self, moment: Moment) -> None:
        """Write the frames of one moment; a moment too short for a frame is left out."""
        encoder = self._encoder
        if encoder is None:  # by another thread, as when a window is closed
            raise RenderError(f"{self.path} was given up")
        count = self._clock.frames(moment.seconds)
        self._owed = None if count else moment
        if count:
            frame = self._painter.paint(moment)
            for _ in range(count):
                encoder.write(frame)

    def close(self) -> None:
        """Finish the file; the last moment is always in it."""
        encoder = self._encoder
        if encoder is None:
            return
        try:
            if self._owed is not None:
                encoder.write(self._painter.paint(self._owed))
            encoder.finish()
        finally:
            self.abort()

    def abort(self) -> None:
        """Stop ffmpeg; the path holds what it held before."""
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.abort()
