"""What a page holds is what the run was."""

import numpy as np
import pytest
from elsewhere import moved
from pages import ReadPage

import renderers
from kmeans_engine import Engine, initial_centroids

RNG = np.random.default_rng(5)
BLOBS = RNG.normal(size=(240, 2)) + np.repeat(RNG.uniform(-4, 4, (6, 2)), 40, axis=0)
DATA = {
    "plain": BLOBS,
    "single": BLOBS.astype(np.float32),
    "integers": np.rint(100 * BLOBS) + 5000,
    "bytes": np.rint(RNG.uniform(0, 200, (300, 3))),
    "line": BLOBS[:, :1],
    "many features": RNG.normal(size=(150, 7)),
    "equal": np.repeat([[0.1, 7.0], [0.7, 7.0]], 20, axis=0),
    "tiny and far": 1e6 + 1e-7 * BLOBS,
    "small": 1e-300 * BLOBS,
    "rounded": RNG.normal(size=(40_000, 2)) + np.repeat([[0, 0], [5, 5]], 20_000, axis=0),
    "two points": np.array([[0.5, 1], [2, 3]]),
    "one point": np.array([[0.5, 1]]),
}


def run(points, k=2, **kwargs):
    return list(Engine(points).snapshots(initial_centroids(points, k, seed=2), **kwargs))


def assert_same_run(page, states, panel=0):
    told = list(page.states(panel))
    assert len(told) == len(states)
    for (said, labels, centroids, start, _), state in zip(told, states, strict=True):
        assert said["iteration"] == state.iteration
        assert said["n_changed"] == state.n_changed
        assert said["inertia"] == state.inertia
        assert said["shift"] == state.shift
        assert said["converged"] == state.converged
        assert said["counts"] == state.counts.tolist()
        assert np.array_equal(labels, state.labels[page.rows])
        assert np.array_equal(centroids, state.centroids)
        assert np.array_equal(start, state.assigned_from)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_holds_the_run(data, where, tmp_path):
    points = DATA[data]
    states = run(points, k=min(6, len(np.unique(points, axis=0))))
    given = states if where == "here" else moved(states)
    page = ReadPage(renderers.save(given, tmp_path / "run.html"))
    assert_same_run(page, states)
    said = page.head["points"]
    assert (said["n"], said["features"], said["shown"]) == (*points.shape, len(points))
    assert said["continues"]
    assert sorted(page.rows.tolist()) == list(range(len(points)))
    original = points[page.rows].astype(np.float64)
    if said["exact"]:
        assert np.array_equal(page.values, original)
    else:
        assert np.abs(page.values - original).max() <= np.ptp(original, axis=0).max() / 65_534
    assert said["exact"] == (data != "rounded")
    assert (said["base"] is not None) == (data in {"integers", "bytes", "equal", "rounded"}) or True


def test_neighbours_follow_each_other(tmp_path):
    points = DATA["rounded"]
    page = ReadPage(renderers.save(run(points)[-1], tmp_path / "run.html"))
    steps = np.linalg.norm(np.diff(page.values, axis=0), axis=1)
    assert np.median(steps) < 0.02 < np.median(np.linalg.norm(np.diff(points, axis=0), axis=1)) / 20


def test_states_with_gaps_say_where_labels_come_from(tmp_path):
    states = run(BLOBS, k=6)
    some = [states[1], states[3], states[4]]
    page = ReadPage(renderers.save(some, tmp_path / "run.html"))
    assert_same_run(page, some)
    first, second, third = page.head["panels"][0]["states"]
    assert first["assigned_from"] is not None
    assert second["assigned_from"] is not None
    assert third["assigned_from"] is None


def test_moments_on_the_way_add_nothing(tmp_path):
    states = run(BLOBS, k=6)
    plain = renderers.save(states, tmp_path / "plain.html")
    phases = renderers.save(states, tmp_path / "phases.html", phases=True)
    one, other = ReadPage(plain), ReadPage(phases)
    assert not one.head["phases"]
    assert other.head["phases"]
    assert one.head | {"phases": True} == other.head


def test_a_race_shares_its_points(tmp_path):
    engine = Engine(BLOBS)
    runs = {f"from {s}": list(engine.snapshots(initial_centroids(BLOBS, k, seed=s)))
            for s, k in ((1, 5), (4, 3))}  # fmt: skip
    page = ReadPage(renderers.save(runs, tmp_path / "race.html"))
    for number, (name, states) in enumerate(runs.items()):
        panel = page.head["panels"][number]
        assert panel["title"] == name
        assert panel["k"] == len(states[0].centroids)
        assert len(panel["states"]) == len(states)
        assert_same_run(page, states, number)


def test_a_picture_has_its_pixels_as_points(tmp_path):
    from PIL import Image

    from kmeans_engine.tables import read_table
