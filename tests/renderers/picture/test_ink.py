import numpy as np
import pytest

from renderers.picture.ink import blend_mask, paint
from renderers.picture.marks import Area, Disc, Fill, Group, Polyline, Raster, Segments, Text
from renderers.picture.text import text_mask
from renderers.plane.placement import Box


def white(height=40, width=60):
    return np.full((height, width, 4), 255, dtype=np.uint8)


@pytest.mark.parametrize(("left", "top"), [(-2, -1), (3, 2), (-20, 0), (0, 20)])
def test_masks_are_cut_at_the_edges(left, top):
    image = np.full((5, 6, 4), 200, dtype=np.uint8)
    mask = np.full((4, 4), 255, dtype=np.uint8)
    blend_mask(image, mask, left, top, (1, 2, 3))
    expected = np.full((5, 6, 4), 200, dtype=np.uint8)
    expected[max(0, top) : max(0, top + 4), max(0, left) : max(0, left + 4), :3] = (1, 2, 3)
    assert np.array_equal(image, expected)


SOME = [
    Fill(3, 4, 20, 9, (200, 30, 30)),
    Fill(10, 2, 9, 30, (0, 0, 90), 0.5),
    Disc(30.3, 20.2, 6.0, (9, 99, 9), ((8.0, (0, 0, 0)), (7.0, (255, 255, 255)))),
    Polyline(np.array([[2.0, 30.0], [40.5, 12.0], [58.0, 38.0]]), 2.0, (90, 0, 90), 0.7),
    Segments(
        np.array([[[2.0, 3.0], [40.5, 12.0]], [[40.5, 12.0], [9.0, 38.0]]]), 1.5, (0, 9, 0), 0.4
    ),
    Area(np.array([[5.0, 30.0], [30.0, 10.0], [50.0, 25.0]]), 35, (0, 90, 90), 0.3),
    Text("words", 8.3, 25.0, 13.0, (0, 0, 0)),
    Text("up", 50.0, 20.0, 13.0, (0, 0, 0), "middle", turned=True),
]


def test_a_group_shows_what_lies_in_its_box_and_nothing_else():
    whole, part = white(), white()
    paint(whole, SOME)
    box = Box(7, 5, 40, 28)
    paint(part, [Group(box, tuple(SOME))])
    assert np.abs(box.of(part).astype(int) - box.of(whole)).max() <= 1
    box.of(part)[:] = 255
    assert (part == 255).all() and not (whole == 255).all()


def test_a_fill_covers_the_pixels_whose_middle_it_holds():
    image = white()
    paint(image, [Fill(1.5, 3, 4.0, 1, (1, 2, 3)), Fill(5.5, 3, 4.2, 1, (4, 5, 6))])
    assert (image[3, 2:6, 0] == 1).all() and (image[3, 6:10, 0] == 4).all()
    assert (image[..., 0] < 255).sum() == 8
    image = white()
    paint(image, [Fill(-50, -50, 500, 500, (5, 55, 105), 0.2)])
    assert (image == (205, 215, 225, 255)).all()


@pytest.mark.parametrize(("anchor", "share"), [("left", 0.0), ("middle", 0.5), ("right", 1.0)])
def test_words_are_where_their_anchor_says(anchor, share):
    beside = 0.098 * 13.0  # the H does not fill its room
    for x in (30.0, 30.25, 30.5):
        image = white()
        paint(image, [Text("HEH", x, 30.0, 13.0, (0, 0, 0), anchor)])
        ink = 1 - image[..., 0] / 255
        columns = ink.max(axis=0)
        (seen,) = np.nonzero(columns)
        left, right = seen[0] + 1 - columns[seen[0]], seen[-1] + columns[seen[-1]]
        left, right = left - beside, right + beside
        assert left + share * (right - left) == pytest.approx(x, abs=0.35)
        assert np.flatnonzero(ink.any(axis=1))[-1] == 29


def test_turned_words_run_upwards():
    image = white()
    paint(image, [Text("LEL", 30.0, 20.0, 13.0, (0, 0, 0), "middle", turned=True)])
    ink = 255 - image[..., 0]
    rows, columns = np.nonzero(ink)
    assert columns.max() == 29 and (rows.min() + rows.max() + 1) / 2 == pytest.approx(20, abs=0.5)
    upright = text_mask("LEL", 13.0)
    assert len(set(rows)) == pytest.approx(upright.shape[1], abs=3)


def test_a_raster_fills_its_box():
    image, box = white(), Box(4, 6, 3, 2)
    paint(image, [Raster(box, np.arange(18, dtype=np.uint8).reshape(2, 3, 3))])
    assert np.array_equal(box.of(image)[..., :3].reshape(-1), np.arange(18))
