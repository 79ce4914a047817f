"""Which strategy is chosen, and when another one takes over."""

import itertools
from types import SimpleNamespace

import check
import numpy as np
import pytest

from kmeans_engine import Engine
from kmeans_engine.strategies import auto


@pytest.mark.parametrize(
    ("m", "n", "k", "first"),
    [
        (500, 2, 3, "brute"),
        (100_000, 2, 1, "brute"),  # settles at once
        (20_000, 5, 2_000, "brute"),  # few points to a cluster: centroids are no fewer
        (20_000, 4, 2_000, "blocks"),
        (40_000, 2, 20, "blocks"),
        (20_000, 2, 30, "bounds"),
        (40_000, 6, 30, "bounds"),
        (20_000, 40, 100, "neighbours"),
    ],
)
def test_auto_chooses_by_the_shape(m, n, k, first):
    points = np.random.default_rng(0).uniform(size=(m, n))
    assert Engine(points).fit(points[:k], max_iterations=1).strategy == first


@pytest.mark.parametrize(("fast", "first"), [(True, "quantized"), (False, "neighbours")])
def test_auto_rounds_to_bytes_where_products_of_them_are_fast(fast, first, monkeypatch):
    monkeypatch.setattr(auto.products, "FAST", fast)
    monkeypatch.setattr(auto, "_WORTH_BYTES", 6000)
    points = np.random.default_rng(0).uniform(size=(20_000, 64)).astype(np.float32)
    assert Engine(points).fit(points[:100], max_iterations=1).strategy == first


def test_auto_gives_up_bytes_that_leave_many_centroids(monkeypatch):
    # All of the structure is far below a step, which the spread of one feature makes long.
    monkeypatch.setattr(auto.products, "FAST", True)
    monkeypatch.setattr(auto, "_WORTH_BYTES", 6000)
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(20_000, 64))
    points[:, 0] = 1e6 * rng.integers(0, 2, 20_000)
    got = list(Engine(points).snapshots(points[:100], max_iterations=3))
    assert [s.strategy for s in got] == ["quantized"] * 3 + ["neighbours"]
    want = Engine(points, strategy="brute").snapshots(points[:100], max_iterations=3)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


def test_auto_does_not_sort_duplicates():
    points = np.repeat([[0.0, 0.0], [1.0, 0.5], [3.0, 1.0]], 40_000, axis=0)
    assert Engine(points).fit(points[:20], max_iterations=1).strategy == "brute"


def test_auto_gives_up_lists_that_hold_nearly_all_centroids():
    points = np.random.default_rng(0).uniform(size=(20_000, 16)).astype(np.float32)
    got = list(Engine(points).snapshots(points[:256], max_iterations=4))
    # The first look at neighbours is that of snapshot 2.
    assert [s.strategy for s in got] == ["neighbours"] * 3 + ["bounds"] * 2
    want = Engine(points, strategy="brute").snapshots(points[:256], max_iterations=4)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


def test_auto_pauses_from_bounds_that_are_always_used_up():
    points = np.random.default_rng(0).normal(size=(3000, 200)).astype(np.float32)
    got = list(Engine(points).snapshots(points[:10], max_iterations=32))
    # The second step looks at nearly all points, which ends it; after eight steps it tries again,
    # and then after sixteen.
    names = [(name, len(list(run))) for name, run in itertools.groupby(s.strategy for s in got)]
    assert names[:4] == [("bounds", 4), ("brute", 8), ("bounds", 3), ("brute", 16)]
    want = Engine(points, strategy="brute").snapshots(points[:10], max_iterations=32)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


@pytest.mark.parametrize(
    ("m", "n", "k", "threads", "worth"),
    [
        (1200, 2, 12, 2, False),
        (10_000_000, 2, 12, 16, False),  # sorted into blocks here before a device has begun
        (10_000_000, 2, 12, 1, False),
        (1_000_000, 16, 256, 16, False),
        (1_000_000, 128, 1024, 2, True),
        (1_000_000, 128, 1024, 16, True),
        (1 << 32, 128, 1024, 2, False),
    ],
)
def test_a_device_must_be_worth_the_copy(m, n, k, threads, worth, monkeypatch):
    measure = SimpleNamespace(dtype=np.dtype(np.float32))
    points = SimpleNamespace(
        n_points=m, n_features=n, threads=threads, measure=measure, store=None,
        sample=lambda step: np.arange(200.0).reshape(-1, 1),
    )  # fmt: skip
    assert auto._is_worth_a_device(points, k) is worth
    asked = []
    monkeypatch.setattr(auto, "missing", lambda: asked.append(m))
    assert (auto._choose(points, k) == "cuda") is worth
    assert bool(asked) is worth  # no driver is asked for nothing
