"""The session of the live window, with a clock and a painter that the test holds."""

from __future__ import annotations

from live import SIZE, begun, do, job_of, make_session, moments, scene_of, shows, ticks
from wait import eventually

from renderers.stage.window import ChoiceUnavailable, Commands, Job, Start


def test_a_run_is_shown_from_its_first_moment_and_stepped():
    session, clock, _ = make_session()
    run = moments(3)
    session.start(job_of(run))
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


def test_without_commands_the_choices_say_so():
    session, _, notes = make_session()
    session.post("new centroids")
    session.tick(SIZE)
    assert notes == ["this window shows one run that was given; s saves it, q exits"]
    session.end()


def test_a_choice_that_cannot_be_made_says_why():
    def restart(start: Start) -> Job:
        raise ChoiceUnavailable("the points come from data.csv; choose 2")

    session, _, notes = make_session(commands=Commands(restart))
    session.post("new clusters")
    session.tick(SIZE)
    assert session.status == "the points come from data.csv; choose 2"
    assert notes == ["the points come from data.csv; choose 2"]
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
    assert session.message.startswith("other projections need points")
    session.end()


def test_speed_is_kept_for_the_runs_that_follow():
    session, _, _ = begun(scene_of(2))
    do(session, "faster", "faster", "slower", "faster")
    assert session.player.speed == 4.0
    before = session.player
    do(session, "new centroids")
    eventually(ticks(session, lambda: session.player is not before))
    assert session.player.speed == 4.0
    do(session, *["slower"] * 20)
    assert session.player.speed == 0.125
    session.end()
