import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import ALL, BARE, THEME_NAMES, Array, at, blobs, has, lloyd, painted, painter, state

from kmeans_engine import Engine
from renderers import InvalidOption, Options
from renderers.picture.colours import cluster_colours
from renderers.picture.painter import Painter
from renderers.stage.pace import Pace, moments
from renderers.stage.scenes import make_scene

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
    labels = Array(np.ones(20, dtype=np.uint8), np.arange(0))
    other = replace(state(points, [1] * 20, points[:2]), iteration=1, _labels=labels)
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


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_the_same_input_gives_the_same_bytes(theme):
    snapshot = lloyd(blobs(), blobs()[::100], 1)[-1]
    a, b = (painted(snapshot, (320, 240), theme, title="Twice") for _ in range(2))
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_frames_are_opaque_contiguous_and_of_the_size_asked_for(theme):
    frame = painted(lloyd(blobs(), blobs()[:2], 0)[0], (321, 123), theme)
    assert frame.shape == (123, 321, 4) and frame.dtype == np.uint8
    assert frame.flags.c_contiguous and (frame[..., 3] == 255).all()


def test_an_unknown_theme_is_an_error():
    with pytest.raises(InvalidOption, match="theme='neon'"):
        painted(lloyd(blobs(), blobs()[:2], 0)[0], theme="neon")


def test_painting_leaves_matplotlib_as_it_was():
    code = """
import sys, numpy as np, matplotlib
before = matplotlib.rcParams.copy()
from kmeans_engine import Engine
from renderers.stage.scenes import make_scene
from renderers.picture.painter import Painter
from renderers.scene import Moment
from renderers.contract import Options
p = np.arange(40.0).reshape(20, 2)
s = Engine(p).fit(p[:1])
Painter(make_scene(s, title="t", names=["a", "b"]), Options()).paint(Moment((s,), 1.0))
assert "matplotlib.pyplot" not in sys.modules
assert matplotlib.rcParams.copy() == before
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([60, 3000]), st.sampled_from(THEME_NAMES))
def test_the_order_of_the_points_makes_no_difference(seed, n_points, theme):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_points, 2))
    order = rng.permutation(n_points)
    start = points[:5]
    for overlays, off in ((ALL - {"changes"}, 0), (ALL, 2)):
        frames = []
        for rows in (np.arange(n_points), order):
            film = list(moments(Engine(points[rows]).snapshots(start, max_iterations=4)))
            options = Options(size=(240, 180), theme=theme, overlays=overlays)
            shown = Painter(make_scene(film[0].snapshots[0]), options)
            frames.append([shown.paint(moment).astype(int) for moment in film])
        # Rings lie over each other, and each is rounded to a colour of 256.
        assert np.abs(np.subtract(*frames)).max() <= off


def test_only_a_curve_asks_for_the_inertia():
    def costly():
        raise AssertionError("a pass over all points")

    points = blobs(clusters=3)
    states = [replace(one, compute_inertia=costly) for one in lloyd(points, points[:3], 3)]
    film = list(moments(states))
    scene = make_scene(film[0].snapshots[0])
    bare = Painter(scene, Options((640, 480), overlays=ALL - {"curve"}))
    for moment in film:
        bare.paint(moment)
    with pytest.raises(AssertionError, match="a pass over all points"):
        Painter(scene, Options((640, 480), overlays=ALL)).paint(film[-1])


def test_the_painter_knows_no_command():
    code = "import sys, renderers.picture.painter\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not [name for name in loaded if name.startswith("kmeans_engine.command")]
    assert not {"matplotlib.font_manager", "matplotlib.figure", "pyarrow"} & set(loaded)
