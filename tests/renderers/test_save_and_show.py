import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
from media import read_gif, read_mp4
from PIL import Image

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.errors import InvalidInput
from renderers import InvalidOption, Options, Renderer, UnknownRenderer
from renderers.outputs import Output
from renderers.stage import start
from renderers.stage.window import ChoiceUnavailable, Commands, Start

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
    assert film.seconds.sum() == pytest.approx(1 + last.iteration / 2 + 2)
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
    assert film.frames.shape == (2 + 3 + 8, 240, 320, 3)  # two before the initial state
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
        ({"theme": ["dark"]}, InvalidOption, "dark"),
        ({"renderer": 5}, UnknownRenderer, "no renderer '5'"),
        ({"axes": (0, 7)}, InvalidOption, "7"),
        ({"path": "run.mov"}, UnknownRenderer, r"no renderer writes \.mov"),
        ({"renderer": "mpfour"}, UnknownRenderer, "no renderer 'mpfour'"),
        ({"renderer": "gif", "path": "run.mp4"}, InvalidOption, "does not suit renderer 'gif'"),
        (
            {"renderer": "live", "path": "run.mp4"},
            (InvalidOption, renderers.RenderError),
            "live|disp",
        ),
        ({}, InvalidInput, r"exists; allow replacing it \(overwrite=True\)"),
        ({"path": "none/run.mp4"}, InvalidInput, "does not exist"),
        ({"path": None}, InvalidOption, "path=None is not a path; give the name of a file"),
        ({"path": 5}, InvalidOption, "path=5 is not a path"),
        ({"path": b"run.mov"}, UnknownRenderer, r"no renderer writes \.mov"),
        ({"snapshots": []}, InvalidOption, "no snapshots"),
    ],
)
def test_save_refuses(engine, centroids, tmp_path, monkeypatch, wrong, error, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.mp4").write_bytes(b"older")
    arguments = {"snapshots": engine.snapshots(centroids), "path": "run.mp4"}
    arguments |= {"overwrite": True} if wrong else {}
    arguments |= wrong
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


class Screen(Renderer):
    """Notes what it is told."""

    default_size = (320, 240)

    def __init__(self, path, options):
        super().__init__(path, options)
        self.calls = NOTED
        self.calls.clear()

    def drive(self, job):
        self.calls.append("drive")
        job()
        self.calls.append("driven")

    def open(self, scene):
        self.calls.append(scene.title)

    def draw(self, moment):
        self.calls.append(moment.snapshots[0].iteration)

    def close(self):
        self.calls.append(self.options.size)

    def abort(self):
        raise AssertionError


class Window(Screen):
    """Asks for other runs as well, while the first one is played."""

    commands = Commands()
    notify = None
    full_speed = False
    shown = None

    def post(self, command):
        raise AssertionError

    def draw(self, moment):
        super().draw(moment)
        if len(self.calls) == 3:
            with pytest.raises(ChoiceUnavailable, match="these points were given; c draws new"):
                self.commands.job(Start(new_points=True))
            here = moment.snapshots[0].points[:3]
            self.calls.append([self.commands.job(Start(k=2)), self.commands.job(Start()),
                               self.commands.job(Start(centroids=here))])  # fmt: skip


NOTED = []
ARGUMENTS = {"title": "Run", "axes": None, "names": (), "offset": None, "scale": None}


def test_show_drives_whatever_shows(engine, centroids):
    states = engine.snapshots(centroids, max_iterations=2)
    start.show(states, Output("screen", Screen, None), **ARGUMENTS)
    assert NOTED == ["drive", "Run", 0, 1, 2, (320, 240), "driven"]


def test_other_runs_start_on_the_points_that_were_given(engine, centroids):
    states = engine.snapshots(centroids, max_iterations=2)
    start.show(states, Output("window", Window, None), **ARGUMENTS)
    jobs = NOTED[3]
    seats = [Recorder() for _ in jobs]
    for job, seat in zip(jobs, seats, strict=True):
        job(seat)
    assert [seat.scene.panels[0].k for seat in seats] == [2, 12, 3]
    assert [len(seat.states[0].centroids) for seat in seats] == [2, 12, 3]
    assert np.array_equal(seats[2].states[0].centroids, engine.points[:3])
    assert all(seat.states[0].points is engine.points for seat in seats)
    assert all(seat.states[-1].converged for seat in seats)
    assert seats[0].scene.panels[0].view is seats[1].scene.panels[0].view


def test_steps_of_another_algorithm_are_shown_and_offer_no_other_runs(engine):
    steps = [np.arange(1200) % 3, (engine.points[:2], np.arange(1200) % 2)]

    class Stepping(Window):
        draw = Screen.draw

    start.show(steps, Output("window", Stepping, None), **ARGUMENTS, points=engine.points)
    assert Stepping.commands.restart is None
    assert NOTED == ["drive", "Run", 0, 1, (320, 240), "driven"]


def test_a_race_offers_no_other_runs(engine, centroids):
    runs = {how: engine.snapshots(centroids, max_iterations=1) for how in "ab"}

    class Racing(Window):
        draw = Screen.draw

    start.show(runs, Output("window", Racing, None), **ARGUMENTS)
    assert Racing.commands.restart is None
    assert NOTED == ["drive", "Run", 0, 1, (320, 240), "driven"]


class Recorder(Renderer):
    """A seat in a window."""

    def __init__(self):
        super().__init__(None, Options())
        self.states = []

    def open(self, scene):
        self.scene = scene

    def draw(self, moment):
        self.states.append(moment.snapshots[0])

    def close(self):
        pass

    def abort(self):
        raise AssertionError


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"smooth": True}, "smooth= has no effect without a .mp4, .webm or .gif file"),
        ({"fps": 3}, "fps= has no effect"),
        ({"quality": "best"}, "quality= has no effect without a .mp4 or .webm file"),
        ({"max_size": "1MB"}, "max_size= has no effect"),
    ],
)
def test_options_of_films_have_no_effect_on_a_still(engine, centroids, tmp_path, option, words):
    with pytest.raises(InvalidOption) as caught:
        renderers.save(engine.snapshots(centroids), tmp_path / "run.png", **option)
    assert str(caught.value).startswith(words)
    assert not list(tmp_path.iterdir())


