"""What `KMeans` promises, and scikit-learn's does not."""

import numpy as np
import pytest
from check import bits, examples
from hypothesis import given
from hypothesis import strategies as st
from naive import assign, inertia, recalc, rows, snapshots
from problems import KINDS, make_layout, make_points
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from kmeans_engine import STRATEGIES, InvalidInput, make_clusters
from kmeans_engine.estimator import KMeans


@parametrize_with_checks(
    [KMeans(n_clusters=2, n_init=2, max_iter=5), KMeans(n_clusters=2, empty="relocate")]
)
def test_scikit_learns_checks_of_any_estimator(estimator, check):
    check(estimator)


def fitted(X, k=4, weights=None, **words):
    return KMeans(k, **({"random_state": 3} | words)).fit(X, sample_weight=weights)


def state_of(model):
    return bits(model.labels_), bits(model.cluster_centers_), bits(model.inertia_), model.n_iter_


@pytest.fixture
def blobs():
    return make_clusters(6, 50, seed=2)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")
@pytest.mark.parametrize("kind", KINDS)
@examples(8)
@given(
    seed=st.integers(0, 999),
    tol=st.sampled_from([0, 1e-4, 1e-2]),
    limit=st.sampled_from([1, 3, 300]),
)
def test_labels_centres_and_inertia_agree(kind, seed, tol, limit):
    rng = np.random.default_rng(seed)
    X = make_points(kind, rng, 40, 3)
    model = KMeans(5, tol=tol, max_iter=limit, random_state=seed).fit(X)
    assert bits(model.predict(X)) == bits(model.labels_)
    assert model.score(X) == -model.inertia_
    points, centers, labels = rows(X), rows(model.cluster_centers_), model.labels_.tolist()
    assert labels == assign(points, centers)
    assert model.inertia_ == inertia(points, labels, centers)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("limit", [1, 2, 300])
def test_converged_says_whether_centres_are_means(dtype, limit):
    rng = np.random.default_rng(limit)
    X = rng.normal(size=(60, 2)).astype(dtype)
    model = fitted(X, max_iter=limit, tol=0)
    labels, centers = model.labels_.tolist(), rows(model.cluster_centers_)
    nearest = np.array(recalc(rows(X), labels, centers)).astype(dtype)
    assert model.converged_ == (bits(nearest) == bits(model.cluster_centers_))
    assert model.converged_ == (limit == 300)


def test_a_run_is_that_of_the_oracle(blobs):
    start = blobs[:6]
    *_, last = snapshots(blobs, start)
    model = fitted(blobs, 6, init=start, tol=0)
    assert model.n_iter_ == last.iteration
    assert model.labels_.tolist() == last.labels
    assert bits(model.cluster_centers_) == bits(np.array(last.centroids))


@pytest.mark.parametrize("m", [300, 30_000])
def test_same_bits_for_threads_algorithms_and_layouts(m):
    X = np.random.default_rng(0).normal(size=(m, 3)).astype(np.float32)
    want = state_of(fitted(X))
    assert all(state_of(fitted(X, threads=threads)) == want for threads in (1, 2, 16))
    for algorithm in {"lloyd", "elkan", *STRATEGIES} - {"cuda"}:
        if algorithm != "quantized":  # serves bytes
            assert state_of(fitted(X, algorithm=algorithm)) == want, algorithm
    for layout in ("F", "reversed", "strided", "read_only"):
        assert state_of(fitted(make_layout(X, "float32", layout))) == want, layout


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_few_rows_in_any_order(init, blobs):
    order = np.random.default_rng(1).permutation(len(blobs))
    one, other = fitted(blobs, 6, init=init), fitted(blobs[order], 6, init=init)
    assert bits(one.cluster_centers_) == bits(other.cluster_centers_)
    assert bits(one.labels_[order]) == bits(other.labels_)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize("seed", range(5))
def test_a_weight_is_so_many_rows(init, seed):
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(50, 4)), rng.integers(0, 5, 50)
    one = fitted(X, 5, weights, init=init, random_state=seed)
    other = fitted(np.repeat(X, weights, axis=0), 5, init=init, random_state=seed)
    assert bits(one.cluster_centers_) == bits(other.cluster_centers_)
    assert bits(np.repeat(one.labels_, weights)) == bits(other.labels_)
    assert (one.inertia_, one.n_iter_) == (other.inertia_, other.n_iter_)
    assert one.score(X, sample_weight=weights) == -one.inertia_


@pytest.mark.parametrize("init", ["k-means++", "random", "k-means||"])
def test_weights_decide_where_runs_start(init):
    rng = np.random.default_rng(4)
    X, weights = rng.normal(size=(100, 5)), rng.uniform(size=100)
    weights[::2] = 0
    model = KMeans(10, init=init, random_state=0, max_iter=1)
    first = next(model.fit(X, sample_weight=weights).replay()).centroids
    assert not (first[:, None] == X[::2]).all(axis=2).any()
    plain = next(model.fit(X).replay()).centroids
    assert not np.array_equal(first, plain)


def test_several_starts_give_the_best(blobs):
    random = np.random.RandomState(5)
    each = [fitted(blobs, 6, init="random", n_init=1, random_state=random) for _ in range(4)]
    best = fitted(blobs, 6, init="random", n_init=4, random_state=np.random.RandomState(5))
    assert best.inertia_ == min(model.inertia_ for model in each)
    assert state_of(best) in [state_of(model) for model in each]


def test_more_clusters_than_different_rows():
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 0]])
    with pytest.warns(ConvergenceWarning, match=r"clusters \(3\) found smaller than n_clusters"):
        model = KMeans(4, random_state=0).fit(X)
    assert set(model.labels_) == {0, 1, 2}
    assert model.inertia_ == 0
    assert np.isfinite(model.cluster_centers_).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"n_clusters": 301}, "n_samples=300 should be >= n_clusters=301: choose n_clusters="),
        ({"init": np.zeros((2, 2))}, "does not match the number of clusters 4: init= needs shape"),
        ({"init": np.zeros((4, 3))}, "does not match the number of features of the data 2"),
        ({"tol": -1}, "The 'tol' parameter"),
        ({"empty": "fill"}, "The 'empty' parameter"),
        ({"memory": "many"}, "memory="),
    ],
)
def test_bad_parameters(words, said, blobs):
    with pytest.raises(ValueError, match=said):
        KMeans(**({"n_clusters": 4} | words)).fit(blobs)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (-np.ones(300), "-1"),
        (np.full(300, np.nan), "NaN"),
        (np.zeros(300), "zero"),
        (np.ones(3), "3"),
    ],
)
def test_bad_weights(weights, said, blobs):
    with pytest.raises(InvalidInput, match=said):
        KMeans(4).fit(blobs, sample_weight=weights)


def test_one_number_stands_for_all_weights(blobs):
    one, two = fitted(blobs), fitted(blobs, weights=2.0)
    assert bits(one.cluster_centers_) == bits(two.cluster_centers_)
    assert two.inertia_ == 2 * one.inertia_


def test_verbose_says_what_happens(blobs, capsys):
    fitted(blobs, verbose=1)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Initialization complete"
    assert said[1].startswith("Iteration 1, inertia ")
    assert said[-1].startswith("Converged at iteration ")
    fitted(blobs)
    assert capsys.readouterr().out == ""
