"""When runs end: as scikit-learn's, whose tolerance this is."""

import numpy as np
import pytest
from sklearn.cluster import KMeans as Theirs

from kmeans_engine import Engine, make_clusters
from kmeans_engine.estimator import KMeans
from kmeans_engine.estimator.runs import Run, finish, spread, states


@pytest.mark.parametrize("tol", [0, 1e-8, 1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("limit", [1, 2, 5, 300])
@pytest.mark.parametrize("seed", range(3))
def test_they_end_with_the_same_iteration_as_scikit_learns(tol, limit, seed):
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(400, 3)), None
    words = {"init": X[:6], "tol": tol, "max_iter": limit}
    ours = KMeans(6, **words).fit(X, sample_weight=weights)
    theirs = Theirs(6, n_init=1, **words).fit(X, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_
    assert (ours.labels_ == theirs.labels_).all()
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-12)
    np.testing.assert_allclose(ours.inertia_, theirs.inertia_, rtol=1e-12)


@pytest.mark.parametrize("offset", [0, 1e8])
def test_the_spread_is_the_mean_variance(offset):
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=(500, 3)) * [1, 2, 3], rng.integers(0, 4, 500)
    for w, same in ((None, X), (weights, np.repeat(X, weights, axis=0))):
        engine = Engine(X + offset, weights=w)
        for k in (1, 7):
            _, state, *_ = engine.snapshots(X[:k] + offset)
            want = np.var(same + offset, axis=0).mean()
            np.testing.assert_allclose(spread(state), want, rtol=1e-9)


def test_the_last_state_has_the_reason():
    X = make_clusters(5, 40, seed=1)
    engine = Engine(X)
    told = [reason for _, reason in states(engine, Run(X[:5], 300, False))]
    assert told[-1] == "strict convergence"
    assert not any(told[:-1])
    told = [reason for _, reason in states(engine, Run(X[:5], 300, False), 0.5)]
    assert told[-1].startswith("center shift ")
    assert [reason for _, reason in states(engine, Run(X[:5], 2, False))] == ["", "", ""]


def test_labels_are_those_of_the_centres_that_are_left():
    X = np.random.default_rng(2).normal(size=(100, 2)).astype(np.float32)
    engine = Engine(X)
    last = engine.fit(X[:4], max_iterations=1)
    outcome = finish(engine, last, np.dtype(np.float32))
    assert outcome.centers.dtype == np.float32
    again = engine.fit(outcome.centers, max_iterations=0)
    assert (outcome.labels == again.labels).all()
    assert outcome.inertia == again.inertia
    assert not outcome.converged
