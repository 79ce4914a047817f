import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_engine import assign_points
from renderers.borders import _labels, border_mask
from renderers.layout import Box
from renderers.view import View


def samples(view, box, fine=2):
    """Every sample's place, one by one."""
    xmin, xmax, ymin, ymax = view.limits
    xs = xmin + (np.arange(box.width * fine) + 0.5) * ((xmax - xmin) / (box.width * fine))
    ys = ymax - (np.arange(box.height * fine) + 0.5) * ((ymax - ymin) / (box.height * fine))
    return np.stack([a.reshape(-1) for a in np.meshgrid(xs, ys)], axis=1)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 40),
    st.sampled_from([(1, 1), (2, 3), (40, 31), (64, 48), (97, 8)]),
    st.sampled_from([None, (1, 0)]),
)
def test_blocks_give_what_asking_for_every_sample_gives(seed, k, size, axes):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(50, 2)) * [1.0, 30.0]
    centroids = rng.normal(size=(k, 2)) * [1.0, 30.0]
    view = View(points, axes=axes, offset=[3.0, -1.0], scale=[2.0, 0.5])
    box = Box(7, 5, *size)
    every = assign_points(view.lift(samples(view, box)), centroids)
    assert np.array_equal(_labels(view, centroids, box).reshape(-1), every)


def test_a_border_lies_half_way_and_is_as_wide_as_asked_for():
    view = View(np.array([[0.0, 0.0], [10.0, 10.0]]))
    box = Box(0, 0, 110, 110)  # ten pixels per unit
    for line in (1.0, 3.0):
        pixels, cover = border_mask(view, np.array([[2.0, 5.0], [8.0, 5.0]]), box, line)
        picture = np.zeros(110 * 110)
        picture[pixels] = cover / 255
        picture = picture.reshape(110, 110)
        assert np.array_equal(picture[0], picture[109])
        (columns,) = np.nonzero(picture[0])
        assert picture[0].sum() == pytest.approx(line, abs=0.01)
        assert abs((columns * picture[0][columns]).sum() / line + 0.5 - 55) <= 0.5


def test_one_feature_has_upright_borders():
    view = View(np.arange(11.0))
    pixels, _ = border_mask(view, np.array([[2.0], [8.0]]), Box(0, 0, 110, 20), 1.0)
    assert set(pixels % 110) <= {54, 55} and len(set(pixels // 110)) == 20
