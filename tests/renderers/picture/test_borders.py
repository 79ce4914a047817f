import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_engine import assign_points
from renderers.picture.borders import borders
from renderers.plane.placement import Box
from renderers.plane.view import View

SIZES = st.sampled_from([(2, 3), (40, 31), (64, 48), (97, 8)])


def labels_of_pixels(view, placement, centroids):
    """The cluster of each pixel's middle, asked one by one of the engine."""
    xs, ys = placement.samples(1)
    places = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)
    return assign_points(view.plane.lift(places), centroids).reshape(len(ys), len(xs)).astype(int)


def check(view, box, centroids):
    """Pixels of different clusters have a border within a pixel, and so the other way round."""
    placement = view.placed(box)
    labels = labels_of_pixels(view, placement, centroids)
    pieces = borders(view.plane, placement, centroids) - (box.left, box.top)
    near = np.zeros_like(labels, dtype=bool)
    at = np.stack(np.meshgrid(np.arange(box.width), np.arange(box.height)), axis=2) + 0.5
    for start, end in pieces:
        way = end - start
        share = ((at - start) @ way / max(way @ way, 1e-300)).clip(0, 1)
        near |= np.linalg.norm(start + share[..., None] * way - at, axis=2) <= 1 + 1e-6
    differ = labels[:, 1:] != labels[:, :-1]
    assert near[:, 1:][differ].all() and near[:, :-1][differ].all()
    differ = labels[1:] != labels[:-1]
    assert near[1:][differ].all() and near[:-1][differ].all()
    # On both sides of a border, a little beside its middle, there are different clusters.
    for start, end in pieces:
        way = end - start
        length = np.hypot(*way)
        # A piece of a bent border is a chord of it, a few hundredths of a pixel beside it.
        if length < (1 if view.plane.is_bent else 1e-3):
            continue
        off = 0.3 if view.plane.is_bent else min(0.01, 0.01 * length)
        side = np.array([-way[1], way[0]]) / length * off
        both = np.stack([(start + end) / 2 + side, (start + end) / 2 - side]) + box[:2]
        if view.plane.is_line or not all(placement.contains(*place) for place in both):
            continue
        there = np.stack([placement.on_plane(*place) for place in both])
        one, other = assign_points(view.plane.lift(there), centroids)
        assert one != other


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 60),
    SIZES,
    st.sampled_from([None, (1, 0)]),
    st.sampled_from([1.0, 30.0]),
)
def test_a_border_passes_wherever_neighbours_differ_and_nowhere_else(seed, k, size, axes, high):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(50, 2)) * [1.0, high]
    centroids = rng.normal(size=(k, 2)) * [1.0, high]
    view = View(points, axes=axes, offset=[3.0, -1.0], scale=[2.0, -0.5])
    check(view, Box(7, 5, *size), centroids)


@settings(max_examples=60, deadline=None)
@given(st.data(), SIZES)
def test_centroids_that_coincide_lie_on_a_grid_or_far_outside(data, size):
    # Whole numbers: four cells meet in a corner, three centroids lie on a line.
    places = st.tuples(st.integers(-2, 6), st.integers(-2, 6))
    far = st.tuples(st.sampled_from([-1e9, 1e6, 40.0]), st.sampled_from([-3e5, 1.0, 1e7]))
    centroids = data.draw(st.lists(st.one_of(places, places, far), min_size=1, max_size=12))
    view = View(np.array([[0.3, 0.2], [4.1, 3.9]]))
    check(view, Box(0, 0, *size), np.array(centroids, dtype=float))


@given(st.lists(st.integers(-3, 13), min_size=1, max_size=9), st.sampled_from([1.0, -0.5]))
def test_one_feature_has_upright_borders_at_the_midpoints(values, scale):
    view = View(np.arange(11.0), scale=[scale])
    box = Box(3, 4, 110, 20)
    found = borders(view.plane, view.placed(box), np.array(values, dtype=float)[:, None])
    assert (found[:, 0, 0] == found[:, 1, 0]).all()
    assert (found[:, :, 1].min(axis=1) < 4).all() and (found[:, :, 1].max(axis=1) > 24).all()
    known = np.unique(np.array(values, dtype=float))
    expected = scale * (known[1:] + known[:-1]) / 2
    xmin, xmax, _, _ = view.limits
    expected = 3 + (expected[(expected > xmin) & (expected < xmax)] - xmin) / (xmax - xmin) * 110
    seen = found[:, 0, 0]
    seen = np.sort(seen[(seen > 3) & (seen < 113)])
    assert seen == pytest.approx(np.sort(expected))


@pytest.mark.parametrize("far", [1e160, 1e300, 1.7e308])
def test_what_is_too_far_for_squares_has_no_border(far):
    view = View(np.array([[0.0, 0.0], [1.0, 1.0]]))
    centroids = np.array([[0.2, 0.5], [0.8, 0.5], [far, far], [-far, 0.0]])
    found = borders(view.plane, view.placed(Box(0, 0, 90, 90)), centroids)
    assert len(found) == 1 and found[0, :, 0] == pytest.approx(45)


def test_points_as_large_as_numbers_can_be():
    view = View(np.array([[-1e150, -1e150], [1e150, 1e150]]))
    found = borders(
        view.plane, view.placed(Box(0, 0, 90, 90)), np.array([[-1e149, 0.0], [1e149, 0.0]])
    )
    assert len(found) == 1 and found[0, :, 0] == pytest.approx(45)


def test_many_clusters_have_as_many_edges_as_a_plane_graph():
    rng = np.random.default_rng(5)
    centroids = rng.random((256, 2))
    view = View(centroids)
    found = borders(view.plane, view.placed(Box(0, 0, 600, 400)), centroids)
    assert 600 < len(found) <= 3 * 256 - 6
    too_many = rng.random((5000, 2))
    assert len(borders(view.plane, view.placed(Box(0, 0, 600, 400)), too_many)) == 0


@pytest.mark.parametrize("log", ["x", "y", "xy"])
def test_logarithmic_axes_bend_borders(log):
    rng = np.random.default_rng(2)
    points = 10 ** rng.uniform(-1, 3, (200, 2))
    view = View(points, log=log)
    check(view, Box(5, 3, 160, 120), points[:9])


def test_a_logarithmic_axis_over_all_numbers_there_are():
    plane = View(np.array([[1e-9, 1.0], [1e9, 1e100]]), log="xy", limits=2 * (1e-300, 1e300))
    shown = plane.placed(Box(0, 0, 200, 200))
    found = borders(plane.plane, shown, plane.points.sample(1))
    assert np.isfinite(found).all()
