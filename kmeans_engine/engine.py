"""The engine: prepares points once, then yields a snapshot per iteration for any start."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.sums import compare_centroids
from kmeans_engine.labels import LabelHistory
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import default_threads
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.strategies import make_strategy
from kmeans_engine.strategies.base import Step
from kmeans_engine.sums import square_totals
from kmeans_engine.validation import check_centroids, check_count, check_k, check_tolerance

__all__ = ["Engine", "label_dtype"]

Floats = npt.NDArray[np.float64]


class Engine:
    """K-means (Lloyd 1982) over fixed points, one snapshot per iteration.

    The same points and initial centroids give the same bits in every field of every snapshot,
    whatever the number of threads, the strategy, the layout of the array or the machine: distances
    are compared as defined in `kernels.assign`, and means are exact but for one rounding.

    One engine serves many runs, from several Python threads at the same time.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers, of any strides, or a memmap, or a DataFrame. Never changed
        and, with the strategy ``brute``, never copied as a whole.
    threads : int, optional
        Threads to compute with. By default ``NUMBA_NUM_THREADS`` where that is set, else the
        processors that this process may use: its affinity mask, and the CPU quota of a container.
    strategy : str
        One of `STRATEGIES`. They differ in speed and memory only.

    Raises
    ------
    InvalidInput, InvalidType
        If the points cannot be clustered or an option is out of range.
    UnsupportedStrategy
        If the strategy cannot serve the shape of the points.

    References
    ----------
    S. Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982).
    """

    def __init__(
        self, points: npt.ArrayLike, *, threads: int | None = None, strategy: str = "auto"
    ) -> None:
        count = default_threads() if threads is None else check_count(threads, "threads", minimum=1)
        self._data = Data(points, count)
        self._strategy = make_strategy(strategy, self._data)
        self._squares: list[int] | None = None
        self._squares_lock = threading.Lock()

    @property
    def points(self) -> npt.NDArray[Any]:
        """The points, (M, N), as they were given."""
        return self._data.points

    def snapshots(
        self,
        centroids: npt.ArrayLike,
        *,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
    ) -> Generator[Snapshot, None, None]:
        """Return a generator of the states, beginning with the initial one.

        It ends with the first snapshot whose centroids equal the previous ones
        (`Snapshot.converged`), or whose shift is at most `tolerance` if that is positive, or after
        snapshot `max_iterations`, or if the centroids of an earlier snapshot come back.

        Parameters
        ----------
        centroids : array_like, (K, N)
            Where to start; see `initial_centroids`.
        max_iterations : int, optional
            Last iteration; 0 gives the initial state alone. No limit unless given.
        tolerance : float
            In the units of the points.

        Returns
        -------
        generator of Snapshot

        Raises
        ------
        InvalidInput, InvalidType
            At once, not at the first snapshot, if an argument cannot be used.
        """
        start, limit = self._check(centroids, max_iterations)
        return self._run(start, limit, check_tolerance(tolerance))

    def fit(
        self,
        centroids: npt.ArrayLike,
        *,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
    ) -> Snapshot:
        """Return the last snapshot of `snapshots` with the same arguments."""
        start, limit = self._check(centroids, max_iterations)
        return next(self._run(start, limit, check_tolerance(tolerance), only_last=True))

    def _check(
        self, centroids: npt.ArrayLike, max_iterations: int | None
    ) -> tuple[Floats, int | None]:
        data = self._data
        start = check_centroids(centroids, data.n_features)
        check_k(len(start), data.n_points)
        data.check_range(
            np.minimum(data.low, start.min(axis=0)), np.maximum(data.high, start.max(axis=0))
        )
        if max_iterations is None:
            return start, None
        return start, check_count(max_iterations, "max_iterations", minimum=0)

    def _run(
        self, start: Floats, limit: int | None, tolerance: float, *, only_last: bool = False
    ) -> Generator[Snapshot, None, None]:
        data, k = self._data, len(start)
        labels = np.empty(data.n_points, dtype=label_dtype(k))
        run = self._strategy.begin()
        sums = run.first(start, labels)
        history = LabelHistory(labels)
        seen = {_digest(start)}
        iteration, assigned_from, centroids = 0, start, start
        changed, n_changed, shift, converged = None, data.n_points, 0.0, False
        # The labels of snapshot 1 are those of snapshot 0.
        step, before = Step(np.empty(0, dtype=np.uint32), labels[:0], sums), None
        try:
            while True:
                ended = converged or iteration == limit
                digest = _digest(centroids)
                if iteration > 0:
                    ended = ended or digest in seen or 0.0 < tolerance >= shift
                seen.add(digest)
                if ended or not only_last:
                    yield Snapshot(
                        iteration=iteration,
                        centroids=centroids,
                        assigned_from=assigned_from,
                        counts=sums.counts,
                        n_changed=n_changed,
                        shift=shift,
                        converged=converged,
                        points=data.points,
                        strategy=run.name,
                        _state=history.head(changed),
                        _sums=sums,
                        _squares=self._square_totals,
                    )
                if ended:
                    return
                iteration += 1
                if iteration > 1:
                    before, step = sums, run.step(centroids, history.newest, sums)
                sums, n_changed = step.sums, len(step.indices)
                # The snapshots before see their labels change only here, under a lock.
                changed = history.commit(step.indices, step.labels)
                means = centroids.copy()
                sums.update_means(means, before)
                means.setflags(write=False)
                square, equal = compare_centroids(centroids, means)
                shift, converged = math.sqrt(square), bool(equal)
                assigned_from, centroids = centroids, means
        finally:
            history.finish()

    def _square_totals(self) -> list[int]:
        with self._squares_lock:
            if self._squares is None:
                self._squares = square_totals(self._data)
            return self._squares


def label_dtype(k: int) -> np.dtype[Any]:
    """Return the smallest unsigned integer type that holds k - 1."""
    return np.min_scalar_type(k - 1)


def _digest(centroids: Floats) -> bytes:
    # -0.0 and 0.0 are the same state.
    return hashlib.blake2b((centroids + 0.0).tobytes(), digest_size=16).digest()
