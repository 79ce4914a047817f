"""How the next run starts: its number of clusters, its method, or centroids placed by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.live.hand import Hand
from renderers.live.messages import Messages
from renderers.live.showings import Showings
from renderers.scene import History
from renderers.stage.window import NOT_MOVABLE, STARTS, ChoiceUnavailable, Command, Commands, Start

__all__ = ["Choices"]

SIDE_BY_SIDE = "the runs of a race start as they were given; show one alone to move its centroids"


class Choices:
    """What the user chose for the runs to come; asks for them, and says why one cannot be had.

    Parameters
    ----------
    commands : Commands
        What the caller supplies.
    showings : Showings
        What is shown, and where the job of the next run waits.
    messages : Messages
        Where choices are confirmed.

    Attributes
    ----------
    hand : Hand
        What the mouse does to the centroids.
    """

    def __init__(self, commands: Commands, showings: Showings, messages: Messages) -> None:
        self.hand = Hand()
        self._commands = commands
        self._showings = showings
        self._messages = messages
        self._k: int | None = None  # if another one is chosen
        self._init: str | None = None  # if another one is chosen
        self._placing = 1  # how many centroids, while they are placed

    @property
    def k(self) -> int:
        """Number of clusters of the run that comes next."""
        if self.hand.placing:
            return self._placing
        scene = self._showings.scene
        return self._k or (scene.panels[0].k if scene is not None and scene.panels else 1)

    @property
    def init(self) -> str:
        """Method of drawing the centroids of the run that comes next."""
        return self._init or self._commands.inits[0]

    @property
    def movable(self) -> bool:
        """Whether a run can be started from other centroids."""
        scene = self._showings.scene
        single = scene is not None and len(scene.panels) == 1
        return single and self._commands.restart is not None

    def offers(self, command: Command) -> bool:
        """Return whether a command can do anything for what is shown, and what comes next."""
        return command not in (self._commands.missing if self.movable else STARTS)

    @property
    def prompt(self) -> str:
        """What to do next while centroids are placed; empty otherwise."""
        if not self.hand.placing:
            return ""
        left = self.k - len(self.hand.placed)
        return f"click to place {left} more of {self.k} centroids · [ ] fewer, more · esc cancels"

    def restart(self, *, new_points: bool) -> None:
        """Ask for a run as chosen, on other points or on the same."""
        self.hand.cancel()
        self._ask(Start(new_points=new_points, k=self._k, init=self._init))

    def start_from(self, centroids: NDArray[np.float64], like: History | None = None) -> None:
        """Ask for a run from these centroids, in the colours of another."""
        scene = self._showings.scene
        if scene is not None and len(scene.panels) > 1:
            self._messages.say(SIDE_BY_SIDE)
        else:
            self.hand.cancel()
            self._k = len(centroids)
            self._ask(Start(centroids=centroids, like=like))

    def next_init(self) -> None:
        """Start again by the next method of drawing centroids."""
        inits = self._commands.inits
        at = (inits.index(self.init) + 1) % len(inits)
        self._choose(self._k, inits[at] if at else None)

    def change_k(self, by: int) -> None:
        """Start again with more or fewer clusters, or have more or fewer placed."""
        k = max(1, self.k + by)
        if self.hand.placing:
            self._placing = max(k, len(self.hand.placed) + 1)
        elif k != self.k:
            self._choose(k, self._init)

    def toggle_placing(self) -> None:
        """Begin to place centroids, or stop; say so where they cannot be placed."""
        self._placing = self.k
        if self.movable or self.hand.placing:
            self.hand.toggle_placing()
        elif self._commands.restart is None:
            self._messages.say(NOT_MOVABLE)
        elif self._showings.shown is not None:
            self._messages.say(SIDE_BY_SIDE)

    def _ask(self, start: Start) -> bool:
        """Have a run started; return whether that can be done."""
        try:
            self._showings.waiting = self._commands.job(start)
        except ChoiceUnavailable as error:
            self._messages.say(str(error))
            return False
        return True

    def _choose(self, k: int | None, init: str | None) -> None:
        """Start again with another number of clusters or another method; keep them if possible."""
        before = self._k, self._init
        self._k, self._init = k, init
        if self._ask(Start(k=k, init=init)):
            self._messages.say(f"K {self.k} · {self.init} start", notify=False)
        else:
            self._k, self._init = before
