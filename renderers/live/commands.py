"""What a window can be asked for, by key or from the menu, and what its caller supplies for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from renderers.contract import Renderer

__all__ = [
    "KEYS",
    "NOT_MOVABLE",
    "ChoiceUnavailable",
    "Command",
    "Commands",
    "Job",
    "Start",
    "command_of",
]

# fmt: off
Command = Literal[
    "pause", "back", "forward", "first", "last", "faster", "slower",
    "new clusters", "new centroids", "next init", "more clusters", "fewer clusters", "place",
    "numbers", "trails", "borders", "changes", "curve", "sizes",
    "next projection", "previous projection",
    "save", "save gif", "save picture", "help", "cancel", "exit",
]
# fmt: on
NOT_MOVABLE = "this window shows one run that was given; s saves it, q exits"

# By matplotlib's names of the keys; the toolkits do not agree on the name of the space bar.
KEYS: dict[str, Command] = {
    " ": "pause",
    "space": "pause",
    "left": "back",
    "right": "forward",
    "home": "first",
    "end": "last",
    "up": "faster",
    "+": "faster",
    "=": "faster",
    "down": "slower",
    "-": "slower",
    "r": "new clusters",
    "c": "new centroids",
    "i": "next init",
    "]": "more clusters",
    "[": "fewer clusters",
    "m": "place",
    "1": "numbers",
    "2": "trails",
    "3": "borders",
    "4": "changes",
    "5": "curve",
    "6": "sizes",
    "p": "next projection",
    "P": "previous projection",
    "s": "save",
    "g": "save gif",
    "e": "save picture",
    "h": "help",
    "?": "help",
    "escape": "cancel",
    "q": "exit",
}


def command_of(key: str | None) -> Command | None:
    """Return the command of a key; capitals count as small letters where they mean nothing else."""
    return KEYS.get(key or "") or KEYS.get((key or "").lower())


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
    """

    new_points: bool = False
    centroids: NDArray[np.float64] | None = None
    k: int | None = None
    init: str | None = None


Job = Callable[["Renderer"], None]
"""Plays a run to the renderer that it is called with, in the thread that it is called in."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What the window cannot do by itself.

    Attributes
    ----------
    restart : callable or None
        ``restart(start)`` returns at once with a job, or raises `ChoiceUnavailable`: ``job(seat)``
        plays another run to a renderer of its own. `restart` is called in the window's thread, the
        job in another.
    inits : tuple of str
        The methods of drawing centroids to choose from; that of the first run comes first.
    """

    restart: Callable[[Start], Job] | None = None
    inits: tuple[str, ...] = ("random", "k-means++")

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
