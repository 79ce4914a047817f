"""The assignment step: the definition decides wherever rounding could."""

import check
import naive
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import InvalidInput, assign_points
from kmeans_engine.strategies import scores

pytestmark = [
    pytest.mark.kernels,
    # Problems of every unpleasant kind.
    pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning"),
]


@check.examples(150)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
    st.integers(1, 7),
)
def test_labels_equal_the_oracle(seed, kind, dtype, n):
    rng = np.random.default_rng(seed)
    points = problems.make_layout(problems.make_points(kind, rng, 60, n), dtype, "C")
    centroids = problems.make_centroids(points, rng, int(rng.integers(1, 30)))
    labels = assign_points(points, centroids)
    assert labels.tolist() == naive.assign(naive.rows(points), naive.rows(centroids))


def test_more_centroids_than_points():
    assert assign_points([[2.0]], [[0.0], [3.0], [1.0]]).tolist() == [1]


def test_the_lowest_of_equal_centroids_wins():
    centroids = np.zeros((300, 2))
    assert assign_points(np.ones((5, 2)), centroids).tolist() == [0] * 5


def test_near_ties_are_decided_by_the_definition(monkeypatch):
    points, centroids = problems.near_ties(3000)
    want = naive.assign(naive.rows(points), naive.rows(centroids))
    assert assign_points(points, centroids).tolist() == want
    # The margin is what makes this right: without it the winner of the float32 scores stands.
    none = scores.Margin(0.0, 0.0, 0.0, 0.0)
    monkeypatch.setattr(scores, "margin", lambda n_features, scale: none)
    assert assign_points(points, centroids).tolist() != want


@pytest.mark.parametrize("n_features", [1, 2, 3, 17, 784])
def test_the_margin_grows_with_what_can_be_lost(n_features):
    rho, kappa, delta, root = scores.margin(n_features, 1.0)
    assert rho > 2 * n_features * 2.0**-24
    assert kappa > 0
    assert delta > 0
    assert root > 8 * 2.0**-24
    assert scores.margin(2_000_000, 1.0).kappa == np.inf


def test_centroids_beyond_float32_and_data_near_the_end_of_float64():
    points = np.array([[1e-3, 1.0], [5e-4, 1.0], [0.0, -1.0]])
    centroids = np.array([[0.0, 1e50], [0.0, 0.0], [0.0, -1e45]])
    assert assign_points(points, centroids).tolist() == [1, 1, 1]
    tiny = np.array([[3e-170], [5e-170], [9e-170]])
    assert assign_points(tiny, tiny).tolist() == naive.assign(naive.rows(tiny), naive.rows(tiny))
    with pytest.raises(InvalidInput, match="overflow"):
        assign_points([[0.0]], [[1e200]])
