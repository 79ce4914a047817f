"""The area of a disc tells how many points lie there, its colours of which clusters they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.picture.bubbles import bubble_radii, paint_pies
from renderers.plane.placement import Box
from renderers.plane.shared import Shared
from renderers.plane.view import View

COLOURS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200]], dtype=np.uint8)


def painted(counts, radius=40.0, opacity=1.0, size=100):
    image = np.full((size, size, 4), 255, dtype=np.uint8)
    at = np.array([[size / 2, size / 2]])
    order = np.arange(1)
    paint_pies(at, np.array([radius]), order, np.array([counts]), COLOURS, opacity, image)
    return image[..., :3].astype(int)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=40), st.integers(50, 900))
def test_areas_are_in_proportion(counts, side):
    rng = np.random.default_rng(len(counts))
    xy = np.unique(rng.integers(0, 9, (len(counts), 2)), axis=0).astype(float)
    shared = Shared(xy, np.array(counts[: len(xy)]))
    box = Box(0, 0, side, side)
    radii = bubble_radii(shared, View(xy).placed(box), 40.0)
    assert radii.max() <= 40.0 and (radii >= 1).all()
    drawn = radii > 1
    per_point = radii[drawn] ** 2 / shared.counts[drawn]
    assert np.allclose(per_point, per_point[:1])
    assert np.pi * (radii[drawn] ** 2).sum() <= 0.41 * side * side


def test_neighbours_do_not_touch():
    xy = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2)
    placement = View(xy, limits="-1,5,-1,5").placed(Box(0, 0, 300, 200))
    radii = bubble_radii(Shared(xy, np.full(25, 7)), placement, 100.0)
    at = placement.within_box(xy.copy())
    assert 2 * radii.max() < np.hypot(*(at[1] - at[0]))


@pytest.mark.parametrize("counts", [(1, 1, 2), (0, 3, 1), (5, 0, 5), (1, 998, 1)])
def test_a_pie_has_the_shares_of_its_clusters(counts):
    image = painted(counts)
    inside = np.hypot(*(np.mgrid[:100, :100] + 0.5 - 50)) < 38
    pixels = image[inside]
    for colour, share in zip(COLOURS, np.array(counts) / sum(counts), strict=True):
        # A pixel on the line between two slices has a part of each.
        assert (pixels @ colour).sum() / 200**2 / len(pixels) == pytest.approx(share, abs=0.01)


def test_slices_go_clockwise_from_the_top():
    image = painted((1, 1, 2))
    assert image[30, 60].tolist() == [200, 0, 0]  # upper right
    assert image[70, 60].tolist() == [0, 200, 0]
    assert image[50, 20].tolist() == [0, 0, 200]


def test_a_disc_of_one_cluster_is_plain():
    image = painted((0, 9, 0), opacity=0.5)
    assert image[50, 50].tolist() == [128, 228, 128] and image[2, 2].tolist() == [255] * 3
    assert (painted((0, 0, 0)) == 255).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_any_counts_anywhere_are_painted(seed):
    rng = np.random.default_rng(seed)
    image = np.full((40, 60, 4), 255, dtype=np.uint8)
    xy = rng.uniform(-90, 120, (9, 2))
    counts = rng.integers(0, 4, (9, 3))
    radii = rng.uniform(0.5, 50, 9)
    paint_pies(xy, radii, np.arange(9), counts, COLOURS, 0.7, image)
    assert (image[..., 3] == 255).all()
