"""A ridge is as high as points lie densely, and ends in colour where a cluster ends."""

import numpy as np
import pytest

from renderers.picture.ridge import column_colours, heights, paint_ridge

COLOURS = np.array([[200, 0, 0], [0, 0, 200]], dtype=np.uint8)


def test_heights_follow_the_points():
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.normal(100, 9, 4000), rng.normal(300, 18, 4000)])
    high = heights(np.bincount(places.astype(int), minlength=400))
    assert high.max() == 1.0 and high.min() >= 0
    assert abs(int(high.argmax()) - 100) < 5
    assert high[300] == pytest.approx(0.5, abs=0.08) and high[200] < 0.02
    # About as many points lie under each hill, wherever the columns are.
    assert high[:200].sum() == pytest.approx(high[200:].sum(), rel=0.05)


@pytest.mark.parametrize("counts", [np.zeros(9), np.eye(9)[3], np.ones(1), np.full(50, 10**9)])
def test_any_counts_have_heights(counts):
    high = heights(counts.astype(np.int64))
    assert np.isfinite(high).all() and len(high) == len(counts) and high.max() <= 1


def test_a_column_has_the_colour_of_its_points_or_of_the_nearest():
    counts = np.array([[0, 0], [3, 0], [0, 0], [0, 0], [0, 0], [1, 1], [0, 2], [0, 0]])
    colours = column_colours(counts, COLOURS)
    expected = [[200, 0, 0]] * 4 + [[100, 0, 100]] * 2 + [[0, 0, 200]] * 2
    assert colours.tolist()[:3] == expected[:3] and colours.tolist()[4:] == expected[4:]


def test_a_ridge_stands_on_its_foot():
    image = np.full((50, 40, 4), 255, dtype=np.uint8)
    tops = np.full(40, 20.0)
    tops[30:] = 40.0  # nothing stands there
    paint_ridge(tops, 40.0, np.tile([0.0, 0.0, 200.0], (40, 1)), 0.5, 2.0, image)
    assert image[30, 10, :3].tolist() == [128, 128, 228]
    assert image[20, 10, :3].tolist() == [0, 0, 200]
    assert (image[41:, :, :3] == 255).all() and (image[:18, :, :3] == 255).all()
    assert (image[42:, 31:, :3] == 255).all() and (image[:38, 33:, :3] == 255).all()
