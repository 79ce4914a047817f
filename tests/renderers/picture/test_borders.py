import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_engine import assign_points
from renderers.picture.borders import Borders
from renderers.plane.placement import Box
from renderers.plane.view import View


def naive_mask(view, centroids, box, line):
    """Ask for every sample, one by one."""
    xmin, xmax, ymin, ymax = view.placed(box).limits
    height, width = 2 * box.height, 2 * box.width
    labels = np.empty((height, width), dtype=int)
    for i in range(height):
        y = ymax - (i + 0.5) * ((ymax - ymin) / height)
        x = xmin + (np.arange(width) + 0.5) * ((xmax - xmin) / width)
        labels[i] = assign_points(
            view.plane.lift(np.stack([x, np.full(width, y)], axis=1)), centroids
        )
    half = max(1, round(line))
    marked = np.zeros((height, width), dtype=bool)
    for i in range(height):
        for j in range(width):
            if j + 1 < width and labels[i, j] != labels[i, j + 1]:
                marked[i, max(0, j - half + 1) : j + half + 1] = True
            if i + 1 < height and labels[i, j] != labels[i + 1, j]:
                marked[max(0, i - half + 1) : i + half + 1, j] = True
    return marked.reshape(box.height, 2, box.width, 2).sum(axis=(1, 3)) * 255 // 4


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 40),
    st.sampled_from([(1, 1), (2, 3), (40, 31), (64, 48), (97, 8)]),
    st.sampled_from([None, (1, 0)]),
    st.sampled_from([1.0, 3.0]),
)
def test_blocks_give_what_asking_for_every_sample_gives(seed, k, size, axes, line):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(50, 2)) * [1.0, 30.0]
    centroids = rng.normal(size=(k, 2)) * [1.0, 30.0]
    view = View(points, axes=axes, offset=[3.0, -1.0], scale=[2.0, 0.5])
    box = Box(7, 5, *size)
    borders = Borders(view, view.placed(box), line)
    borders.mask(points[:7])  # leaves no trace
    pixels, cover = borders.mask(centroids)
    picture = np.zeros((box.height, box.width), dtype=int)
    picture.reshape(-1)[pixels] = cover
    assert len(np.unique(pixels)) == len(pixels)
    assert np.array_equal(picture, naive_mask(view, centroids, box, line))


def test_a_border_lies_half_way_and_is_as_wide_as_asked_for():
    view = View(np.array([[0.0, 0.0], [10.0, 10.0]]))
    box = Box(0, 0, 110, 110)  # ten pixels per unit
    for line in (1.0, 3.0):
        pixels, cover = Borders(view, view.placed(box), line).mask(
            np.array([[2.0, 5.0], [8.0, 5.0]])
        )
        picture = np.zeros(110 * 110)
        picture[pixels] = cover / 255
        picture = picture.reshape(110, 110)
        assert np.array_equal(picture[0], picture[109])
        (columns,) = np.nonzero(picture[0])
        assert picture[0].sum() == pytest.approx(line, abs=0.01)
        assert abs((columns * picture[0][columns]).sum() / line + 0.5 - 55) <= 0.5


def test_one_feature_has_upright_borders():
    view = View(np.arange(11.0))
    pixels, _ = Borders(view, view.placed(Box(0, 0, 110, 20)), 1.0).mask(np.array([[2.0], [8.0]]))
    assert set(pixels % 110) <= {54, 55} and len(set(pixels // 110)) == 20
