"""A still of the last state: what PNG, SVG and PDF share, from the scene to the closed file."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

from kmeans_engine.runtime.atomic import AtomicFile
from renderers.contract import Renderer
from renderers.errors import InvalidOption
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from pathlib import Path

    from renderers.picture.painter import Painter

__all__ = ["Still"]

#: Dots per inch at which one pixel of `size` is one dot.
PLAIN_DPI = 100.0
_LARGEST = 1 << 28  # pixels of a still: 1 GB as RGBA


class Still(Renderer):
    """A renderer that keeps the newest moment, and draws it when the run is over."""

    honours = frozenset({"size", "theme", "overlays", "title", "axes", "dpi"})

    _scene: Scene | None = None
    _moment: Moment | None = None

    @abc.abstractmethod
    def write(self, path: Path, scene: Scene, moment: Moment) -> None:
        """Write the picture of a moment to a new file."""

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
                self.write(file.temporary, self._scene, self._moment)
        self.abort()

    def abort(self) -> None:
        """Forget everything. Nothing is written before `close`, so no file is left behind."""
        self._scene = self._moment = None

    def painter(self, scene: Scene) -> Painter:
        """Return a painter of pictures in dots."""
        from renderers.picture.painter import Painter

        return Painter(scene, self.options.with_size(self.dots))
