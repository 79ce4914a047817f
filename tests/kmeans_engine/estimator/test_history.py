import numpy as np
import pytest
from check import bits

from kmeans_engine import Engine, InvalidInput, make_clusters
from kmeans_engine.estimator import KMeans


def test_it_is_the_run_of_the_engine():
    X = make_clusters(5, 60, seed=4)
    model = KMeans(5, init=X[:5], tol=0).fit(X)
    want = list(Engine(X).snapshots(X[:5]))
    for step, state in zip(model.history_, want, strict=True):
        assert (step.iteration, step.inertia, step.shift) == (
            state.iteration,
            state.inertia,
            state.shift,
        )
        assert step.n_changed == state.n_changed
        assert step.counts.tolist() == state.counts.tolist()
    for again, state in zip(model.replay(), want, strict=True):
        assert bits(again.labels) == bits(state.labels)
        assert bits(again.centroids) == bits(state.centroids)
    assert model.history_ is model.history_


@pytest.mark.parametrize("words", [{"n_init": 4, "init": "random"}, {"tol": 0.1}, {"max_iter": 2}])
def test_it_is_of_the_run_that_counts(words):
    X = np.random.default_rng(0).normal(size=(200, 3))
    weights = np.random.default_rng(1).integers(0, 3, 200)
    model = KMeans(6, random_state=1, **words).fit(X, sample_weight=weights)
    model.set_params(n_clusters=2, max_iter=1)
    assert len(model.history_) == model.n_iter_ + 1
    *_, last = model.replay()
    assert bits(last.centroids) == bits(model.cluster_centers_)


def test_points_that_have_changed_are_noticed():
    X = make_clusters(5, 60, seed=4)
    model = KMeans(5, random_state=0).fit(X)
    X[0] += 100
    with pytest.raises(InvalidInput, match="X has been changed since the fit"):
        _ = model.history_


def test_there_is_none_before_a_fit():
    assert not hasattr(KMeans(), "history_")
    with pytest.raises(AttributeError, match="not fitted"):
        KMeans().replay()
