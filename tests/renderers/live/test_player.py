"""The player of the live window, with a clock that the test holds."""

from __future__ import annotations

import threading

import pytest
from live import Clock, in_thread, moments, told
from wait import eventually

from renderers import Moment
from renderers.live.player import Player, RunStopped


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


def playing(run: list[Moment], *, ahead: int | None = None) -> tuple[Player, Clock]:
    clock = Clock()
    player = Player(ahead=ahead, clock=clock)
    for moment in run:
        player.add(moment)
    player.finish()
    return player, clock


def test_steps_of_a_smooth_film_lead_to_the_ends_of_iterations():
    run = told(1, 10, 10, 1)
    player, clock = playing(run)
    begin(player)
    clock.now += 0.55
    assert player.current() is run[5]
    player.step(1)
    assert player.current() is run[10]
    player.step(1)
    assert player.current() is run[20]
    player.step(-1)
    assert player.current() is run[10]
    player.step(-2)
    assert player.current() is run[0]
    player.toggle()
    clock.now += 0.25
    assert player.current() is run[2]
    player.step(-1)
    assert player.current() is run[0]


def test_steps_show_the_phases_and_seeking_the_states():
    run = told(1, 4, 6, phases=True)
    player, _ = playing(run)
    begin(player)
    places = []
    for _ in range(5):
        player.step(1)
        places.append(player.position)
    assert places == [2, 4, 7, 10, 10]
    player.seek(1)
    assert (player.position, player.state, player.states) == (4, 1, 3)
    player.seek(99)
    assert player.position == 10
    player.seek(-3)
    assert player.position == 0


def test_a_step_beyond_what_is_computed_waits_for_it_and_for_its_last_moment():
    run = told(1, 3, 3)
    clock = Clock()
    player = Player(ahead=None, clock=clock)
    player.add(run[0])
    begin(player)
    for _ in range(20):  # a key held down
        player.step(1)
    assert player.current() is run[0]
    assert player.waiting
    for moment in run[1:]:
        player.add(moment)
    assert player.current() is run[3]
    assert not player.waiting


def test_seeking_what_is_not_computed_pulls_the_run_along():
    run = told(*[2] * 40)
    player = Player(ahead=2)
    worker = in_thread(lambda: [player.add(moment) for moment in run])
    eventually(lambda: player.states == 3)
    player.seek(20)
    eventually(lambda: player.position == 41)
    worker.join(0.05)
    assert player.states == 23
    player.ignore()


def test_to_the_end_follows_a_run_at_full_speed():
    run = told(*[1] * 40)
    player = Player(ahead=2)
    worker = in_thread(lambda: [player.add(moment) for moment in run])
    eventually(lambda: len(player) == 3)
    player.to_end()
    worker.join(10)
    assert player.current() is run[-1]
    assert not player.playing
    player.step(-1)
    assert player.current() is run[-2]


def test_the_run_is_held_back_by_states_not_by_moments():
    run = told(*[30] * 8)
    player = Player(ahead=2)
    worker = in_thread(lambda: [player.add(moment) for moment in run])
    eventually(lambda: len(player) == 90)
    worker.join(0.05)
    assert player.states == 3
    player.ignore()


def test_speed_changes_what_is_left_of_a_moment():
    player, clock, run = filled(3, seconds=1.0)
    begin(player)
    clock.now += 0.5
    player.speed = 2.0
    clock.now += 0.2
    assert player.current() is run[0]
    clock.now += 0.1
    assert player.current() is run[1]
    player.speed = 0.25
    clock.now += 3.5
    assert player.current() is run[1]
    clock.now += 0.4
    assert player.current() is run[2]
