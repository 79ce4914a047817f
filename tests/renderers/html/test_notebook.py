"""The page in a notebook, and when a film stands in its place."""

import re
import sys
import warnings
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
from pages import ReadPage

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers.contract import Options
from renderers.html.notebook import NotebookPage, framed
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

POINTS = make_clusters(3, 20, seed=1)


@pytest.fixture
def shown(monkeypatch):
    """Stand in for a notebook, and collect what it shows."""
    shown = []
    display = SimpleNamespace(HTML=str, display=shown.append)
    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()), display=display)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def states():
    return list(Engine(POINTS).snapshots(initial_centroids(POINTS, 3, seed=1)))


def pages(html):
    return [unescape(found) for found in re.findall(r'<iframe [^>]*?srcdoc="([^"]*)"', html)]


def test_show(shown, tmp_path):
    title = "\"<Run>\" & 'more'"
    renderers.show(states(), size=(800, 500), title=title, theme="dark")
    (html,) = shown
    assert "max-width: 800px; height: 500px" in html
    (page,) = pages(html)
    renderers.save(states(), tmp_path / "run.html", title=title, theme="dark")
    assert page == (tmp_path / "run.html").read_text()
    assert ReadPage(tmp_path / "run.html").head["theme"] == "dark"


@pytest.mark.parametrize(
    ("asked", "film"),
    [
        ({}, False),
        ({"phases": True, "overlays": "none", "theme": "light"}, False),
        ({"smooth": True}, True),
        ({"fps": 4}, True),
        ({"duration": 2, "title": "Film"}, True),
    ],
)
def test_what_only_a_film_does_asks_for_one(shown, asked, film):
    renderers.show(states(), size=(96, 64), **asked)
    (html,) = shown
    assert ("<video" in html, len(pages(html))) == (film, 0 if film else 1)


def test_nothing_is_shown_of_a_run_that_fails(shown):
    def story():
        yield from list(moments(states(), Pace()))[:2]
        raise KeyboardInterrupt

    page = NotebookPage(None, Options(size=(64, 48)))
    with pytest.raises(KeyboardInterrupt):
        play(story(), renderers.make_scene(states()[0]), [page])
    assert shown == []
    page.close()
    assert shown == []


def test_a_converted_notebook_keeps_the_page(shown):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    renderers.show(states(), title="kept")
    (html,) = shown
    cell = nbformat.v4.new_code_cell(
        "show()", outputs=[nbformat.v4.new_output("display_data", {"text/html": html})]
    )
    book = nbformat.v4.new_notebook(cells=[cell])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the machinery that converts notebooks, not of ours
        converted, _ = nbconvert.HTMLExporter().from_notebook_node(book)
    assert pages(converted) == pages(html)


def test_ipython_finds_nothing_to_warn_of():
    display = pytest.importorskip("IPython.display", reason="IPython is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        display.HTML(framed("<p>", (10, 10)))


@pytest.mark.slow
def test_example(root, tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    book = nbformat.read(root / "examples" / "kmeans.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in book.cells)  # the file stays small
    resources = {"metadata": {"path": str(tmp_path)}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the machinery that runs notebooks, not of ours
        nbclient.NotebookClient(book, timeout=300, resources=resources).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    found = [
        page for output in outputs for page in pages(output.get("data", {}).get("text/html", ""))
    ]
    points = make_clusters(12, 100, seed=69)
    path = tmp_path / "run.html"
    assert len(found) == 2
    for method, page in zip(("random", "k-means++"), found, strict=True):
        path.write_text(page, "utf-8")
        start = initial_centroids(points, 12, method=method, seed=1)
        last = Engine(points).fit(start)
        *_, (said, labels, centroids, *_) = (read := ReadPage(path)).states()
        assert said["iteration"] == last.iteration
        assert np.array_equal(labels, last.labels[read.rows])
        assert np.array_equal(centroids, last.centroids)
    words = "".join(output.get("text", "") for output in outputs)
    assert [line.split()[0] for line in words.splitlines()] == ["random", "k-means++"]
