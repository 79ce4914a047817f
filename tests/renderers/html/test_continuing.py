"""K-means that goes on in the page gives the engine's bits, in a real browser."""

import numpy as np
import pytest
from browser import tab_of
from pages import ReadPage

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(11)
POINTS = make_clusters(6, 50, seed=8)
DATA = {
    "float64": POINTS,
    "float32": POINTS.astype(np.float32),
    "integers": np.rint(POINTS * 10),
    "rounded to 16 bits": RNG.normal(size=(40_000, 2))
    + np.repeat([[0, 0], [3, 1]], 20_000, axis=0),
    "one feature": POINTS[:, :1],
    "five features": RNG.normal(size=(500, 5)) + RNG.integers(0, 3, (500, 1)),
    "far exponents": RNG.normal(size=(300, 2)) * 10.0 ** RNG.integers(-12, 13, (300, 2)),
    "duplicates": RNG.integers(0, 4, (400, 2)).astype(float),
    "negative zeros": np.array([[-0.0, 0.0], [0.0, -0.0], [1.0, 2.0], [-1.0, 5.0]] * 5),
}


def saved(points, path, k=4, **options):
    engine = Engine(points)
    return renderers.save(engine.snapshots(initial_centroids(points, k, seed=3)), path, **options)


def assert_went_on_as_the_engine(tab, page):
    """The run on screen has the labels and centroids of the engine from the same centroids."""
    tab.wait(own="true", complete="true")
    tab.press("Home", "ArrowRight")
    tab.wait(state=0, phase="state")
    start = tab.centroids()
    values = page.values[np.argsort(page.rows)]
    states = list(Engine(values).snapshots(start))
    assert np.array_equal(tab.labels(), states[0].labels)
    middle = len(states) // 2
    for _ in range(middle):
        tab.press("ArrowRight")
    tab.wait(state=middle, phase="state")
    assert np.array_equal(tab.centroids(), states[middle].centroids)
    assert np.array_equal(tab.labels(), states[middle].labels)
    tab.press("End")
    tab.wait(state=len(states) - 1)
    assert np.array_equal(tab.centroids(), states[-1].centroids)
    assert np.array_equal(tab.labels(), states[-1].labels)
    return states


def drag(tab, number, by):
    """Drag the disc of a centroid with the mouse."""
    x, y = tab.drawing().centroids[str(number)]
    mouse = tab.page.mouse
    mouse.move(x, y)
    mouse.down()
    for share in (0.2, 0.5, 0.8, 1.0):
        mouse.move(x + share * by[0], y + share * by[1])
        tab.settle()
    mouse.up()


@pytest.mark.parametrize("data", DATA)
def test_from_a_centroid_that_was_dragged(chromium, tmp_path, data):
    page = ReadPage(path := saved(DATA[data], tmp_path / "run.html"))
    assert page.head["points"]["exact"] == (data != "rounded to 16 bits")
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        before = tab.centroids()
        drag(tab, 1, (150, -90))
        states = assert_went_on_as_the_engine(tab, page)
        moved = (states[0].centroids != before).any(axis=1)
        assert moved.sum() == 1


@pytest.mark.parametrize("key", ["r", "k"])
@pytest.mark.parametrize("data", ["float64", "rounded to 16 bits", "duplicates"])
def test_from_points_that_were_drawn(chromium, tmp_path, data, key):
    page = ReadPage(path := saved(DATA[data], tmp_path / "run.html"))
    with tab_of(chromium) as tab:
        tab.open(path).press(key)
        states = assert_went_on_as_the_engine(tab, page)
        start = states[0].centroids
        assert len(start) == len(np.unique(start, axis=0)) == 4
        places = {tuple(value) for value in page.values.tolist()}
        assert {tuple(value) for value in start.tolist()} <= places


def test_with_a_centroid_more_and_one_less(chromium, tmp_path):
    page = ReadPage(path := saved(POINTS, tmp_path / "run.html"))
    with tab_of(chromium) as tab:
        tab.open(path).press("End", "a")
        states = assert_went_on_as_the_engine(tab, page)
        assert len(states[0].centroids) == 5
        tab.press(".", ".", "Delete")
        states = assert_went_on_as_the_engine(tab, page)
        assert len(states[0].centroids) == 4
        tab.press("o")
        tab.wait(own="false")
        tab.press("End")
        last = [*page.states()][-1]
        assert np.array_equal(tab.centroids(), last[2])


def test_by_keys_alone(chromium, tmp_path):
    page = ReadPage(path := saved(POINTS, tmp_path / "run.html"))
    with tab_of(chromium) as tab:
        tab.open(path).press("End", ".", *["ArrowRight"] * 5, *["ArrowUp"] * 9, "Enter", "Escape")
        assert_went_on_as_the_engine(tab, page)


def test_by_touch(chromium, tmp_path):
    page = ReadPage(path := saved(POINTS, tmp_path / "run.html"))
    with tab_of(chromium, size=(390, 780), has_touch=True, is_mobile=True) as tab:
        tab.open(path)
        tab.page.get_by_role("button", name="To the end").tap()
        x, y = tab.drawing().centroids["2"]
        session = tab.page.context.new_cdp_session(tab.page)

        def touch(kind, *points):
            session.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]},
            )
            tab.settle()

        touch("touchStart", (x, y))
        for step in (10, 30, 60):
            touch("touchMove", (x + step, y + step))
        touch("touchEnd")
        assert_went_on_as_the_engine(tab, page)


@pytest.mark.parametrize(
    ("points", "options"),
    [(RNG.normal(size=(3000, 2)), {"max_points": 500}), (RNG.normal(size=(300, 2)), {})],
)
def test_only_where_all_points_are_there(chromium, tmp_path, points, options):
    path = saved(points, tmp_path / "run.html", **options)
    with tab_of(chromium) as tab:
        tab.open(path).press("End", "r")
        if options:
            tab.settle()
            assert tab.player.get_attribute("data-own") == "false"
        else:
            tab.wait(own="true", complete="true")
