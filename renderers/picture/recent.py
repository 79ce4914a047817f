"""What was found of the last two states: while a picture moves, one fades into the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Recent"]

_Found = TypeVar("_Found")

_KEPT = 2


class Recent(Generic[_Found]):
    """Keeps what was found of two states, and these themselves."""

    def __init__(self) -> None:
        self._all: list[tuple[Snapshot | None, _Found]] = []

    @property
    def newest(self) -> tuple[Snapshot | None, _Found] | None:
        """What was found last, and of which state; None before anything was found.

        The state None is that before the first.
        """
        return self._all[-1] if self._all else None

    def get(self, state: Snapshot | None, find: Callable[[], _Found]) -> _Found:
        """Return what was found of a state, and find it if nothing is known of it."""
        for known, found in self._all:
            if known is state:
                return found
        found = find()
        self._all = [*self._all[1 - _KEPT :], (state, found)]
        return found
