"""Several runs on the same points, side by side: which wins, and which clusters are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import LabelArray
from kmeans_engine.errors import InvalidInput
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.validation import check_some_labels

__all__ = ["match_clusters", "match_labels", "overlap", "side_by_side", "verdict_of"]

Counts = npt.NDArray[np.int64]

_PAIRS = 1 << 20  # labels that are paired at a time
_MOST = 8192  # clusters that are matched: their table of counts takes 512 MB


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
    if not inertia <= min(inertias):  # which is NaN where a run has none
        return ""
    return "wins" if list(inertias).count(inertia) == 1 else "ties"


class _Pairs:
    """Counts the points of each pair of labels, before and now; see `points.visit.Visitor`."""

    work_per_row = 8
    cells = 0

    def __init__(self, now: int, before: int) -> None:
        self._shape = now, before

    def begin(self) -> Counts:
        return np.zeros(self._shape, np.int64)

    def add(
        self,
        found: Counts,
        rows: object,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: object,
    ) -> None:
        assert was is not None
        assert now is not None
        _count_pairs(now, was, found)

    def merge(self, found: list[Counts]) -> Counts:
        total = found[0]
        for part in found[1:]:
            total += part
        return total


def _count_pairs(one: LabelArray, other: LabelArray, found: Counts) -> None:
    """Add to `found` (K, L) how many points have each pair of labels."""
    pairs = one.astype(np.intp) * found.shape[1] + other
    found += np.bincount(pairs, minlength=found.size).reshape(found.shape)


def overlap(one: Snapshot, other: Snapshot) -> Counts:
    """Return how many points two clusters share, one of each state, (K of `one`, K of `other`).

    Parameters
    ----------
    one, other : Snapshot
        States of any runs on the same points, wherever these are.
    """
    shape = len(one.counts), len(other.counts)
    found = one.visit(_Pairs(*shape), other)
    # Those with the same label in both were not shown.
    same = one.counts - found.sum(axis=1)
    both = np.arange(min(shape))
    found[both, both] += same[both]
    return found


def match_clusters(shared: Counts) -> npt.NDArray[np.intp]:
    """Return the partner of each cluster such that partners share as many points as possible.

    By the Hungarian method (Kuhn 1955, with the shortest paths of Jonker and Volgenant 1987), on
    integers, so exact: at most K (K + 1) / 2 passes over a row, 0.2 s for K = 256.

    Parameters
    ----------
    shared : ndarray, (K, L), int64
        From `overlap`.

    Returns
    -------
    ndarray, (K,), intp
        Different numbers below L; those from L on, in order, for clusters that find no partner.
    """
    rows, columns = shared.shape
    n = max(rows, columns)
    cost = np.zeros((n, n), np.int64)
    cost[:rows, :columns] = -shared
    far = np.iinfo(np.int64).max // 2
    # Potentials, and the row that each column belongs to. Column n is where each search begins.
    of_row, of_column = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    owner = np.full(n + 1, -1)
    for row in range(n):
        owner[n], column = row, n
        least, via = np.full(n, far), np.full(n, n)
        done = np.zeros(n + 1, np.bool_)
        while owner[column] >= 0:
            done[column], at = True, owner[column]
            reduced = cost[at] - of_row[at] - of_column[:n]
            nearer = (reduced < least) & ~done[:n]
            least[nearer], via[nearer] = reduced[nearer], column
            column = int(np.where(done[:n], far, least).argmin())
            step = least[column]
            of_row[owner[done]] += step
            of_column[done] -= step
            least[~done[:n]] -= step
        while column != n:
            before = via[column]
            owner[column], column = owner[before], before
    partner = np.empty(n, np.intp)
    partner[owner[:n]] = np.arange(n)
    partner = partner[:rows]
    alone = partner >= columns
    partner[alone] = columns + np.arange(np.count_nonzero(alone))
    return partner


def match_labels(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return new numbers for the clusters of `b`, such that it can be compared with `a`.

    ``match_labels(a, b)[b]`` are the labels of `b` with the numbers of `a`: as many points as
    possible, over all ways to pair the clusters one to one, then have the same label in both. Found
    by the Hungarian method on the counts of the points that two clusters share, in integers.

    Parameters
    ----------
    a, b : array_like of int, (M,)
        Labels of the same points, each from 0 on.

    Returns
    -------
    ndarray, (L,), intp
        Different numbers, one for each of the L clusters of `b`. If it has more clusters than `a`,
        those without a partner are numbered from K, their number in `a`, on.

    Raises
    ------
    InvalidInput, InvalidType
        If these are not labels of the same points, or of more than 8,192 clusters.

    References
    ----------
    Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2
    (1955).

    Examples
    --------
    >>> a, b = np.array([0, 0, 1, 2]), np.array([2, 2, 0, 1])
    >>> match_labels(a, b)[b]
    array([0, 0, 1, 2])
    """
    one, other = (check_some_labels(labels, name) for name, labels in (("a", a), ("b", b)))
    if len(one) != len(other):
        raise InvalidInput(
            f"a has {len(one):,} labels and b has {len(other):,}, need labels of the same points"
        )
    for name, labels in (("a", one), ("b", other)):
        if labels.max() >= _MOST:
            raise InvalidInput(
                f"{name} has labels up to {labels.max()}, and at most {_MOST:,} clusters can be "
                f"matched; if some numbers are not used, leave them out with np.unique({name}, "
                "return_inverse=True)[1]"
            )
    shared = np.zeros((int(other.max()) + 1, int(one.max()) + 1), np.int64)
    for start in range(0, len(one), _PAIRS):
        some = slice(start, start + _PAIRS)
        _count_pairs(other[some], one[some], shared)
    return match_clusters(shared)
