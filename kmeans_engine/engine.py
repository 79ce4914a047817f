"""The engine: prepares points once, then yields a snapshot per iteration for any start."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.loop import Past, State, iterate
from kmeans_engine.points.precision import warn_of_rounding, warn_of_vanishing
from kmeans_engine.points.squares import exact_inertia
from kmeans_engine.points.visit import Visible
from kmeans_engine.recalc import follow
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.runtime.progress import doing
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.sprint import Sprint, is_short
from kmeans_engine.strategies.base import Assigner
from kmeans_engine.sums import ExactSums
from kmeans_engine.validation import check_centroids, check_count, check_tolerance
from kmeans_engine.whole import Whole, open_whole

__all__ = ["Engine"]


class Engine:
    """K-means (Lloyd 1982) over fixed points, one snapshot per iteration.

    The same points and initial centroids give the same bits in every field of every snapshot,
    whatever the number of threads, the strategy, the layout of the array or the machine: distances
    are those of float64, feature by feature, ties go to the lowest index, and means are exact but
    for one rounding.

    One engine serves many runs, from several Python threads at the same time.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers (also float16, and bfloat16 of ml_dtypes), of any strides, or a
        memmap, or a list of arrays or files that follow one another, or a table of another library:
        pandas, polars, Arrow, or anything with ``__array__``, ``__dlpack__`` or the dataframe
        protocol. Never changed and, with the strategy ``brute``, an array is never copied as a
        whole. Whoever changes it gets an error at the end of a run, not a wrong answer.
        Or the path of a file: ``.npy``, Parquet, Feather or CSV, or a folder of the latter three;
        a ``pyarrow.dataset.Dataset`` or ``Scanner``, a ``RecordBatchReader``, or a function that
        returns one. These are read once, and kept in scratch if they are larger than `memory`; an
        ``.npy`` or a memmap that is larger is read where it is.
        Or an array of CuPy, torch or another library on a GPU, which is not copied: in C order, see
        docs/gpu.md. Or a Dask array or DataFrame, clustered on the workers of the current client.
    weights : array_like, (M,), optional
        What each point counts for, any finite real numbers of at least 0: a column of a table, an
        array of any type or a file of one column, or a list of them, one for each of a list of
        points. A point of weight 2 is worth two points, to the last bit; one of weight 0 gets its
        label and counts for nothing. Read where they are if they are float64 side by side, else
        copied as such. By default all points count alike.
    threads : int, optional
        Threads to compute with. By default ``NUMBA_NUM_THREADS`` where that is set, else the
        processors that this process may use: its affinity mask, and the CPU quota of a container.
    strategy : str
        One of `STRATEGIES`. They differ in speed and memory only.
    memory : str or int, optional
        Bytes that the engine's own arrays may take in memory, such as ``"2GB"``; what is larger
        goes to files in `scratch`. By default half of what is free. Python and machine code take
        some 200 MB besides.
    scratch : path, optional
        Folder of these files, which have no names and leave nothing behind. By default ``$TMPDIR``,
        or /var/tmp.

    Raises
    ------
    InvalidInput, InvalidType
        If the points cannot be clustered or an option is out of range.
    UnsupportedStrategy
        If the strategy cannot serve the shape of the points.
    OSError
        If a file cannot be read, or there is no room in `scratch`.

    Warns
    -----
    PrecisionWarning
        If whole numbers beyond 2^53 are rounded, or all squared distances vanish.

    Notes
    -----
    An engine can be pickled and copied: its points and settings are, and it is prepared again.

    References
    ----------
    Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982).
    """

    def __init__(
        self,
        points: Any,
        *,
        weights: Any = None,
        threads: int | None = None,
        strategy: str = "auto",
        memory: str | int | None = None,
        scratch: str | os.PathLike[str] | None = None,
    ) -> None:
        self._prepare(points, weights, threads, strategy, memory, scratch)
        warn_of_rounding(self._whole.count_rounded())
        warn_of_rounding(self._whole.count_rounded_weights(), "weights")
        warn_of_vanishing(self._whole.measure)

    def _prepare(
        self,
        points: Any,
        weights: Any,
        threads: int | None,
        strategy: str,
        memory: str | int | None,
        scratch: str | os.PathLike[str] | None,
    ) -> None:
        count = default_threads() if threads is None else check_count(threads, "threads", minimum=1)
        self._settings = threads, strategy, memory, scratch
        self._whole: Whole = open_whole(points, count, strategy, memory, scratch, weights)
        self._names = self._whole.names
        self._squares: list[int] | None = None
        self._squares_lock = threading.Lock()

    def __repr__(self) -> str:
        whole, strategy = self._whole, self._settings[1]
        weighted = "weighted, " if whole.weighted else ""
        return (
            f"Engine(M={whole.n_points}, N={whole.n_features}, {weighted}strategy={strategy!r}, "
            f"threads={whole.threads})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # A memory map arrives as the numbers that it holds.
        given = self.points, self._whole.given_weights
        points, weights = (
            np.asarray(each) if isinstance(each, np.ndarray) else each for each in given
        )
        return _again, (points, self._names, weights, *self._settings)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the features: the columns of a DataFrame, else x0, x1, ..."""
        return self._names or tuple(f"x{n}" for n in range(self._whole.n_features))

    @property
    def visible(self) -> Visible:
        """The points as they were opened and measured, for a picture or another `Engine`."""
        return self._whole

    @property
    def points(self) -> Any:
        """The points, (M, N), as they were given; those of a table in memory as one array."""
        return self._whole.given

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
            Where to start; see `initial_centroids`. Of two DataFrames the columns go by name.
        max_iterations : int, optional
            Last iteration; 0 gives the initial state alone. By default there is no limit.
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

    def resume(
        self,
        states: Snapshot | Iterable[Snapshot],
        *,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
    ) -> Generator[Snapshot, None, None]:
        """Return a generator of the states that follow those of a run on the same points.

        They have the bits that `snapshots` gives without the interruption. The points are labelled
        anew once, which takes as long as an iteration that knows nothing of those before.

        Parameters
        ----------
        states : iterable of Snapshot, or Snapshot
            All states of the run so far, such as those of `recording.open`, consumed at once. The
            last one is enough, but for a run that ends because the centroids of a state before it
            come back.
        max_iterations, tolerance
            As for `snapshots`, and for the run as a whole: nothing follows the state that ends it.

        Returns
        -------
        generator of Snapshot

        Raises
        ------
        InvalidInput, InvalidType
            At once if there are no states or an argument cannot be used; with the first state if
            the last one does not follow from these points.
        """
        past = _past([states] if isinstance(states, Snapshot) else states)
        _, limit = self._check(past.centroids, max_iterations)
        start, _ = self._check(past.assigned_from, None)
        past = past._replace(assigned_from=start)
        return self._run(start, limit, check_tolerance(tolerance), past=past)

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
        measure = self._whole.measure
        start = check_centroids(centroids, len(measure.low), self._names)
        self._whole.check(len(start))
        measure.check_with(start)
        if max_iterations is None:
            return start, None
        return start, check_count(max_iterations, "max_iterations", minimum=0)

    def _run(
        self,
        start: Floats,
        limit: int | None,
        tolerance: float,
        *,
        only_last: bool = False,
        past: Past | None = None,
    ) -> Generator[Snapshot, None, None]:
        whole = self._whole
        assigners: Sequence[Assigner] = ()
        few = whole.sprintable
        if few is not None and past is None and is_short(few, len(start)):
            sprint = Sprint(few, start, limit=limit, tolerance=tolerance)
            states = sprint.states(only_last=only_last)
        else:
            few, assigners = None, whole.begin()
            states = iterate(
                assigners, start, limit=limit, tolerance=tolerance, threads=whole.threads,
                only_last=only_last, past=past, budget=whole.budget,
            )  # fmt: skip
        with doing("clustering"), contextlib.closing(states):
            for state in states:
                in_place = few is not None or any(assigner.in_place for assigner in assigners)
                moment = self._whole.seal.now if in_place else None
                if state.is_last and in_place:
                    self._whole.seal.check()
                yield self._snapshot(state, moment)
                del state  # whoever keeps the snapshot keeps its labels, and nobody else

    def _snapshot(self, state: State, moment: int | None) -> Snapshot:
        sums, centroids, whole = state.sums, state.centroids, self._whole
        return Snapshot(
            iteration=state.iteration,
            centroids=centroids,
            assigned_from=state.assigned_from,
            counts=sums.counts,
            weights=sums.weights(),
            n_changed=state.n_changed,
            shift=state.shift,
            converged=state.converged,
            strategy=state.strategy,
            points=whole.given,
            names=self._names,
            compute_inertia=lambda: self._inertia(sums, centroids, moment),
            _labels=state.labels,
            _whole=whole,
            _given_weights=whole.given_weights,
        )

    def _inertia(self, sums: ExactSums, centroids: Floats, moment: int | None) -> float:
        """Return the inertia of a state that was computed before a moment, if the points count."""
        with self._squares_lock:
            if self._squares is None:
                with doing("measuring the inertia"):
                    squares = self._whole.squares()
                self._whole.seal.check()
                self._squares = squares
        if moment is not None:
            self._whole.seal.vouch(moment)
        return exact_inertia(sums, self._squares, centroids)


def _past(states: Iterable[Snapshot]) -> Past:
    """Return what must be known of states so that others can follow."""
    state, digest, seen = None, np.zeros(2, dtype=np.uint64), set[bytes]()
    for after in states:
        if state is not None:
            seen.add(digest.tobytes())
            follow(state.centroids, after.centroids, digest)
        state = after
    if state is None:
        raise InvalidInput("there are no states to go on from; give those of the run so far")
    return Past(
        iteration=state.iteration,
        centroids=state.centroids,
        assigned_from=state.assigned_from,
        counts=state.counts,
        shift=state.shift,
        converged=state.converged,
        digest=digest,
        seen=seen,
    )


def _again(points: Any, names: tuple[str, ...], weights: Any, *settings: Any) -> Engine:
    """Return the engine that another one was pickled or copied as; it does not warn again."""
    engine = Engine.__new__(Engine)
    engine._prepare(points, weights, *settings)
    engine._names = names
    return engine
