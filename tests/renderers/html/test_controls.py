"""Every control of a page, by mouse, keys and touch, and for those who see, move or hear less."""

import re
from pathlib import Path

import numpy as np
import pytest
from browser import tab_of

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters

pytestmark = pytest.mark.slow

POINTS = make_clusters(5, 60, seed=3)
AXE = Path(__file__).parents[3] / "renderers/html/player/node_modules/axe-core/axe.min.js"


def states(points=POINTS, k=5, seed=1):
    return list(Engine(points).snapshots(initial_centroids(points, k, seed=seed)))


@pytest.fixture
def page(tmp_path):
    return renderers.save(states(), tmp_path / "run.html", title="Controls")


def shown(tab):
    return {key: tab.player.get_attribute(f"data-{key}") for key in ("state", "phase", "playing")}


def test_steps_by_keys_and_buttons(chromium, page):
    last = len(states()) - 1
    with tab_of(chromium) as tab:
        tab.open(page)
        for forward, back, first, end in (
            ("ArrowRight", "ArrowLeft", "Home", "End"),
            ("One step on", "One step back", "To the start", "To the end"),
        ):

            def act(name):
                if " " in name:
                    tab.page.get_by_role("button", name=name).click()
                    tab.settle()
                else:
                    tab.press(name)

            act(end)
            assert shown(tab)["state"] == str(last)
            act(back)
            assert shown(tab)["state"] == str(last - 1)
            act(first)
            assert shown(tab)["phase"] == "start"
            act(forward)
            act(forward)
            assert shown(tab) == {"state": "1", "phase": "state", "playing": "false"}


def test_scrub(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page)
        slider = tab.page.get_by_role("slider", name="Iteration")
        box = slider.bounding_box()
        tab.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        tab.wait(state=len(states()) - 1)
        slider.fill("2")
        tab.wait(state=2, phase="state")
        assert "2" in slider.get_attribute("aria-valuetext") or tab.player.inner_text()


def test_overlays_change_the_picture_and_back(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page).press("Home", *["ArrowRight"] * 3)
        before = tab.pixels()
        for key in "ntbcvs":
            tab.press(key)
            assert np.abs(tab.pixels() - before).max() > 30, key
            tab.press(key)
            assert np.abs(tab.pixels() - before).max() <= 2, key


def test_phases_show_assignment_and_update_one_after_the_other(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page).press("End", "p")
        slider, centroids = tab.page.get_by_role("slider", name="Iteration"), []
        for position, phase in (("1", "state"), ("1.3", "assignment"), ("1.8", "update")):
            slider.fill(position)
            tab.wait(phase=phase)
            tab.settle()
            centroids.append(tab.drawing().centroids)
        assert centroids[0] == centroids[1]  # the points change first
        assert centroids[1] != centroids[2]


def test_zoom_and_pan(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page).press("End")
        before, pixels = tab.drawing(), tab.pixels()
        x, y = before.centroids["0"]
        tab.page.mouse.move(x, y)
        for _ in range(5):
            tab.page.mouse.wheel(0, -120)
        tab.settle()
        zoomed = tab.drawing()
        assert np.abs(np.subtract(zoomed.centroids["0"], (x, y))).max() < 2  # stays under the hand
        left, top, *_ = zoomed.box
        tab.page.mouse.move(left + 20, top + 20)
        tab.page.mouse.down()
        tab.page.mouse.move(left + 60, top + 50, steps=4)
        tab.page.mouse.up()
        tab.settle()
        panned = tab.drawing()
        moved = np.subtract(panned.centroids["0"], zoomed.centroids["0"])
        assert np.abs(moved - (40, 30)).max() < 2
        tab.press("0")
        tab.page.mouse.move(2, 2)
        tab.settle()
        assert np.abs(tab.pixels() - pixels).max() <= 2