def test_the_default_of_an_option_was_not_asked_for(engine, centroids, tmp_path):
    options = {"quality": "standard", "dpi": 100, "theme": "light", "smooth": False, "title": ""}
    path = renderers.save(engine.snapshots(centroids), tmp_path / "run.gif", **options)
    other = renderers.save(engine.snapshots(centroids), tmp_path / "other.gif")
    assert path.read_bytes() == other.read_bytes()


def test_a_file_that_exists_is_replaced_on_request(engine, centroids, tmp_path):
    path = tmp_path / "run.png"
    path.write_bytes(b"older")
    renderers.save(engine.snapshots(centroids), path, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", ["png", "gif"])
@pytest.mark.parametrize("theme", ["light", "classic"])
def test_one_state_is_a_run_of_its_own(engine, centroids, tmp_path, suffix, theme):
    run = list(engine.snapshots(centroids))
    for name, state in (("first", run[0]), ("middle", run[3]), ("last", run[-1])):
        path = tmp_path / f"{name}.{suffix}"
        options = {"theme": theme, "size": "320x240", "overlays": "all"}
        renderers.save(state, path, **options)
        with Image.open(path) as image:
            assert image.size == (320, 240)
        with pytest.raises(InvalidInput, match="exists"):
            renderers.save([state], path, **options)
    race = tmp_path / f"race.{suffix}"
    renderers.save({"a": run[-1], "b": run[2]}, race, size=(320, 240))
    with Image.open(race) as image:
        assert image.size == (320, 240)


def test_the_end_of_a_run_is_a_run(engine, centroids, tmp_path):
    run = list(engine.snapshots(centroids))
    path = renderers.save(run[2:], tmp_path / "end.gif", overlays="all", size="320x240")
    assert read_gif(path).seconds.sum() == pytest.approx((len(run) - 2) / 2 + 1.5)


def test_the_axes_bear_the_names_of_the_columns(centroids, monkeypatch, tmp_path):
    frame = pandas.DataFrame(make_clusters(12, 100, seed=7), columns=["length", "width"])
    last = Engine(frame).fit(centroids)
    assert renderers.make_scene(last).panels[0].view.labels == ("length", "width")
    assert renderers.make_scene(last, names="ab").panels[0].view.labels == ("a", "b")
    scenes = []
    monkeypatch.setattr(Screen, "open", lambda self, scene: scenes.append(scene))
    start.show(last, Output("screen", Screen, None), **ARGUMENTS)
    assert scenes[0].panels[0].view.labels == ("length", "width")


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
    assert read_gif(path).seconds.sum() == pytest.approx(1 + longest / 2 + 2)
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
        (5, {}, "'int' is not a run; pass engine.snapshots"),
        ([1, 2], {}, "these are not snapshots"),
        ([[0.0, 1.0]], {}, "these are not snapshots"),
        (None, {"names": ["one"]}, "names needs an entry for each feature, 2 in all, and has 1"),
        (None, {"names": 5}, "names=5 is not a list of names"),
        (None, {"scale": [1.0] * 3}, "scale needs an entry for each feature, 2 in all, and has 3"),
        (None, {"scale": "x"}, "scale= is not a list of numbers; give one for each feature"),
        (None, {"offset": []}, "offset= is not a list of numbers"),
        (None, {"offset": [[1.0], [2.0, 3.0]]}, "offset= is not a list of numbers"),
        (None, {"offset": [1j, 2.0]}, "offset= is not a list of numbers"),
        (None, {"overlays": 5}, "overlays=5 is not a list of names"),
        (np.array(5), {}, "'ndarray' is not a run"),
        (np.zeros((3, 2)), {}, "these are not snapshots"),
    ],
)
def test_what_cannot_be_drawn_is_said(engine, centroids, tmp_path, snapshots, options, words):
    snapshots = engine.snapshots(centroids) if snapshots is None else snapshots
    with pytest.raises(InvalidOption, match=words):
        renderers.save(snapshots, tmp_path / "run.gif", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".gif", ".png"])
def test_all_of_a_run_must_be_snapshots(engine, centroids, tmp_path, suffix):
    first = next(engine.snapshots(centroids))
    with pytest.raises(InvalidOption, match="these are not snapshots"):
        renderers.save([first, 5], tmp_path / f"run{suffix}")
    with pytest.raises(InvalidOption, match="these are not snapshots"):
        renderers.save({"a": [first, first], "b": [first, None, 5]}, tmp_path / f"run{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("other", [[], "else"])
def test_a_race_needs_runs_on_the_same_points(engine, centroids, tmp_path, other):
    if other == "else":
        points = make_clusters(3, 20, seed=1)
        other = Engine(points).snapshots(points[:3])
    with pytest.raises(InvalidOption, match=r"no snapshots|the same points"):
        renderers.save({"a": engine.snapshots(centroids), "b": other}, tmp_path / "race.gif")
    assert not list(tmp_path.iterdir())
