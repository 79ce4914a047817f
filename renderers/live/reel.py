"""The moments of a run in order, and where its states and steps begin. Knows no time."""

from __future__ import annotations

from bisect import bisect_right

from renderers.scene import Moment

__all__ = ["Reel"]


class Reel:
    """A list of moments that grows at its end.

    The moments of one *state* hold the same tuple of snapshots. A *step* is a state, or one phase
    of it where these are shown apart; a smooth film gives each many moments.

    Attributes
    ----------
    moments : list of Moment
        In order.
    states, steps : list of int
        The first moment of each.
    """

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.states: list[int] = []
        self.steps: list[int] = []
        self._numbers: dict[int, int] = {}  # of states, by the identity of their snapshots

    def __len__(self) -> int:
        return len(self.moments)

    def add(self, moment: Moment) -> None:
        """Append a moment."""
        before = self.moments[-1] if self.moments else None
        new_state = before is None or not self.continues(moment)
        if new_state:
            self._numbers[id(moment.snapshots)] = len(self.states)
            self.states.append(len(self.moments))
        if new_state or before is None or before.phase != moment.phase:
            self.steps.append(len(self.moments))
        self.moments.append(moment)

    def continues(self, moment: Moment) -> bool:
        """Return whether a moment belongs to the newest state."""
        return bool(self.moments) and self.moments[-1].snapshots is moment.snapshots

    @staticmethod
    def index(starts: list[int], position: int) -> int:
        """Return which state or step a position belongs to."""
        return max(0, bisect_right(starts, position) - 1)

    def end(self, starts: list[int], index: int) -> int:
        """Return the last moment of a state or step, or of the newest one before it."""
        if index + 1 < len(starts):
            return starts[index + 1] - 1
        return max(0, len(self.moments) - 1)

    def between(self, one: Moment, other: Moment) -> list[Moment]:
        """Return the last moments of the states that lie between those of two moments, in order.

        Empty if they belong to different runs, or if they lie so far apart that comparing all
        labels is less work than following the changes: a million labels take as long as a state.
        """
        a, b = (self._numbers.get(id(moment.snapshots)) for moment in (one, other))
        if a is None or b is None:
            return []
        points = max((snapshot.n_points for snapshot in other.snapshots), default=0)
        if abs(a - b) > points // 1_000_000:
            return []
        states = range(a + 1, b) if a < b else range(a - 1, b, -1)
        return [self.moments[self.end(self.states, state)] for state in states]
