"""What tests of recordings share: states are compared field by field, bit by bit."""

import numpy as np

FIELDS = ("iteration", "n_changed", "shift", "converged", "inertia")
ARRAYS = ("centroids", "assigned_from", "counts", "labels", "changed")


def check_same(state, other, *, strategy=True):
    for name in (*FIELDS, *(("strategy",) if strategy else ())):
        assert getattr(state, name) == getattr(other, name), name
    assert (state.weights is None) == (other.weights is None)
    if state.weights is not None:
        assert state.weights.tobytes() == other.weights.tobytes()
    for name in ARRAYS:
        one, two = getattr(state, name), getattr(other, name)
        assert one.dtype == two.dtype, name
        assert one.shape == two.shape, name
        assert one.tobytes() == two.tobytes(), name


def check_same_run(run, other, *, strategy=True):
    """Check runs whose states are kept, and those that are compared as they come."""
    for state, twin in zip(run, other, strict=True):
        check_same(state, twin, strategy=strategy)


def record(states, path, **options):
    """Record a run as a whole; return its states."""
    from kmeans_engine import recording

    return list(recording.record(states, path, **options))


def large_run(seed=0, m=300_000, k=40, far=False):
    """Return points and a start of a run that has states with many changes and with few."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(m, 2)).astype(np.float32)
    return points, points[:k]
