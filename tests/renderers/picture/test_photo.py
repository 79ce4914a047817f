"""The image whose pixels are the points: its colours, its box, its points."""

from functools import partial

import numpy as np
import pytest
from pictures import at, lloyd
from PIL import Image

from renderers import Moment, Options, Panel, Scene
from renderers.picture.painter import Painter
from renderers.picture.photo import OWN, Photo, colours_of, own_indices
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments

WHITE = (255, 255, 255)


def coloured(height=24, width=36, seed=1):
    """A small image of three soft colours, as points."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    inks = np.array([[200, 40, 30], [30, 160, 60], [40, 60, 210]])
    image = inks[(3 * x // width + y // 9) % 3] + rng.integers(-20, 20, (height, width, 3))
    return image.astype(np.uint8).reshape(-1, 3), (height, width)


def scene_of(points, image, view="2d", **panel):
    return Scene((Panel(3, View(points, view=view), image=image, **panel),), "Three colours")


def states(iterations=4, view="2d"):
    points, image = coloured()
    # From close to one another, so that colours move far.
    run = lloyd(points, points[:3] + np.array([[0.0], [9.0], [18.0]]), iterations)
    return run, partial(Painter, scene_of(points, image, view))


def test_each_pixel_has_the_colour_of_its_centroid():
    points, image = coloured()
    last = lloyd(points, points[[0, 12, 24]], 3)[-1]
    panel = scene_of(points, image).panels[0]
    shown = Photo(panel, Box(0, 0, image[1], image[0]), WHITE).pixels(last)
    assert np.array_equal(shown.reshape(-1, 3), np.rint(last.centroids)[last.labels])
    assert np.array_equal(
        Photo(panel, Box(0, 0, image[1], image[0]), WHITE).pixels(None).reshape(-1, 3), points
    )


def test_a_pixel_of_the_picture_is_the_mean_of_what_lies_on_it():
    points, image = coloured()
    panel = scene_of(points, image).panels[0]
    height, width = image
    half = Photo(panel, Box(0, 0, width // 2, height // 2), WHITE).pixels(None).astype(float)
    want = points.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    assert np.abs(half - want).max() <= 1
    twice = Photo(panel, Box(0, 0, 2 * width, 2 * height), WHITE).pixels(None)
    assert np.array_equal(twice[::2, ::2].reshape(-1, 3), points)


def test_transparent_pixels_show_the_ground():
    points, image = coloured()
    alpha = np.full(len(points), 255, np.uint8)
    alpha[: image[1]], alpha[-image[1] :] = 0, 102  # the first row; the last row, two fifths
    panel = Panel(3, View(points[alpha != 0]), image=image, alpha=alpha)
    shown = Photo(panel, Box(0, 0, image[1], image[0]), (10, 20, 30)).pixels(None)
    assert (shown[0] == (10, 20, 30)).all()
    assert np.array_equal(shown[1], points.reshape(*image, 3)[1])
    want = points[-image[1] :] * 0.4 + np.array([10, 20, 30]) * 0.6
    assert np.abs(shown[-1] - want).max() <= 2


@pytest.mark.parametrize(("values", "white"), [([[0], [7], [15]], 15.0), ([[0], [1], [2]], 2.0)])
def test_one_channel_is_grey(values, white):
    panel = Panel(2, View(np.array(values, dtype=float)), white=white)
    colours = colours_of(panel, np.array(values))
    assert (colours == colours[:, :1]).all()
    assert colours[0, 0] == 0 and colours[-1, 0] == 255


def test_own_colours_are_as_near_as_they_can_be():
    points, image = coloured()
    panel = scene_of(points, image).panels[0]
    found = OWN[own_indices(panel, points)].astype(int)
    assert np.abs(found - points).max() <= 3


@pytest.mark.parametrize("size", [(480, 320), (240, 360), (90, 60), (20, 14)])
@pytest.mark.parametrize("pace", [Pace(), Pace(smooth=True, fps=4), Pace(smooth=True, phases=True)])
@pytest.mark.parametrize("view", ["2d", "3d"])
def test_every_way_leads_to_the_same_bytes(size, pace, view):
    run, make = states(view=view)
    film = list(moments(run, pace))
    painter = make(Options(size))
    for moment in [*film, *film[::-7]]:
        frame = painter.paint(moment)
        assert np.array_equal(frame, make(Options(size)).paint(moment))


def test_of_a_large_image_some_points_are_painted_evenly(monkeypatch):
    run, make = states()
    whole = make(Options((480, 320)))
    monkeypatch.setattr("renderers.picture.exposure._MOST_POINTS", 300)
    film = list(moments(run, Pace(smooth=True, fps=4)))
    painter = make(Options((480, 320)))
    for moment in [*film, *film[::-5]]:
        frame = painter.paint(moment)
        assert np.array_equal(frame, make(Options((480, 320))).paint(moment))
    photo, (points,) = painter.layout.photo, painter.boxes
    all_of_them = whole.paint(film[-5])
    assert np.array_equal(photo.of(frame), photo.of(whole.paint([*film[::-5]][-1])))
    assert not np.array_equal(points.of(painter.paint(film[-5])), points.of(all_of_them))


def test_overlays_come_and_go():
    run, make = states()
    painter = make(Options((480, 320)))
    painter.paint(at(run[2]))
    for names in (frozenset(), frozenset({"curve"}), frozenset({"numbers", "sizes"})):
        painter.overlays = names
        fresh = make(Options((480, 320), overlays=names))
        assert np.array_equal(painter.paint(at(run[3])), fresh.paint(at(run[3])))


def test_colours_fade_into_each_other():
    run, make = states()
    painter = make(Options((480, 320), overlays=frozenset()))
    one, half, other = (
        painter.paint(Moment((run[3],), 1.0, progress=progress, before=(run[2],))).astype(int)
        for progress in (0.0, 0.5, 1.0)
    )
    for box in (painter.layout.photo, *painter.boxes):
        before, after = box.of(one), box.of(other)
        assert not np.array_equal(before, after)
    box = painter.layout.photo
    assert np.abs(box.of(half) - (box.of(one) + box.of(other)) / 2).max() <= 1


@pytest.mark.parametrize("size", [(480, 320), (240, 360), (1280, 720), (90, 60)])
@pytest.mark.parametrize("shape", [(24, 36), (36, 24), (8, 108)])
def test_an_image_keeps_its_aspect_and_stands_beside_its_points(size, shape):
    points, _ = coloured()
    layout = Painter(scene_of(points, shape), Options(size)).layout
    photo, (box,) = layout.photo, layout.boxes
    height, width = shape
    assert abs(photo.width / width - photo.height / height) <= max(1 / width, 1 / height)
    for one in (photo, box):
        assert one.left >= 0 and one.left + one.width <= size[0]
        assert one.top >= 0 and one.top + one.height <= size[1]
    apart = photo.left + photo.width <= box.left or photo.top + photo.height <= box.top
    assert apart


@pytest.mark.parametrize("view", ["2d", "3d"])
def test_before_they_have_clusters_points_and_image_have_their_own_colours(view):
    run, make = states(view=view)
    painter = make(Options((480, 320), overlays=frozenset()))
    first = painter.paint(Moment((run[0],), 1.0, "points")).copy()
    later = painter.paint(at(run[0]))
    box = painter.layout.photo
    inks = [
        len(np.unique(box.of(frame)[..., :3].reshape(-1, 3), axis=0)) for frame in (first, later)
    ]
    assert inks[0] > 10 * inks[1]
    (points,) = painter.boxes
    assert not np.array_equal(points.of(first), points.of(later))


def test_an_image_of_one_channel():
    points, image = coloured()
    points = points[:, :1].copy()
    run = lloyd(points, points[:3] + np.array([[0.0], [9.0], [18.0]]), 3)
    scene = scene_of(points, image)
    painter = Painter(scene, Options((480, 320), overlays=frozenset()))
    for moment in moments(run, Pace(smooth=True, fps=4)):
        frame = painter.paint(moment)[..., :3].astype(int)
        for box in (painter.layout.photo, *painter.boxes):
            # Greys, but for the tint of the ground between the theme's white and its ink.
            assert np.ptp(box.of(frame), axis=-1).max() <= 9


def test_a_large_image_leaves_no_moire():
    # Stripes of one pixel, at a third of their size: even grey, where choosing would leave stripes.
    stripes = np.tile(np.array([[0], [255]], np.uint8), (150, 1)).repeat(3, axis=1)
    points = np.concatenate([stripes] * 300).astype(np.uint8)
    panel = Panel(2, View(points), image=(300, 300))
    shown = Photo(panel, Box(0, 0, 100, 100), WHITE).pixels(None)
    chosen = np.asarray(Image.fromarray(points.reshape(300, 300, 3)).resize((100, 100), 0))
    assert np.ptp(chosen) == 255
    assert np.ptp(shown) <= 86  # a third of a pixel more or less of a stripe
