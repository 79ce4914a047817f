"""What a page holds is what the run was."""

import numpy as np
import pytest
from elsewhere import moved
from pages import ReadPage

import renderers
from kmeans_engine import Engine, initial_centroids
from renderers import Panel, Scene
from renderers.html import points as points_module
from renderers.html.renderer import HtmlRenderer
from renderers.outputs import make_options
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.pace import moments
from renderers.stage.play import play

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
    "small": 1e-100 * BLOBS,
    "rounded": RNG.normal(size=(40_000, 2)) + np.repeat([[0, 0], [5, 5]], 20_000, axis=0),
    "two points": np.array([[0.5, 1], [2, 3]]),
    "one point": np.array([[0.5, 1]]),
}
KINDS = {
    "single": "float32",
    "integers": "uint16",
    "bytes": "uint8",
    "rounded": "uint16",
    "tiny and far": "uint16",
    "two points": "uint16",
    "one point": "uint8",
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
    if where == "elsewhere" and len(points) < 3:
        points = np.concatenate([points, points, points])
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
    kind = KINDS.get(data, "float64")
    assert said["values"]["dtype"] == kind


def test_neighbours_follow_each_other(tmp_path):
    points = DATA["rounded"]
    page = ReadPage(renderers.save(run(points)[-1], tmp_path / "run.html"))
    steps, before = (np.linalg.norm(np.diff(X, axis=0), axis=1) for X in (page.values, points))
    assert 50 * np.median(steps) < np.median(before)


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


def image_run(height, width, alpha=None):
    """The pixels of an image, a run on them, and its scene."""
    image = RNG.integers(0, 256, (height * width, 3)).astype(np.float64)
    points = image if alpha is None else image[alpha.reshape(-1) != 0]
    states = run(points, k=5)
    flat = None if alpha is None else alpha.reshape(-1)
    panel = Panel(5, View(states[0].visible), image=(height, width), alpha=flat)
    return image, states, Scene((panel,))


def written(states, scene, path, **options):
    renderer = HtmlRenderer(path, make_options(HtmlRenderer, **options))
    play(moments(states), scene, [renderer])
    return renderer


def test_an_image_has_its_pixels_as_points(tmp_path):
    image, states, scene = image_run(12, 9)
    renderer = written(states, scene, tmp_path / "run.html")
    page = ReadPage(renderer.path)
    assert_same_run(page, states)
    assert page.head["points"]["image"] == {"height": 12, "width": 9, "alpha": None, "white": 255.0}
    assert page.head["points"]["rows"] is None
    assert np.array_equal(page.values, image)
    assert page.head["points"]["continues"]
    assert renderer.note == ""


def test_clear_pixels_of_an_image_are_no_points(tmp_path):
    alpha = RNG.integers(0, 2, (12, 9)).astype(np.uint8) * np.uint8(200)
    image, states, scene = image_run(12, 9, alpha)
    page = ReadPage(written(states, scene, tmp_path / "run.html").path)
    assert_same_run(page, states)
    assert np.array_equal(page.array(page.head["points"]["image"]["alpha"]), alpha)
    assert np.array_equal(page.values, image[alpha.reshape(-1) != 0])


@pytest.mark.parametrize("clear", [False, True])
def test_a_large_image_is_thinned(tmp_path, clear):
    alpha = RNG.integers(0, 2, (31, 44)).astype(np.uint8) if clear else None
    image, states, scene = image_run(31, 44, alpha)
    renderer = written(states, scene, tmp_path / "run.html", max_points=200)
    page = ReadPage(renderer.path)
    step = page.head["points"]["step"]
    picture = page.head["points"]["image"]
    assert (picture["height"], picture["width"]) == (-(-31 // step), -(-44 // step))
    assert 50 < picture["height"] * picture["width"] <= 200
    assert not page.head["points"]["continues"]
    opaque = np.ones(31 * 44, bool) if alpha is None else alpha.reshape(-1) != 0
    grid = np.arange(31 * 44).reshape(31, 44)[::step, ::step].reshape(-1)
    shown = grid[opaque[grid]]
    assert np.array_equal(page.values, image[shown])
    numbers = (np.cumsum(opaque) - 1)[shown]
    for (_, labels, *_), state in zip(page.states(), states, strict=True):
        assert np.array_equal(labels, state.labels[numbers])
    assert "pixels" in renderer.note


def test_an_image_that_is_clear_but_for_a_pixel_keeps_it(tmp_path):
    alpha = np.zeros((20, 30), dtype=np.uint8)
    alpha[3, 7] = 255
    image = np.arange(1800.0).reshape(600, 3)
    points = image[[3 * 30 + 7]]
    states = run(points, k=1)
    panel = Panel(1, View(points), image=(20, 30), alpha=alpha.reshape(-1))
    renderer = written(states, Scene((panel,)), tmp_path / "run.html", max_points=10)
    assert np.array_equal(ReadPage(renderer.path).values, points)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_more_points_than_a_page_holds_are_a_density(tmp_path, where):
    points = np.concatenate([BLOBS + shift for shift in (0, 0.3, 0.5)])
    states = run(points, k=6)
    given = states if where == "here" else moved(states)
    path = tmp_path / "run.html"
    page = ReadPage(renderers.save(given, path, max_points=100))
    said = page.head["points"]
    assert (said["n"], said["shown"], said["step"]) == (720, 90, 8)
    assert not said["continues"]
    assert np.array_equal(np.sort(page.rows), np.arange(0, 720, 8))
    density = said["density"]
    height, width = density["height"], density["width"]
    xmin, xmax, ymin, ymax = density["limits"]
    across = ((points[:, 0] - xmin) * (width / (xmax - xmin))).astype(int)
    down = ((ymax - points[:, 1]) * (height / (ymax - ymin))).astype(int)
    cell = down * width + across
    totals = np.bincount(cell, minlength=height * width)
    assert np.array_equal(page.array(density["totals"]).reshape(-1), totals)
    for (_, labels, centroids, _, shares), state in zip(page.states(), states, strict=True):
        assert np.array_equal(labels, state.labels[page.rows])
        assert np.array_equal(centroids, state.centroids)
        counts = np.zeros((height * width, 6))
        np.add.at(counts, (cell, state.labels), 1)
        expected = np.zeros(counts.size)
        np.divide(255 * counts, totals[:, None], where=totals[:, None] > 0,
                  out=expected.reshape(counts.shape))  # fmt: skip
        found = np.zeros(counts.size)
        found[list(shares)] = list(shares.values())
        assert np.abs(found - expected).max() <= 0.5


def test_too_many_values_leave_the_places(tmp_path, monkeypatch):
    monkeypatch.setattr(points_module, "_VALUES", 1000)
    states = run(DATA["many features"], k=4)
    page = ReadPage(renderers.save(states, tmp_path / "run.html"))
    said, plane = page.head["points"], page.head["plane"]
    assert said["values"] is None
    assert not said["exact"] and not said["continues"]

    def place(values):
        return (values - plane["centre"]) @ np.array(plane["basis"]).T

    expected = place(DATA["many features"][page.rows])
    assert np.abs(page.values - expected).max() <= np.ptp(expected) / 65_534
    for (_, _, centroids, start, _), state in zip(page.states(), states, strict=True):
        assert np.allclose(centroids, place(state.centroids), atol=1e-12)
        assert np.allclose(start, place(state.assigned_from), atol=1e-12)


def test_inertia_is_computed_only_if_a_curve_is_drawn(tmp_path):
    states = run(BLOBS, k=3)
    page = ReadPage(renderers.save(states, tmp_path / "a.html", overlays="numbers,borders"))
    assert [said["inertia"] for said in page.head["panels"][0]["states"]] == [None] * len(states)
    assert page.head["overlays"] == ["numbers", "borders"]


def test_steps_of_another_algorithm_have_no_numbers_where_there_are_none(tmp_path):
    labels = [np.repeat([0, 1, -1], 80), np.repeat([0, 1, 1], 80)]
    path = renderers.save(labels, tmp_path / "run.html", points=BLOBS)
    page = ReadPage(path)
    panel = page.head["panels"][0]
    assert panel["steps"] and panel["noise"]
    assert not page.head["points"]["continues"]
    for (said, found, centroids, *_), expected in zip(page.states(), labels, strict=True):
        assert said["inertia"] is None
        assert np.isnan(centroids).all()
        assert np.array_equal(found, np.where(expected < 0, panel["k"] - 1, expected)[page.rows])
    assert len({tuple(colours) for colours in panel["colours"].values()}) == 3


def test_colours_are_those_of_the_picture(tmp_path):
    states = run(BLOBS, k=6)
    page = ReadPage(renderers.save(states, tmp_path / "a.html", palette="#010203,#ff8000"))
    spelled = page.head["panels"][0]["colours"]["light"]
    assert set(spelled) == {"#010203", "#ff8000"}
    page = ReadPage(renderers.save(states, tmp_path / "b.html"))
    painter = Painter(renderers.make_scene(states[0]), make_options(HtmlRenderer, theme="dark"))
    for moment in moments(states):
        painter.paint(moment)
    spelled = page.head["panels"][0]["colours"]["dark"]
    colours = {tuple(int(one[i : i + 2], 16) for i in (1, 3, 5)) for one in spelled[:6]}
    assert colours <= {tuple(colour) for colour in painter.palette().tolist()}


def test_numbers_of_a_page_read_back_as_they_were(tmp_path):
    states = run(BLOBS, k=3)
    offset, scale = [0.1, 1e300], [3.3, 1e-300]
    page = ReadPage(renderers.save(states, tmp_path / "a.html", offset=offset, scale=scale))
    assert (page.head["points"]["offset"], page.head["points"]["scale"]) == (offset, scale)


def saved(tmp_path, states, **options):
    renderers.save(states, tmp_path / "run.html", **options)
    return ReadPage(tmp_path / "run.html")


def test_a_page_of_weights(tmp_path):
    rng = np.random.default_rng(6)
    points, weights = rng.normal(size=(400, 2)), rng.integers(0, 9, 400) / 4
    states = list(Engine(points, weights=weights).snapshots(points[:3]))
    page = saved(tmp_path, states)
    said = page.head["points"]
    words = "K-means, iteration by iteration: 400 weighted points with 2 features in 3 clusters."
    assert words in (tmp_path / "run.html").read_text("utf-8")
    assert said["weighted"] and not said["continues"] and said["density"] is None
    found = page.head["panels"][0]["states"]
    assert [state["weights"] for state in found] == [one.weights.tolist() for one in states]
    assert [state["counts"] for state in found] == [one.counts.tolist() for one in states]


@pytest.mark.parametrize("most", [300_000, 5000])
def test_many_points_are_shown_by_their_weights(most, tmp_path):
    rng = np.random.default_rng(7)
    points, weights = rng.normal(size=(25_000, 2)), rng.exponential(size=25_000)
    weights[points[:, 0] > 0] = 0.0
    states = list(Engine(points, weights=weights).snapshots(points[:3], max_iterations=3))
    page = saved(tmp_path, states, max_points=most)
    density = page.head["points"]["density"]
    totals = page.array(density["totals"])
    left, right = density["limits"][:2]
    across = left + (np.arange(density["width"]) + 0.5) * (right - left) / density["width"]
    assert totals[:, across < -0.02].any() and not totals[:, across > 0.02].any()
    # In units of the mean weight, so that shades are those of numbers of points.
    assert int(totals.sum()) / density["unit"] == pytest.approx(25_000, rel=0.01)
