"""Callbacks of our own for scikit-learn's ``set_callbacks``; see also ``renderers.Film``.

A callback is any object with the four methods of ``sklearn.callback.FitCallback``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from numbers import Real
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.recording.writer import record
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.validation import check_count, shown

__all__ = ["Callback", "EarlyStop", "Record"]


class Callback:
    """Does nothing in each of its hooks."""

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Begin the fit, a run or an iteration."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool | None:
        """End an iteration, a run or the fit."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """End a fit, also one that failed."""


class EarlyStop(Callback):
    """Ends a run when its inertia hardly falls any more.

    Parameters
    ----------
    drop : float
        Share of the inertia by which it must fall.
    patience : int
        Iterations in a row that may fail to.

    Examples
    --------
    >>> from kmeans_engine.estimator import EarlyStop, KMeans
    >>> model = KMeans(tol=0).set_callbacks(EarlyStop(drop=1e-3))  # doctest: +SKIP
    """

    def __init__(self, drop: float = 1e-3, patience: int = 1) -> None:
        number: Any = drop
        if not isinstance(number, Real) or not 0.0 <= float(number) <= 1.0:
            raise InvalidInput(
                f"drop={shown(drop)} is not a share of the inertia: give a number from 0 to 1",
                options=("drop",),
            )
        self.drop = float(drop)
        self.patience = check_count(patience, "patience", minimum=1)
        self._before: float | None = None
        self._failed = 0

    def on_fit_task_begin(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Remember the inertia that a run begins with."""
        state = _state_of(fitted_estimator)
        if state is not None and state.iteration == 0:
            self._before, self._failed = state.inertia, 0

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> bool:
        """Return whether the run should end after an iteration."""
        state = _state_of(fitted_estimator)
        if state is None or context.task_name != "iteration":
            return False
        before, self._before = self._before, state.inertia
        if before is not None and state.inertia > before * (1.0 - self.drop):
            self._failed += 1
        else:
            self._failed = 0
        return self._failed >= self.patience


class Record(Callback):
    """Records a fit while it is computed; see `kmeans_engine.recording`.

    Parameters
    ----------
    path : path-like
        The file, commonly named ``.arrows``. Of a fit of several runs each needs its own: then a
        number in the name, as in ``run-%d.arrows``, stands for the run.
    **options
        Of `kmeans_engine.recording.record`.
    """

    def __init__(self, path: str | os.PathLike[str], **options: Any) -> None:
        self.path, self.options = path, options
        self._waiting: deque[Snapshot] = deque()
        self._recorded: Iterator[Snapshot] | None = None

    def on_fit_task_begin(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Begin a recording with the first iteration of a run."""
        state = _state_of(fitted_estimator)
        if state is not None and state.iteration == 0:
            self._finish()
            self._recorded = record(self._taken(), self._file_of(context), **self.options)
            self._add(state)

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Record the state that an iteration has led to."""
        state = _state_of(fitted_estimator)
        if state is not None and context.task_name == "iteration":
            self._add(state)

    def teardown(self, estimator: Any, context: Any) -> None:
        """End the recording."""
        self._finish()

    def _file_of(self, context: Any) -> str:
        path, run = os.fspath(self.path), context.parent
        if run.task_name != "run":
            return path
        if "%" not in path:
            raise InvalidInput(
                f"path={path!r} names one file, but there are several runs: put a number into the "
                "name, such as 'run-%d.arrows', or choose n_init=1",
                options=("path",),
            )
        try:
            return str(path % run.task_id)
        except (TypeError, ValueError):
            raise InvalidInput(
                f"path={path!r} has no one place for the number of a run: put %d into the name "
                "once, such as 'run-%d.arrows', and write any other % twice",
                options=("path",),
            ) from None

    def _taken(self) -> Iterator[Snapshot]:
        while self._waiting:
            yield self._waiting.popleft()

    def _add(self, state: Snapshot) -> None:
        assert self._recorded is not None
        self._waiting.append(state)
        next(self._recorded)

    def _finish(self) -> None:
        recorded, self._recorded = self._recorded, None
        for _ in recorded or ():
            raise AssertionError("a state was recorded that nobody gave")


def _state_of(fitted: Any) -> Snapshot | None:
    """Return the state that an estimator was made of, if this is a hook of an iteration."""
    state: Snapshot | None = getattr(fitted, "snapshot_", None)
    return state
