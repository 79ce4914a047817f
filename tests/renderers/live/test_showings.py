"""Which run the window shows: others take its place, some must finish, some fail."""

from __future__ import annotations

import threading
import time

import pytest
from live import SIZE, has_picture, job_of, make_session, moments, shows, ticks
from wait import eventually

from renderers import Renderer, RenderError, Scene
from renderers.live.player import RunStopped
from renderers.stage.window import Commands, Job, Start


def test_another_run_takes_the_place_of_a_held_back_one():
    asked, stopped = [], threading.Event()
    second = moments(2)

    def restart(start: Start) -> Job:
        asked.append(start.new_points)
        return job_of(second)

    session, _, notes = make_session(commands=Commands(restart))
    first = moments(50)

    def job(seat: Renderer) -> None:
        try:
            job_of(first)(seat)
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
    second = moments(1)

    def slow(seat: Renderer) -> None:
        release.wait(10)
        job_of(second)(seat)

    session, clock, _ = make_session(commands=Commands(lambda _: slow))
    first = moments(1)
    session.start(job_of(first))
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

    def restart(start: Start) -> Job:
        number = len(started)

        def job(seat: Renderer) -> None:
            started.append(number)
            release.wait(10)
            job_of(last)(seat)

        return job

    last = moments(1)
    session, _, _ = make_session(commands=Commands(restart))
    session.start(job_of(moments(9)))
    for _ in range(40):
        session.post("new clusters")
        session.tick(SIZE)
    assert len(started) <= 3
    release.set()
    eventually(shows(session, last[0]))
    assert len(started) <= 4
    session.end()


def test_the_first_job_that_fails_closes_the_window_and_is_raised():
    session, _, _ = make_session()
    session.start(job_of(moments(1), then=RenderError("disk full")))
    eventually(ticks(session, lambda: session.closed))
    with pytest.raises(RenderError, match="disk full"):
        session.end()


def test_a_later_job_that_fails_is_told():
    session, _, notes = make_session(
        commands=Commands(lambda _: job_of([], then=ValueError("no clusters")))
    )
    first = moments(1)
    session.start(job_of(first))
    eventually(shows(session, first[0]))
    session.post("new clusters")
    eventually(ticks(session, lambda: notes != []))
    assert notes == ["the run failed: no clusters"]
    assert not session.closed
    assert shows(session, first[0])()
    session.end()


def test_closing_stops_a_run_that_is_only_watched():
    session, _, _ = make_session()
    stopped = threading.Event()

    def job(seat: Renderer) -> None:
        try:
            job_of(moments(1000))(seat)
        except RunStopped:
            stopped.set()
            raise

    session.start(job)
    eventually(has_picture(session))
    session.end()
    assert stopped.wait(10)


@pytest.mark.parametrize("moment_of_closing", ["before", "during"])
def test_closing_completes_a_run_that_must_finish(moment_of_closing: str):
    session, _, _ = make_session()
    drawn, release = [], threading.Event()

    def job(seat: Renderer) -> None:
        seat.open(Scene(()))
        for moment in moments(200):
            if len(drawn) == 100:
                release.wait(10)
            seat.draw(moment)
            drawn.append(moment)

    session.start(job, must_finish=True)
    if moment_of_closing == "during":
        eventually(has_picture(session))
    threading.Timer(0.05, release.set).start()
    session.end()
    assert len(drawn) == 200


def test_a_run_that_must_finish_goes_on_when_another_is_asked_for():
    second = moments(1)
    session, _, _ = make_session(commands=Commands(lambda _: job_of(second)))
    drawn, release = [], threading.Event()

    def job(seat: Renderer) -> None:
        seat.open(Scene(()))
        for moment in moments(100):
            seat.draw(moment)
            drawn.append(moment)
            release.wait(10)

    session.start(job, must_finish=True)
    eventually(has_picture(session))
    session.post("new clusters")
    eventually(shows(session, second[0]))
    release.set()
    session.end()
    assert len(drawn) == 100


def test_abandoning_stops_even_a_run_that_must_finish():
    session, _, _ = make_session()
    stopped = threading.Event()

    def job(seat: Renderer) -> None:
        seat.open(Scene(()))
        try:
            while True:
                seat.draw(moments(1)[0])
                time.sleep(0.001)
        except RunStopped:
            stopped.set()
            raise

    session.start(job, must_finish=True)
    session.abandon()
    assert stopped.is_set()


def test_each_job_has_a_seat_of_its_own():
    """Moments go where their seat is, from whichever thread they come."""
    seats: list[Renderer] = []
    go_on = threading.Event()

    def job(seat: Renderer) -> None:
        seat.open(Scene(()))
        seats.append(seat)
        go_on.wait(10)

    session, _, _ = make_session(commands=Commands(lambda _: job))
    for _ in range(2):
        session.start(job)
    eventually(lambda: len(seats) == 2)
    newest = moments(1)[0]
    with pytest.raises(RunStopped):
        seats[0].draw(moments(1)[0])
    seats[1].draw(newest)
    eventually(shows(session, newest))
    seats[1].close()
    seats[1].abort()  # the first of both counts
    assert session.player.finished
    go_on.set()
    session.end()


def test_a_moment_without_a_scene_is_refused():
    session, _, _ = make_session()
    session.start(lambda seat: seat.draw(moments(1)[0]))
    eventually(ticks(session, lambda: session.closed))
    with pytest.raises(RenderError, match="without a scene; call open first"):
        session.end()
