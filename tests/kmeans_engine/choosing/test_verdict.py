"""Which K stands out: the rule on values, and the answer on points that are known."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from kmeans_engine import Row, make_clusters, sweep
from kmeans_engine.choosing.verdict import judge

UNKNOWN = dict.fromkeys(field.name for field in dataclasses.fields(Row))


def row(k, index, **values):
    known = {"inertia": 1.0, "bic": 100.0, "gap": 0.5, "gap_error": 0.01, "stability": 0.9}
    known |= {"calinski_harabasz": index, "last": SimpleNamespace(n_points=1000), "k": k}
    return Row(**(UNKNOWN | known | values))


ONE = row(1, None, bic=200.0, gap=0.1, stability=None)


@pytest.mark.parametrize(
    ("rows", "best", "words"),
    [
        ([row(2, 5), row(3, 9), row(4, 7)], 3, "K = 3 stands out: largest"),
        ([row(2, 9), row(3, 5)], 2, "stability 0.90"),
        ([row(3, 9)], 3, "K = 3 stands out"),
        ([row(2, 5), row(3, 9)], None, "K = 3 is the best and the last; try larger ones"),
        ([row(4, 9), row(5, 5)], None, "K = 4 is the best and the first; try smaller ones"),
        ([row(2, 5), row(3, 9, bic=201.0), row(4, 7)], None, "by BIC one cluster is better"),
        ([row(2, 5), row(3, 9, gap=0.115), row(4, 7)], None, "points without clusters"),
        ([row(2, 5), row(3, 9, stability=0.7), row(4, 7)], None, "(stability 0.70)"),
        ([row(2, 5), row(3, 9, stability=None, gap=None, bic=None), row(4, 7)], 3, "stands out"),
        ([row(2, 5), row(3, None, inertia=0.0), row(4, None, inertia=0.0)], 3, "on its centroid"),
        ([ONE], None, "there is nothing to compare"),
    ],
)
def test_the_rule(rows, best, words):
    found = judge(tuple(rows), ONE)
    assert found.best == best
    assert words in found.verdict
    assert "\n" not in found.verdict
    assert found.verdict.startswith("no K stands out") == (best is None)


def test_k_for_nearly_every_point_does_not_stand_out():
    rows = tuple(row(k, None, inertia=0.0, last=SimpleNamespace(n_points=10)) for k in (9, 10))
    assert judge(rows, ONE).best is None


def test_k_for_nearly_every_point_is_no_reason_to_try_larger_ones():
    few = SimpleNamespace(n_points=10)
    found = judge((row(7, 10.0, last=few), row(8, 20.0, last=few)), ONE)
    assert found.best is None
    assert "K = 8 means a cluster for one or two points; try smaller K" in found.verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "ks", "best"),
    [("s1", range(10, 18), 15), ("s4", range(10, 18), 15), ("unbalance", range(4, 12), 8)],
)
def test_published_data(name, ks, best, published):
    assert sweep(np.loadtxt(published / f"{name}.txt"), ks, seed=0).best == best


def test_clusters_and_noise():
    assert sweep(make_clusters(5, 200, spread=0.05, seed=16), range(2, 9), seed=0).best == 5
    rng = np.random.default_rng(0)
    for points in (rng.random((1500, 2)), rng.normal(size=(1500, 2)), rng.normal(size=(1500, 6))):
        assert sweep(points, range(2, 8), seed=0).best is None
    assert sweep(np.repeat(np.eye(3), 20, axis=0), range(2, 6), seed=0).best == 3
