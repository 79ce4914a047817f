"""A fit: runs from several starts, of which the one that leaves least counts."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.engine import Engine
from kmeans_engine.errors import InvalidInput
from kmeans_engine.estimator.drawing import draw
from kmeans_engine.estimator.inputs import Given, check_init
from kmeans_engine.estimator.runs import Outcome, Run, finish, states
from kmeans_engine.estimator.scikit import check_random_state, warn
from kmeans_engine.estimator.watching import Watch
from kmeans_engine.snapshot import Snapshot

__all__ = ["Best", "fit_best"]

# Starts of n_init="auto", as in scikit-learn.
_DRAWN_BADLY = 10


class Best(NamedTuple):
    """The run that counts.

    Attributes
    ----------
    outcome : Outcome
    run : Run
        With the iterations that there were as its limit.
    means : ndarray, (K, N), float64
        The centroids of its last state.
    """

    outcome: Outcome
    run: Run
    means: Floats


def fit_best(estimator: Any, engine: Engine, given: Given, watch: Watch) -> Best:
    """Return the run with the least inertia; of several the first.

    Parameters
    ----------
    estimator : KMeans
        Whose parameters count.
    engine : Engine
    given : Given
        What X was.
    watch : Watch
        Is told all states.
    """
    k, n_points = estimator.n_clusters, engine.visible.n_points
    if n_points < k:
        raise InvalidInput(
            f"n_samples={n_points} should be >= n_clusters={k}: "
            f"choose n_clusters= between 1 and {n_points}",
            options=("n_clusters",),
        )
    relocates = estimator.empty == "relocate"
    starts = _starts(estimator, engine, given)
    count = estimator._n_init
    watch.begin(count, estimator.max_iter)
    best: Best | None = None
    for number in range(count):
        run = Run(next(starts), estimator.max_iter, relocates)
        _say(estimator, "Initialization complete")
        last, stops = _one_run(estimator, engine, run, watch.run(number))
        outcome = finish(engine, last, given.dtype)
        if best is None or outcome.inertia < best.outcome.inertia:
            best = Best(outcome, run._replace(max_iter=last.iteration), last.centroids)
        if stops:
            break
    assert best is not None
    return best


def _starts(estimator: Any, engine: Engine, given: Given) -> Iterator[Floats]:
    """Return the starts of the runs, after the number of these has been settled."""
    init, n_init = estimator.init, estimator.n_init
    k, n_features = estimator.n_clusters, engine.visible.n_features
    if not isinstance(init, str) and not callable(init):
        centers = check_init(init, k, n_features)
        if n_init not in ("auto", 1):
            warn(
                "Explicit initial center position passed: performing only one init in KMeans "
                f"instead of n_init={n_init}.",
                RuntimeWarning,
            )
        estimator._n_init = 1
        return iter([centers])
    drawn_well = isinstance(init, str) and init != "random"
    estimator._n_init = (1 if drawn_well else _DRAWN_BADLY) if n_init == "auto" else n_init
    number = estimator.random_state
    if isinstance(number, Integral) and isinstance(init, str):
        # Spares 60 us: what NumPy takes to seed the generator of scikit-learn.
        return (draw(engine, k, str(init), [int(number), run]) for run in itertools.count())
    random = check_random_state(number)

    def drawn() -> Iterator[Floats]:
        while callable(init):
            yield check_init(init(given.plain, k, random_state=random), k, n_features)
        while True:
            seed = int(random.randint(np.iinfo(np.int32).max))
            yield draw(engine, k, str(init), seed)

    return drawn()


def _one_run(estimator: Any, engine: Engine, run: Run, watch: Any) -> tuple[Snapshot, bool]:
    """Return the last state of a run, and whether somebody wants no other run."""
    for state, reason in states(engine, run, estimator.tol):
        if state.iteration > 0 and estimator.verbose:
            _say(estimator, f"Iteration {state.iteration}, inertia {state.inertia}.")
            if reason:
                _say(estimator, f"Converged at iteration {state.iteration}: {reason}.")
        if watch.tell(state):
            break
    return state, watch.end(state)


def _say(estimator: Any, line: str) -> None:
    if estimator.verbose:  # the one thing that a parameter of scikit-learn asks to be printed
        sys.stdout.write(f"{line}\n")
