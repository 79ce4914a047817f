import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.picture import raster
from renderers.plane import places

pytestmark = pytest.mark.kernels

COLOURS = np.array(
    [[200, 10, 30, 1], [0, 100, 250, 1], [17, 17, 17, 1], [0, 0, 0, 0]], dtype=np.int64
)
NOWHERE = 3
MARKERS = [raster.add_dots, raster.add_discs, raster.add_crosses]


def blank(height=12, width=16):
    return np.zeros((height, width, 4), dtype=np.int64), np.zeros((height, width), dtype=np.int32)


def add(marker, xy, labels, sums, moved, was=None, size=1.7, weights=()):
    xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    was = [NOWHERE] * len(xy) if was is None else was
    old, new = (np.asarray(side, dtype=np.intp) for side in (was, labels))
    more = [np.array(weights, dtype=np.int64)] if marker is raster.add_dots else []
    marker(xy, old, new, COLOURS, size, *more, sums, moved)


def test_a_dot_is_one_pixel():
    sums, moved = blank()
    add(raster.add_dots, [[3.99, 5.0], [3.0, 5.5], [15.999, 0.0]], [0, 1, 2], sums, moved, size=1)
    assert sums[5, 3].tolist() == [200, 110, 280, 2]
    assert sums[0, 15].tolist() == [17, 17, 17, 1]
    assert np.count_nonzero(moved) == 2 and moved.sum() == sums[..., 3].sum() == 3


def test_a_dot_of_two_pixels_lies_around_its_point():
    for x, columns in (
        (4.6, [4, 5]),
        (4.4, [3, 4]),
        (0.3, [0]),
        (15.7, [15]),
        (-0.6, []),
        (16.6, []),
    ):
        sums, moved = blank()
        add(raster.add_dots, [[x, 5.5]], [0], sums, moved, size=2)
        assert np.flatnonzero(moved.any(axis=0)).tolist() == columns
        assert (sums[5:7, columns, 3] == 1).all() and sums[..., 3].sum() == 2 * len(columns)


def test_a_dot_counts_by_its_weight():
    xy, labels, weights = [[3.5, 5.5], [3.5, 5.5], [7.5, 2.5]], [0, 1, 2], [3, 0, 2]
    sums, moved = blank()
    add(raster.add_dots, xy, labels, sums, moved, size=1, weights=weights)
    repeated, counted = blank()
    add(raster.add_dots, np.repeat(xy, weights, axis=0), np.repeat(labels, weights), repeated,
        counted, size=1)  # fmt: skip
    assert np.array_equal(sums, repeated) and np.array_equal(moved, counted)
    add(raster.add_dots, xy, [2, 2, 2], sums, moved, was=labels, size=1, weights=weights)
    assert sums[5, 3].tolist() == [51, 51, 51, 3]


@pytest.mark.parametrize("radius", [1.0, 2.5, 4.0])
def test_a_disc_covers_its_area(radius):
    sums, moved = blank(20, 20)
    add(raster.add_discs, [[10.3, 9.8]], [0], sums, moved, size=radius)
    assert sums[..., 3].sum() / raster.FULL == pytest.approx(np.pi * radius**2, rel=0.1)
    assert sums[9, 10].tolist() == [200 * raster.FULL, 10 * raster.FULL, 30 * raster.FULL, 64]


def test_a_cross_is_symmetric_and_open_between_its_arms():
    sums, moved = blank(21, 21)
    add(raster.add_crosses, [[10.5, 10.5]], [0], sums, moved, size=6.0)
    cover = sums[..., 3]
    assert np.array_equal(cover, cover[::-1]) and np.array_equal(cover, cover.T)
    assert cover[10, 10] == cover[14, 14] == raster.FULL
    assert cover[10, 15] == cover[5, 10] == 0 and not cover[:4].any()


