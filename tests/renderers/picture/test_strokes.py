import itertools

import numpy as np
import pytest

from renderers.picture import strokes

pytestmark = pytest.mark.kernels

BARE = np.empty((0, 4))  # no rings


def white(height=20, width=20):
    return np.full((height, width, 4), 255, dtype=np.uint8)


def test_a_blended_disc_is_exact_inside_and_untouched_outside():
    image = white()
    strokes.blend_disc(10.0, 10.0, BARE, 4.0, 1, 2, 3, image)
    assert image[10, 10].tolist() == [1, 2, 3, 255]
    assert (image[:5] == 255).all() and (image[..., 3] == 255).all()
    assert 1 < image[5, 10, 0] < 255 or 1 < image[6, 10, 0] < 255
    before = image.copy()
    strokes.blend_disc(float("nan"), 3.0, BARE, 4.0, 1, 2, 3, image)
    strokes.blend_disc(1e300, -1e300, BARE, 4.0, 1, 2, 3, image)
    assert np.array_equal(image, before)


def dark(image):
    """How much ink is on a picture, in pixels."""
    return (255 - image[..., 0].astype(float)).sum() / 255


@pytest.mark.parametrize(
    ("a", "b"), [((5, 15), (35, 15)), ((15, 5), (15, 35)), ((4, 6), (33, 28)), ((30, 31), (8, 10))]
)
@pytest.mark.parametrize("line", [1.0, 3.0])
def test_a_line_covers_its_area_and_no_pixel_far_from_it(a, b, line):
    image = white(40, 40)
    strokes.blend_line(*map(float, (*a, *b)), line, 0, 0, 0, 1.0, image)
    length = np.hypot(b[0] - a[0], b[1] - a[1])
    assert dark(image) == pytest.approx(line * length + np.pi * line**2 / 4, rel=0.08)
    rows, columns = np.nonzero(image[..., 0] < 255)
    px, py = columns + 0.5 - a[0], rows + 0.5 - a[1]
    along = ((px * (b[0] - a[0]) + py * (b[1] - a[1])) / length**2).clip(0, 1)
    off = np.hypot(px - along * (b[0] - a[0]), py - along * (b[1] - a[1]))
    assert off.max() < line / 2 + 0.5
    assert (image[..., 3] == 255).all()


def test_a_line_of_no_length_is_a_dot_and_one_from_far_away_is_left_out():
    image = white()
    strokes.blend_line(10.0, 10.0, 10.0, 10.0, 4.0, 0, 0, 0, 1.0, image)
    assert dark(image) == pytest.approx(np.pi * 4, rel=0.1)
    image = white()
    for far in (float("nan"), 1e300, -np.inf):
        strokes.blend_line(far, 3.0, 4.0, 5.0, 2.0, 0, 0, 0, 1.0, image)
    assert dark(image) == 0
    strokes.blend_line(-50.0, 10.0, 70.0, 10.0, 1.0, 0, 0, 0, 1.0, image)
    assert dark(image) == pytest.approx(20, abs=0.2)  # two rows, half of each


def test_a_ring_is_open_inside():
    image = white()
    strokes.blend_rings(
        np.array([[10.0, 10.0], [np.nan, 1.0]]), 0, 0, 5.0, 1.0, 0, 0, 0, 0.5, image
    )
    assert dark(image) == pytest.approx(0.5 * 2 * np.pi * 5, rel=0.1)
    assert image[10, 10, 0] == 255 and image[10, 5, 0] < 255


def test_pixels_are_blended_by_their_cover():
    image = white(2, 3)
    cover = np.array([255, 51], dtype=np.uint8)
    strokes.blend_pixels(np.array([0, 5]), cover, 5, 55, 105, 1.0, image)
    assert image[0, 0].tolist() == [5, 55, 105, 255]
    assert image[1, 2].tolist() == [205, 215, 225, 255]
    assert (image[0, 1:] == 255).all() and (image[1, :2] == 255).all()


def test_a_disc_lies_upon_its_rings():
    image = white()
    rings = np.array([[8.0, 10, 20, 30], [6.0, 40, 50, 60]])
    strokes.blend_disc(10.0, 10.0, rings, 4.0, 1, 2, 3, image)
    assert [image[10, 10 + r, 0] for r in (0, 4, 6)] == [1, 40, 10]
    assert [image[10, 1, 0], image[10, 19, 0]] == [255, 255]


def test_a_path_is_its_lines():
    xy = np.array([[3.0, 4.0], [15.0, 9.0], [6.0, 18.0]])
    one, other = white(), white()
    strokes.blend_path(xy + 5, 5, 5, 2.0, 1, 2, 3, 0.5, one)
    for (x0, y0), (x1, y1) in itertools.pairwise(xy):
        strokes.blend_line(x0, y0, x1, y1, 2.0, 1, 2, 3, 0.5, other)
    assert np.array_equal(one, other)


def test_a_net_is_the_union_of_its_lines_and_no_darker_where_they_meet():
    ends = np.array([[[3.0, 4.0], [30.0, 20.0]], [[30.0, 20.0], [5.0, 36.0]], [[30.0, 20.0]] * 2])
    each = []
    for piece in ends:
        image = np.full((40, 50, 4), 255, dtype=np.uint8)
        strokes.blend_line(*(piece - (2, 1)).ravel().tolist(), 2.5, 0, 0, 0, 0.4, image)
        each.append(image[..., 0])
    image = np.full((40, 50, 4), 255, dtype=np.uint8)
    cover = np.zeros((40, 50), dtype=np.uint8)
    strokes.blend_net(ends, 2, 1, 2.5, 0, 0, 0, 0.4, cover, np.empty(2000, np.intp), image)
    assert np.abs(image[..., 0].astype(int) - np.min(each, axis=0)).max() <= 1
    assert image[..., 0].min() == 153 and (image[..., 3] == 255).all()
    # In any order, and without what is far away.
    other = np.full((40, 50, 4), 255, dtype=np.uint8)
    ends = np.concatenate([[[[1e9, 0.0], [3.0, 3.0]], [[np.nan] * 2] * 2], ends[::-1]])
    assert not cover.any()  # as it was
    strokes.blend_net(ends, 2, 1, 2.5, 0, 0, 0, 0.4, cover, np.empty(2000, np.intp), other)
    assert np.array_equal(image, other)
