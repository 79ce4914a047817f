"""The film in a notebook."""

import base64
import re
import sys
from types import SimpleNamespace

import pytest
from media import read_mp4, threads

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers.contract import Options
from renderers.films import notebook
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play


@pytest.fixture
def shown(monkeypatch):
    """Stand in for a notebook, and collect what it shows."""
    shown = []
    shell = SimpleNamespace(kernel=object())
    display = SimpleNamespace(HTML=str, display=shown.append)
    notebook = SimpleNamespace(get_ipython=lambda: shell, display=display)
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def films(html):
    return [
        base64.b64decode(found) for found in re.findall(r"data:video/mp4;base64,([\w+/=]+)", html)
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary files go."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_running(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not notebook.running()
    assert "IPython" not in sys.modules
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert notebook.running()
    del shell.kernel  # IPython in a terminal
    assert not notebook.running()


def test_show(folder, shown):
    points = make_clusters(3, 20, seed=1)
    start = initial_centroids(points, 3, seed=1)
    states = list(Engine(points).snapshots(start, max_iterations=3))
    before = threads()
    renderers.show(states, fps=4, size=(320, 240), title="<Run>")
    assert threads() == before
    assert list(folder.iterdir()) == []
    (html,) = shown
    assert "&lt;Run&gt;" in html
    assert 'width="320" height="240"' in html
    (film,) = films(html)
    path = folder / "film.mp4"
    path.write_bytes(film)
    # Bare points, then the initial centroids; the last state is held for 2 s.
    assert len(read_mp4(path).frames) == 2 + len(states) - 1 + 8


def test_nothing_is_shown_of_a_run_that_fails(folder, shown):
    points = make_clusters(3, 20, seed=1)
    states = list(Engine(points).snapshots(points[:3]))

    def story():
        yield from list(moments(states, Pace()))[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(
            story(),
            renderers.make_scene(states[0]),
            [notebook.NotebookPlayer(None, Options(size=(64, 48)))],
        )
    assert shown == []
    assert list(folder.iterdir()) == []
