"""What a renderer is told and what it must do. Draws nothing itself.

A renderer is told once about the *scene*, then gets *moments*: what is on screen, and for how long.
`docs/adding_a_renderer.md` shows one in full.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kmeans_engine import Snapshot
    from renderers.history import History
    from renderers.view import View

__all__ = ["OVERLAYS", "Moment", "Options", "Panel", "Phase", "Quality", "Renderer", "Scene"]

Phase = Literal["state", "assignment", "update"]
Quality = Literal["draft", "standard", "best"]

#: What is drawn on top of the points; each can be left out.
OVERLAYS = ("numbers", "trails", "borders", "changes", "curve", "sizes")


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is made, as its user asked for it.

    Attributes
    ----------
    size : tuple of int
        Width and height in pixels.
    fps : float
        Frames per second of a film; the rate at which a window shows snapshots.
    theme : str
        ``"light"``, ``"dark"`` or ``"classic"``.
    overlays : frozenset of str or None
        Those of `OVERLAYS` that are drawn; None for the theme's own.
    quality : {"draft", "standard", "best"}
        How much work an encoder may spend on a film.
    max_bytes : int or None
        Largest file; a renderer that honours it chooses size and rate to fit.
    dpi : float
        Dots per inch of a still; `size` counts hundredths of an inch of its page.
    """

    size: tuple[int, int] = (1280, 720)
    fps: float = 2.0
    theme: str = "light"
    overlays: frozenset[str] | None = None
    quality: Quality = "standard"
    max_bytes: int | None = None
    dpi: float = 100.0

    def with_size(self, size: tuple[int, int]) -> Options:
        """Return the same options for another size in pixels."""
        return replace(self, size=size)


@dataclass(frozen=True, slots=True)
class Panel:
    """One run on the picture.

    Attributes
    ----------
    k : int
        Number of clusters.
    view : View
        The points, how they are laid on the plane, the limits of the axes and their labels.
    title : str
        What tells this run from its neighbours; empty if it is alone.
    image : tuple of int or None
        Height and width of the image whose pixels, row by row, are the points; None for a table.
    """

    k: int
    view: View
    title: str = ""
    image: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What stays the same from the first moment to the last.

    Attributes
    ----------
    panels : tuple of Panel
        One unless several runs are shown side by side.
    title : str
        Title of the whole picture; may be empty.
    facts : mapping of str to str
        Where the picture comes from, for the metadata of a file: seed, k, init, version, command
        (which lacks the file's own name).
    """

    panels: tuple[Panel, ...]
    title: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is on screen for a time.

    Attributes
    ----------
    snapshots : tuple of Snapshot
        One per panel. A run that ended before its neighbours stays at its last snapshot.
    seconds : float
        How long it lasts.
    phase : {"state", "assignment", "update"}
        A whole state, or the step towards it that is shown.
    progress : float
        Position 0..1 within the motion from the state before; 1 is the snapshot itself.
    last : bool
        Whether no other moment follows.
    histories : tuple of History
        One per panel, of the states up to this one at least; empty if nobody recorded them.
    """

    snapshots: tuple[Snapshot, ...]
    seconds: float
    phase: Phase = "state"
    progress: float = 1.0
    last: bool = False
    histories: tuple[History, ...] = ()

    @property
    def arrived(self) -> bool:
        """Whether the centroids are where the snapshots have them, and not on their way."""
        return self.phase != "assignment" and self.progress >= 1

    def is_over(self, snapshot: Snapshot) -> bool:
        """Return whether this run has ended before one of its neighbours."""
        return any(other.iteration > snapshot.iteration for other in self.snapshots)

    def centroids_of(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """Return where the centroids of one of the snapshots are at this moment, (K, N)."""
        old, new = snapshot.assigned_from, snapshot.centroids
        if self.arrived or self.is_over(snapshot):
            return new
        if self.phase == "assignment":
            return old
        return old * (1 - self.progress) + new * self.progress


class Renderer(abc.ABC):
    """Turn a scene and its moments into a picture, a film or a window.

    Calls come in this order: the constructor, `open`, `draw` for each moment, then either `close`
    (everything was drawn) or `abort` (the run failed; leave nothing half-written). As a context
    manager, leaving the block calls `close`, or `abort` if an exception is on its way. `close` and
    `abort` may be called without `open`, and more than once.

    Parameters
    ----------
    path : Path or None
        Where to write; None for a renderer whose `suffix` is None.
    options : Options
        Size, rate and theme.

    Attributes
    ----------
    suffix : str or None
        Class attribute: the suffix of its file, such as ``".mp4"``; None if it writes none.
    writes : str
        Class attribute: one line for ``--list-renderers``.
    default_size : tuple of int
        Class attribute: width and height in pixels when the user names none.
    fits : bool
        Class attribute: whether it honours ``options.max_bytes``.
    note : str
        What the user should know of the finished file, in one line, such as the size and rate that
        were chosen to fit; set by `close`, empty if there is nothing to say.
    """

    suffix: ClassVar[str | None] = None
    writes: ClassVar[str] = ""
    default_size: ClassVar[tuple[int, int]] = (1280, 720)
    fits: ClassVar[bool] = False
    note: str = ""

    def __init__(self, path: Path | None, options: Options) -> None:
        self.path = path
        self.options = options

    @classmethod  # noqa: B027 - most renderers need nothing
    def check(cls) -> None:
        """Raise `RendererUnavailable` if this machine lacks what the renderer needs.

        Called before anything is computed. The default finds nothing to complain about.
        """

    @abc.abstractmethod
    def open(self, scene: Scene) -> None:
        """Prepare to draw `scene`. Called once, before the first moment."""

    @abc.abstractmethod
    def draw(self, moment: Moment) -> None:
        """Show or store one moment. Raise `RenderError` or `OSError` on failure."""

    @abc.abstractmethod
    def close(self) -> None:
        """Finish: after this the result is complete at its path. Raise as `draw` does."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Give up without raising: stop processes, remove temporary files, keep older files."""

    def drive(self, job: Callable[[], None]) -> None:
        """Run `job`, which makes the calls above. A window runs it beside its event loop."""
        job()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()
