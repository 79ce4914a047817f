"""Saving from the window, with a file renderer that writes what it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from live import SIZE, has_picture, job_of, make_session, moments, shows, ticks
from wait import eventually

from renderers import Moment, Options, Renderer, RenderError, Scene
from renderers.stage.window import Commands


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
    """The renderer that files are saved with, in the test's own folder."""
    gated = type("Gated", (Film,), {"gate": threading.Event(), "made": []})
    monkeypatch.chdir(tmp_path)
    yield gated
    gated.gate.set()


def test_save_takes_the_whole_run_while_the_window_lives(film: type[Film], tmp_path: Path):
    session, clock, notes = make_session(load=lambda path: film)
    run = moments(30)
    session.start(job_of(run))
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
    eventually(ticks(session, lambda: len(notes) == 3))
    [file] = tmp_path.iterdir()
    assert notes[2] == f"saved to {file.name}"
    assert file.read_text() == " ".join(str(i) for i in range(30))
    session.end()


def test_a_saved_run_is_completed_when_another_takes_its_place(film: type[Film], tmp_path: Path):
    second = moments(1)
    session, _, notes = make_session(
        load=lambda path: film, commands=Commands(lambda _: job_of(second))
    )
    first = moments(30)
    session.start(job_of(first))
    eventually(shows(session, first[0]))
    session.post("save")
    session.post("new clusters")
    eventually(shows(session, second[0]))
    film.gate.set()
    eventually(ticks(session, lambda: len(notes) == 2))
    [file] = tmp_path.iterdir()
    assert file.read_text() == " ".join(str(i) for i in range(30))
    session.end()


def test_closing_cancels_a_save(film: type[Film], tmp_path: Path):
    session, _, _ = make_session(load=lambda path: film)
    run = moments(3)
    session.start(job_of(run))
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
    session, _, _ = make_session(load=lambda path: film)
    drawn, release = [], threading.Event()

    def job(seat: Renderer) -> None:
        seat.open(Scene(()))
        for moment in moments(20):
            seat.draw(moment)
            drawn.append(moment)
            release.wait(10)

    session.start(job, must_finish=True)
    eventually(has_picture(session))
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

    session, _, notes = make_session(load=lambda path: film)
    run = moments(2)
    session.start(job_of(run))
    eventually(shows(session, run[0]))
    with monkeypatch.context() as patch:
        patch.setattr(film, "draw", full)
        session.post("save")
        eventually(ticks(session, lambda: len(notes) == 2))
    assert notes[1].endswith("was not saved: ffmpeg failed: no space left on device")
    film.gate.set()
    session.post("save")
    eventually(ticks(session, lambda: len(notes) == 4))
    assert notes[3].startswith("saved to ")
    session.end()


def test_a_save_before_the_first_picture_waits_for_it(film):
    session, _, notes = make_session(load=lambda path: film)
    session.post("save")
    session.tick(SIZE)
    assert notes == ["saving starts when the first picture appears ..."]
    film.gate.set()
    session.start(job_of(moments(2)))
    eventually(ticks(session, lambda: len(notes) == 3))
    assert notes[1].startswith("saving ")
    assert notes[2].startswith("saved to ")
    session.end()


def test_a_film_a_gif_or_a_picture_of_what_is_shown(film: type[Film], tmp_path: Path):
    session, _, notes = make_session(load=lambda path: film)
    run = moments(3)
    session.start(job_of(run))
    eventually(shows(session, run[0]))
    session.post("numbers")
    session.post("forward")
    film.gate.set()
    for number, command in enumerate(("save", "save gif", "save picture"), 1):
        session.post(command)
        eventually(ticks(session, lambda number=number: len(notes) == 2 * number))
    assert [file.suffix for file in sorted(tmp_path.iterdir())] == [".gif", ".mp4", ".png"]
    assert [made.drawn for made in film.made] == [["0", "1", "2"], ["0", "1", "2"], ["1"]]
    assert {made.options.overlays for made in film.made} == {frozenset()}
    session.end()


def test_saving_reports_how_much_is_done(film: type[Film]):
    session, _, _ = make_session(load=lambda path: film)
    run = moments(4)
    session.start(job_of(run))
    eventually(shows(session, run[0]))
    assert not session.report.saving
    session.post("save")
    session.tick(SIZE)
    assert session.report.saving
    eventually(lambda: session.report.saved == 0.0)
    film.gate.set()
    eventually(ticks(session, lambda: not session.report.saving))
    session.end()


def test_escape_cancels_a_save(film: type[Film], tmp_path: Path):
    session, _, notes = make_session(load=lambda path: film)
    run = moments(3)
    session.start(job_of(run))
    eventually(shows(session, run[0]))
    session.post("save")
    session.tick(SIZE)
    eventually(lambda: len(film.made) == 1)
    session.post("cancel")
    eventually(ticks(session, lambda: len(notes) == 2))
    assert notes[1].endswith("was not saved: it was cancelled")
    assert list(tmp_path.iterdir()) == []
    session.end()


@pytest.mark.parametrize(
    ("own", "size"), [((640, 480), (640, 360)), (Renderer.default_size, (1600, 900))]
)
def test_a_kind_of_file_that_is_small_by_default_stays_small(
    film: type[Film], own: tuple[int, int], size: tuple[int, int]
):
    film.default_size = own
    session, _, notes = make_session(load=lambda path: film)
    session.options = Options(size=(1600, 900))
    run = moments(1)
    session.start(job_of(run))
    eventually(shows(session, run[0]))
    film.gate.set()
    session.post("save")
    eventually(ticks(session, lambda: len(notes) == 2))
    assert film.made[0].options.size == size
    session.end()
