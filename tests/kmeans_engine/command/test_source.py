"""What a command clusters, and where its runs start."""

import numpy as np
import pytest

from kmeans_engine import InvalidInput, initial_centroids, make_clusters
from kmeans_engine.command.scaling import standardize
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.tables import Table


@pytest.fixture
def table():
    points = np.random.default_rng(0).normal(3.0, [1.0, 100.0], (50, 2))
    return Table(points, ("a", "b"), 50)


def test_points_are_those_of_the_table(table):
    source = Source.of(table, 3, "random", 1, standardized=False)
    assert source.points is table.points
    assert (source.k, source.seed, source.offset, source.scale) == (3, 1, None, None)
    centroids = source.start(0)
    assert source.original(centroids) is centroids


def test_starts_differ_and_repeat(table):
    source = Source.of(table, 3, "random", 1, standardized=False)
    starts = [source.start(run) for run in range(5)]
    assert len({start.tobytes() for start in starts}) == 5
    again = Source.of(table, 3, "random", 1, standardized=False)
    assert all(np.array_equal(again.start(run), start) for run, start in enumerate(starts))
    other = Source.of(table, 3, "random", 2, standardized=False)
    assert not np.array_equal(other.start(0), starts[0])
    seed = np.random.SeedSequence([1, 1, 2])
    assert np.array_equal(starts[2], initial_centroids(table.points, 3, seed=seed))


@pytest.mark.parametrize("method", ["random", "k-means++"])
def test_standardised(table, method):
    source = Source.of(table, 3, method, 1, standardized=True)
    z, scaling = standardize(table.points)
    mean, scale = scaling.mean, scaling.scale
    assert np.array_equal(source.points, z)
    assert np.allclose(source.points.std(axis=0), 1)
    # Starts are points, and go back to the points of the table.
    start = source.start(0)
    rows = [int(np.flatnonzero((z == row).all(axis=1))[0]) for row in start]
    assert np.allclose(source.original(start), table.points[rows], rtol=1e-12)
    assert np.array_equal(source.offset, mean)
    assert np.array_equal(source.scale, scale)


@pytest.mark.parametrize("standardized", [False, True])
def test_given_centroids_are_in_the_units_of_the_table(table, standardized):
    given = table.points[:3]
    source = Source.of(table, 3, given, 1, standardized=standardized)
    assert np.allclose(source.start(0), source.points[:3], rtol=1e-12)
    assert np.array_equal(source.start(0), source.start(7))
    assert np.allclose(source.original(source.start(0)), given, rtol=1e-12)
    assert not np.shares_memory(source.start(0), table.points)


@pytest.mark.parametrize("standardized", [False, True])
@pytest.mark.parametrize("features", [1, 3])
def test_given_centroids_with_other_features(table, standardized, features):
    # One column would fit as many by broadcasting.
    with pytest.raises(InvalidInput, match="must be described by the same number of features"):
        Source.of(table, 3, np.zeros((3, features)), 1, standardized=standardized)


def test_synthetic_points():
    table = synthetic_table(4, 25, 0.01, 9)
    assert table.points.shape == (100, 2)
    assert table.names == ("x0", "x1")
    assert (table.rows_read, table.dropped) == (100, 0)
    seed = np.random.SeedSequence([9, 0])
    assert np.array_equal(table.points, make_clusters(4, 25, spread=0.01, seed=seed))
    assert not np.array_equal(table.points, synthetic_table(4, 25, 0.01, 10).points)


def test_synthetic_points_that_fit_no_memory():
    with pytest.raises(InvalidInput, match="100000000000000000000 clusters of 7 points do not fit"):
        synthetic_table(10**20, 7, 0.01, 1)


@pytest.mark.parametrize("standardized", [False, True])
def test_remade(standardized):
    def make(seed):
        return synthetic_table(4, 25, 0.01, seed)

    source = Source.of(make(9), 4, "random", 9, standardized=standardized)
    others = [source.remade(make, number) for number in (1, 2)]
    seeds = {source.seed, *(other.seed for other in others)}
    assert len(seeds) == 3
    for other in others:
        assert not np.array_equal(other.points, source.points)
        assert np.array_equal(other.table.points, make(other.seed).points)
        assert other.k == 4
        want = standardize(other.table.points)[0] if standardized else other.table.points
        assert np.array_equal(other.points, want)
        assert np.allclose(other.original(other.points), other.table.points, rtol=1e-12)
