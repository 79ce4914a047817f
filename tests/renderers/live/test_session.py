"""The session of the live window, with a clock and a painter that the test holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from live import Clock, Painting, eventually, moments

from renderers import Moment, Options, Panel, Renderer, RenderError, Scene, registry
from renderers.live import ChoiceUnavailable, Commands, LiveRenderer
from renderers.live.commands import Start
from renderers.live.painting import Look, PaintThread
from renderers.live.player import RunStopped
from renderers.live.session import Session
from renderers.plane.view import View
from renderers.stage.play import play

SIZE = (8, 6)


def make_session(**given: Any) -> tuple[Session, Clock, list[str]]:
    clock, notes = Clock(), []
    session = Session(
        Options(size=SIZE),
        given.pop("commands", Commands()),
        notes.append,
        clock=clock,
        painting=given.pop("painting", Painting()),
    )
    return session, clock, notes


def job_of(session: Session, run: list[Moment], *, then: Exception | None = None):
    def job(*_: object) -> None:
        session.open(Scene((), "scene"))
        for moment in run:
            session.draw(moment)
        if then is not None:
            raise then
        session.finish(failed=False)

    return job


def shows(session: Session, moment: Moment) -> Callable[[], bool]:
    def truth() -> bool:
        session.tick(SIZE)
        return session.frame is not None and session.frame.moment is moment

    return truth


def test_a_run_is_shown_from_its_first_moment_and_stepped():
    session, clock, _ = make_session()
    run = moments(3)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    clock.now += 1.0
    eventually(shows(session, run[1]))
    session.post("back")
    assert shows(session, run[0])()
    session.post("forward")
    session.post("forward")
    assert shows(session, run[2])()
    clock.now += 60
    assert session.status == "paused"
    session.post("pause")
    assert shows(session, run[2])()
    assert session.status == ""
    session.post("exit")
    session.tick(SIZE)
    assert session.closed
    session.end()


def test_another_run_takes_the_place_of_a_held_back_one():
    asked, stopped = [], threading.Event()
    second = moments(2)
    session: Session

    def restart(start: Start) -> Callable[..., None]:
        asked.append(start.new_points)
        return job_of(session, second)

    session, _, notes = make_session(commands=Commands(restart))
    first = moments(50)

    def job(*_: object) -> None:
        try:
            job_of(session, first)()
        except RunStopped:
            stopped.set()
            raise

    session.start(job)
    eventually(shows(session, first[0]))
    session.post("new centroids")
    session.tick(SIZE)
    assert stopped.wait(10)
    eventually(shows(session, second[0]))
    session.post("new clusters")
    session.tick(SIZE)
    assert asked == [False, True]
    assert notes == []
    session.end()


def test_the_old_run_stays_until_the_new_one_has_a_picture():
    release = threading.Event()
    session: Session
    second = moments(1)

    def slow(*_: object) -> None:
        release.wait(10)
        job_of(session, second)()

    session, clock, _ = make_session(commands=Commands(lambda _: slow))
    first = moments(1)
    session.start(job_of(session, first))
    eventually(shows(session, first[0]))
    clock.now += 60
    session.post("new clusters")
    assert shows(session, first[0])()
    clock.now += 1
    assert session.status == "computing ..."
    release.set()
    eventually(shows(session, second[0]))
    assert session.status == ""
    session.end()


def test_many_requests_do_not_start_many_threads():
    release, started = threading.Event(), []
    session: Session

    def restart(start: Start) -> Callable[..., None]:
        number = len(started)

        def job(*_: object) -> None:
            started.append(number)
            release.wait(10)
            job_of(session, last)()

        return job

    last = moments(1)
    session, _, _ = make_session(commands=Commands(restart))
    session.start(job_of(session, moments(9)))
    for _ in range(40):
        session.post("new clusters")
        session.tick(SIZE)
    assert len(started) <= 3
    release.set()
    eventually(shows(session, last[0]))
    assert len(started) <= 4
    session.end()


def test_a_choice_that_cannot_be_made_says_why():
    def restart(start: Start) -> Callable[..., None]:
        raise ChoiceUnavailable("the points come from data.csv; choose 2")

    session, _, notes = make_session(commands=Commands(restart))
    session.post("new clusters")
    session.tick(SIZE)
    assert session.status == "the points come from data.csv; choose 2"
    assert notes == ["the points come from data.csv; choose 2"]
    session.end()


def test_without_commands_the_choices_say_so():
    session, _, notes = make_session()
    session.post("new centroids")
    session.tick(SIZE)
    assert notes == ["this window shows one run that was given; s saves it, q exits"]
    session.end()


def test_the_first_job_that_fails_closes_the_window_and_is_raised():
    session, _, _ = make_session()
    session.start(job_of(session, moments(1), then=RenderError("disk full")))
    eventually(lambda: session.tick(SIZE) is None and session.closed)
    with pytest.raises(RenderError, match="disk full"):
        session.end()


def test_a_later_job_that_fails_is_told():
    session: Session
    session, _, notes = make_session(
        commands=Commands(lambda _: job_of(session, [], then=ValueError("no clusters")))
    )
    first = moments(1)
    session.start(job_of(session, first))
    eventually(shows(session, first[0]))
    session.post("new clusters")
    eventually(lambda: session.tick(SIZE) is None and notes != [])
    assert notes == ["the run failed: no clusters"]
    assert not session.closed
    assert shows(session, first[0])()
    session.end()


def test_closing_stops_a_run_that_is_only_watched():
    session, _, _ = make_session()
    stopped = threading.Event()

    def job(*_: object) -> None:
        try:
            job_of(session, moments(1000))()
        except RunStopped:
            stopped.set()
            raise

    session.start(job)
    eventually(lambda: session.tick(SIZE) is None and session.frame is not None)
    session.end()
    assert stopped.wait(10)


@pytest.mark.parametrize("moment_of_closing", ["before", "during"])
def test_closing_completes_a_run_that_must_finish(moment_of_closing: str):
    session, _, _ = make_session()
    drawn, release = [], threading.Event()

    def job(*_: object) -> None:
        session.open(Scene(()))
        for moment in moments(200):
            if len(drawn) == 100:
                release.wait(10)
            session.draw(moment)
            drawn.append(moment)

    session.start(job, must_finish=True)
    if moment_of_closing == "during":
        eventually(lambda: session.tick(SIZE) is None and session.frame is not None)
    threading.Timer(0.05, release.set).start()
    session.end()
    assert len(drawn) == 200


def test_a_run_that_must_finish_goes_on_when_another_is_asked_for():
    session: Session
    second = moments(1)
    session, _, _ = make_session(commands=Commands(lambda _: job_of(session, second)))
    drawn, release = [], threading.Event()

    def job(*_: object) -> None:
        session.open(Scene(()))
        for moment in moments(100):
            session.draw(moment)
            drawn.append(moment)
            release.wait(10)

    session.start(job, must_finish=True)
    eventually(lambda: session.tick(SIZE) is None and session.frame is not None)
    session.post("new clusters")
    eventually(shows(session, second[0]))
    release.set()
    session.end()
    assert len(drawn) == 100


def test_abandoning_stops_even_a_run_that_must_finish():
    session, _, _ = make_session()
    stopped = threading.Event()

    def job(*_: object) -> None:
        session.open(Scene(()))
        try:
            while True:
                session.draw(moments(1)[0])
                time.sleep(0.001)
        except RunStopped:
            stopped.set()
            raise

    session.start(job, must_finish=True)
    session.abandon()
    assert stopped.is_set()


def test_a_painter_that_fails_is_raised_by_tick():
    def make(scene: Scene, options: Options) -> Any:
        raise ValueError("no fonts")

    session, _, _ = make_session(painting=PaintThread(Options(), make))
    session.start(job_of(session, moments(1)))
    with pytest.raises(ValueError, match="no fonts"):
        eventually(lambda: session.tick(SIZE) is not None)
    session.end()


def test_the_painting_thread_skips_what_is_overtaken_and_follows_the_size():
    started, release, painted = threading.Event(), threading.Event(), []

    class Slow:
        boxes = ()
        overlays = frozenset()

        def __init__(self, scene: Scene, options: Options) -> None:
            self.size = options.size

        def paint(self, moment: Moment) -> np.ndarray:
            started.set()
            release.wait(10)
            painted.append((moment.snapshots[0].iteration, self.size))
            return np.zeros((self.size[1], self.size[0], 4), np.uint8)

    scene, run = Scene(()), moments(4)
    painting = PaintThread(Options(), Slow)
    painting.want(scene, run[0], Look((4, 4)))
    assert started.wait(10)
    painting.want(scene, run[1], Look((4, 4)))
    painting.want(scene, run[2], Look((4, 4)))
    painting.want(scene, run[3], Look((6, 2)))
    assert painting.frame is None
    release.set()
    eventually(lambda: painting.frame is not None and painting.frame.moment is run[3])
    assert painted == [(0, (4, 4)), (3, (6, 2))]
    assert painting.frame.pixels.shape == (2, 6, 4)
    painting.stop(10)


# Saving, with a file renderer that writes what it is told.


class Film(Renderer):
    """Writes the iterations it was shown; blocks in `draw` while its gate is shut."""

    gate: threading.Event
    made: ClassVar[list[Film]] = []

    def __init__(self, path: Path, options: Options) -> None:
        super().__init__(path, options)
        self.drawn, self.aborted = [], False
        self.made.append(self)

    def open(self, scene: Scene) -> None:
        self.scene = scene

    def draw(self, moment: Moment) -> None:
        while not type(self).gate.wait(0.005):
            if self.aborted:
                raise RenderError("aborted by another thread")
        self.drawn.append(str(moment.snapshots[0].iteration))

    def close(self) -> None:
        self.path.write_text(" ".join(self.drawn))

    def abort(self) -> None:
        self.aborted = True


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Film]]:
    gated = type("Gated", (Film,), {"gate": threading.Event(), "made": []})
    monkeypatch.setattr(registry, "load", lambda name: gated)
    monkeypatch.chdir(tmp_path)
    yield gated
    gated.gate.set()


def test_save_takes_the_whole_run_while_the_window_lives(film: type[Film], tmp_path: Path):
    session, clock, notes = make_session()
    run = moments(30)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    session.post("pause")
    session.post("save")
    session.tick(SIZE)
    session.post("save")
    session.tick(SIZE)
    assert notes[0].startswith("saving ")
    assert notes[1].endswith("is being saved; save again when it is done")
    clock.now += 60
    assert session.status.startswith("saving ")
    session.post("forward")
    assert shows(session, run[1])()
    film.gate.set()
    eventually(lambda: session.tick(SIZE) is None and len(notes) == 3)
    [file] = tmp_path.iterdir()
    assert notes[2] == f"saved to {file.name}"
    assert file.read_text() == " ".join(str(i) for i in range(30))
    session.end()


def test_a_saved_run_is_completed_when_another_takes_its_place(film: type[Film], tmp_path: Path):
    session: Session
    second = moments(1)
    session, _, notes = make_session(commands=Commands(lambda _: job_of(session, second)))
    first = moments(30)
    session.start(job_of(session, first))
    eventually(shows(session, first[0]))
    session.post("save")
    session.post("new clusters")
    eventually(shows(session, second[0]))
    film.gate.set()
    eventually(lambda: session.tick(SIZE) is None and len(notes) == 2)
    [file] = tmp_path.iterdir()
    assert file.read_text() == " ".join(str(i) for i in range(30))
    session.end()


def test_closing_cancels_a_save(film: type[Film], tmp_path: Path):
    session, _, _ = make_session()
    run = moments(3)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    session.post("save")
    session.tick(SIZE)
    before = time.monotonic()
    session.end()
    assert time.monotonic() - before < 5
    assert list(tmp_path.iterdir()) == []


def test_closing_cancels_the_save_but_not_the_run_that_must_finish(
    film: type[Film], tmp_path: Path
):
    session, _, _ = make_session()
    drawn, release = [], threading.Event()

    def job(*_: object) -> None:
        session.open(Scene(()))
        for moment in moments(20):
            session.draw(moment)
            drawn.append(moment)
            release.wait(10)

    session.start(job, must_finish=True)
    eventually(lambda: session.tick(SIZE) is None and session.frame is not None)
    session.post("save")
    session.tick(SIZE)
    threading.Timer(0.05, release.set).start()
    session.end()
    assert len(drawn) == 20
    assert list(tmp_path.iterdir()) == []


def test_a_save_that_fails_is_told_and_the_next_one_can_start(
    film: type[Film], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def full(self: Film, moment: Moment) -> None:
        raise RenderError("ffmpeg failed: no space left on device")

    session, _, notes = make_session()
    run = moments(2)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    with monkeypatch.context() as patch:
        patch.setattr(film, "draw", full)
        session.post("save")
        eventually(lambda: session.tick(SIZE) is None and len(notes) == 2)
    assert notes[1].endswith("was not saved: ffmpeg failed: no space left on device")
    film.gate.set()
    session.post("save")
    eventually(lambda: session.tick(SIZE) is None and len(notes) == 4)
    assert notes[3].startswith("saved to ")
    session.end()


def test_a_save_before_the_first_picture_waits_for_it(film):
    session, _, notes = make_session()
    session.post("save")
    session.tick(SIZE)
    assert notes == ["saving as soon as the first picture is there ..."]
    film.gate.set()
    session.start(job_of(session, moments(2)))
    eventually(lambda: session.tick(SIZE) is None and len(notes) == 3)
    assert notes[1].startswith("saving ")
    assert notes[2].startswith("saved to ")
    session.end()


def test_a_film_a_gif_or_a_picture_of_what_is_shown(film: type[Film], tmp_path: Path):
    session, _, notes = make_session()
    run = moments(3)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    session.post("numbers")
    session.post("forward")
    film.gate.set()
    for number, command in enumerate(("save", "save gif", "save picture"), 1):
        session.post(command)
        eventually(lambda number=number: session.tick(SIZE) is None and len(notes) == 2 * number)
    assert [file.suffix for file in sorted(tmp_path.iterdir())] == [".gif", ".mp4", ".png"]
    assert [made.drawn for made in film.made] == [["0", "1", "2"], ["0", "1", "2"], ["1"]]
    assert {made.options.overlays for made in film.made} == {frozenset()}
    session.end()


def test_saving_reports_how_much_is_done(film: type[Film]):
    session, _, _ = make_session()
    run = moments(4)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    assert not session.report.saving
    session.post("save")
    session.tick(SIZE)
    assert session.report.saving
    eventually(lambda: session.report.saved == 0.0)
    film.gate.set()
    eventually(lambda: session.tick(SIZE) is None and not session.report.saving)
    session.end()


def test_escape_cancels_a_save(film: type[Film], tmp_path: Path):
    session, _, notes = make_session()
    run = moments(3)
    session.start(job_of(session, run))
    eventually(shows(session, run[0]))
    session.post("save")
    session.tick(SIZE)
    eventually(lambda: len(film.made) == 1)
    session.post("cancel")
    eventually(lambda: session.tick(SIZE) is None and len(notes) == 2)
    assert notes[1].endswith("was not saved: it was cancelled")
    assert list(tmp_path.iterdir()) == []
    session.end()


# What else the keys do.


def scene_of(features: int, k: int = 3) -> Scene:
    rng = np.random.default_rng(0)
    return Scene((Panel(k, View(rng.normal(size=(40, features)))),))


def begun(scene: Scene, **given: Any) -> tuple[Session, list[Start], list[str]]:
    """Return a session that shows a run, and the starts that it asks for."""
    asked: list[Start] = []
    points = scene.panels[0].view.points
    states = moments(3)
    states = [
        replace(
            moment,
            snapshots=(
                SimpleNamespace(iteration=i, centroids=points[:3], assigned_from=points[:3]),
            ),
        )
        for i, moment in enumerate(states)
    ]
    session: Session

    def job(*_: object) -> None:
        session.open(scene)
        for moment in states:
            session.draw(moment)

    def restart(start: Start) -> Callable[..., None]:
        asked.append(start)
        return job

    session, _, notes = make_session(commands=Commands(restart), **given)
    session.start(job)
    eventually(shows(session, states[0]))
    return session, asked, notes


def do(session: Session, *commands: str) -> None:
    for command in commands:
        session.post(command)
        session.tick(SIZE)


def test_k_and_the_method_are_chosen_and_kept():
    session, asked, _ = begun(scene_of(2))
    assert (session.k, session.init) == (3, "random")
    do(session, "more clusters", "more clusters", "next init", "new centroids", "new clusters")
    assert [(start.k, start.init) for start in asked[:3]] == [
        (4, None),
        (5, None),
        (5, "k-means++"),
    ]
    assert (asked[3].k, asked[3].init, asked[3].new_points) == (5, "k-means++", False)
    assert (asked[4].k, asked[4].init, asked[4].new_points) == (5, "k-means++", True)
    do(session, "next init")
    assert (asked[-1].init, session.init) == (None, "random")
    do(session, *["fewer clusters"] * 9)
    assert session.k == 1
    assert asked[-1].k == 1
    session.end()


def test_a_k_that_cannot_be_had_is_not_kept():
    def restart(start: Start) -> Callable[..., None]:
        raise ChoiceUnavailable("no")

    session, _, notes = make_session(commands=Commands(restart))
    session.post("more clusters")
    session.tick(SIZE)
    assert notes == ["no"]
    assert session.k == 1
    session.end()


def test_overlays_are_switched_one_by_one():
    session, _, _ = begun(scene_of(2))
    assert session.frame.look.overlays is None
    do(session, "numbers", "curve")
    session.tick(SIZE)
    assert session.frame.overlays == {"curve"}
    do(session, "curve", "numbers")
    session.tick(SIZE)
    assert session.frame.overlays == {"numbers"}
    session.end()


def test_projections_go_round():
    session, _, _ = begun(scene_of(3))
    seen = []
    for _ in range(5):
        do(session, "next projection")
        seen.append(session.frame.look.axes)
    assert seen == [(0, 1), (0, 2), (1, 2), "own", (0, 1)]
    do(session, "previous projection", "previous projection")
    assert session.frame.look.axes == (1, 2)
    session.end()
    session, _, _ = begun(scene_of(2))
    do(session, "next projection")
    assert session.message.startswith("these points have no other projection")
    session.end()


def test_speed_is_kept_for_the_runs_that_follow():
    session, _, _ = begun(scene_of(2))
    do(session, "faster", "faster", "slower", "faster")
    assert session.player.speed == 4.0
    before = session.player
    do(session, "new centroids")
    eventually(lambda: session.tick(SIZE) is None and session.player is not before)
    assert session.player.speed == 4.0
    do(session, *["slower"] * 20)
    assert session.player.speed == 0.125
    session.end()


def test_escape_leaves_help_then_the_placing():
    session, asked, _ = begun(scene_of(2))
    do(session, "place", "help")
    assert session.hand.placing
    assert session.helping
    do(session, "cancel")
    assert session.hand.placing
    assert not session.helping
    do(session, "more clusters")
    assert session.message == "click to place 4 more of 4 centroids · [ ] fewer, more · esc"
    do(session, "cancel")
    assert not session.hand.placing
    assert asked == []
    assert session.k == 3
    session.end()


def test_runs_side_by_side_are_not_restarted_by_hand():
    panels = scene_of(2).panels * 2
    session, asked, notes = begun(Scene(panels))
    session.start_from(np.zeros((3, 2)))
    do(session, "place")
    assert asked == []
    assert not session.hand.placing
    assert notes == ["runs side by side start as they were given; show one of them to move it"] * 2
    session.end()


# The renderer without its event loop.


def test_a_window_that_is_not_driven_says_so():
    renderer = LiveRenderer(None, Options())
    with pytest.raises(RenderError, match=r"call drive\(job\)"):
        play(moments(1), Scene(()), [renderer])
    renderer.close()
    renderer.abort()
