import numpy as np
import pytest
from pictures import BARE, THEME_NAMES, at, blobs, has, lloyd, painted, painter, state

from renderers import Options, Panel, Scene, make_scene
from renderers.picture.centroids import without_hidden
from renderers.picture.colours import cluster_colours
from renderers.picture.dashboard import inertia_of
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments

OVER = {"numbers", "trails", "borders", "changes", "curve", "sizes"}


@pytest.mark.parametrize("name", sorted(OVER))
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_each_overlay_can_be_left_out(name, theme):
    points = blobs(clusters=3)
    film = list(moments(lloyd(points, points[:3], 3)))
    scene = make_scene(film[0].snapshots[0])

    def frame(overlays):
        options = Options(size=(640, 480), theme=theme, overlays=frozenset(overlays))
        return Painter(scene, options).paint(film[4])

    assert not np.array_equal(frame(OVER), frame(OVER - {name}))
    assert not np.array_equal(frame({name}), frame(set()))


def test_the_classic_theme_shows_nothing_but_the_tutorials_picture():
    snapshot = lloyd(blobs(), blobs()[::100], 2)[-1]
    plain = painted(snapshot, (640, 480), "classic", BARE)
    assert np.array_equal(painted(snapshot, (640, 480), "classic"), plain)


def test_borders_are_those_of_the_labels_and_not_of_the_moved_centroids():
    points = np.stack([np.linspace(0, 10, 60), np.tile([0.0, 1.0], 30)], axis=1)
    first = state(points, points[:, 0] > 3, [[2.0, 0.5], [4.0, 0.5]])
    second = state(points, points[:, 0] > 3, [[1.5, 0.5], [6.5, 0.5]], before=first)
    shown = painter(second, (400, 300), overlays={"borders"})
    with_, without = shown.paint(at(second)).copy(), painted(second, (400, 300), overlays=BARE)
    columns = np.flatnonzero((with_ != without).any(axis=(0, 2)))
    box = shown.boxes[0]
    place = shown._clouds[0].placement.within_box(np.array([[3.0, 0.5]]))[0, 0] + box.left
    assert len(columns) <= 3 and abs(columns.mean() + 0.5 - place) <= 1


@pytest.mark.parametrize("each", [200, 5000])
def test_the_share_of_a_crowd_is_counted_pixel_by_pixel(each):
    points = blobs(clusters=3, each=each)
    rows = np.arange(len(points))
    first = state(points, rows % 3, points[:3])
    second = state(
        points, np.where(rows % 7 == 0, (rows + 1) % 3, rows % 3), points[:3], before=first
    )
    shown = painter(first, (64, 48), overlays=BARE)
    shown.paint(at(first))
    (cloud,) = shown._clouds
    assert cloud.radius == 0
    pixels = cloud.placement.within_box(cloud.view.plane.project(points))
    places = np.floor(pixels - 0.5 * (cloud._size - 1)).astype(int)
    some, all_ = (np.zeros((cloud.box.height, cloud.box.width), dtype=int) for _ in range(2))
    for row, (j, i) in enumerate(places.tolist()):
        for picture in (all_, some) if row % 7 == 0 else (all_,):
            picture[max(i, 0) : i + cloud._size, max(j, 0) : j + cloud._size] += 1
    pixels = np.flatnonzero(some)
    expected = some.reshape(-1)[pixels] * 255 // all_.reshape(-1)[pixels]
    for _ in range(2):  # as one step, and looked up after a step back
        shown.paint(at(second))
        found, share = cloud.crowd(second)
        assert np.array_equal(found, pixels) and np.array_equal(share, expected)
        shown.paint(at(first))
        assert len(cloud.crowd(first)[0]) == np.count_nonzero(all_)


