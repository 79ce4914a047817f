"""A file of frames, from the scene to the closed file, in any format.

The formats are in `films.mp4`, `films.webm` and `films.gif`, the process in `films.ffmpeg.encoder`.
A film whose colours are known only when it is over is recorded first, without loss, and encoded
from that; one that must fit into so many bytes, in several sizes.
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
from renderers.films.reel import Reel

if TYPE_CHECKING:
    from renderers.picture.painter import FramePainter
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
        Returns what paints the frames, called with the scene and the options; by default `Painter`,
        or `ClearPainter` for a film without a ground.

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
        painter: Callable[[Scene, Options], FramePainter] | None = None,
    ) -> None:
        super().__init__(path, options)
        self._make_painter = painter
        self._clock: FrameClock
        self._reels: list[Reel] = []  # the largest first; several if it must fit
        self._attempt: Encoder | None = None  # from a recording, beside the encoder that made it
        self._scene: Scene
        self._last: Moment | None = None
        self._owed = False  # whether the last moment is too short for its own frame

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
        """Prepare the painters and start ffmpeg."""
        assert self.path is not None
        self._scene, self._clock = scene, FrameClock(self.format.rate(self.options))
        limited = self.options.max_bytes is not None
        # Films of all sizes that may be chosen are painted at once: each half as large as the one
        # before, so all of them take twice the time of the first.
        sizes = self.format.sizes(self.options) if limited else [self.frame_size]
        record = True if limited else None
        try:
            for size in sizes:
                reel = Reel(
                    self.path,
                    scene,
                    self.options,
                    size,
                    self.format,
                    self._make_painter or self.format.painter(self.options),
                    record=record,
                )
                # Another thread may have abandoned those before, so it goes into a list of its own.
                self._reels = [*self._reels, reel]
        except BaseException:
            self.abort()
            raise

    def draw(self, moment: Moment) -> None:
        """Send the frame of one moment; a moment too short for a frame is left out."""
        self._running()
        count = self._clock.frames(moment.seconds)
        self._last, self._owed = moment, not count
        if count:
            self._write(moment, count)

    def close(self) -> None:
        """Finish the file; the last moment is always in it."""
        reels = self._reels
        if not reels:
            return
        from renderers.describing import describe

        try:
            if self._owed and self._last is not None:
                self._write(self._last, 1)
            said = describe(self._scene, self._last) if self._last is not None else ""
            recordings = [reel.finish(said, self._read) for reel in reels]
            encoder = reels[0].encoder
            if reels[0].recorded:
                encoder = self._fitted([reel.film for reel in reels], recordings)
            else:
                self.format.seal(encoder.temporary, reels[0].film, recordings[0])
            encoder.commit()
        finally:
            self.abort()

    def abort(self) -> None:
        """Stop ffmpeg; the path holds what it held before."""
        reels, self._reels = self._reels, []
        attempt, self._attempt = self._attempt, None
        for running in (*(reel.encoder for reel in reels), attempt):
            if running is not None:
                running.abort()

    def _running(self) -> list[Reel]:
        """Return the films that are painted; another thread may have abandoned them."""
        if not self._reels:
            raise RenderError(f"{self.path} was abandoned")
        return self._reels

    def _write(self, moment: Moment, count: int) -> None:
        if not any(panel.view and panel.view.solid for panel in self._scene.panels):
            moments = [(moment, count)]
        else:  # it turns from frame to frame
            starts = [moment.at + frame / self._clock.rate for frame in range(count)]
            moments = [(replace(moment, at=at), 1) for at in starts]
        for one, times in moments:
            for reel in self._running():
                reel.write(one, times)

    def _fitted(self, films: Sequence[Film], recordings: Sequence[Recording]) -> Encoder:
        """Return the best encoding that fits."""
        limit = self.options.max_bytes
        steps = self.format.steps(films)
        search = Search(len(steps), limit, self.format.shrinks)
        best: tuple[int, Encoder] | None = None
        try:
            while (step := search.next()) is not None:
                at, level = steps[step]
                arguments = self.format.arguments(films[at], level, recordings[at])
                attempt = self._encode(recordings[at].path, arguments)
                self.format.seal(attempt.temporary, films[at], recordings[at])
                if search.fits(step, attempt.temporary.stat().st_size):
                    if best is not None:
                        best[1].abort()
                    best = step, attempt
                else:
                    attempt.abort()
            if best is None:
                at, level = steps[-1]
                raise RenderError(
                    f"{self.path} takes {search.smallest:,} bytes even with "
                    f"{self.format.describe(films[at], level)}; it needs a limit of more than "
                    f"{limit:,} bytes, or a shorter film"
                )
        except BaseException:
            if best is not None:
                best[1].abort()
            raise
        step, self._attempt = best
        if limit is not None:
            size = self._attempt.temporary.stat().st_size
            at, level = steps[step]
            chosen = self.format.describe(films[at], level)
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

    def _read(self, recording: Path, output: Sequence[str]) -> bytes:
        """Return what ffmpeg makes of a recording."""
        attempt = self._encode(recording, Arguments(output))
        try:
            return attempt.temporary.read_bytes()
        finally:
            attempt.abort()
