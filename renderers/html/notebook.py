"""A page in a notebook: below the cell, inside the notebook's own file."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from renderers.cell import label_of, show
from renderers.contract import Options, Renderer
from renderers.html.renderer import HtmlRenderer
from renderers.html.run import Page

if TYPE_CHECKING:
    from renderers.scene import Moment, Scene

__all__ = ["NotebookPage"]


class NotebookPage(Renderer):
    """Show the page of a run in a notebook, where it stays when the notebook is converted.

    Parameters
    ----------
    path : None
        It writes none.
    options : Options
        As for an HTML file; `size` is that of the frame around it.
    """

    writes = "page in a notebook"
    honours = HtmlRenderer.honours | {"size"}
    default_size = (960, 640)
    default_theme = HtmlRenderer.default_theme

    def __init__(self, path: Path | None, options: Options) -> None:
        super().__init__(path, options)
        self._stream = io.BytesIO()
        self._page: Page | None = None
        self._title = ""

    def open(self, scene: Scene) -> None:
        """Begin the page."""
        self._title = scene.title
        self._page = Page(self._stream, scene, self.options)

    def draw(self, moment: Moment) -> None:
        """Add what this moment is the first to show."""
        assert self._page is not None
        self._page.add(moment)

    def close(self) -> None:
        """Finish the page and show it."""
        if self._page is not None:
            self._page.finish()
            show(framed(self._stream.getvalue().decode("utf-8"), self.options.size, self._title))
        self.abort()

    def abort(self) -> None:
        """Forget everything."""
        self._page = None
        self._stream = io.BytesIO()


def framed(page: str, size: tuple[int, int], title: str = "") -> str:
    """Return HTML of a frame that holds a page.

    Parameters
    ----------
    page : str
        All of it.
    size : tuple of int
        Width and height of the frame in pixels; narrower where there is less room.
    title : str
        For those who do not see the page.
    """
    # Within a division: IPython takes a lone frame for one that should have been an IFrame.
    return (
        f'<div><iframe srcdoc="{escape(page)}" title="{label_of(title)}" allow="fullscreen" '
        f'style="width: 100%; max-width: {size[0]}px; height: {size[1]}px; border: 0"></iframe>'
        "</div>"
    )
