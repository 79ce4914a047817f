"""Steps of any algorithm become states that a painter can draw."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import blobs, has

import renderers
from kmeans_engine import Engine
from kmeans_engine.points.opening import open_visible
from renderers import InvalidOption, Moment, Options, Panel, Scene
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.plane.view import View
from renderers.stage.steps import states_of

POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 3.0]])
PAIR = np.array([[0.0, 0.0], [4.0, 1.0]]), [0, 0, 1, 1]


def told(steps, points=POINTS):
    return states_of(steps, open_visible(points))


def test_pairs_of_centroids_and_labels():
    found = told([(PAIR[0], [0, 1, 1, 1]), PAIR, PAIR])
    assert (found.k, found.noise, found.centroids) == (2, False, True)
    first, second, _ = found.states
    assert [one.iteration for one in found.states] == [0, 1, 2]
    assert second.labels.tolist() == [0, 0, 1, 1]
    assert second.changed.tolist() == [1] and second.n_changed == 1
    assert second.counts.tolist() == [2, 2]
    assert second.assigned_from is second.centroids  # labels and centroids belong together
    assert [one.inertia for one in found.states] == [0 + 16 + 1 + 4, 6.0, 6.0]
    assert [one.converged for one in found.states] == [False, False, True]
    assert first.n_changed == 4


def test_labels_alone_are_any_integers():
    found = told([[7, 7, -5, 100], [7, -1, -5, -1]])
    assert (found.k, found.noise, found.centroids) == (3, True, False)
    assert [one.labels.tolist() for one in found.states] == [[1, 1, 0, 2], [1, 3, 0, 3]]
    assert np.isnan(found.states[0].centroids).all()
    assert math.isnan(found.states[0].inertia)
    assert found.states[1].counts.tolist() == [1, 1, 0, 2]


def test_steps_may_differ_in_their_number_of_clusters():
    found = told([(POINTS[:3], [0, 1, 2, -1]), PAIR, (None, [0, 0, 0, 3])])
    assert (found.k, found.noise, found.centroids, found.measured) == (4, True, True, False)
    assert found.states[0].inertia == 0.0  # noise apart
    assert found.states[1].inertia == 6.0
    assert np.isnan(found.states[1].centroids[2:]).all()
    assert math.isnan(found.states[2].inertia)


@pytest.mark.parametrize("one", [[0, 0, 1, 1], np.array([0, 0, 1, 1]), PAIR, [[0, 0, 1, 1]]])
def test_a_single_step(one):
    assert [state.labels.tolist() for state in told(one).states] == [[0, 0, 1, 1]]


def test_two_points_are_not_mistaken_for_a_pair():
    assert [one.labels.tolist() for one in told([(0, 1), [1, 1]], POINTS[:2]).states] == [
        [0, 1],
        [1, 1],
    ]


@given(st.data(), st.integers(1, 30), st.integers(1, 4))
def test_labels_are_kept_up_to_their_names(data, rows, steps):
    said = data.draw(
        st.lists(
            st.lists(st.integers(-3, 5), min_size=rows, max_size=rows),
            min_size=steps,
            max_size=steps,
        )
    )
    found = told(np.array(said), np.arange(float(rows))[:, None])
    names = {}
    for step, state in zip(said, found.states, strict=True):
        for name, label in zip(step, state.labels.tolist(), strict=True):
            assert names.setdefault(name, label) == label
            assert (name == -1) == (label == found.k)
    assert len(set(names.values())) == len(names)


def test_the_steps_of_the_engine_are_drawn_alike():
    points = blobs(clusters=4)
    states = list(Engine(points).snapshots(points[:4]))
    found = told([(one.assigned_from, one.labels) for one in states], points).states
    for one, other in zip(states, found, strict=True):
        assert np.array_equal(one.labels, other.labels)
        assert np.array_equal(one.changed, other.changed)
        assert np.array_equal(one.counts, other.counts)
    end = told([(states[-1].centroids, states[-1].labels)], points).states[0]
    assert end.inertia == pytest.approx(states[-1].inertia, rel=1e-12)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "there are no steps to draw; give pairs of centroids"),
        (5, "'int' is not a list of steps; give pairs"),
        ([[0, 1]], "step 0 has 2 labels, needs one for each of the 4 points"),
        ([PAIR, [0.0, 1.0, 2.0, 1.0]], r"step 1 has labels of float64, .* with \.astype\(int\)"),
        ([[[0, 1], [1, 0]]], "step 0 has labels in 2 dimensions, needs an integer for each of"),
        ([(PAIR[0], [0, 1, 2, 0])], "step 0 has the label 2 and 2 centroids; .*, 0 to 1, or -1"),
        ([(PAIR[0], [0, 1, -2, 0])], "step 0 has the label -2 and 2 centroids"),
        ([(np.ones((2, 3)), [0, 1, 1, 0])], "step 0: centroids and points .* got 3 for the cent"),
        ([(PAIR[0] * np.nan, [0, 1, 1, 0])], "step 0: .*centroids"),
        ([PAIR, [0, 1, -7, 1]], "step 1 has negative labels, and others have centroids"),
        ([["a", "b", "c", "d"]], "step 0 has labels of <U1"),
        ([[[0], [1, 2]]], "step 0 is not an array of labels|step 0 has labels"),
    ],
)
def test_what_is_no_step_is_one_line(steps, said):
    with pytest.raises(InvalidOption, match=f"^{said}") as caught:
        told(steps)
    assert "\n" not in str(caught.value)


def test_snapshots_have_their_points():
    with pytest.raises(InvalidOption, match=r"step 0 is a snapshot, .* leave out points="):
        told(Engine(POINTS).snapshots(POINTS[:2]))


def painted(steps, points, **panel):
    found = told(steps, points)
    k = found.k + found.noise
    flags = {"noise": found.noise, "centroids": found.centroids, "measured": found.measured}
    painter = Painter(Scene((Panel(k, View(points), **flags),)), Options((640, 480), **panel))
    frames = [painter.paint(Moment((state,), 1.0)).copy() for state in found.states]
    return painter, frames


def test_noise_is_grey_and_nothing_is_told_of_centroids_that_are_not_there():
    points = blobs(clusters=3)
    labels = np.repeat([0, 1, -1], 100)
    painter, (frame,) = painted([labels], points)
    assert painter.overlays == {"changes", "sizes", "legend"} & painter.overlays
    assert painter.layout.dashboard is None
    assert has(frame, THEMES["light"].muted)
    _, (all_noise,) = painted([np.full(300, -1)], points)
    (box,) = painter.boxes
    inks = box.of(all_noise)[..., :3].reshape(-1, 3).astype(int)
    assert np.ptp(inks, axis=1).max() <= 20  # no colour but greys


def test_centroids_that_come_and_go_leave_no_way_from_nowhere():
    points = blobs(clusters=3)
    centres = points[::100].copy()
    labels = np.repeat([0, 1, 2], 100)
    steps = [(centres[:2], labels % 2), (centres, labels), (centres[:1], labels * 0)]
    _, frames = painted(steps, points)
    _, (alone,) = painted(steps[1:2], points)
    assert len(frames) == 3 and alone.shape == frames[1].shape


@pytest.mark.parametrize("suffix", [".png", ".svg", ".gif"])
def test_a_file_of_steps(tmp_path, suffix):
    points = blobs(clusters=3)
    steps = [(points[:3], np.arange(300) % 3), (None, np.repeat([0, 1, -1], 100))]
    path = renderers.save(steps, tmp_path / f"steps{suffix}", points=points, size=(320, 240))
    assert path.stat().st_size > 1000


def test_a_race_of_algorithms(tmp_path):
    points = blobs(clusters=3)
    right = np.repeat([0, 1, 2], 100)
    race = {"right": [(points[::100], right)], "labels": [right * 0 - 1, (right + 1) % 3]}
    path = renderers.save(race, tmp_path / "race.png", points=points, size=(640, 320))
    assert path.exists()
    with pytest.raises(InvalidOption, match=r"^labels: step 0 has 1 labels"):
        renderers.save({"a": [right], "labels": [[1]]}, tmp_path / "no.png", points=points)


def test_labels_without_points_are_told_what_is_needed(tmp_path):
    with pytest.raises(InvalidOption, match=r"pass .* points="):
        renderers.save([[0, 1, 1]], tmp_path / "no.png")


def test_a_label_that_can_be_the_number_of_no_centroid():
    points = np.arange(8.0).reshape(4, 2)
    steps = [(points[:2], [0, 1, 1, 0]), [0, 1, 1, 10**12]]
    with pytest.raises(InvalidOption, match="a label 1000000000000, and some steps have centroids"):
        states_of(steps, open_visible(points))
