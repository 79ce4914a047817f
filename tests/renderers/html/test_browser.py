"""Pages in a real browser: what is seen, what is asked for, what goes on there."""

import numpy as np
import pytest
from browser import tab_of
from pages import ReadPage

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers.outputs import make_options
from renderers.picture.painter import Painter
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments
from renderers.stills.png import PngRenderer

pytestmark = pytest.mark.slow

POINTS = make_clusters(5, 60, seed=3)
SIZES = [(360, 640), (1280, 720), (3840, 2160)]

# What somebody might have smuggled into a page: a script, a handler, a style, requests.
INTRUDER = """async () => {
    const told = [];
    document.addEventListener(
        "securitypolicyviolation", event => told.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='x()'>");
    const tried = await fetch("https://example.org/").then(() => "got", () => "refused");
    const image = new Image();
    const loaded = new Promise(done => {
        image.onload = () => done("got");
        image.onerror = () => done("refused");
    });
    image.src = "https://example.org/a.png";
    const picture = await loaded;
    await new Promise(done => setTimeout(done, 50));
    return {ran: window.ran ?? false, tried, picture, told};
}"""


def run(points=POINTS, k=5, seed=1):
    return list(Engine(points).snapshots(initial_centroids(points, k, seed=seed)))


@pytest.fixture
def page(tmp_path):
    return renderers.save(run(), tmp_path / "run.html", title="Five <clusters> & more")


def rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def isolated(xy, others, distance):
    """Which places have no other one near."""
    apart = np.linalg.norm(xy[:, None] - np.concatenate([xy, others])[None], axis=2)
    return np.sort(apart, axis=1)[:, 1] > distance


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark", "classic"])
def test_first_middle_and_last_state_are_those_of_the_picture(chromium, tmp_path, size, theme):
    states = run()
    given = {"theme": theme, "overlays": "numbers"}
    path = renderers.save(states, tmp_path / "run.html", **given)
    view = View(POINTS)
    with tab_of(chromium, size=size) as tab:
        tab.open(path)
        for keys, state in (
            (["Home", "ArrowRight"], 0),
            (["ArrowRight"] * 2, 2),
            (["End"], len(states) - 1),
        ):
            tab.press(*keys)
            tab.wait(state=state, phase="state")
            seen, drawing = tab.pixels(), tab.drawing()
            placement = view.placed(Box(*map(round, drawing.box)))
            snapshot = states[state]
            centroids = placement.on_frame(view.plane.project(snapshot.centroids))
            assert len(drawing.centroids) == 5
            for number, place in drawing.centroids.items():
                assert np.abs(centroids[int(number)] - place).max() < 1.5
            points = placement.on_frame(view.plane.project(POINTS))
            if theme != "classic":  # whose crosses are not circles
                colours = ReadPage(path).head["panels"][0]["colours"][theme]
                assert_circles(drawing.points, points, [colours[n] for n in snapshot.labels])
            compared = assert_like_the_png(states, state, theme, points, seen)
            assert compared > (5 if size[0] > 1000 else 0)


def assert_circles(circles, places, colours):
    """There is one for each point, where the point is, in its colour."""
    assert len(circles) == len(places)
    centres = np.array([circle[:2] for circle in circles])
    near = np.abs(centres[:, None] - places[None]).max(axis=2) < 1
    assert near.any(axis=0).all()
    for (_, _, colour), rows in zip(circles, near, strict=True):
        assert colour in {colours[row] for row in np.flatnonzero(rows)}


def assert_like_the_png(states, state, theme, page_places, seen):
    """Points that lie alone have the colours that they have on the PNG of a state."""
    moment = list(moments(states, Pace()))[2 + state]  # after the opening
    assert moment.snapshots[0] is states[state]
    scene = renderers.make_scene(states[0])
    options = make_options(PngRenderer, theme=theme, overlays="numbers", size=(1280, 720))
    painter = Painter(scene, options)
    frame = painter.paint(moment)
    placement = scene.panels[0].view.placed(painter.boxes[0])
    png_places, png_centroids = (
        placement.on_frame(scene.panels[0].view.plane.project(values))
        for values in (POINTS, states[state].centroids)
    )
    alone = isolated(png_places, png_centroids, 14)
    scale = np.ptp(page_places, axis=0).min() / np.ptp(png_places, axis=0).min()
    assert scale > 0.1
    compared = 0
    for row in np.flatnonzero(alone):
        one = frame[tuple(png_places[row].astype(int)[::-1])][:3].astype(int)
        near = np.linalg.norm(page_places - page_places[row], axis=1)
        if np.sort(near)[1] < 12:
            continue
        other = seen[tuple(page_places[row].astype(int)[::-1])]
        assert np.abs(one - other).max() <= 6, (row, one, other)
        compared += 1
    return compared


@pytest.mark.parametrize(
    "options",
    [
        {"log": "xy"},
        {"log": "x", "limits": (2.0, 400.0, -1.0, 900.0)},
        {"names": ["latitude", "longitude"]},
        {"aspect": "auto"},
        {"offset": [5.0, 7.0], "scale": [-2.0, 0.01]},
        {"axes": (1, 0)},
    ],
    ids=lambda options: "-".join(options),
)
def test_places_are_those_of_the_view(chromium, tmp_path, options):
    points = 40 + 8 * POINTS
    states = run(points)
    path = renderers.save(states, tmp_path / "run.html", **options)
    view = View(points, **options)
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        drawing = tab.drawing()
        left, top, width, height = drawing.box
        placement = view.placed(Box(0, 0, round(width), round(height)))
        centroids = placement.within_box(view.plane.project(states[-1].centroids))
        centroids += left, top
        assert len(drawing.centroids) == 5
        for number, place in drawing.centroids.items():
            assert np.abs(centroids[int(number)] - place).max() < 1.5


