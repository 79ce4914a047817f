import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import at, blobs, lloyd, state

from renderers.contract import OVERLAYS, Options
from renderers.errors import InvalidOption
from renderers.picture.cloud import marker_radius
from renderers.picture.colours import cluster_colours
from renderers.picture.dashboard import _told
from renderers.picture.layout import Box, blend_mask, grid, ticks
from renderers.picture.painter import Painter
from renderers.picture.text import fitted_mask, text_mask
from renderers.picture.themes import THEMES
from renderers.plane.view import View
from renderers.scene import Panel, Scene
from renderers.stage.pace import Pace, moments
from renderers.stage.scenes import make_scene

THEME_NAMES = sorted(THEMES)


BARE = frozenset()
ALL = frozenset(OVERLAYS)


def painter(snapshot, size=(160, 120), theme="light", overlays=None, **scene):
    options = Options(size=size, theme=theme, overlays=overlays)
    return Painter(make_scene(snapshot, **scene), options)


def painted(snapshot, size=(160, 120), theme="light", overlays=None, **scene):
    return painter(snapshot, size, theme, overlays, **scene).paint(at(snapshot)).copy()


def has(image, colour):
    return bool((image[..., :3] == np.asarray(colour)).all(axis=-1).any())


# --- incremental painting ---------------------------------------------------------------------

