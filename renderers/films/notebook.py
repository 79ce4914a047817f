"""A film in a notebook: a player below the cell, with the film inside the notebook's own file."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from renderers.cell import label_of, running, show
from renderers.contract import Options, Renderer
from renderers.films.mp4 import Mp4Renderer
from renderers.scene import Moment, Scene

__all__ = ["NotebookPlayer", "running"]


class NotebookPlayer(Renderer):
    """Show an mp4 in a notebook. Its file lives only until it is shown.

    Parameters
    ----------
    path : None
        It writes none.
    options : Options
        As for an mp4.
    """

    writes = "player in a notebook"
    opening = True
    honours = Renderer.honours | {"overlays"}
    default_size = (960, 540)

    def __init__(self, path: Path | None, options: Options) -> None:
        super().__init__(path, options)
        self._title = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._film: Mp4Renderer | None = None

    def open(self, scene: Scene) -> None:
        """Prepare the film."""
        self._title = scene.title
        self._folder = tempfile.TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True)
        self._film = Mp4Renderer(Path(self._folder.name) / "film.mp4", self.options)
        self._film.open(scene)

    def draw(self, moment: Moment) -> None:
        """Draw one moment of the film."""
        assert self._film is not None
        self._film.draw(moment)

    def close(self) -> None:
        """Finish the film and show it."""
        film = self._film
        try:
            if film is not None:
                film.close()
                assert film.path is not None
                show(html_of(film.path.read_bytes(), film.frame_size, self._title))
        finally:
            self.abort()

    def abort(self) -> None:
        """Leave nothing behind."""
        film, self._film = self._film, None
        folder, self._folder = self._folder, None
        if film is not None:
            film.abort()
        if folder is not None:
            folder.cleanup()


def html_of(film: bytes, size: tuple[int, int], title: str = "") -> str:
    """Return the HTML of a player that holds its film.

    Parameters
    ----------
    film : bytes
        An mp4.
    size : tuple of int
        Its width and height in pixels; shown smaller where there is less room.
    title : str
        For those who do not see the film.
    """
    data = base64.b64encode(film).decode("ascii")
    return (
        f'<video controls loop autoplay muted playsinline width="{size[0]}" height="{size[1]}" '
        f'style="max-width: 100%; height: auto" aria-label="{label_of(title)}">'
        f'<source type="video/mp4" src="data:video/mp4;base64,{data}"></video>'
    )
