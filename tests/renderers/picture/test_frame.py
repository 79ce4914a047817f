from dataclasses import replace

import numpy as np
import pytest
from pictures import BARE, THEME_NAMES, at, blobs, has, lloyd, painted, painter, state

from renderers.picture.cloud import marker_radius
from renderers.picture.colours import cluster_colours
from renderers.picture.themes import THEMES


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_points_and_centroids_have_their_clusters_colour_where_they_are(theme):
    points = np.array([[0.0, 0.0], [10.0, 10.0], [0.0, 10.0], [10.0, 0.0]])
    snapshot = state(points, [0, 1, 2, 0], [[5.0, 2.0], [5.0, 5.0], [5.0, 8.0]])
    overlays = {"numbers"} if theme != "classic" else BARE
    shown = painter(snapshot, (400, 400), theme, overlays, aspect="auto")
    frame = shown.paint(at(snapshot))
    box = shown._clouds[0].box
    palette = cluster_colours(3, theme).astype(int)
    ground = np.array(THEMES[theme].background)

    def pixel(x, y):
        (place,) = shown._clouds[0].placement.within_box(np.array([[x, y]], dtype=np.float64))
        return frame[box.top + int(place[1]), box.left + int(place[0]), :3].astype(int)

    for (x, y), label in zip(points, snapshot.labels, strict=True):
        expected = ground + (palette[label] - ground) * THEMES[theme].opacity
        assert np.abs(pixel(x, y) - expected).max() <= 2
    for (x, y), colour in zip(snapshot.centroids, palette, strict=True):
        # The middle carries the number, except in classic.
        (place,) = shown._clouds[0].placement.within_box(np.array([[x, y]]))
        i, j = box.top + int(place[1]), box.left + int(place[0])
        inside = frame[i, j] if theme == "classic" else frame[i - 5 : i + 6, j - 5 : j + 6]
        assert has(inside, colour)


def test_the_iteration_stands_outside_the_axes_or_in_the_tutorials_corner():
    points = blobs()
    first = lloyd(points, points[:3], 0)[0]
    for theme in THEME_NAMES:
        shown = painter(first, (320, 240), theme)
        frames = []
        for iteration in (3, 4):
            snapshot = replace(state(points, first.labels, first.centroids), iteration=iteration)
            frames.append(shown.paint(at(snapshot)).copy())
        rows, columns = np.nonzero((frames[0] != frames[1]).any(axis=-1))
        box = shown.boxes[0]
        if theme == "classic":
            foot = box.top + box.height
            assert foot - 22 < rows.min() and rows.max() < foot
            assert box.left < columns.min() and columns.max() < box.left + 60
        else:
            assert rows.max() < box.top
            assert columns.min() > 200


def test_phases_move_the_centroids():
    points = blobs(clusters=3)
    snapshot = state(points, [0] * 300, [[1.0, 1.0]], assigned_from=np.array([[-1.0, -1.0]]))
    shown = painter(snapshot)
    place = {}
    for phase, progress in [("assignment", 0.5), ("update", 0.0), ("update", 0.5), ("state", 1.0)]:
        moment = replace(at(snapshot, phase=phase, progress=progress), before=(snapshot,))
        place[phase, progress] = shown.paint(moment).copy()
    half = state(points, [0] * 300, [[0.0, 0.0]])
    old = state(points, [0] * 300, [[-1.0, -1.0]])
    assert np.array_equal(place["assignment", 0.5], painted(old))
    assert np.array_equal(place["update", 0.0], painted(old))
    assert np.array_equal(place["update", 0.5], painted(half))
    assert np.array_equal(place["state", 1.0], painted(snapshot))
    moment = replace(at(snapshot, phase="state", progress=0.5), before=(snapshot,))
    assert np.array_equal(shown.paint(moment), place["update", 0.5])


def test_an_empty_clusters_centroid_is_drawn_and_a_far_one_is_an_arrow():
    points = blobs(clusters=2)
    with_empty = state(points, [0] * 200, [[0.0, 0.0], points.mean(axis=0) * 0.99])
    assert has(painted(with_empty), cluster_colours(2)[1])
    for far in (1e300, -1e12, 50.0):
        frame = painted(state(points, [0] * 200, [[0.0, 0.0], [far, 3.0]]), (480, 360))
        assert has(frame, cluster_colours(2)[1])  # an arrow


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_many_points_become_a_density_picture_that_says_so(theme):
    points = np.repeat([[0.0, 1.0], [1.0, 0.0], [0.3, 0.6]], [30_000, 1, 1000], axis=0)
    points[:, 0] += 1e-9 * np.arange(len(points))  # no two lie at one place
    labels = np.repeat([0, 1, 0], [30_000, 1, 1000])
    snapshot = state(points, labels, [[0.5, 0.1], [0.6, 0.2]])
    shown = painter(snapshot, (320, 240), theme, BARE, limits="all")
    cloud = shown._clouds[0]
    corner = (cloud.box.left, cloud.box.top)
    assert cloud.radius == 0
    frame = shown.paint(at(snapshot))
    lone = cloud.placement.within_box(np.array([[1.0, 0.0]]))[0].astype(int) + corner
    seen = frame[lone[1], lone[0], :3].astype(int) - THEMES[theme].background
    assert np.abs(seen).max() > 40  # one point is visible
    full = cloud.placement.within_box(np.array([[0.0, 1.0]]))[0].astype(int) + corner
    assert frame[full[1], full[0], :3].tolist() == cluster_colours(2, theme)[0].tolist()
    foot = frame[-20:, :, :3].astype(int) - THEMES[theme].muted
    assert np.abs(foot).max(axis=2).min() < 50  # the note; a stroke is thinner than a pixel
    (words,) = (m.words for m in shown.marks(at(snapshot)) if getattr(m, "y", 0) > 225)
    assert words.startswith("31,001 points, shaded by density")


def test_the_switch_goes_by_points_for_the_area():
    theme = THEMES["light"]
    assert marker_radius(1200, 1280 * 720, 7.2, theme) > 3
    assert marker_radius(5000, 640 * 480, 4.8, theme) > 0.75
    assert marker_radius(1_000_000, 1280 * 720, 7.2, theme) == 0
    assert marker_radius(100_000, 3840 * 2160, 21.6, theme) > 0.75
    assert marker_radius(1, 1, 0.01, theme) > 0
