from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans as Theirs

from kmeans_engine import Engine, recalc_centroids
from kmeans_engine.estimator import KMeans
from kmeans_engine.estimator.relocation import relocating


def problem(seed):
    """Points, and starts of which some are too far away to get any."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(6, 2))
    start[rng.choice(6, 2, replace=False)] += 50
    return rng.normal(size=(80, 2)), start, rng.integers(1, 4, 80)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("seed", range(4))
def test_they_are_relocated_as_in_scikit_learn(seed, limit, weighted):
    X, start, weights = problem(seed)
    words = {"init": start, "tol": 0, "max_iter": limit}
    weights = weights if weighted else None
    ours = KMeans(6, empty="relocate", **words).fit(X, sample_weight=weights)
    theirs = Theirs(6, n_init=1, **words).fit(X, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_
    # Which of the empty clusters gets which point is not told there.
    order = np.lexsort(ours.cluster_centers_.T), np.lexsort(theirs.cluster_centers_.T)
    ours_centers, their_centers = ours.cluster_centers_[order[0]], theirs.cluster_centers_[order[1]]
    np.testing.assert_allclose(ours_centers, their_centers, rtol=1e-9)
    np.testing.assert_allclose(ours.inertia_, theirs.inertia_, rtol=1e-9)
    assert len(set(ours.labels_)) == 6
    assert [step.iteration for step in ours.history_] == list(range(ours.n_iter_ + 1))


@pytest.mark.parametrize("seed", range(4))
def test_states_are_those_of_one_run(seed):
    X, start, _ = problem(seed)
    seen = [state for state, _ in relocating(Engine(X), start, 100)]
    assert [state.iteration for state in seen] == list(range(len(seen)))
    assert seen[-1].converged
    assert not any(state.converged for state in seen[:-1])
    for before, state in pairwise(seen):
        changed = np.flatnonzero(before.labels != state.labels)
        if state.iteration > 1:
            assert changed.tolist() == state.changed.tolist()
            assert state.n_changed == len(changed)
        means = recalc_centroids(X, state.labels, state.centroids)
        assert np.array_equal(means, state.centroids)


def test_points_on_their_centres_stay_there():
    X = np.array([[0.0], [0], [1]])
    states = [state for state, _ in relocating(Engine(X), np.array([[0.0], [1], [9]]), 10)]
    assert states[-1].counts.tolist() == [2, 1, 0]
    assert len(states) == 2


def test_clusters_are_kept_by_default():
    X, start, _ = problem(0)
    with pytest.warns(UserWarning, match="found smaller than n_clusters"):
        model = KMeans(6, init=start).fit(X)
    empty = sorted(set(range(6)) - set(model.labels_.tolist()))
    assert empty
    assert np.array_equal(model.cluster_centers_[empty], start[empty])
