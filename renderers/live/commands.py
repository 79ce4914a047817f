"""What a window can be asked for, by key or from the menu, and what its caller supplies for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["KEYS", "ChoiceUnavailable", "Command", "Commands", "Job"]

Command = Literal["new clusters", "new centroids", "save", "exit", "pause", "back", "forward"]
Job = Callable[[], None]

# By matplotlib's names of the keys; the toolkits do not agree on the name of the space bar.
KEYS: dict[str, Command] = {
    "r": "new clusters",
    "c": "new centroids",
    "s": "save",
    "q": "exit",
    " ": "pause",
    "space": "pause",
    "left": "back",
    "right": "forward",
}


class ChoiceUnavailable(RuntimeError):
    """A choice cannot be made with this input; the message says why and what can be chosen."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What the window cannot do by itself.

    Attributes
    ----------
    randomise : callable or None
        ``randomise(new_clusters)`` returns at once with a job that plays another run to the same
        renderer, on new points (True) or from new centroids only (False), or raises
        `ChoiceUnavailable`. It is called in the window's thread, the job in one of its own.
    """

    randomise: Callable[[bool], Job] | None = None

    def job(self, new_clusters: bool) -> Job:
        """Return the job of another run.

        Raises
        ------
        ChoiceUnavailable
            If there is none.
        """
        if self.randomise is None:
            raise ChoiceUnavailable("this window shows one run that was given; s saves it, q exits")
        return self.randomise(new_clusters)
