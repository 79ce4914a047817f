"""A file of frames: what the formats share, from the scene to the closed file.

The formats are in `films.mp4`, `films.webm` and `films.gif`, the process in `films.ffmpeg.encoder`.
A film that must fit into so many bytes, or whose colours are known only when it is over, is
recorded first, without loss, and encoded from that as often as it takes.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from renderers.contract import Renderer
from renderers.errors import RenderError
from renderers.films.budget import Search
from renderers.films.clock import FrameClock
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.ffmpeg.frame_pipe import Pixels
from renderers.films.ffmpeg.program import find_ffmpeg
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from renderers.picture.painter import Painter

__all__ = ["FilmFile", "Recording"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A film in a temporary file, without loss.

    Attributes
    ----------
    path : Path
        The file.
    frames : int
        How many it holds; one that is repeated counts once.
    ticks : int
        How many there are with those that repeat.
    start : int
        The tick at which the last one begins.
    """

    path: Path
    frames: int
    ticks: int
    start: int


class FilmFile(Renderer):
    """A renderer that paints frames and has ffmpeg encode them."""

    honours = Renderer.honours | {"overlays", "quality", "max_size"}
    #: What the codec is fed.
    pixels: ClassVar[Pixels] = "rgba"
    #: Whether a frame that repeats is sent once more where it ends.
    ends: ClassVar[bool] = True
    #: The share of bytes that one level more is expected to leave.
    shrinks: ClassVar[float] = 0.9

    _scene: Scene
    _painter: Painter
    _clock: FrameClock
    _encoder: Encoder | None = None
    _attempt: Encoder | None = None  # from a recording, beside the encoder that made it
    _recorded: bool = False
    _owed: Moment | None = None  # the newest moment, while it is too short for a frame of its own

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels of the frames that the format takes."""
        return self.options.size

    @property
    def rate(self) -> float:
        """Frames per second that the format takes."""
        return self.options.fps

    @property
    def exact_rate(self) -> Fraction:
        """Frames per second as ffmpeg is told."""
        return Fraction(self.rate).limit_denominator(1000)

    @property
    def longest(self) -> int:
        """Return how many times a frame may be shown before it is sent again.

        ffmpeg repeats it itself; too many at a time would pass for a hang.
        """
        return 60

    @property
    @abc.abstractmethod
    def levels(self) -> int:
        """Number of steps from the film as asked for down to the smallest that is still one."""

    @abc.abstractmethod
    def output(self, level: int = 0) -> Sequence[str]:
        """Return ffmpeg's arguments for the output, at a level of 0 (best) to `levels` - 1."""

    def inputs(self) -> Sequence[str]:
        """Return ffmpeg's arguments for inputs beside the frames."""
        return ()

    def prepare(self, level: int, recording: Recording) -> None:
        """Get ready to encode a recording at this level. Called before `inputs` and `output`."""

    def must_be_recorded(self) -> bool:
        """Tell whether frames are needed more than once."""
        return self.options.max_bytes is not None

    def describe(self, level: int) -> str:
        """Return what was chosen at this level, for `note`."""
        return f"level {level}"

    def seal(self, encoder: Encoder, recording: Recording) -> None:
        """Put into the encoded file what ffmpeg cannot. `recording.path` may be that file."""

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if there is no ffmpeg."""
        find_ffmpeg()

    def open(self, scene: Scene) -> None:
        """Prepare the painter and start ffmpeg."""
        from renderers.picture.painter import Painter

        assert self.path is not None
        self._scene = scene
        self._painter = Painter(scene, self.options.with_size(self.frame_size))
        self._clock = FrameClock(self.rate)
        self._recorded = self.must_be_recorded()
        self._encoder = Encoder(
            self.path,
            size=self.frame_size,
            rate=self.exact_rate,
            pixels=self.pixels,
            longest=self.longest,
            ends=self.ends,
            inputs=() if self._recorded else self.inputs(),
            output=self._lossless() if self._recorded else self.output(),
        )

    def draw(self, moment: Moment) -> None:
        """Send the frame of one moment; a moment too short for a frame is left out."""
        encoder = self._encoder
        if encoder is None:  # by another thread, as when a window is closed
            raise RenderError(f"{self.path} was given up")
        count = self._clock.frames(moment.seconds)
        self._owed = None if count else moment
        if count:
            encoder.write(self._painter.paint(moment), count)

    def close(self) -> None:
        """Finish the file; the last moment is always in it."""
        encoder = self._encoder
        if encoder is None:
            return
        try:
            if self._owed is not None:
                encoder.write(self._painter.paint(self._owed))
            encoder.complete()
            pipe = encoder.pipe
            recording = Recording(encoder.temporary, pipe.sent, pipe.ticks, pipe.start)
            if self._recorded:
                encoder = self._encoded(recording)
            else:
                self.seal(encoder, recording)
            encoder.commit()
        finally:
            self.abort()

    def abort(self) -> None:
        """Stop ffmpeg; the path holds what it held before."""
        encoder, self._encoder = self._encoder, None
        attempt, self._attempt = self._attempt, None
        for running in (encoder, attempt):
            if running is not None:
                running.abort()

    def encode(self, recording: Recording, inputs: Sequence[str], output: Sequence[str]) -> Encoder:
        """Return a complete encoding of a recording. The caller commits or aborts it."""
        assert self.path is not None
        self._attempt = attempt = Encoder(
            self.path, recording=recording.path, inputs=inputs, output=output
        )
        if self._encoder is None:
            self.abort()
            raise RenderError(f"{self.path} was given up")
        attempt.complete()
        return attempt

    def _encoded(self, recording: Recording) -> Encoder:
        """Return the best encoding that fits."""
        limit = self.options.max_bytes
        search = Search(self.levels, limit, self.shrinks)
        best: tuple[int, Encoder] | None = None
        try:
            while (level := search.next()) is not None:
                self.prepare(level, recording)
                attempt = self.encode(recording, self.inputs(), self.output(level))
                self.seal(attempt, recording)
                if search.fits(level, attempt.temporary.stat().st_size):
                    if best is not None:
                        best[1].abort()
                    best = level, attempt
                else:
                    attempt.abort()
            if best is None:
                raise RenderError(
                    f"{self.path} takes {search.smallest:,} bytes even with "
                    f"{self.describe(self.levels - 1)}; max_size must be larger than {limit:,}, or "
                    f"the film shorter"
                )
        except BaseException:
            if best is not None:
                best[1].abort()
            raise
        level, self._attempt = best
        if limit is not None:
            size = self._attempt.temporary.stat().st_size
            self.note = f"{self.path}: {self.describe(level)}; {size:,} of {limit:,} bytes"
        return self._attempt

    def _lossless(self) -> Sequence[str]:
        codec = "libx264rgb" if self.pixels == "rgba" else "libx264"
        return (
            *("-fps_mode", "passthrough", "-c:v", codec, "-preset", "ultrafast", "-qp", "0"),
            *("-f", "nut"),
        )
