"""A page of a sweep: K by the slider, and what speaks for each K below it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from browser import tab_of
from pages import ReadPage
from sweeps import a_sweep, fits, fitted_noise, sweep_of

import renderers
from renderers.html.choosing import below, head_of
from renderers.picture.themes import THEMES
from renderers.stage.growing import grown, states_of

SWEEP = a_sweep(high=8)
AXE = Path(__file__).parents[3] / "renderers/html/player/node_modules/axe-core/axe.min.js"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return renderers.save(SWEEP, tmp_path_factory.mktemp("k") / "k.html", title="<Blobs>")


def test_each_state_is_the_solution_for_a_k(path):
    page = ReadPage(path)
    found = list(states_of(grown(SWEEP), None))
    told = list(page.states(0))
    assert [said["iteration"] for said, *_ in told] == [2, 3, 4, 5, 6, 7, 8]
    for (said, labels, centroids, *_), state in zip(told, found, strict=True):
        assert said["inertia"] == state.inertia
        assert np.array_equal(labels, state.labels[page.rows])
        assert np.array_equal(centroids, state.centroids)
    assert page.head["points"]["continues"] is False


def test_the_head_says_what_is_known_of_each_k(path):
    told = ReadPage(path).head["sweep"]
    assert told["best"] == 3
    assert told["ks"] == "2 to 8"
    assert told["captions"][0] == "2 clusters"
    assert told["captions"][3] == "K = 5 stands out: silhouette and gap agree"
    names = [name for name, _ in told["figures"][0]]
    assert names[0] == "inertia" and len(told["figures"]) == 7
    assert all([name for name, _ in one] == names for one in told["figures"])
    assert ReadPage(path).head["title"] == "<Blobs>"


def test_no_k_that_stands_out(tmp_path):
    told = ReadPage(renderers.save(fitted_noise(), tmp_path / "none.html")).head["sweep"]
    assert told["best"] is None
    assert not any("stands out" in words for words in told["captions"])


def test_what_is_not_known_is_empty():
    sweep = sweep_of(fits(SWEEP.rows[0].last.points, range(1, 4)))
    told = head_of(sweep, [1, 2, 3])
    assert dict(map(tuple, told["figures"][0]))["silhouette"] == ""
    assert dict(map(tuple, told["figures"][1]))["silhouette"] != ""
    assert "±" in dict(map(tuple, told["figures"][1]))["gap statistic"]


def test_the_figure_and_the_table_are_below():
    scene = renderers.make_scene(SWEEP.rows[-1].last)
    text = below(replace(scene, sweep=SWEEP), renderers.Options(theme="auto"))
    section = ElementTree.fromstring(text)  # every element is closed
    assert section.get("data-theme") == "light"
    assert len(section.findall("figure")) == len(THEMES) == len(section.findall(f".//{SVG}svg"))
    assert section.find("h2").text == "K = 5 stands out: silhouette and gap agree"
    table = section.find(".//table")
    heads = ["".join(cell.itertext()) for cell in table.findall("thead/tr/th")]
    assert heads[:2] == ["K", "inertia"]
    rows = table.findall("tbody/tr")
    assert [row.find("th").text for row in rows] == ["2", "3", "4", "5", "6", "7", "8"]
    assert all(len(row.findall("td")) == len(heads) - 1 for row in rows)
    assert [row.get("class") for row in rows] == [None] * 3 + ["ks-best"] + [None] * 3


def marked(tab):
    """Points with rings in the picture that the player saves."""
    groups = ElementTree.fromstring(tab.saved("Picture (SVG)")).iter(f"{SVG}g")
    return [ring for group in groups if group.get("stroke") for ring in group.iter(f"{SVG}circle")]


@pytest.mark.slow
def test_the_slider_chooses_k(chromium, path):
    with tab_of(chromium, size=(1280, 720)) as tab:
        tab.open(path)
        page = tab.page

        def said(selector):
            return page.text_content(selector)

        assert said(".kp-count") == "K = 5 / 8"  # that which stands out is shown first
        assert said(".kp-caption") == "K = 5 stands out: silhouette and gap agree"
        assert len(tab.drawing().centroids) == 5
        assert not marked(tab)  # as at the end of a film
        page.locator(".kp-timeline").fill("2")
        tab.wait(state=2)
        assert marked(tab)
        page.locator(".kp-timeline").fill("0")
        tab.wait(state=0)
        assert said(".kp-count") == "K = 2 / 8"
        assert len(tab.drawing().centroids) == 2
        page.locator(".kp-timeline").fill("6")
        tab.wait(state=6)
        assert len(tab.drawing().centroids) == 8
        assert page.get_attribute(".kp-timeline", "aria-label") == "K, the number of clusters"
        figures = page.locator(".kmeans-sweep figure:visible")
        assert figures.count() == 1 and figures.first.get_attribute("class") == "ks-light"
        page.select_option("select[aria-label=Theme]", "dark")
        assert figures.first.get_attribute("class") == "ks-dark"
        assert not tab.complaints
        assert tab.requests == [path.as_uri()]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium, path, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in renderers/html/player")
    with tab_of(chromium, size=(1280, 720), scheme=scheme) as tab:
        tab.open(path)
        tab.page.evaluate(AXE.read_text("utf-8"))
        found = tab.page.evaluate("() => axe.run()")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.slow
def test_the_figure_is_read_on_a_phone(chromium, path):
    with tab_of(chromium, size=(390, 844)) as tab:
        tab.open(path)
        assert tab.page.locator(".kmeans-sweep svg:visible").bounding_box()["width"] >= 800
        assert tab.page.evaluate("() => document.documentElement.scrollWidth") == 390


@pytest.mark.slow
def test_the_page_names_the_k_that_were_compared(chromium, tmp_path):
    some = fits(SWEEP.rows[0].last.points, (2, 4, 8))
    with tab_of(chromium) as tab:
        tab.open(renderers.save(sweep_of(some), tmp_path / "some.html"))
        assert "K = 2, 4 and 8" in tab.page.text_content(".kp-facts")
        assert "at K = 2" in tab.saved("Picture (SVG)")


def test_an_error_has_the_places_of_its_value():
    rows = [replace(row, gap=1.028 + row.k, gap_error=0.0097) for row in SWEEP.rows]
    told = head_of(replace(SWEEP, rows=tuple(rows)), [row.k for row in rows])
    said = [dict(map(tuple, one))["gap statistic"] for one in told["figures"]]
    assert said == [f"{1.028 + row.k:.3f} ± 0.010" for row in rows]


def test_a_gap_below_zero_has_the_places_of_those_above():
    rows = [replace(row, gap=row.k - 3.138, gap_error=0.0097) for row in SWEEP.rows]
    told = head_of(replace(SWEEP, rows=tuple(rows)), [row.k for row in rows])
    said = [dict(map(tuple, one))["gap statistic"] for one in told["figures"]]
    assert said[:2] == ["\N{MINUS SIGN}1.138 ± 0.010", "\N{MINUS SIGN}0.138 ± 0.010"]