walks = st.lists(
    st.tuples(st.lists(st.integers(0, 3), min_size=40, max_size=40), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(walks, st.sampled_from(THEME_NAMES), st.sampled_from([(96, 72), (24, 9)]))
def test_following_the_changes_gives_the_bytes_of_painting_everything(walk, theme, size):
    points = np.random.default_rng(3).normal(size=(40, 2))
    centroids = points[:4]
    shown, before = None, None
    for labels, is_next in walk:
        # Either the next state of the same run, or one of another run that looks like it.
        before = state(points, labels, centroids, before=before if is_next else None)
        shown = shown or painter(before, size, theme)
        frame = shown.paint(at(before))
        assert np.array_equal(frame, painted(before, size, theme))


@settings(max_examples=15, deadline=None)
@given(st.data(), st.sampled_from(["light", "dark"]), st.sampled_from([(160, 120), (480, 300)]))
def test_what_is_on_top_does_not_depend_on_what_was_painted_before(data, theme, size):
    points = blobs(clusters=4, each=30)
    runs = [
        list(moments(lloyd(points, points[start : start + 4], 5), pace))
        for start in (0, 50)
        for pace in (Pace(smooth=True, fps=6), Pace(phases=True), Pace())
    ]
    names = st.sampled_from([ALL, BARE, ALL - {"curve"}, {"borders", "changes"}])
    scene = make_scene(runs[0][0].snapshots[0])
    shown = Painter(scene, Options(size=size, theme=theme))
    for _ in range(6):
        moment = data.draw(st.sampled_from(data.draw(st.sampled_from(runs))))
        shown.overlays = overlays = frozenset(data.draw(names))
        frame = shown.paint(moment)
        fresh = Painter(scene, Options(size=size, theme=theme, overlays=overlays))
        assert np.array_equal(frame, fresh.paint(moment))


def test_a_density_picture_follows_the_changes_too():
    states = lloyd(blobs(each=250), blobs()[::100], 3)
    shown = painter(states[0], (64, 48))
    for snapshot in (*states, states[0], states[2], states[2], states[3]):
        assert np.array_equal(shown.paint(at(snapshot)), painted(snapshot, (64, 48)))


def test_a_state_of_another_run_is_not_taken_for_the_next_one():
    points = blobs(clusters=2, each=10)
    first = state(points, [0] * 20, points[:2])
    shown = painter(first)
    shown.paint(at(first))
    other = state(points, [1] * 20, points[:2])
    other.iteration, other.changed = 1, np.arange(0)
    assert np.array_equal(shown.paint(at(other)), painted(other))


@pytest.mark.parametrize("features", [1, 2, 5])
def test_any_number_of_features(features):
    rng = np.random.default_rng(features)
    points = rng.normal(size=(300, features)).astype(np.float32)
    states = lloyd(points, points[:3], 4)
    shown = painter(states[0])
    for snapshot in states:
        frame = shown.paint(at(snapshot))
    assert np.array_equal(frame, painted(states[-1]))
    assert all(has(frame, colour) for colour in cluster_colours(3))


# --- what is on the frame ---------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_the_same_input_gives_the_same_bytes(theme):
    snapshot = lloyd(blobs(), blobs()[::100], 1)[-1]
    a, b = (painted(snapshot, (320, 240), theme, title="Twice") for _ in range(2))
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_points_and_centroids_have_their_clusters_colour_where_they_are(theme):
    points = np.array([[0.0, 0.0], [10.0, 10.0], [0.0, 10.0], [10.0, 0.0]])
    snapshot = state(points, [0, 1, 2, 0], [[5.0, 2.0], [5.0, 5.0], [5.0, 8.0]])
    shown = painter(snapshot, (400, 400), theme, {"numbers"} if theme != "classic" else BARE)
    frame = shown.paint(at(snapshot))
    box = shown._clouds[0].box
    palette = cluster_colours(3, theme).astype(int)
    ground = np.array(THEMES[theme].background)

    def pixel(x, y):
        (place,) = shown._clouds[0].pixels(np.array([[x, y]], dtype=np.float64))
        return frame[box.top + int(place[1]), box.left + int(place[0]), :3].astype(int)

    for (x, y), label in zip(points, snapshot.labels, strict=True):
        expected = ground + (palette[label] - ground) * THEMES[theme].opacity
        assert np.abs(pixel(x, y) - expected).max() <= 2
    for (x, y), colour in zip(snapshot.centroids, palette, strict=True):
        # The middle carries the number, except in classic.
        (place,) = shown._clouds[0].pixels(np.array([[x, y]]))
        i, j = box.top + int(place[1]), box.left + int(place[0])
        inside = frame[i, j] if theme == "classic" else frame[i - 5 : i + 6, j - 5 : j + 6]
        assert has(inside, colour)


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_frames_are_opaque_contiguous_and_of_the_size_asked_for(theme):
    frame = painted(lloyd(blobs(), blobs()[:2], 0)[0], (321, 123), theme)
    assert frame.shape == (123, 321, 4) and frame.dtype == np.uint8
    assert frame.flags.c_contiguous and (frame[..., 3] == 255).all()


def test_the_iteration_is_written_in_the_lower_left_corner():
    points = blobs()
    first = lloyd(points, points[:3], 0)[0]
    for theme in THEME_NAMES:
        shown = painter(first, (320, 240), theme)
        frames = []
        for iteration in (3, 4):
            snapshot = state(points, first.labels, first.centroids)
            snapshot.iteration = iteration
            frames.append(shown.paint(at(snapshot)).copy())
        rows, columns = np.nonzero((frames[0] != frames[1]).any(axis=-1))
        assert rows.min() > 180 and columns.max() < 80
        box, ink = shown._clouds[0].box, THEMES[theme].text
        corner = frames[0][box.top + box.height - 22 : box.top + box.height, box.left :][:, :40]
        assert np.abs(corner[..., :3].astype(int) - ink).max(axis=2).min() < 40


def test_convergence_is_said_but_not_in_classic():
    points = blobs(clusters=3)
    for theme, said in (("light", True), ("dark", True), ("classic", False)):
        one = state(points, [0] * 300, points[:1])
        other = state(points, [0] * 300, points[:1], converged=True)
        differs = not np.array_equal(
            painted(one, (320, 240), theme), painted(other, (320, 240), theme)
        )
        assert differs == said


def test_phases_move_the_centroids():
    points = blobs(clusters=3)
    snapshot = state(points, [0] * 300, [[1.0, 1.0]], assigned_from=np.array([[-1.0, -1.0]]))
    shown = painter(snapshot)
    place = {}
    for phase, progress in [("assignment", 0.5), ("update", 0.0), ("update", 0.5), ("state", 1.0)]:
        place[phase, progress] = shown.paint(at(snapshot, phase=phase, progress=progress)).copy()
    half = state(points, [0] * 300, [[0.0, 0.0]])
    old = state(points, [0] * 300, [[-1.0, -1.0]])
    assert np.array_equal(place["assignment", 0.5], painted(old))
    assert np.array_equal(place["update", 0.0], painted(old))
    assert np.array_equal(place["update", 0.5], painted(half))
    assert np.array_equal(place["state", 1.0], painted(snapshot))
    assert np.array_equal(
        shown.paint(at(snapshot, phase="state", progress=0.5)), place["update", 0.5]
    )


def test_an_empty_clusters_centroid_is_drawn_and_a_far_one_is_cut_off():
    points = blobs(clusters=2)
    with_empty = state(points, [0] * 200, [[0.0, 0.0], points.mean(axis=0) * 0.99])
    assert has(painted(with_empty), cluster_colours(2)[1])
    for far in (1e300, -1e12, 50.0):
        frame = painted(state(points, [0] * 200, [[0.0, 0.0], [far, far]]))
        assert not has(frame, cluster_colours(2)[1])


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_many_points_become_a_density_picture_that_says_so(theme):
    points = np.repeat([[0.0, 1.0], [1.0, 0.0], [0.3, 0.6]], [30_000, 1, 1000], axis=0)
    labels = np.repeat([0, 1, 0], [30_000, 1, 1000])
    snapshot = state(points, labels, [[0.5, 0.1], [0.6, 0.2]])
    shown = painter(snapshot, (320, 240), theme, BARE)
    cloud = shown._clouds[0]
    corner = (cloud.box.left, cloud.box.top)
    assert cloud.radius == 0
    frame = shown.paint(at(snapshot))
    lone = cloud.pixels(np.array([[1.0, 0.0]]))[0].astype(int) + corner
    seen = frame[lone[1], lone[0], :3].astype(int) - THEMES[theme].background
    assert np.abs(seen).max() > 40  # one point is visible
    full = cloud.pixels(np.array([[0.0, 1.0]]))[0].astype(int) + corner
    assert frame[full[1], full[0], :3].tolist() == cluster_colours(2, theme)[0].tolist()
    band = (shown._still[: cloud.box.top, 160:, :3] != THEMES[theme].background).any()
    assert band  # the note


def test_the_switch_goes_by_points_for_the_area():
    theme = THEMES["light"]
    assert marker_radius(1200, 1280 * 720, 7.2, theme) > 3
    assert marker_radius(5000, 640 * 480, 4.8, theme) > 0.75
    assert marker_radius(1_000_000, 1280 * 720, 7.2, theme) == 0
    assert marker_radius(100_000, 3840 * 2160, 21.6, theme) > 0.75
    assert marker_radius(1, 1, 0.01, theme) > 0


OVER = {"numbers", "trails", "borders", "changes", "curve", "sizes"}


@pytest.mark.parametrize("name", sorted(OVER))
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_each_overlay_can_be_left_out(name, theme):
    points = blobs(clusters=3)
    film = list(moments(lloyd(points, points[:3], 3)))
    scene = make_scene(film[0].snapshots[0])

    def frame(overlays):
        options = Options(size=(640, 480), theme=theme, overlays=frozenset(overlays))
        return Painter(scene, options).paint(film[2])

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
    place = shown._clouds[0].pixels(np.array([[3.0, 0.5]]))[0, 0] + box.left
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
    places = np.floor(cloud.places(rows) - 0.5 * (cloud._size - 1)).astype(int)
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
        column, row = cloud.pixels(np.array([[x, y]], dtype=float))[0].astype(int)
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
    column, row = cloud.pixels(np.array([[8.0, 5.0]]))[0].astype(int)
    for moment in film:
        differ = cloud.box.of((on.paint(moment) != off.paint(moment)).any(axis=2))
        passed = moment.snapshots[0] is third and moment.phase == "update" and moment.progress > 0.9
        assert differ[row - 3 : row + 4, column].any() == passed
        (told,) = _told(moment)
        arrived = moment.phase == "update" and moment.progress == 1
        expected = moment.snapshots[0].iteration - (not arrived)
        assert told[0] == max(expected, 0)
        assert told[1] == moment.histories[0].inertia[max(expected, 0)]


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


@pytest.mark.parametrize("size", [(320, 240), (640, 480)])
def test_a_race_names_its_runs_at_any_size(size):
    points = blobs(clusters=3)
    states = lloyd(points, points[:3], 1)
    frames = []
    for names in (("one", "two"), ("one", "other")):
        panels = tuple(Panel(3, View(points), name) for name in names)
        painter_ = Painter(Scene(panels), Options(size, theme="classic"))
        frames.append(painter_.paint(at(*states)).copy())
        assert "curve" in painter_.overlays
    assert not np.array_equal(*frames)


def test_many_runs_have_a_line_each_and_the_best_ones_where_they_do_not_fit():
    points = blobs(clusters=3)
    states = lloyd(points, points[:3], 1)[:1] * 12
    panels = tuple(Panel(3, View(points), f"run {i}") for i in range(12))
    frame = Painter(Scene(panels), Options((700, 420))).paint(at(*states))
    assert frame.shape == (420, 700, 4)


def test_sizes_are_shares_of_the_strip():
    points = blobs(clusters=2)
    snapshot = state(points, [0] * 50 + [1] * 150, points[:2])
    shown = painter(snapshot, (640, 480), overlays={"sizes"})
    strip = shown.layout.strips[0].of(shown.paint(at(snapshot)))
    first = (strip[..., :3] == cluster_colours(2)[0]).all(axis=2)
    assert first.mean() == pytest.approx(0.25, abs=0.005)


# --- palette ----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEME_NAMES)
@pytest.mark.parametrize("k", [1, 2, 12, 100, 256, 300])
def test_the_palette_holds_the_dominant_colours_exactly(k, theme):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(max(k, 400), 2))
    snapshot = state(points, np.arange(len(points)) % min(k, 256), points[:k])
    shown = painter(snapshot, (320, 240), theme, title="Palette")
    palette = shown.palette()
    assert palette.dtype == np.uint8 and palette.shape[1] == 3 and len(palette) <= 255
    assert len(np.unique(palette, axis=0)) == len(palette)
    known = {tuple(colour) for colour in palette.tolist()}
    frame = shown.paint(at(snapshot))[..., :3].reshape(-1, 3)
    colours, counts = np.unique(frame, axis=0, return_counts=True)
    assert tuple(colours[counts.argmax()].tolist()) in known
    if k <= 100:
        clusters = cluster_colours(k, theme)
        ground = np.array(THEMES[theme].background)
        alpha = np.rint(255 * THEMES[theme].opacity) / 255
        lone = np.rint(ground + (clusters - ground) * alpha).astype(int)
        assert {tuple(c) for c in (*clusters.tolist(), *lone.tolist())} <= known
        assert sum(has(frame, c) for c in lone) > 0.9 * k  # these are what is painted
    assert {THEMES[theme].background, THEMES[theme].text, THEMES[theme].line} <= known


# --- layout -----------------------------------------------------------------------------------

SIZES = [(1, 1), (2, 3), (16, 9), (64, 64), (320, 240), (900, 90), (90, 600), (640, 480)]
LONG = "A title with $maths$, \n a line break, 中文 and far more words than any frame can hold " * 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_every_size_holds_every_number_of_clusters(size, theme):
    points = blobs()
    for k in (1, 2, 256):
        snapshot = state(points, np.arange(1200) % k, points[:k])
        frame = painted(snapshot, size, theme, title=LONG, names=["first feature " * 9, "second"])
        assert frame.shape == (size[1], size[0], 4)


@pytest.mark.parametrize("panels", [2, 3, 7])
@pytest.mark.parametrize("size", [(1, 1), (5, 2), (640, 360)])
def test_runs_stand_side_by_side(panels, size):
    states = lloyd(blobs(clusters=3), blobs()[:3], panels)
    view = View(states[0].points)
    scene = Scene(tuple(Panel(3, view, title=f"run {i}") for i in range(panels)), title="Race")
    shown = Painter(scene, Options(size=size))
    frame = shown.paint(at(*states[:panels]))
    assert frame.shape == (size[1], size[0], 4)
    boxes = [cloud.box for cloud in shown._clouds]
    assert all(b.left + b.width <= size[0] and b.top + b.height <= size[1] for b in boxes)
    if size == (640, 360):
        for box in boxes:
            assert all(has(box.of(frame), colour) for colour in cluster_colours(3))
        pixels = np.zeros((360, 640), dtype=int)
        for box in boxes:
            box.of(pixels)[...] += 1
        assert pixels.max() == 1


def test_cells_tile_the_box():
    for n in range(1, 14):
        cells = grid(n, Box(3, 5, 640, 355))
        assert len(cells) == n
        area = np.zeros((400, 700), dtype=int)
        for cell in cells:
            cell.of(area)[...] += 1
        assert area.max() == 1 and not area[:5].any() and not area[:, :3].any()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-4.4, 4.4, ["~4", "~2", "0", "2", "4"]),
        (0.0, 1.05, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (-1000, 1_050_000, ["0", "250,000", "500,000", "750,000", "1,000,000"]),
        (1e9, 1e9 + 4, [f"1,000,000,00{i}" for i in range(5)]),
        (0, 4e9, ["0", "1e9", "2e9", "3e9", "4e9"]),
        (1.0, 1.0 + 1e-13, []),
        (0, 4e-9, ["0", "1e~9", "2e~9", "3e~9", "4e~9"]),
        (-1e300, 1e300, []),
        (0.0, 1e-300, []),
    ],
)
def test_ticks_are_round_numbers(low, high, expected):
    written = [w.replace("\N{MINUS SIGN}", "~") for _, w in ticks(low, high, 5)]
    assert written == expected
    for value, _ in ticks(low, high, 5):
        assert low <= value <= high


