"""HTML: a page that holds the whole run, and replays, questions and continues it."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING

from kmeans_engine.runtime.atomic import AtomicFile
from renderers.contract import Renderer
from renderers.html.run import Page

if TYPE_CHECKING:
    from renderers.scene import Moment, Scene

__all__ = ["HtmlRenderer"]


class HtmlRenderer(Renderer):
    """Write a run to a page, while it is computed.

    A state adds what it changes, so memory does not grow with the run but for its numbers.
    """

    suffix = ".html"
    writes = "the run as a page that plays it, answers and goes on, in one file"
    default_theme = "auto"
    honours = frozenset(
        {
            *("phases", "theme", "overlays", "title", "palette", "max_points"),
            *("axes", "aspect", "limits", "log"),
        }
    )

    _file: AtomicFile | None = None
    _stream: IO[bytes] | None = None
    _page: Page | None = None

    def open(self, scene: Scene) -> None:
        """Begin the page, and write the points."""
        assert self.path is not None
        self._file = AtomicFile(self.path)
        self._stream = self._file.temporary.open("wb")
        self._page = Page(self._stream, scene, self.options)

    def draw(self, moment: Moment) -> None:
        """Write what this moment is the first to show."""
        assert self._page is not None
        self._page.add(moment)

    def close(self) -> None:
        """Write the end, after which the page appears at its path."""
        if self._page is not None and self._stream is not None and self._file is not None:
            self._page.finish()
            self._stream.close()
            self._file.commit()
            self.note = self._page.note and f"{self.path}: {self._page.note}"
        self.abort()

    def abort(self) -> None:
        """Leave nothing behind."""
        stream, self._stream = self._stream, None
        file, self._file = self._file, None
        self._page = None
        if stream is not None:
            with suppress(OSError):  # what a full disk did not take
                stream.close()
        if file is not None:
            file.discard()
