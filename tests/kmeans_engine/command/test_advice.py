"""Advice: said where it helps, and not where it does not."""

import numpy as np
import pytest

from kmeans_engine import Engine
from kmeans_engine.command.advice import advise, advise_on_result
from kmeans_engine.command.source import Source
from kmeans_engine.tables import Table


def source(points, k=2, init="k-means++", *, names=("age", "income"), shape=None, **options):
    points = np.asarray(points, dtype=np.float64)
    table = Table(points, tuple(names)[: points.shape[1]], len(points), shape=shape)
    return Source.of(table, k, init, 0, **{"standardized": False, **options})


def said(made):
    return advise(made, made.start(0))


@pytest.fixture
def wide():
    return np.random.default_rng(1).normal(size=(500, 2)) * [12.0, 30_000.0]


def test_scales(wide):
    (line,) = said(source(wide))
    assert line.startswith("column 'income' spreads 2,")
    assert "times as widely as 'age' and outweighs it; --standardize gives" in line
    assert said(source(wide, standardized=True)) == []
    assert said(source(wide / [1, 400])) == []
    assert said(source(wide[:, :1])) == []
    assert said(source(wide * [1, 0])) == []  # a constant has no scale
    assert said(source(np.c_[wide, wide[:, 0]], names="rgb", shape=(50, 10))) == []


def test_values_near_the_limits_are_no_reason_to_fail(wide):
    assert said(source(wide * [1e-300, 1e-300])) != []
    advise(source(wide * [1e140, 1e145]), wide[:2])


@pytest.mark.parametrize("method", ["random", "k-means++"])
def test_fewer_points_than_clusters(method):
    points = [[0, 0], [0, 1], [1, 1]] * 4
    for k in (2, 3):
        assert said(source(points, k, method)) == []
    (line,) = said(source(points, 5, method))
    assert line == (
        "there are only 3 different points, fewer than k = 5: clusters stay empty; -k 3 gives each "
        "its own"
    )
    assert said(source([[1, 1]] * 3, 2, method))[0].startswith("there is only 1 different point,")


def test_a_start_from_duplicates():
    start = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, -0.0]])
    (line,) = said(source(np.eye(2).repeat(3, axis=0), 3, start))
    assert line.startswith("the 3 initial centroids have only 2 different positions: of equal")


def test_empty_clusters():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    last = Engine(points).fit(np.array([[0.5, 0.5], [90.0, 90.0], [91.0, 90.0]]))
    assert advise_on_result(last) == [
        "clusters 1, 2 are empty: no point is nearest to such a centroid; try a smaller -k, or "
        "another start with --init k-means++ --runs 10"
    ]
    assert advise_on_result(last, ["there are only 1 different points"]) == []
    assert advise_on_result(last, drawn=False)[0].endswith("-k 3 --runs 10 without --init")
    one = Engine(points).fit(np.array([[0.5, 0.5], [90.0, 90.0]]))
    assert advise_on_result(one)[0].startswith("cluster 1 is empty")
    assert advise_on_result(Engine(points).fit(points)) == []
    many = Engine(points).fit(np.array([[0.5, 0.5], *([90.0 + n, 90.0] for n in range(2))]))
    assert "clusters 1, 2 are" in advise_on_result(many)[0]


def test_new_points_may_leave_clusters_empty():
    engine = Engine(np.eye(2))
    centroids = np.array([[0.5, 0.5], [90.0, 90.0]])
    assert advise_on_result(engine.fit(centroids, max_iterations=0)) == []
    new = engine.fit(centroids, max_iterations=0)
    (line,) = advise_on_result(new, drawn=False, standardized=True)
    assert line.startswith("--standardize scaled by these points") and "leave it out" in line
    assert advise_on_result(new, drawn=True, standardized=True) == []
    (line,) = advise_on_result(engine.fit(np.arange(10.0).reshape(5, 2)))
    assert line == "4 clusters are empty: there are fewer points than centroids"


def test_clusters_without_weight():
    points, weights = np.array([[0.0], [1.0], [9.0], [20.0]]), np.array([1.0, 1.0, 0.0, 0.0])
    last = Engine(points, weights=weights).fit([[0.0], [9.0]])
    assert advise_on_result(last) == [
        "cluster 1 has points that weigh nothing, so its centroid stays"
    ]
    last = Engine(points, weights=weights).fit([[0.0], [9.0], [20.0]])
    (line,) = advise_on_result(last)
    assert line == "clusters 1, 2 have points that weigh nothing and stay there"
    assert advise_on_result(Engine(points, weights=weights + 1).fit([[0.0], [9.0]])) == []