@pytest.mark.parametrize("marker", MARKERS)
def test_what_is_outside_is_cut_off(marker):
    sums, moved = blank()
    far = [[-9.0, 5.0], [1e300, 5.0], [5.0, -1e300], [5.0, np.inf], [np.nan, 5.0], [40.0, 40.0]]
    add(marker, far, [0] * 6, sums, moved)
    assert not sums.any() and not moved.any()
    add(marker, [[0.0, 0.0]], [1], sums, moved)
    large, large_moved = blank(24, 32)
    add(marker, [[8.0, 6.0]], [1], large, large_moved)
    assert np.array_equal(sums, large[6:18, 8:24])


points = st.tuples(
    st.floats(-4, 20, width=32), st.floats(-4, 16, width=32), st.integers(0, 2), st.integers(0, 2)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=12), st.sampled_from(MARKERS), st.randoms())
def test_order_does_not_exist_and_taking_away_is_exact(rows, marker, rng):
    xy = [row[:2] for row in rows]
    old, new = [row[2] for row in rows], [row[3] for row in rows]
    walked, moved = blank()
    add(marker, xy, old, walked, moved)
    add(marker, xy, [NOWHERE] * len(xy), walked, moved, was=old)
    assert not walked.any()
    add(marker, xy, old, walked, moved)
    add(marker, xy, new, walked, moved, was=old)
    rng.shuffle(rows)
    direct, touched = blank()
    add(marker, [row[:2] for row in rows], [row[3] for row in rows], direct, touched)
    assert np.array_equal(moved, 4 * touched)
    assert np.array_equal(touched, direct[..., 3])
    assert np.array_equal(walked, direct)


def test_shading_mixes_by_coverage_over_the_background():
    sums, _ = blank(1, 4)
    sums[0, 0] = [64 * 200, 64 * 10, 64 * 30, 64]
    sums[0, 1] = [200 + 0, 10 + 100, 30 + 250, 2]
    sums[0, 3] = sums[0, 0]
    background = np.full((1, 4, 4), 255, dtype=np.uint8)
    image = np.full((1, 4, 4), 77, dtype=np.uint8)
    alpha = np.array([[255, 51, 0, 255]], dtype=np.uint8)
    raster.shade(sums, alpha, background, np.arange(3), image)
    assert image[0, 0].tolist() == [200, 10, 30, 77]
    assert image[0, 1].tolist() == [224, 215, 232, 77]  # 255 + (100 - 255) / 5, and so on
    assert image[0, 2].tolist() == [255, 255, 255, 77]
    assert image[0, 3].tolist() == [77] * 4  # not asked for


def test_projection_by_hand():
    xy = np.empty((2, 2))
    places.project(
        np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]]),
        np.array([0.0, 0.0, 1.0]),
        np.array([[1.0, 0.0, 2.0], [0.0, 0.5, 0.0]]),
        xy,
    )
    assert xy.tolist() == [[5.0, 1.0], [0.0, 0.0]]


def test_two_features_are_placed_in_units_and_then_in_pixels():
    X = np.array([[1.0, 5.0, 2.0], [3.0, 5.0, -1.0]], dtype=np.float32)
    xy = np.empty((2, 2))
    places.place(X, 2, 0, np.array([10.0, 1.0, 2.0]), np.array([1.0, 0.0, -1.0]), xy)
    assert xy.tolist() == [[3.0, 11.0], [-3.0, 31.0]]
    extremes = np.array([np.inf, -np.inf, np.inf, -np.inf])
    everywhere = np.array([-np.inf, np.inf, -np.inf, np.inf])
    places.bounds(xy, everywhere, extremes)
    assert extremes.tolist() == [-3.0, 3.0, 11.0, 31.0]
    places.bounds(np.array([[9.0, 12.0], [9.0, 99.0]]), np.array([0.0, 9.0, 0.0, 9.0]), extremes)
    assert extremes.tolist() == [-3.0, 3.0, 11.0, 31.0]
    places.to_pixels(xy, -3.0, 2.0, 31.0, 0.5)
    assert xy.tolist() == [[12.0, 10.0], [0.0, 0.0]]
