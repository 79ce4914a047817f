"""The second process of a first run: it compiles what pictures need, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine import Engine, make_clusters
from kmeans_engine.runtime.progress import COMPILING, doing
from renderers import make_scene
from renderers.outputs import plan
from renderers.stage import ahead
from renderers.stage.ahead import Ahead

ROOT = Path(__file__).parents[3]

# Says of which modules a command compiles kernels.
COMMAND = """
import sys
from numba.core import event
class Listener(event.Listener):
    def on_start(self, happened):
        print(happened.data["dispatcher"].py_func.__module__)
    def on_end(self, _):
        pass
event.register("numba:compile", Listener())
import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "options", "shape", "k"),
    [
        (["-o", "a.mp4"], {}, [1200, 2], [12]),
        (["-o", "a.gif", "--smooth", "--theme", "dark"], {"smooth": True, "theme": "dark"},
         [1200, 2], [12]),
        (["-o", "a.png", "--race", "random,k-means++", "--points-per-cluster", "9000"], {},
         [108_000, 2], [12, 12]),
    ],
    ids=["film", "smooth", "race"],
)  # fmt: skip
def test_nothing_is_left_to_compile_for_pictures(words, options, shape, k, tmp_path):
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code"), "PYTHONPATH": str(ROOT)}
    task = {
        "shape": shape,
        "dtype": "<f8",
        "k": k,
        "outputs": [["", Path(words[1]).suffix]],
        "options": options,
    }
    task["outputs"][0][0] = task["outputs"][0][1].removeprefix(".")
    (tmp_path / "drawn").mkdir()
    subprocess.run(
        [sys.executable, "-c", ahead._DRAW, str(ROOT), str(tmp_path / "drawn")],
        input=json.dumps(task).encode(),
        env=env,
        check=True,
    )
    assert len(list((tmp_path / "drawn").iterdir())) == 1
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words, "--seed", "1"],
        env=env,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    compiled = done.stdout.split()
    assert any(name.startswith("kmeans_engine.kernels") for name in compiled)
    assert [name for name in compiled if name.startswith("renderers")] == []


@pytest.fixture
def job(tmp_path, monkeypatch):
    """What a command draws, on a machine with two processors."""
    monkeypatch.setattr(ahead, "default_threads", lambda: 2)
    points = make_clusters(3, 20, seed=1)
    scene = make_scene(next(Engine(points).snapshots(points[:3])))
    return Ahead(plan([], [tmp_path / "a.png"]), {"size": (120, 90)}), scene


def test_nothing_begins_if_nothing_is_compiled(job):
    ahead, scene = job
    with ahead:
        ahead.show(scene)
        with doing("clustering"):
            pass
        assert ahead._process is None


def test_wide_points_are_made_up_in_few_rows(monkeypatch):
    monkeypatch.setattr(ahead, "default_threads", lambda: 2)
    points = np.zeros((9000, 600), dtype=np.float32)
    scene = make_scene(next(Engine(points).snapshots(points[:3])))
    drawing = Ahead([], {})
    drawing.show(scene)
    task = json.loads(drawing._task)
    assert task["shape"] == [6991, 600]
    assert (task["dtype"], task["k"]) == ("<f4", [3])


@pytest.mark.parametrize("known", ["before", "later", "never"])
def test_what_was_begun_is_ended_and_removed(known, job):
    ahead, scene = job
    with ahead:
        if known == "before":
            ahead.show(scene)
        with doing(COMPILING):
            begun, folder = ahead._process, Path(ahead._folder.name)
            assert begun.stdin.closed == (known == "before")  # it has been told
            with doing(COMPILING):
                assert ahead._process is begun
        if known == "later":
            ahead.show(scene)
            assert begun.stdin.closed
        assert begun.poll() is None
        assert folder.is_dir()
    assert begun.returncode is not None
    assert begun.stdin.closed
    assert not folder.exists()


def test_a_process_that_learns_of_no_scene_ends(tmp_path):
    words = [sys.executable, "-c", ahead._DRAW, str(ROOT), str(tmp_path)]
    assert subprocess.run(words, stdin=subprocess.DEVNULL).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ended_too_soon_is_told_nothing(job, monkeypatch):
    ahead, scene = job
    monkeypatch.setattr("renderers.stage.ahead._DRAW", "")
    with ahead:
        with doing(COMPILING):
            ahead._process.wait()
        ahead.show(scene)


def test_a_process_that_cannot_begin_is_done_without(job, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ahead, scene = job
    with ahead:
        with doing(COMPILING):
            pass
        ahead.show(scene)
        assert ahead._process is None


def test_one_processor_has_enough_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "default_threads", lambda: 1)
    with Ahead(plan([], [tmp_path / "a.png"]), {}) as process, doing(COMPILING):
        assert process._process is None


def test_nothing_is_drawn_ahead_of_no_picture():
    with Ahead([], {}) as process, doing(COMPILING):
        assert process._process is None
