"""Z-scores: right, independent of layout and unit, and turned back by their mean and scale."""

import numpy as np
import pytest

from kmeans_engine.command.scaling import standardize


def test_z_scores():
    points = np.random.default_rng(1).normal(size=(70_000, 3)) * [1, 1e-5, 1e5] + [0, 1e3, -1e7]
    before = points.copy()
    z, scaling = standardize(points)
    mean, scale = scaling.mean, scaling.scale
    assert np.array_equal(points, before)
    np.testing.assert_allclose(mean, points.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(scale, points.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(z * scale + mean, points, rtol=1e-12)
    for layout in (np.asfortranarray(points), points[::-1].copy()[::-1]):
        assert standardize(layout)[0].tobytes() == z.tobytes()


@pytest.mark.parametrize("power", [-1060, -600, 0, 600, 1020])
def test_z_scores_do_not_depend_on_the_unit(power):
    points = np.ldexp(np.array([[1.0], [2.0], [4.0], [8.0]]), power)
    z, scaling = standardize(points)
    mean, scale = scaling.mean, scaling.scale
    assert z.tobytes() == standardize(np.array([[1], [2], [4], [8]], dtype=np.int8))[0].tobytes()
    np.testing.assert_allclose(np.ldexp(mean, -power), [3.75])
    assert np.isfinite(scale).all()


def test_a_constant_feature_has_scale_1():
    points = np.full((100_001, 2), 0.1)
    points[0, 1] = 0.2
    z, scaling = standardize(points)
    mean, scale = scaling.mean, scaling.scale
    assert (mean[0], scale[0]) == (0.1, 1.0)
    assert not z[:, 0].any()
    assert z[:, 1].any()


def test_weighted_z_scores_are_those_of_so_many_points():
    rng = np.random.default_rng(4)
    points, weights = rng.normal(size=(900, 3)) * [1, 1e-5, 1e5], rng.integers(0, 6, 900)
    z, scaling = standardize(points, weights=weights)
    same, of_all = standardize(np.repeat(points, weights, axis=0))
    np.testing.assert_allclose((scaling.mean - of_all.mean) / scaling.scale, 0.0, atol=1e-12)
    np.testing.assert_allclose(scaling.scale, of_all.scale, rtol=1e-12)
    np.testing.assert_allclose(np.repeat(z, weights, axis=0), same, rtol=1e-9, atol=1e-12)
    far = standardize(points, weights=np.ldexp(weights, 900))
    assert far[0].tobytes() == z.tobytes()


@pytest.mark.parametrize("away", [0.2, 1e200])
def test_points_without_weight_do_not_scale(away):
    points, weights = np.full((900, 2), 0.1), np.full(900, 0.7)
    points[:, 1] = np.arange(900)
    points[::3], weights[::3] = away, 0.0
    z, scaling = standardize(points, weights=weights)
    some = weights > 0.0
    assert scaling.scale[0] == 1.0 and not z[some, 0].any()  # constant, where it counts
    same, of_some = standardize(points[some])
    np.testing.assert_allclose(z[some, 1], same[:, 1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(scaling.scale, of_some.scale, rtol=1e-12)
    assert np.isfinite(z).all() and z.tobytes() == scaling.apply(points).tobytes()


def test_equal_weights_change_no_bit():
    points = np.random.default_rng(5).normal(size=(70_000, 2))
    want, got = standardize(points), standardize(points, weights=np.full(70_000, 4.0))
    for one, other in zip((want[0], *want[1]), (got[0], *got[1]), strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_what_is_wrong_with_weights_is_told_elsewhere(weights):
    points = np.array([[1.0], [3.0]])
    assert standardize(points, weights=np.array(weights))[1].mean == 2.0
