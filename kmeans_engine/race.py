"""Several runs on the same points, side by side, and which of them wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmeans_engine.snapshot import Snapshot

__all__ = ["side_by_side", "verdict_of"]


def side_by_side(runs: Sequence[Iterable[Snapshot]]) -> Iterator[tuple[Snapshot, ...]]:
    """Yield the states of several runs together; one that has ended stays at its last state."""
    iterators = [iter(run) for run in runs]
    current: list[Snapshot | None] = [None] * len(iterators)
    while True:
        following = [next(states, None) for states in iterators]
        if all(state is None for state in following):
            return
        current = [old if new is None else new for new, old in zip(following, current, strict=True)]
        yield tuple(state for state in current if state is not None)


def verdict_of(inertia: float, inertias: Sequence[float]) -> str:
    """Return what the end of a race says of a run: that it wins, ties, or nothing."""
    if inertia > min(inertias):
        return ""
    return "wins" if list(inertias).count(inertia) == 1 else "ties"