def test_points_that_changed_are_marked_until_the_next_iteration_moves_on():
    points = blobs(clusters=2, each=200)
    film = list(moments(lloyd(points, points[[0, 1]], 4), Pace(phases=True)))
    scene = make_scene(film[0].snapshots[0])

    def changed_pixels(moment):
        on = Painter(scene, Options((480, 360), overlays=frozenset({"changes"}))).paint(moment)
        off = Painter(scene, Options((480, 360), overlays=BARE)).paint(moment)
        return int((on != off).any(axis=2).sum())

    for moment in film:
        marked = moment.phase == "assignment" and moment.snapshots[0].iteration > 1
        assert bool(changed_pixels(moment)) == (marked and moment.snapshots[0].n_changed > 0)


def test_a_trail_begins_where_the_centroid_began():
    points = np.array([[0.0, 0.0], [10.0, 10.0]])
    first = state(points, [0, 0], [[1.0, 9.0]])
    second = state(points, [0, 0], [[5.0, 5.0]], before=first)
    scene = make_scene(first)
    (*_, last) = moments([first, second])
    on = Painter(scene, Options((400, 400), overlays=frozenset({"trails"})))
    off = Painter(scene, Options((400, 400), overlays=BARE))
    differ = (on.paint(last) != off.paint(last)).any(axis=2)
    cloud = on._clouds[0]
    for x, y, there in ((1.0, 9.0, True), (3.0, 7.0, True), (1.0, 5.0, False), (9, 1.0, False)):
        column, row = cloud.placement.within_box(np.array([[x, y]], dtype=float))[0].astype(int)
        around = cloud.box.of(differ)[row - 2 : row + 3, column - 2 : column + 3]
        assert around.any() == there


def test_nothing_on_a_frame_is_ahead_of_the_centroids():
    points = np.array([[0.0, 0.0], [10.0, 10.0]])
    first = state(points, [0, 0], [[1.0, 9.0]])
    second = state(points, [0, 0], [[5.0, 5.0]], before=first)
    third = state(points, [0, 0], [[9.0, 5.0]], before=second)
    scene = make_scene(first)
    film = list(moments([first, second, third], Pace(phases=True, smooth=True, fps=5)))
    on = Painter(scene, Options((400, 400), overlays=frozenset({"trails"})))
    off = Painter(scene, Options((400, 400), overlays=BARE))
    cloud = on._clouds[0]
    column, row = cloud.placement.within_box(np.array([[8.0, 5.0]]))[0].astype(int)
    for moment in film:
        differ = cloud.box.of((on.paint(moment) != off.paint(moment)).any(axis=2))
        passed = moment.snapshots[0] is third and moment.phase == "update" and moment.progress > 0.9
        assert differ[row - 3 : row + 4, column].any() == passed
        if moment.opening:
            continue
        arrived = moment.phase == "update" and moment.progress == 1
        expected = moment.snapshots[0].iteration - (not arrived)
        assert inertia_of(moment, 0) == moment.histories[0].inertia[max(expected, 0)]


def test_a_run_that_has_ended_shows_no_changes_any_more():
    points = blobs(clusters=3)
    states = lloyd(points, points[:3], 4)
    assert states[2].n_changed
    scene = Scene((Panel(3, View(points), "a"), Panel(3, View(points), "b")))
    options = Options((600, 300), overlays=frozenset({"changes"}))
    ended, running = at(states[2], states[4]), at(states[2], states[2])
    frames = [Painter(scene, options).paint(moment).copy() for moment in (ended, running)]
    bare = Painter(scene, Options((600, 300), overlays=BARE)).paint(ended)
    (left, _) = Painter(scene, options).boxes
    assert np.array_equal(left.of(frames[0]), left.of(bare))
    assert not np.array_equal(left.of(frames[1]), left.of(bare))


def test_of_centroids_at_one_place_the_first_is_seen():
    places = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [5.0, 6.0]])
    seen = without_hidden(places, np.array([4, 3, 0, 2, 0, 0]))
    assert np.isnan(seen).all(axis=1).tolist() == [False, False, True, False, False, True]
    assert not np.isnan(places).any()
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 2, axis=0)
    two = state(points, [0, 0, 1, 1], [[0, 0], [1, 1], [1, 1]])
    frame, inks = painted(two, (200, 160)), cluster_colours(3)
    assert has(frame, inks[1]) and not has(frame, inks[2])
