"""Points that are on a device already are read where they are."""

import importlib.util
import warnings

import check
import numpy as np
import problems
import pytest
import simulated_threads

from kmeans_engine import Engine, InvalidInput, InvalidType, initial_centroids
from kmeans_engine.points.devices import DeviceStore, is_on_device
from kmeans_engine.points.opening import open_visible
from kmeans_engine.strategies.cuda.device import missing


@pytest.fixture
def put():
    """Yield a function that sends an array to the device, or the simulator's."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    from numba import cuda

    with simulated_threads.taking_turns():
        yield cuda.to_device


@pytest.mark.cuda
@pytest.mark.parametrize("strategy", ["auto", "cuda", "brute", "bounds"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
def test_every_snapshot_equals_that_of_the_same_points_here(put, strategy, dtype):
    points = problems.make_layout(np.random.default_rng(0).normal(size=(25, 2)), dtype, "C")
    engine = Engine(put(points), strategy=strategy)
    want = Engine(points, strategy="brute").snapshots(points[:3], max_iterations=3)
    for a, b in zip(engine.snapshots(points[:3], max_iterations=3), want, strict=True):
        check.same_snapshot(a, b)
        assert a.points is engine.points
    assert a.strategy == ("cuda" if strategy == "auto" else strategy)
    held = engine._whole.begin()[0]
    assert held.in_place or dtype in ("int64", "uint8") or strategy == "auto"


@pytest.mark.cuda
@pytest.mark.parametrize("shape", [(12,), (12, 1)])
def test_weights_on_the_device(put, shape):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(12, 2)), rng.uniform(size=12)
    engine = Engine(put(points), weights=put(weights.reshape(shape)))
    want = Engine(points, weights=weights, strategy="brute").fit(points[:3])
    check.same_snapshot(engine.fit(points[:3]), want)


@pytest.mark.cuda
def test_rows_are_chosen_on_the_device(put):
    points = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    store = DeviceStore(put(points), "points")
    assert np.array_equal(store.take([7, 0, 7]), points[[7, 0, 7]].astype(np.float64))
    assert store.take([]).shape == (0, 3)
    assert np.array_equal(store.sample(7, 2), points[2::7].astype(np.float64))
    assert store.row(3) == ""
    visible = open_visible(put(points))
    assert np.array_equal(visible.take([5]), points[[5]])


@pytest.mark.cuda
def test_starts(put):
    points = np.random.default_rng(0).normal(size=(30, 2))
    got = initial_centroids(put(points), 3, method="k-means++", seed=1)
    assert np.array_equal(got, initial_centroids(points, 3, method="k-means++", seed=1))


@pytest.mark.cuda
def test_whoever_changes_them_gets_an_error(put):
    points = np.random.default_rng(0).normal(size=(30, 2))
    there = put(points)
    engine = Engine(there, strategy="cuda")
    engine.fit(points[:3])
    points[4, 1] += 2.0**-50
    there.copy_to_device(points)
    with pytest.raises(InvalidInput, match="have been changed"):
        engine.fit(points[:3])


@pytest.mark.cuda
def test_what_cannot_be_clustered(put):
    with pytest.raises(InvalidInput, match="points have 1 dimension"):
        Engine(put(np.zeros(3)))
    with pytest.raises(InvalidType, match="points have dtype complex128"):
        Engine(put(np.zeros((3, 2), dtype=complex)))
    with pytest.raises(InvalidType, match="points on a GPU must be in C order"):
        Engine(put(np.zeros((3, 2), order="F") + [[1, 2]] * 3).T)
    with pytest.raises(InvalidInput, match=r"1 NaN or infinite value, the first in row 1"):
        Engine(put(np.array([[0.0], [np.nan]])))


@pytest.mark.cuda
def test_whole_numbers_that_float64_rounds(put):
    points = np.array([[2**53 + 1], [3], [4]])
    with pytest.warns(UserWarning, match="1 whole number beyond"):
        Engine(put(points))
    with warnings.catch_warnings():
        Engine(put(points - 2))


def test_without_the_package(monkeypatch):
    class OnDevice:
        __cuda_array_interface__ = {"shape": (3, 2), "typestr": "<f4", "data": (0, True)}  # noqa: RUF012

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert is_on_device(OnDevice())
    with pytest.raises(InvalidType, match=r"pip install 'kmeans-engine\[cuda\]'"):
        Engine(OnDevice())
