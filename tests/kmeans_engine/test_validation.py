"""What cannot be clustered is refused at once, in one line."""

import numpy as np
import pytest

from kmeans_engine import (
    Engine,
    InvalidInput,
    InvalidType,
    KMeansError,
    initial_centroids,
    make_clusters,
    recalc_centroids,
)


@pytest.mark.parametrize(
    ("points", "error", "words"),
    [
        (
            [[1.0, np.nan], [np.inf, 2.0]],
            InvalidInput,
            "2 NaN or infinite values, the first in row 0",
        ),
        (np.zeros((2, 2, 2)), InvalidInput, "3 dimensions"),
        ([1.0, 2.0], InvalidInput, r"np\.reshape\(points, \(-1, 1\)\)"),
        ([[1.0], [1.0, 2.0]], InvalidInput, "different lengths"),
        (np.zeros((2, 0)), InvalidInput, "at least one feature"),
        (np.zeros((0, 2)), InvalidInput, "at least one row"),
        ([["a", "b"]], InvalidType, "dtype"),
        (np.zeros((2, 2), dtype=complex), InvalidType, "complex128"),
        (np.zeros((2, 2), dtype=object), InvalidType, "object"),
        ([[1e200], [-1e200]], InvalidInput, "overflow"),
        (np.ma.masked_equal([[1.0], [2.0]], 2.0), InvalidInput, "masked"),
    ],
)
def test_points_that_cannot_be_clustered(points, error, words):
    with pytest.raises(error, match=words):
        Engine(points)


@pytest.mark.parametrize(
    ("centroids", "error", "words"),
    [
        (np.zeros((2, 3)), InvalidInput, "must be described by the same number of features"),
        ([[np.nan, 0.0]], InvalidInput, "centroids have 1 NaN"),
        (np.zeros((0, 2)), InvalidInput, "at least one row"),
        ([[1e200, 0.0]], InvalidInput, "overflow"),
        ([0.0, 1.0], InvalidInput, "1 dimension "),
        (
            3,
            InvalidType,
            r"^centroids=3 are not an array .*_centroids\(points, 3\)$",
        ),
        ("random", InvalidType, r"initial_centroids\(points, k, method='random'\)$"),
    ],
)
def test_centroids_that_cannot_be_used_are_refused_at_once(centroids, error, words):
    engine = Engine(np.arange(8.0).reshape(4, 2))
    with pytest.raises(error, match=words):
        engine.snapshots(centroids)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_iterations": -1}, InvalidInput),
        ({"max_iterations": 1.5}, InvalidType),
        ({"tolerance": -1.0}, InvalidInput),
        ({"tolerance": np.nan}, InvalidInput),
        ({"tolerance": "x"}, InvalidType),
    ],
)
def test_options_out_of_range(options, error):
    with pytest.raises(error):
        Engine([[0.0], [1.0]]).fit([[0.0]], **options)


def test_engine_options_out_of_range():
    with pytest.raises(InvalidInput, match="threads=0"):
        Engine([[0.0]], threads=0)
    with pytest.raises(InvalidInput, match=r"'magic' is unknown, needs one of .*, quantized$"):
        Engine([[0.0]], strategy="magic")


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: Engine([[0.0]], strategy="brut"), r"did you mean 'brute'\?$"),
        (lambda: Engine([[0.0]], strategy="Neighbors"), r"did you mean 'neighbours'\?$"),
        (lambda: Engine([[0.0]], strategy=["auto"]), r"strategy=\['auto'\] is unknown"),
        (
            lambda: initial_centroids([[0.0]], 1, method="kmeans++"),
            r"mean 'k-means\+\+'\?$",
        ),
        (lambda: initial_centroids([[0.0]], 1, method="Random"), r"did you mean 'random'\?$"),
        (lambda: initial_centroids([[0.0]], 1, seed=-1), "seed=-1 is not a seed"),
        (lambda: initial_centroids([[0.0]], 1, seed="x"), "seed='x' is not a seed"),
        (lambda: make_clusters(2, 2, seed=1.5), "seed=1.5 is not a seed"),
        (lambda: make_clusters(2, 2, features=10**30), "do not fit into memory"),
        (lambda: recalc_centroids([[0.0]], [[1], [2, 3]], [[0.0]]), "labels are not a table"),
        (lambda: recalc_centroids([[0.0]], None, [[0.0]]), "labels have dtype object"),
        (
            lambda: Engine([[0.0]], threads=np.zeros((90, 90))),
            r"=array\(.*\.\.\. is a ndarray",
        ),
    ],
)
def test_arguments_of_the_wrong_kind(use, words):
    with pytest.raises(KMeansError, match=words) as error:
        use()
    assert "\n" not in str(error.value)
