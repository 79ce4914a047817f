"""A still of the last state, or one of each: what PNG, SVG and PDF share, up to the closed file."""

from __future__ import annotations

import abc
import contextlib
import functools
import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from kmeans_engine.runtime.atomic import AtomicFile
from renderers.contract import Renderer
from renderers.errors import InvalidOption
from renderers.numbered import numbered, those_there
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from pathlib import Path

    from renderers.picture.elbow import ElbowPainter
    from renderers.picture.painter import Painter

__all__ = ["Still"]

#: Points of a panel that vectors draw one by one; more are rasterised.
MOST_SHAPES = 5000
#: Dots per inch at which one pixel of `size` is one dot.
PLAIN_DPI = 100.0
_PACE = frozenset({"smooth", "phases", "duration", "fps"})  # of films
_LARGEST = 1 << 28  # pixels of a still: 1 GB as RGBA


class Still(Renderer):
    """A renderer that keeps the newest moment, and draws it when the run is over.

    Attributes
    ----------
    charting : bool
        Whether it draws the figure of a sweep; if not, the state, as a window shows it.
    """

    honours = (Renderer.honours - _PACE) | {"overlays", "dpi"}
    charts = True
    charting = True

    _scene: Scene | None = None
    _moment: Moment | None = None

    @abc.abstractmethod
    def picture(self, scene: Scene, moment: Moment) -> bytes:
        """Return the file with the picture of a moment; libraries do not say why a disk refuses."""

    @classmethod
    def sequence(cls) -> type[Renderer] | None:
        """Return what writes a still of each moment."""
        return _sequence_of(cls)

    @property
    def dots(self) -> tuple[int, int]:
        """Width and height of the picture in dots: the pixels that are painted."""
        width, height = (max(1, round(n * self.options.dpi / PLAIN_DPI)) for n in self.options.size)
        return width, height

    def open(self, scene: Scene) -> None:
        """Take the scene; raise `InvalidOption` if the picture would be too large."""
        width, height = self.dots
        if width * height > _LARGEST:
            raise InvalidOption(
                f"dpi={self.options.dpi:g} gives {width}x{height} dots; the limit is "
                f"{_LARGEST:,}: lower it or the size",
                option="dpi",
            )
        self._scene = scene

    def draw(self, moment: Moment) -> None:
        """Keep the newest moment."""
        self._moment = moment

    def close(self) -> None:
        """Write the file, which appears only when complete."""
        if self._scene is not None and self._moment is not None:
            assert self.path is not None
            with AtomicFile(self.path) as file:
                file.temporary.write_bytes(self.picture(self._scene, self._moment))
        self.abort()

    def abort(self) -> None:
        """Forget everything. Nothing is written before `close`, so no file is left behind."""
        self._scene = self._moment = None

    def description(self, scene: Scene, moment: Moment) -> str:
        """Return a sentence for those who cannot see the picture."""
        from renderers.describing import describe

        return describe(scene, moment)

    def is_figure(self, scene: Scene) -> bool:
        """Return whether it draws the figure of a sweep, and no state."""
        return scene.sweep is not None and self.charting

    @staticmethod
    def facts(scene: Scene) -> str:
        """Return where the picture comes from, in one line; may be empty."""
        return "; ".join(f"{name}: {text}" for name, text in scene.facts.items())

    def painter(self, scene: Scene) -> Painter | ElbowPainter:
        """Return a painter of pictures in dots, upon the theme's ground."""
        return self.painter_kind(scene)(scene, self.options.with_size(self.dots))

    def painter_kind(self, scene: Scene) -> type[Painter | ElbowPainter]:
        """Return what paints: the figure of a sweep, or states."""
        if self.is_figure(scene):
            from renderers.picture.elbow import ElbowPainter

            return ElbowPainter
        from renderers.picture.painter import Painter

        return Painter


class _Sequence(Still):
    """Writes a still of each moment; together with the `Still` that knows how.

    All are painted into one file without a name, which a process that is killed leaves nowhere, and
    get theirs when the run is over. Those of an older sequence that the new one lacks are removed.
    """

    numbers = True
    charts = charting = False

    _spool: IO[bytes] | None = None
    _ends: list[int]

    def open(self, scene: Scene) -> None:
        """Take the scene, and make room for the pictures."""
        super().open(scene)
        assert self.path is not None
        self._ends = [0]
        self._spool = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115

    def draw(self, moment: Moment) -> None:
        """Paint one more picture."""
        assert self._spool is not None
        assert self._scene is not None
        data = self.picture(self._scene, moment)
        with _named(self.path):
            self._spool.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def close(self) -> None:
        """Write the files, each of which appears only when complete."""
        if self._spool is not None:
            assert self.path is not None
            self._spool.seek(0)
            files = [numbered(self.path, number) for number in range(len(self._ends) - 1)]
            for number, file in enumerate(files):
                data = self._spool.read(self._ends[number + 1] - self._ends[number])
                with _named(file), AtomicFile(file) as target:
                    target.temporary.write_bytes(data)
            for older in set(those_there(self.path)).difference(files):
                older.unlink(missing_ok=True)
            self.note = f"{self.path}: {len(files)} files, {files[0].name} to {files[-1].name}"
        self.abort()

    def abort(self) -> None:
        """Forget everything; older files stay as they are."""
        super().abort()
        spool, self._spool = self._spool, None
        if spool is not None:
            with contextlib.suppress(OSError):  # what a full disk did not take
                spool.close()


@functools.cache
def _sequence_of(kind: type[Still]) -> type[Renderer]:
    more = {
        "__doc__": _Sequence.__doc__,
        "honours": kind.honours | {"smooth", "phases", "fps"},
    }
    return type(f"{kind.__name__}Sequence", (_Sequence, kind), more)


@contextlib.contextmanager
def _named(path: Path | None) -> Iterator[None]:
    """Context: an error of the disk names the file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
