import numpy as np
import pytest

from kmeans_engine import Engine
from kmeans_engine.estimator.drawing import _order_of, _Places, draw


def test_places_do_not_depend_on_the_range():
    for bits in (0, 3, 20, 59):
        small = _Places(np.random.PCG64(1)).integers(3 << bits, size=500)
        large = _Places(np.random.PCG64(1)).integers(0, 6 << bits, size=500)
        assert (large >> 1 == small).all()
    one = _Places(np.random.PCG64(1))
    assert [one.integers(7) for _ in range(50)] == _Places(np.random.PCG64(1)).integers(
        7, size=50
    ).tolist()


def test_places_are_uniform():
    drawn = _Places(np.random.PCG64(2)).integers(5, 15, size=20_000)
    counts = np.bincount(drawn, minlength=15)
    assert counts[:5].tolist() == [0] * 5
    assert np.abs(counts[5:] - 2000).max() < 5 * np.sqrt(2000)
    whole = _Places(np.random.PCG64(2)).integers(1 << 64, size=3, dtype=np.uint64)
    assert whole.dtype == np.uint64
    assert whole.max() > 1 << 60


@pytest.mark.parametrize("n", [1, 3])
def test_the_order_is_by_features(n):
    X = np.random.default_rng(0).integers(-2, 3, (60, n)) * 1.0
    assert X[_order_of(X)].tolist() == sorted(X.tolist())


@pytest.mark.parametrize("method", ["k-means++", "random", "k-means||"])
def test_types_and_copies_do_not_matter(method):
    X = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    want = draw(Engine(X), 5, method, 9)
    assert np.array_equal(draw(Engine(X.astype(float)), 5, method, 9), want)
    assert np.array_equal(draw(Engine(X[::-1]), 5, method, 9), want)
    ones = np.ones(200)
    assert np.array_equal(draw(Engine(X, weights=ones), 5, method, 9), want)


def test_many_points_are_drawn_where_they_are():
    X = np.random.default_rng(0).normal(size=(5000, 2))
    weights = np.arange(5000) % 2
    drawn = draw(Engine(X, weights=weights), 5, "k-means++", 9)
    found = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in drawn]
    assert all(row % 2 for row in found)
