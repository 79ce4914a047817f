import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from media import read_gif, read_mp4

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.errors import InvalidInput
from renderers import InvalidOption, Renderer, UnknownRenderer, registry

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def engine():
    return Engine(make_clusters(12, 100, seed=7))


@pytest.fixture(scope="module")
def centroids(engine):
    return initial_centroids(engine.points, 12, seed=7)


def test_namespace():
    assert renderers.__all__ == sorted(renderers.__all__)
    assert dir(renderers) == renderers.__all__
    for name in renderers.__all__:
        assert getattr(renderers, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        renderers.no_such_name  # noqa: B018


def test_save_gif(engine, centroids, tmp_path):
    path = tmp_path / "run.gif"
    assert renderers.save(engine.snapshots(centroids), str(path)) == path
    last = engine.fit(centroids)
    film = read_gif(path)
    assert film.frames.shape[1:] == (480, 640, 3)
    assert film.seconds.sum() == pytest.approx(last.iteration / 2 + 2)
    assert path.stat().st_size < 200_000


def test_save_mp4(engine, centroids, tmp_path):
    path = renderers.save(
        engine.snapshots(centroids, max_iterations=3),
        tmp_path / "run.mp4",
        fps=4,
        size=(320, 240),
        theme="dark",
        title="Run",
    )
    film = read_mp4(path)
    assert film.frames.shape == (3 + 8, 240, 320, 3)
    corner = film.frames[0][1, 1].astype(int)
    assert corner.max() < 40  # dark
    # The blues of the points, the numbers: the last frame is not the first.
    assert np.abs(film.frames[-1].astype(int) - film.frames[0]).max() > 100


def test_save_takes_snapshots_one_by_one(engine, centroids, tmp_path):
    taken = []

    def snapshots():
        for snapshot in engine.snapshots(centroids, max_iterations=4):
            taken.append(snapshot.iteration)
            yield snapshot

    renderers.save(snapshots(), tmp_path / "run.gif", size=(64, 48))
    assert taken == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"fps": -1}, InvalidOption, "fps=-1"),
        ({"size": (0, 0)}, InvalidOption, "size=0x0"),
        ({"theme": "drak"}, InvalidOption, "dark"),
        ({"axes": (0, 7)}, InvalidOption, "7"),
        ({"path": "run.mov"}, UnknownRenderer, r"no renderer writes \.mov"),
        ({"renderer": "mpfour"}, UnknownRenderer, "no renderer 'mpfour'"),
        ({"renderer": "gif", "path": "run.mp4"}, InvalidOption, "does not suit renderer 'gif'"),
        (
            {"renderer": "live", "path": "run.mp4"},
            (InvalidOption, renderers.RenderError),
            "live|disp",
        ),
        ({"overwrite": False}, InvalidInput, "exists"),
        ({"path": "none/run.mp4"}, InvalidInput, "does not exist"),
        ({"snapshots": []}, InvalidOption, "no snapshots"),
    ],
)
def test_save_refuses(engine, centroids, tmp_path, monkeypatch, wrong, error, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.mp4").write_bytes(b"older")
    arguments = {"snapshots": engine.snapshots(centroids), "path": "run.mp4", **wrong}
    with pytest.raises(error, match=words):
        renderers.save(arguments.pop("snapshots"), arguments.pop("path"), **arguments)
    assert (tmp_path / "run.mp4").read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 1


def test_save_when_the_engine_fails(engine, centroids, tmp_path):
    def snapshots():
        yield from engine.snapshots(centroids, max_iterations=2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renderers.save(snapshots(), tmp_path / "run.mp4")
    assert list(tmp_path.iterdir()) == []


def test_show_drives_the_window(engine, centroids, monkeypatch):
    calls = []

    class Window(Renderer):
        default_size = (320, 240)

        def drive(self, job):
            calls.append("drive")
            job()
            calls.append("driven")

        def open(self, scene):
            calls.append(scene.title)

        def draw(self, moment):
            calls.append(moment.snapshots[0].iteration)

        def close(self):
            calls.append(self.options.size)

        def abort(self):
            raise AssertionError

    load = registry.load
    monkeypatch.setattr(registry, "load", lambda name: Window if name == "live" else load(name))
    renderers.show(engine.snapshots(centroids, max_iterations=2), title="Run")
    assert calls == ["drive", "Run", 0, 1, 2, (320, 240), "driven"]


def test_import_is_light():
    code = """
import sys, renderers
heavy = {"numpy", "numba", "matplotlib", "pyarrow", "imageio_ffmpeg", "PIL"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_race_is_a_mapping_of_runs(engine, tmp_path):
    starts = {
        how: initial_centroids(engine.points, 12, method=how, seed=7)
        for how in ("random", "k-means++")
    }
    runs = {how: engine.snapshots(start) for how, start in starts.items()}
    path = renderers.save(runs, tmp_path / "race.gif", size=(320, 240))
    longest = max(engine.fit(start).iteration for start in starts.values())
    assert read_gif(path).seconds.sum() == pytest.approx(longest / 2 + 2)
    alone = renderers.save(
        engine.snapshots(starts["random"]), tmp_path / "one.png", size=(320, 240)
    )
    both = renderers.save(
        {how: engine.snapshots(start) for how, start in starts.items()}, tmp_path / "two.png"
    )
    assert alone.read_bytes() != both.read_bytes()


@pytest.mark.parametrize(
    ("snapshots", "options", "words"),
    [
        (5, {}, "a int is no run; pass engine.snapshots"),
        ([1, 2], {}, "holds no snapshots"),
        ([[0.0, 1.0]], {}, "holds no snapshots"),
        (None, {"names": ["one"]}, "names has 1 entries and the points have 2 features"),
        (None, {"scale": [1.0, 2.0, 3.0]}, "scale has 3 entries"),
    ],
)
def test_what_is_no_run_is_said(engine, centroids, tmp_path, snapshots, options, words):
    snapshots = engine.snapshots(centroids) if snapshots is None else snapshots
    with pytest.raises(InvalidOption, match=words):
        renderers.save(snapshots, tmp_path / "run.gif", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("other", [[], "else"])
def test_a_race_needs_runs_on_the_same_points(engine, centroids, tmp_path, other):
    if other == "else":
        points = make_clusters(3, 20, seed=1)
        other = Engine(points).snapshots(points[:3])
    with pytest.raises(InvalidOption, match=r"no snapshots|the same points"):
        renderers.save({"a": engine.snapshots(centroids), "b": other}, tmp_path / "race.gif")
    assert not list(tmp_path.iterdir())
