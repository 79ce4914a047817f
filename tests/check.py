"""Compare runs of the engine with the oracle and with each other, field by field, bit for bit."""

import itertools
import os

import naive
import numpy as np
from hypothesis import settings

PLAIN_PYTHON = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"

FIELDS = ("iteration", "centroids", "assigned_from", "labels", "changed", "counts", "n_changed")
NUMBERS = ("shift", "inertia", "converged")


def examples(number: int) -> settings:
    """Settings for a property test; in plain Python it gets a tenth of the examples."""
    return settings(max_examples=max(number // 10, 5) if PLAIN_PYTHON else number)


def bits(value) -> bytes:
    array = np.asarray(value)
    # -0.0 and 0.0 are one value of a mean.
    return (array + 0.0).tobytes() if array.dtype.kind == "f" else array.tobytes()


def same_snapshot(got, want) -> None:
    for name in FIELDS + NUMBERS:
        a, b = getattr(got, name), getattr(want, name)
        assert np.asarray(a).dtype == np.asarray(b).dtype, name
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), (name, a, b)
    same_weights(got.weights, want.weights)


def same_weights(got, want) -> None:
    assert (got is None) == (want is None)
    if got is not None:
        assert got.dtype == np.float64
        assert got.tolist() == np.asarray(want).tolist()


def like_oracle(engine, centroids, *, weights=None, max_iterations=None, tolerance=0.0) -> int:
    """Check every field of every snapshot of a run; return how many snapshots there were."""
    arguments = {"max_iterations": max_iterations, "tolerance": tolerance}
    states = naive.snapshots(engine.points, centroids, weights=weights, **arguments)
    run = engine.snapshots(centroids, **arguments)
    total = 0
    for got, want in itertools.zip_longest(run, states):
        assert got is not None, f"the engine ended before snapshot {want.iteration}"
        assert want is not None, f"the engine went on to snapshot {got.iteration}"
        assert got.iteration == want.iteration == total
        assert got.labels.tolist() == want.labels
        assert bits(got.centroids) == bits(np.array(want.centroids))
        assert bits(got.assigned_from) == bits(np.array(want.assigned_from))
        assert got.changed.dtype == np.intp
        assert got.changed.tolist() == want.changed
        assert got.n_changed == len(want.changed)
        assert got.counts.dtype == np.int64
        assert got.counts.tolist() == want.counts
        assert got.shift == want.shift
        assert got.inertia == want.inertia
        assert got.converged is want.converged
        same_weights(got.weights, want.weights)
        total += 1
    return total
