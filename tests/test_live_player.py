"""The player and the session of the live window, with a clock and a painter that the test holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from renderers import Moment, Options, Renderer, RenderError, Scene, registry
from renderers.film import play
from renderers.layout import Box
from renderers.live import ChoiceUnavailable, Commands, LiveRenderer
from renderers.live.commands import Start
from renderers.live.painting import Frame, Look, PaintThread
from renderers.live.player import Player, RunStopped
from renderers.live.session import Session

SIZE = (8, 6)


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Painting:
    """Paints at once, in the caller's thread."""

    def __init__(self) -> None:
        self.frame: Any = None
        self.stopped = False

    def want(self, scene: Scene, moment: Moment, look: Look, between: Any = None) -> None:
        frame = self.frame
        if frame is None or frame.moment is not moment or frame.look != look:
            on = frozenset({"numbers"}) if look.overlays is None else look.overlays
            pixels = np.zeros((*look.size[::-1], 4), np.uint8)
            self.frame = Frame(scene, scene, moment, look, pixels, (Box(0, 0, *look.size),), on)

    def stop(self, seconds: float) -> None:
        self.stopped = True


def moments(count: int, seconds: float = 1.0) -> list[Moment]:
    return [Moment((SimpleNamespace(iteration=i),), seconds) for i in range(count)]


def filled(count: int, *, seconds: float = 1.0, done: bool = True) -> tuple[Player, Clock, list]:
    clock = Clock()
    player = Player(ahead=None, clock=clock)
    run = moments(count, seconds)
    for moment in run:
        player.add(moment)
    if done:
        player.finish()
    return player, clock, run


def begin(player: Player) -> None:
    first = player.current()
    assert first is not None
    player.shown(first)


def eventually(truth: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.002)


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_nothing_before_the_first_moment():
    assert Player().current() is None


def test_plays_in_time_and_repeats():
    player, clock, run = filled(3)
    begin(player)
    seen = []
    for _ in range(14):
        seen.append(run.index(player.current()))
        clock.now += 0.5
    assert seen == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 0, 0]


def test_the_first_moment_lasts_from_when_it_is_seen():
    player, clock, run = filled(2)
    assert player.current() is run[0]
    clock.now += 50
    assert player.current() is run[0]
    begin(player)
    clock.now += 0.9
    assert player.current() is run[0]
    clock.now += 0.2
    assert player.current() is run[1]


def test_a_slow_display_drops_moments_but_keeps_time():
    player, clock, run = filled(10, seconds=0.1)
    begin(player)
    clock.now += 0.35
    assert player.current() is run[3]
    clock.now += 0.1
    assert player.current() is run[4]


def test_after_a_long_standstill_it_goes_on_with_the_next():
    player, clock, run = filled(10)
    begin(player)
    clock.now += 3600
    assert player.current() is run[1]
    clock.now += 0.9
    assert player.current() is run[1]


def test_moments_without_duration_do_not_hang():
    player, _, run = filled(3, seconds=0.0)
    begin(player)
    assert player.current() in run


def test_waits_at_the_end_of_a_run_that_is_computed_and_then_gives_each_its_time():
    player, clock, run = filled(2, done=False)
    begin(player)
    clock.now += 1.5
    assert player.current() is run[1]
    clock.now += 0.9  # due 0.4 s ago
    assert player.current() is run[1]
    late = moments(2)
    player.add(late[0])
    player.add(late[1])
    assert player.current() is late[0]
    clock.now += 0.9
    assert player.current() is late[0]
    clock.now += 0.2
    assert player.current() is late[1]


def test_pause_and_play_on():
    player, clock, run = filled(3)
    begin(player)
    player.toggle()
    clock.now += 10
    assert player.current() is run[0]
    assert not player.playing
    player.toggle()
    clock.now += 0.9
    assert player.current() is run[0]
    clock.now += 0.2
    assert player.current() is run[1]


def test_steps_pause_and_stay_inside_the_run():
    player, clock, run = filled(3)
    begin(player)
    clock.now += 1.5
    assert player.current() is run[1]
    player.step(-1)
    assert player.current() is run[0]
    player.step(-1)
    assert player.current() is run[0]
    for expected in (1, 2, 2):
        player.step(1)
        assert player.position == expected
    assert not player.playing
    clock.now += 100
    assert player.current() is run[2]


def test_a_run_is_held_back_until_the_display_moves():
    clock = Clock()
    player = Player(ahead=4, clock=clock)
    run = moments(7)
    worker = in_thread(lambda: [player.add(moment) for moment in run])
    eventually(lambda: len(player) == 5)
    begin(player)
    worker.join(0.05)
    assert len(player) == 5
    clock.now += 1.0
    player.current()
    eventually(lambda: len(player) == 6)
    player.step(1)
    worker.join(10)
    assert len(player) == 7


def test_full_speed_is_never_held_back():
    player = Player(ahead=None)
    for moment in moments(100):
        player.add(moment)
    assert len(player) == 100


def test_stop_ends_a_run_that_is_held_back():
    player = Player(ahead=1)
    ended = threading.Event()

    def compute() -> None:
        with pytest.raises(RunStopped):
            for moment in moments(9):
                player.add(moment)
        ended.set()

    in_thread(compute)
    eventually(lambda: len(player) == 2)
    player.stop()
    assert ended.wait(10)


def test_ignore_lets_a_run_go_on_without_keeping_it():
    player = Player(ahead=1)
    worker = in_thread(lambda: [player.add(moment) for moment in moments(50)])
    eventually(lambda: len(player) == 2)
    player.ignore()
    worker.join(10)
    assert not worker.is_alive()
    assert len(player) == 2


def test_film_is_the_whole_run_and_lifts_the_brake():
    player = Player(ahead=2)
    run = moments(30)

    def compute() -> None:
        for moment in run:
            player.add(moment)
        player.finish()

    in_thread(compute)
    assert list(player.film(threading.Event())) == run
    assert player.position == 0


def test_film_of_a_failed_run_stops():
    player, _, _ = filled(3, done=False)
    player.finish(failed=True)
    with pytest.raises(RunStopped):
        list(player.film(threading.Event()))


def test_film_can_be_cancelled_while_it_waits():
    player, _, _ = filled(3, done=False)
    cancelled, ended = threading.Event(), threading.Event()

    def write() -> None:
        with pytest.raises(RunStopped):
            list(player.film(cancelled))
        ended.set()

    in_thread(write)
    assert not ended.wait(0.02)
    cancelled.set()
    player.wake()
    assert ended.wait(10)


# The session.


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
    def job() -> None:
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

    def restart(start: Start) -> Callable[[], None]:
        asked.append(start.new_points)
        return job_of(session, second)

    session, _, notes = make_session(commands=Commands(restart))
    first = moments(50)

    def job() -> None:
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

    def slow() -> None:
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

    def restart(start: Start) -> Callable[[], None]:
        number = len(started)

        def job() -> None:
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
    def restart(start: Start) -> Callable[[], None]:
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

    def job() -> None:
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

    def job() -> None:
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

    def job() -> None:
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

    def job() -> None:
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

    def job() -> None:
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


# The renderer without its event loop.


def test_a_window_that_is_not_driven_says_so():
    renderer = LiveRenderer(None, Options())
    with pytest.raises(RenderError, match=r"call drive\(job\)"):
        play(moments(1), Scene(()), [renderer])
    renderer.close()
    renderer.abort()
