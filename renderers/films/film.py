"""A file of frames, from the scene to the closed file, in any format.

The formats are in `films.mp4`, `films.webm` and `films.gif`, the process in `films.ffmpeg.encoder`.
A film that must fit into so many bytes, or whose colours are known only when it is over, is
recorded first, without loss, and encoded from that as often as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from renderers.contract import Options, Renderer
from renderers.errors import RenderError, RendererUnavailable
from renderers.films.budget import Search
from renderers.films.clock import FrameClock
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.ffmpeg.program import encoders, find_ffmpeg
from renderers.films.format import Arguments, Film, Format, Recording

if TYPE_CHECKING:
    from renderers.picture.painter import Painter
    from renderers.scene import Moment, Scene

__all__ = ["FilmRenderer"]


class FilmRenderer(Renderer):
    """Paint frames, and have ffmpeg encode them.

    Parameters
    ----------
    path : Path
        Where the film goes.
    options : Options
        As for any renderer.
    painter : callable, optional
        Returns what paints the frames, called with the scene and the options: `Painter` by default.

    Attributes
    ----------
    format : Format
        Class attribute: what is written.
    """

    format: ClassVar[Format]
    opening = True
    honours = Renderer.honours | {"overlays", "quality", "max_size"}

    def __init__(
        self,
        path: Path | None,
        options: Options,
        *,
        painter: Callable[[Scene, Options], Painter] | None = None,
    ) -> None:
        super().__init__(path, options)
        self._make_painter = painter
        self._painter: Painter
        self._film: Film
        self._clock: FrameClock
        self._encoder: Encoder | None = None
        self._attempt: Encoder | None = None  # from a recording, beside the encoder that made it
        self._recorded = self._turning = False
        self._owed: Moment | None = None  # the newest, while it is too short for its own frame

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels of the frames."""
        return self.format.frame_size(self.options)

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if there is no ffmpeg, or it cannot encode the format."""
        find_ffmpeg()
        if cls.format.rare and cls.format.rare not in encoders():
            raise RendererUnavailable(
                f"this ffmpeg has no {cls.format.rare}, which {cls.suffix} needs; write .mp4, or "
                f"have IMAGEIO_FFMPEG_EXE name an ffmpeg that has it"
            )

    def open(self, scene: Scene) -> None:
        """Prepare the painter and start ffmpeg."""
        assert self.path is not None
        size, rate = self.frame_size, self.format.rate(self.options)
        self._painter = self._new_painter(scene, self.options.with_size(size))
        self._clock = FrameClock(rate)
        self._turning = any(panel.view and panel.view.solid for panel in scene.panels)
        self._film = film = Film(self.path, scene, self.options, size, rate, self._painter.palette)
        limited = self.options.max_bytes is not None
        self._recorded = limited or self.format.must_be_recorded(film)
        arguments = self._lossless() if self._recorded else self.format.arguments(film)
        self._encoder = Encoder(
            self.path,
            size=size,
            rate=film.exact_rate,
            pixels=self.format.pixels,
            longest=self.format.longest(rate),
            ends=self.format.ends,
            inputs=arguments.inputs,
            output=arguments.output,
        )

    def draw(self, moment: Moment) -> None:
        """Send the frame of one moment; a moment too short for a frame is left out."""
        encoder = self._running()
        count = self._clock.frames(moment.seconds)
        self._owed = None if count else moment
        if count and self._turning:
            for frame in range(count):
                at = moment.at + frame / self._clock.rate
                encoder.write(self._painter.paint(replace(moment, at=at)))
        elif count:
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
            file = encoder.temporary
            recording = Recording(file, pipe.sent, pipe.ticks, pipe.start, self._read)
            if self._recorded:
                encoder = self._fitted(recording)
            else:
                self.format.seal(file, self._film, recording)
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

    def _running(self) -> Encoder:
        """Return the encoder of the frames; another thread may have abandoned it."""
        if self._encoder is None:
            raise RenderError(f"{self.path} was abandoned")
        return self._encoder

    def _new_painter(self, scene: Scene, options: Options) -> Painter:
        from renderers.picture.painter import Painter

        return (self._make_painter or Painter)(scene, options)

    def _fitted(self, recording: Recording) -> Encoder:
        """Return the best encoding of a recording that fits."""
        limit, film = self.options.max_bytes, self._film
        levels = self.format.levels(film)
        search = Search(levels, limit, self.format.shrinks)
        best: tuple[int, Encoder] | None = None
        try:
            while (level := search.next()) is not None:
                arguments = self.format.arguments(film, level, recording)
                attempt = self._encode(recording.path, arguments)
                self.format.seal(attempt.temporary, film, recording)
                if search.fits(level, attempt.temporary.stat().st_size):
                    if best is not None:
                        best[1].abort()
                    best = level, attempt
                else:
                    attempt.abort()
            if best is None:
                raise RenderError(
                    f"{self.path} takes {search.smallest:,} bytes even with "
                    f"{self.format.describe(film, levels - 1)}; it needs a limit of more than "
                    f"{limit:,} bytes, or a shorter film"
                )
        except BaseException:
            if best is not None:
                best[1].abort()
            raise
        level, self._attempt = best
        if limit is not None:
            size = self._attempt.temporary.stat().st_size
            chosen = self.format.describe(film, level)
            self.note = f"{self.path}: {chosen}; {size:,} of {limit:,} bytes"
        return self._attempt

    def _encode(self, recording: Path, arguments: Arguments) -> Encoder:
        """Return a complete encoding of a recording. The caller commits or aborts it."""
        assert self.path is not None
        self._attempt = attempt = Encoder(
            self.path, recording=recording, inputs=arguments.inputs, output=arguments.output
        )
        try:
            self._running()
        except RenderError:
            self.abort()
            raise
        attempt.complete()
        return attempt

    def _read(self, output: Sequence[str]) -> bytes:
        """Return what ffmpeg makes of the recording."""
        attempt = self._encode(self._running().temporary, Arguments(output))
        try:
            return attempt.temporary.read_bytes()
        finally:
            attempt.abort()

    def _lossless(self) -> Arguments:
        codec = "libx264rgb" if self.format.pixels == "rgba" else "libx264"
        return Arguments(
            (
                *("-fps_mode", "passthrough", "-c:v", codec, "-preset", "ultrafast", "-qp", "0"),
                *("-f", "nut"),
            )
        )
