import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers import raster

pytestmark = pytest.mark.kernels

COLOURS = np.array([[200, 10, 30], [0, 100, 250], [17, 17, 17]], dtype=np.int64)
MARKERS = [raster.add_dots, raster.add_discs, raster.add_crosses]


def blank(height=12, width=16):
    return np.zeros((height, width, 4), dtype=np.int64), np.zeros((height, width), dtype=np.uint8)


def add(marker, xy, labels, sums, dirty, sign=1, size=1.7):
    xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    marker(xy, np.asarray(labels, dtype=np.intp), sign, COLOURS, size, sums, dirty)


def test_a_dot_is_one_pixel():
    sums, dirty = blank()
    add(raster.add_dots, [[3.99, 5.0], [3.0, 5.5], [15.999, 0.0]], [0, 1, 2], sums, dirty)
    assert sums[5, 3].tolist() == [200, 110, 280, 2]
    assert sums[0, 15].tolist() == [17, 17, 17, 1]
    assert dirty.sum() == 2 and sums[..., 3].sum() == 3


@pytest.mark.parametrize("radius", [1.0, 2.5, 4.0])
def test_a_disc_covers_its_area(radius):
    sums, dirty = blank(20, 20)
    add(raster.add_discs, [[10.3, 9.8]], [0], sums, dirty, size=radius)
    assert sums[..., 3].sum() / raster.FULL == pytest.approx(np.pi * radius**2, rel=0.1)
    assert sums[9, 10].tolist() == [200 * raster.FULL, 10 * raster.FULL, 30 * raster.FULL, 64]


def test_a_cross_is_symmetric_and_open_between_its_arms():
    sums, dirty = blank(21, 21)
    add(raster.add_crosses, [[10.5, 10.5]], [0], sums, dirty, size=6.0)
    cover = sums[..., 3]
    assert np.array_equal(cover, cover[::-1]) and np.array_equal(cover, cover.T)
    assert cover[10, 10] == cover[14, 14] == raster.FULL
    assert cover[10, 15] == cover[5, 10] == 0 and not cover[:4].any()


@pytest.mark.parametrize("marker", MARKERS)
def test_what_is_outside_is_cut_off(marker):
    sums, dirty = blank()
    far = [[-9.0, 5.0], [1e300, 5.0], [5.0, -1e300], [5.0, np.inf], [np.nan, 5.0], [40.0, 40.0]]
    add(marker, far, [0] * 6, sums, dirty)
    assert not sums.any() and not dirty.any()
    add(marker, [[0.0, 0.0]], [1], sums, dirty)
    large, large_dirty = blank(24, 32)
    add(marker, [[8.0, 6.0]], [1], large, large_dirty)
    assert np.array_equal(sums, large[6:18, 8:24])


points = st.tuples(
    st.floats(-4, 20, width=32), st.floats(-4, 16, width=32), st.integers(0, 2), st.integers(0, 2)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=1, max_size=12), st.sampled_from(MARKERS), st.randoms())
def test_order_does_not_exist_and_taking_away_is_exact(rows, marker, rng):
    xy = [row[:2] for row in rows]
    old, new = [row[2] for row in rows], [row[3] for row in rows]
    moved, dirty = blank()
    add(marker, xy, old, moved, dirty)
    add(marker, xy, old, moved, dirty, sign=-1)
    assert not moved.any()
    rng.shuffle(rows)
    add(marker, xy, new, moved, dirty)
    direct, dirty = blank()
    add(marker, [row[:2] for row in rows], [row[3] for row in rows], direct, dirty)
    assert np.array_equal(moved, direct)


def test_shading_mixes_by_coverage_over_the_background_and_clears_the_marks():
    sums, dirty = blank(1, 4)
    sums[0, 0] = [64 * 200, 64 * 10, 64 * 30, 64]
    sums[0, 1] = [200 + 0, 10 + 100, 30 + 250, 2]
    sums[0, 3] = sums[0, 0]
    dirty[0, :3] = 1
    background = np.full((1, 4, 4), 255, dtype=np.uint8)
    image = np.full((1, 4, 4), 77, dtype=np.uint8)
    raster.shade(sums, np.array([[255, 51, 0, 255]], dtype=np.uint8), background, dirty, image)
    assert image[0, 0].tolist() == [200, 10, 30, 77]
    assert image[0, 1].tolist() == [224, 215, 232, 77]  # 255 + (100 - 255) / 5, and so on
    assert image[0, 2].tolist() == [255, 255, 255, 77]
    assert image[0, 3].tolist() == [77] * 4  # not marked
    assert not dirty.any()


def test_a_blended_disc_is_exact_inside_and_untouched_outside():
    image = np.full((20, 20, 4), 255, dtype=np.uint8)
    raster.blend_disc(10.0, 10.0, 4.0, 1, 2, 3, image)
    assert image[10, 10].tolist() == [1, 2, 3, 255]
    assert (image[:5] == 255).all() and (image[..., 3] == 255).all()
    assert 1 < image[5, 10, 0] < 255 or 1 < image[6, 10, 0] < 255
    before = image.copy()
    raster.blend_disc(float("nan"), 3.0, 4.0, 1, 2, 3, image)
    raster.blend_disc(1e300, -1e300, 4.0, 1, 2, 3, image)
    assert np.array_equal(image, before)


def test_projection_by_hand():
    xy = np.empty((2, 2))
    raster.project(
        np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]]),
        np.array([0.0, 0.0, 1.0]),
        np.array([[1.0, 0.0, 2.0], [0.0, 0.5, 0.0]]),
        xy,
    )
    assert xy.tolist() == [[5.0, 1.0], [0.0, 0.0]]