def test_text_that_is_too_long_ends_with_an_ellipsis_within_its_width():
    whole = fitted_mask("short", 20, 500)
    assert np.array_equal(whole, text_mask("short", 20))
    cut = fitted_mask("word " * 100, 20, 200)
    assert 120 < cut.shape[1] <= 200
    assert fitted_mask("anything at all", 20, 3).shape[1] <= 3


def test_text_is_plain_and_never_warns():
    assert np.array_equal(text_mask("a \n b", 20), text_mask("a b", 20))
    assert text_mask("$x^2$", 20).shape[1] > text_mask("x2", 20).shape[1] * 1.5  # no mathematics
    assert np.array_equal(text_mask("中", 20), text_mask("\ufffd", 20))
    assert text_mask("", 20).shape[1] == 0 and text_mask(" ", 0.5).shape[1] == 0


@pytest.mark.parametrize(("left", "top"), [(-2, -1), (3, 2), (-20, 0), (0, 20)])
def test_masks_are_cut_at_the_edges(left, top):
    image = np.full((5, 6, 4), 200, dtype=np.uint8)
    mask = np.full((4, 4), 255, dtype=np.uint8)
    blend_mask(image, mask, left, top, (1, 2, 3))
    expected = np.full((5, 6, 4), 200, dtype=np.uint8)
    expected[max(0, top) : max(0, top + 4), max(0, left) : max(0, left + 4), :3] = (1, 2, 3)
    assert np.array_equal(image, expected)


def test_an_unknown_theme_is_an_error():
    with pytest.raises(InvalidOption, match="theme='neon'"):
        painted(lloyd(blobs(), blobs()[:2], 0)[0], theme="neon")


def test_painting_leaves_matplotlib_as_it_was():
    code = """
import sys, numpy as np, matplotlib
before = matplotlib.rcParams.copy()
from types import SimpleNamespace as S
from renderers.stage.scenes import make_scene
from renderers.picture.painter import Painter
from renderers.scene import Moment
from renderers.contract import Options
p = np.arange(40.0).reshape(20, 2)
s = S(points=p, labels=np.zeros(20, np.uint8), centroids=p[:1], assigned_from=p[:1],
      changed=np.arange(20), n_changed=20, iteration=0, converged=False, inertia=1.0,
      counts=np.array([20]))
Painter(make_scene(s, title="t", names=["a", "b"]), Options()).paint(Moment((s,), 1.0))
assert "matplotlib.pyplot" not in sys.modules
assert matplotlib.rcParams.copy() == before
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