def test_nothing_else_runs(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page)
        assert ReadPage(page).policy in tab.page.content().replace("&#39;", "'")
        found = tab.page.evaluate(INTRUDER)
        assert found["ran"] is False
        assert (found["tried"], found["picture"]) == ("refused", "refused")
        assert {"script-src-elem", "style-src-attr", "connect-src", "img-src"} <= set(found["told"])
        tab.complaints.clear()
        tab.requests.clear()


def test_reload(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page).press("End")
        before = tab.pixels()
        tab.page.reload()
        tab.ready().press("End")
        assert np.abs(tab.pixels() - before).max() <= 2


@pytest.mark.parametrize("size", SIZES)
def test_fits_its_window(chromium, page, size):
    with tab_of(chromium, size=size) as tab:
        tab.open(page)
        outer = tab.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert outer[0] <= size[0] and outer[1] <= size[1]
        for control in tab.page.locator("button:visible, select:visible, input:visible").all():
            box = control.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= size[0] + 0.5
            assert box["y"] >= 0 and box["y"] + box["height"] <= size[1] + 0.5


def test_follows_the_reader_unless_a_theme_was_chosen(chromium, tmp_path, page):
    dark = renderers.save(run(), tmp_path / "dark.html", theme="dark")
    for path, scheme, ground in (
        (page, "light", 255),
        (page, "dark", 14),
        (dark, "light", 14),
    ):
        with tab_of(chromium, scheme=scheme) as tab:
            tab.open(path)
            assert tab.pixels()[2, 2, 0] == ground
    with tab_of(chromium) as tab:
        tab.open(page).page.emulate_media(color_scheme="dark")
        tab.settle()
        assert tab.pixels()[2, 2, 0] == 14


def test_title_is_text(chromium, tmp_path):
    title = "</script><img src=x onerror=alert(1)>\u2028 & سلسلة 数据"
    path = renderers.save(run(), tmp_path / "run.html", title=title, names=["<b>", "</script>"])
    with tab_of(chromium) as tab:
        tab.open(path)
        assert tab.page.title().replace(" ", "") == title.replace("\u2028", "").replace(" ", "")
        assert "<img src=x onerror=alert(1)>" in tab.page.locator("h1").inner_text()
        assert tab.page.locator("img").count() == 0


def test_plays_to_its_end(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page)
        last = len(run()) - 1
        tab.press("Home", "Space")
        tab.wait(playing="true")
        tab.wait(playing="false", state=last)


def test_two_players_do_not_disturb_each_other(chromium, tmp_path, page):
    """Two payloads and two scripts in one document, as when pages are put together."""
    other = renderers.save(run(seed=4), tmp_path / "other.html")
    one, two = (path.read_text("utf-8") for path in (page, other))
    body = two[two.index("<body>") + 6 : two.index("</body>")]
    both = tmp_path / "both.html"
    style = "<style>"
    both.write_text(one.replace("</body>", body + "</body>"), "utf-8")
    assert style in one
    with tab_of(chromium) as tab:
        tab.open(both, players=2)
        first, second = tab.player.nth(0), tab.player.nth(1)
        assert first.get_attribute("data-state") == second.get_attribute("data-state")
        before = second.get_attribute("data-state")
        first.get_by_role("button", name="To the end").click()
        tab.settle()
        assert first.get_attribute("data-state") == str(len(run()) - 1)
        assert second.get_attribute("data-state") == before
        second.get_by_role("button", name="Play").click()
        assert first.get_attribute("data-playing") == "false"


def test_a_frame_of_a_notebook(chromium, tmp_path, page):
    from renderers.html.notebook import framed

    path = tmp_path / "book.html"
    frames = framed(page.read_text("utf-8"), (700, 500), "one") * 2
    path.write_text(f"<!doctype html><title>book</title>{frames}", "utf-8")
    with tab_of(chromium) as tab:
        tab.page.goto(path.as_uri())
        for number in (0, 1):
            frame = tab.page.frame_locator("iframe").nth(number)
            frame.locator(".kmeans-player[data-ready=yes]").wait_for()
            frame.get_by_role("button", name="To the end").click()
            frame.locator(f".kmeans-player[data-state='{len(run()) - 1}']").wait_for()


def test_a_million_points(chromium, tmp_path):
    rng = np.random.default_rng(1)
    centres = np.array([[0.0, 0], [9, 0], [0, 9], [9, 9]])
    points = np.repeat(centres, 250_000, axis=0) + rng.normal(size=(1_000_000, 2))
    states = list(Engine(points).snapshots(centres + 1.5))
    path = renderers.save(states, tmp_path / "run.html", max_points=1_000_000)
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        tab.wait(state=len(states) - 1)
        seen, discs = tab.pixels(), tab.drawing().centroids
        colours = ReadPage(path).head["panels"][0]["colours"]["light"]
        for number, (x, y) in discs.items():
            near = seen[int(y) + 25, int(x) + 25]
            apart = [np.abs(near - rgb(colour)).sum() for colour in colours[:4]]
            assert np.argmin(apart) == int(number)
