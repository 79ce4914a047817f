"""The moments of a run: where states and steps begin and end, and the way between two."""

from __future__ import annotations

from live import moments, told

from renderers import Moment
from renderers.live.reel import Reel


def filled(run: list[Moment]) -> Reel:
    reel = Reel()
    for moment in run:
        reel.add(moment)
    return reel


def test_states_begin_with_other_snapshots_and_steps_with_another_phase():
    reel = filled(told(1, 4, 6, phases=True))
    assert reel.states == [0, 1, 5]
    assert reel.steps == [0, 1, 3, 5, 8]
    assert [reel.index(reel.states, position) for position in (0, 1, 4, 5, 10)] == [0, 1, 1, 2, 2]
    assert [reel.end(reel.states, state) for state in range(4)] == [0, 4, 10, 10]
    assert [reel.end(reel.steps, step) for step in range(5)] == [0, 2, 4, 7, 10]


def test_equal_snapshots_are_not_the_same_state():
    reel = filled(moments(3))
    assert reel.states == reel.steps == [0, 1, 2]
    assert reel.continues(reel.moments[-1])
    assert not reel.continues(moments(3)[-1])
    assert not Reel().continues(reel.moments[-1])


def test_the_way_between_two_moments_follows_the_states_while_that_is_short():
    run = told(1, 2, 2, 2, 2, 2, 2, 2)
    reel = filled(run)
    assert reel.between(run[0], run[7]) == [run[2], run[4], run[6]]
    assert reel.between(run[7], run[2]) == [run[6], run[4]]
    assert reel.between(run[1], run[2]) == []
    assert reel.between(run[0], run[-1]) == []  # 7 states, and 5 million labels
    assert reel.between(moments(1)[0], run[3]) == []


def test_bare_points_are_no_way_to_go():
    reel = Reel()
    run = [Moment((), 1.0, "points"), *told(1, 1)]
    for moment in run:
        reel.add(moment)
    assert reel.between(run[2], run[0]) in ([], [run[1]])
    assert reel.between(run[0], run[1]) == []
