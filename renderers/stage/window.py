"""What is agreed with a window: what it can be asked for, and what its caller supplies for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from kmeans_engine.starts.methods import METHODS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from renderers.contract import Renderer
    from renderers.scene import History

__all__ = [
    "NOT_MOVABLE",
    "STARTS",
    "ChoiceUnavailable",
    "Command",
    "Commands",
    "Job",
    "Start",
    "Window",
]

# fmt: off
Command = Literal[
    "pause", "back", "forward", "first", "last", "faster", "slower",
    "new clusters", "new centroids", "next init", "more clusters", "fewer clusters", "place",
    "numbers", "trails", "borders", "changes", "curve", "sizes",
    "next projection", "previous projection", "columns", "closer", "farther", "whole view",
    "next theme", "full screen", "save", "save gif", "save picture", "help", "cancel", "exit",
]
# fmt: on
#: Plays a run to the renderer that it is given: its seat in the window.
Job = Callable[["Renderer"], None]

#: Those that start another run. A race has none of them: its runs start as they were given.
STARTS: frozenset[Command] = frozenset(
    {"new clusters", "new centroids", "next init", "more clusters", "fewer clusters", "place"}
)
NOT_MOVABLE = "this window shows one run that was given; s saves it, q exits"


class ChoiceUnavailable(RuntimeError):
    """A choice cannot be made with this input; the message says why and what can be chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """How another run is to start.

    Attributes
    ----------
    new_points : bool
        On other points.
    centroids : ndarray, (K, N), or None
        From here, in clustered units; None for centroids that are drawn at random.
    k : int or None
        Number of clusters; None for as many as the first run had.
    init : str or None
        Method of drawing centroids; None for that of the first run.
    like : History or None
        Of the run whose colours the new one keeps.
    """

    new_points: bool = False
    centroids: NDArray[np.float64] | None = None
    k: int | None = None
    init: str | None = None
    like: History | None = None


@dataclass(frozen=True, slots=True)
class Commands:
    """What the window cannot do by itself.

    Attributes
    ----------
    restart : callable or None
        ``restart(start)`` returns at once with a job that plays another run to the renderer that it
        is called with, or raises `ChoiceUnavailable`. It is called in the window's thread, the job
        in one of its own.
    inits : tuple of str
        The methods of drawing centroids to choose from; that of the first run comes first.
    new_points : bool
        Whether there are other points to be had.
    """

    restart: Callable[[Start], Job] | None = None
    inits: tuple[str, ...] = METHODS
    new_points: bool = True

    @property
    def missing(self) -> frozenset[Command]:
        """The commands that start other runs, as far as there are none."""
        if self.restart is None:
            return STARTS
        return frozenset() if self.new_points else frozenset({"new clusters"})

    def job(self, start: Start) -> Job:
        """Return the job of another run.

        Raises
        ------
        ChoiceUnavailable
            If there is none.
        """
        if self.restart is None:
            raise ChoiceUnavailable(NOT_MOVABLE)
        return self.restart(start)


@runtime_checkable
class Window(Protocol):
    """What a renderer has that is a window; everything is set before `Renderer.drive`.

    Attributes
    ----------
    commands : Commands
        What it cannot do by itself.
    notify : callable or None
        Gets its messages, one line each.
    full_speed : bool
        Files are written by the same job: never hold it back, and complete it when the window is
        closed.
    shown : callable or None
        The job of the run that was on display when the window was closed, if it came from
        `commands`; None if it was that of `Renderer.drive`.
    """

    commands: Commands
    notify: Callable[[str], None] | None
    full_speed: bool
    shown: Job | None

    def post(self, command: Command) -> None:
        """Have the window do a command; may be called from any thread."""