def test_hover_names_the_point(chromium, page):
    run = states()
    with tab_of(chromium) as tab:
        tab.open(page).press("End")
        places = np.array([point[:2] for point in tab.drawing().points])
        near = np.linalg.norm(places[:, None] - places[None], axis=2)
        discs = np.array(list(tab.drawing().centroids.values()))
        far = np.linalg.norm(places[:, None] - discs[None], axis=2).min(axis=1) > 30
        alone = np.flatnonzero((np.sort(near, axis=1)[:, 1] > 12) & far)[0]
        tab.page.mouse.move(*places[alone])
        tab.settle()
        words = tab.page.locator(".kp-tip").inner_text()
        row = int(re.search(r"\d[\d,]*", words)[0].replace(",", ""))
        numbers = [
            float(n.replace("\u2212", "-")) for n in re.findall(r"[-\u2212]?\d+\.\d+", words)
        ]
        for value in POINTS[row]:
            assert min(abs(value - n) for n in numbers) < 0.01, words
        distance = np.linalg.norm(POINTS[row] - run[-1].centroids[run[-1].labels[row]])
        assert min(abs(distance - n) for n in numbers) < 0.01, words


def test_steps_of_another_algorithm_are_told_as_such(chromium, tmp_path):
    run = states()
    labels = [
        np.where(np.arange(300) % 10 == step, -1, run[1].labels.astype(int)) for step in (0, 1, 2)
    ]
    steps = [(one.centroids, some) for one, some in zip(run, labels, strict=False)]
    with tab_of(chromium) as tab:
        tab.open(renderers.save(steps, tmp_path / "run.html", points=POINTS))
        caption = tab.page.locator(".kp-caption")
        tab.press("Home", "ArrowRight", "ArrowRight")
        assert caption.inner_text() == "step 1: 60 of 300 points change cluster"
        tab.press("End")
        assert caption.inner_text() == "5 clusters, 30 points in none after 2 steps"
        assert "K = 5" in tab.player.inner_text()
        assert "NaN" not in tab.saved("Picture (SVG)")
        tab.page.get_by_role("button", name="Try it", exact=True).click()
        assert "another algorithm" in tab.player.inner_text()


def test_a_run_that_is_not_seen_from_its_beginning_says_where_it_is(chromium, tmp_path):
    run = states()
    for some in (run[-1:], run[2:]):
        with tab_of(chromium) as tab:
            tab.open(renderers.save(some, tmp_path / "run.html", overwrite=True))
            tab.press("Home")
            count = f"i = {some[0].iteration} / {run[-1].iteration}"
            assert tab.page.locator(".kp-count").inner_text() == count
            assert shown(tab)["phase"] == "state"  # no initial centroids


def test_axes_are_chosen_from_the_columns(chromium, tmp_path):
    points = np.random.default_rng(4).normal(size=(200, 4)) * (1, 2, 3, 4)
    names = ["alpha", "beta", "gamma", "delta"]
    path = renderers.save(states(points), tmp_path / "run.html", names=names)
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        tab.page.get_by_role("button", name="Axes").click()
        tab.page.get_by_label("Across").select_option("delta")
        tab.page.get_by_label("Up").select_option("alpha")
        tab.page.keyboard.press("Escape")
        tab.settle()
        drawing = tab.drawing()
        places = np.array([drawing.centroids[str(k)] for k in range(5)])
        expected = states(points)[-1].centroids[:, [3, 0]]
        for axis, sign in ((0, 1), (1, -1)):
            assert np.corrcoef(places[:, axis], sign * expected[:, axis])[0, 1] > 0.9999


def test_a_race_has_linked_time(chromium, tmp_path):
    engine = Engine(POINTS)
    runs = {name: engine.snapshots(initial_centroids(POINTS, 5, method=name, seed=6))
            for name in ("random", "k-means++")}  # fmt: skip
    path = renderers.save(runs, tmp_path / "race.html")
    for size in ((1280, 720), (390, 780)):
        with tab_of(chromium, size=size) as tab:
            tab.open(path).press("End")
            words = tab.player.inner_text()
            assert "random" in words and "k-means++" in words
            assert tab.page.locator(".kp-plot:visible").count() == 2


def test_a_photograph_is_recoloured(chromium, tmp_path):
    from renderers import Panel, Scene
    from renderers.html.renderer import HtmlRenderer
    from renderers.outputs import make_options
    from renderers.plane.view import View
    from renderers.stage.pace import moments
    from renderers.stage.play import play

    image = np.zeros((20, 30, 3))
    image[:, :10], image[:, 10:20], image[:, 20:] = (200, 30, 30), (30, 200, 30), (30, 30, 200)
    image[::2] += 20
    points = image.reshape(-1, 3)
    run = states(points, k=3, seed=2)
    scene = Scene((Panel(3, View(run[0].visible), image=(20, 30)),))
    renderer = HtmlRenderer(tmp_path / "run.html", make_options(HtmlRenderer))
    play(moments(run), scene, [renderer])
    with tab_of(chromium) as tab:
        tab.open(renderer.path).press("End")
        box = tab.page.locator(".kp-photo").bounding_box()
        seen = tab.pixels()
        for row, column in ((1, 2), (10, 15), (18, 28)):
            x = int(box["x"] + (column + 0.5) / 30 * box["width"])
            y = int(box["y"] + (row + 0.5) / 20 * box["height"])
            expected = np.rint(run[-1].centroids[run[-1].labels[row * 30 + column]])
            assert np.abs(seen[y, x] - expected).max() <= 2


def test_a_density_is_drawn_of_more_points(chromium, tmp_path):
    points = np.random.default_rng(2).normal(size=(50_000, 2))
    path = renderers.save(states(points, k=3), tmp_path / "run.html", max_points=1000)
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        words = tab.player.inner_text()
        assert "1,000" in words and "50,000" in words
        seen = tab.pixels()
        middle = seen[250:400, 300:600].reshape(-1, 3)
        assert (np.ptp(middle, axis=1) > 40).mean() > 0.5  # colours, not grey


def test_nothing_moves_for_those_who_asked_for_that(chromium, page):
    with tab_of(chromium, reduced_motion="reduce") as tab:
        tab.open(page).press("Home", "Space")
        seen = set()
        last = str(len(states()) - 1)
        while shown(tab)["state"] != last:
            before = shown(tab)
            drawing = tuple(sorted(tab.drawing().centroids.items()))
            if shown(tab) == before:  # else it is not known what was drawn
                seen.add(((before["state"], before["phase"]), drawing))
        assert len(seen) == len({state for state, _ in seen})


def test_prints_the_current_frame(chromium, tmp_path):
    path = renderers.save(states(), tmp_path / "run.html", theme="dark")
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        tab.page.emulate_media(media="print")
        tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        tab.settle()
        assert tab.pixels()[2, 2].tolist() == [255, 255, 255]  # no ink for the ground
        assert not tab.page.get_by_role("slider").is_visible()
        assert tab.page.pdf().startswith(b"%PDF")


def test_says_what_is_seen(chromium, page):
    with tab_of(chromium) as tab:
        tab.open(page).press("End")
        assert tab.page.locator("[aria-live]").first.inner_text()
        picture = tab.page.get_by_role("img").first.get_attribute("aria-label")
        assert "300 points" in picture and "5 clusters" in picture


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 640), (1280, 720)])
def test_axe_finds_nothing(chromium, page, size, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in renderers/html/player")
    with tab_of(chromium, size=size, scheme=scheme) as tab:
        tab.open(page)
        tab.page.evaluate(AXE.read_text("utf-8"))
        for name in (None, "Show", "Try it", "Save"):
            if name:
                tab.page.get_by_role("button", name=name, exact=True).click()
            found = tab.page.evaluate("() => axe.run()")
            told = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]
            assert told == []


@pytest.mark.parametrize("webgl", [True, False])
def test_draws_with_and_without_webgl(chromium, page, webgl):
    with tab_of(chromium) as tab:
        if not webgl:
            tab.page.add_init_script(
                "const get = HTMLCanvasElement.prototype.getContext;"
                "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
                " return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest); };"
            )
        tab.open(page).press("End")
        drawing, seen = tab.drawing(), tab.pixels()
        hits = 0
        for x, y, colour in drawing.points:
            rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
            hits += np.abs(seen[int(y), int(x)] - (0.8 * rgb + 0.2 * 255)).max() < 40
        assert hits > 0.5 * len(drawing.points)


def test_steps_of_another_algorithm_are_said_to_be_that(chromium, tmp_path):
    labels = [np.repeat([0, 1, -1], 100), np.repeat([0, 1, 1], 100)]
    path = renderers.save(labels, tmp_path / "run.html", points=POINTS)
    with tab_of(chromium) as tab:
        tab.open(path).press("End")
        assert "2 clusters, 0 points in none after 1 step" in tab.player.inner_text()
        assert tab.drawing().centroids == {}
        tab.page.get_by_role("button", name="Try it", exact=True).click()
        assert "steps of another algorithm" in tab.player.inner_text()
        tab.press("Home", "ArrowRight")
        seen = {colour for *_, colour in tab.drawing().points}
        assert len(seen) == 3
