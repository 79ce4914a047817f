import itertools
import math
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media import fake_scene, fake_snapshots

from kmeans_engine.race import side_by_side
from renderers.contract import Options, Renderer
from renderers.errors import RenderError
from renderers.films.clock import FrameClock
from renderers.stage.pace import Pace, make_pace, moments
from renderers.stage.play import play


def test_the_points_come_first_then_the_centroids_then_colours_and_the_end_is_held():
    film = list(moments(fake_snapshots(4), Pace(fps=4)))
    assert [m.snapshots[0].iteration for m in film] == [0, 0, 0, 1, 2, 3]
    assert [m.phase for m in film] == ["points", "start"] + ["state"] * 4
    assert [m.seconds for m in film] == [0.25, 0.25, 0.25, 0.25, 0.25, 2.0]
    assert [m.at for m in film] == [0, 0.25, 0.5, 0.75, 1.0, 1.25]
    assert {m.progress for m in film} == {1.0}


def test_what_does_not_begin_at_its_beginning_has_no_opening():
    assert [m.phase for m in moments(fake_snapshots(4)[2:])] == ["state"] * 2
    late = [(one, two) for one, two in itertools.pairwise(fake_snapshots(4))]
    assert [m.phase for m in moments(late)] == ["state"] * 3


@pytest.mark.parametrize(
    ("fps", "hold", "seconds"), [(0.25, 2.0, 4.0), (1.0, 0.0, 1.0), (1.0, 5.0, 5.0)]
)
def test_moments_hold_never_shortens(fps, hold, seconds):
    (*_, last) = moments(fake_snapshots(1), Pace(fps=fps, hold=hold))
    assert last.seconds == seconds


def test_moments_of_nothing():
    assert list(moments([], Pace(fps=2))) == []


def test_the_opening_waits_for_one_state_and_the_rest_looks_one_ahead():
    taken = []

    def snapshots():
        for snapshot in fake_snapshots(5):
            taken.append(snapshot.iteration)
            yield snapshot

    film = moments(snapshots(), Pace(fps=2))
    assert [next(film).phase for _ in range(2)] == ["points", "start"] and taken == [0]
    assert next(film).phase == "state" and taken == [0, 1]


def told(count, **pace):
    """What a film of `count` states tells: iteration, phase, progress, seconds, last."""
    return [
        (m.snapshots[0].iteration, m.phase, m.progress, m.seconds, m.last)
        for m in moments(fake_snapshots(count), Pace(**pace))
    ]


def test_phases_are_told_as_a_teacher_would():
    assert [(i, phase) for i, phase, *_ in told(4, phases=True)] == [
        (0, "points"),
        (0, "start"),
        (0, "assignment"),
        (1, "update"),  # state 1 has the labels of state 0
        (2, "assignment"),
        (2, "update"),
        (3, "assignment"),
        (3, "update"),
    ]
    assert [seconds for *_, seconds, _ in told(4, phases=True, fps=2)] == [0.5] * 7 + [2.0]
    assert [last for *_, last in told(4, phases=True)] == [False] * 7 + [True]


def test_a_smooth_film_lingers_at_first_and_hurries_later():
    film = told(60, smooth=True, fps=30)
    spent = {}
    for i, phase, _, seconds, _ in film:
        spent[i, phase] = spent.get((i, phase), 0) + seconds
    assert [spent[0, phase] for phase in ("points", "start")] == pytest.approx([0.8, 1.0])
    spent = [spent[n, "state"] for n in range(60)]
    assert spent[0] == pytest.approx(1.0) and spent[1] == pytest.approx(1.2)
    assert all(a >= b for a, b in itertools.pairwise(spent[1:59]))
    assert spent[50] == pytest.approx(1 / 30) and spent[59] > 2.0
    for n in range(1, 60):
        way = [p for i, _, p, *_ in film if i == n]
        assert way[-1] == 1.0 and way == sorted(way)
    assert next(p for i, _, p, *_ in film if i == 1) < 0.01  # gently away
    assert len(film) > 100 and film[-1][-1] and not film[-2][-1]


@pytest.mark.parametrize("phases", [True, False])
def test_what_moves_knows_where_it_comes_from(phases):
    states = fake_snapshots(6)
    film = list(moments(states, Pace(smooth=True, fps=60, phases=phases)))
    for moment in film:
        i = moment.snapshots[0].iteration
        moving = moment.progress < 1
        assert moment.before == ((states[i - 1],) if moving and i else ())
    ways = {(m.snapshots[0].iteration, m.phase) for m in film if m.progress < 1}
    # The centroids appear, colours appear and change, centroids move.
    assert (0, "start") in ways and (0, "points") not in ways
    expected = {(2, "assignment"), (2, "update")} if phases else {(0, "state"), (2, "state")}
    assert expected <= ways
    assert [m.at for m in film[1:]] == pytest.approx(
        list(itertools.accumulate(m.seconds for m in film[:-1]))
    )


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("phases", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 40, 1000])
@pytest.mark.parametrize("duration", [0.1, 12.0])
def test_a_film_lasts_as_long_as_it_is_told_to(smooth, phases, count, duration):
    pace = {"duration": duration, "fps": 30, "smooth": smooth, "phases": phases}
    film = told(count, **pace)
    assert math.fsum(s for *_, s, _ in film) == pytest.approx(duration)
    assert all(s >= 0 for *_, s, _ in film)
    assert [i for i, *_ in film][-1] == count - 1 and [last for *_, last in film].count(True) == 1
    known = list(moments(fake_snapshots(count), Pace(**pace), count=count))
    assert [m.seconds for m in known] == [s for *_, s, _ in film]


def test_a_film_without_a_duration_takes_one_state_after_the_other():
    taken = []

    def snapshots():
        for snapshot in fake_snapshots(9):
            taken.append(snapshot.iteration)
            yield snapshot

    film = moments(snapshots(), Pace(smooth=True))
    assert next(film).phase == "points" and taken == [0]


def test_each_moment_has_the_history_up_to_it():
    for moment in moments(fake_snapshots(5), Pace(smooth=True)):
        assert len(moment.histories) == 1
        assert len(moment.histories[0].inertia) >= moment.snapshots[0].iteration + 1


def test_runs_side_by_side_wait_for_the_slowest():
    states = list(side_by_side([fake_snapshots(2), fake_snapshots(4), fake_snapshots(1)]))
    assert [[s.iteration for s in state] for state in states] == [
        [0, 0, 0], [1, 1, 0], [1, 2, 0], [1, 3, 0]
    ]  # fmt: skip
    film = list(moments(states))
    assert [m.last for m in film] == [False] * 5 + [True]
    assert [len(h.inertia) for h in film[-1].histories] == [2, 4, 1]
    assert list(side_by_side([[], []])) == []


@given(
    st.floats(0.01, 240), st.lists(st.floats(0, 10, allow_subnormal=False), min_size=1, max_size=60)
)
def test_clock_does_not_drift(rate, lasting):
    clock = FrameClock(rate)
    total = 0
    for i, seconds in enumerate(lasting):
        count = clock.frames(seconds)
        assert count >= 0
        total += count
        assert abs(total - math.fsum(lasting[: i + 1]) * rate) <= 0.5 + 1e-5


@pytest.mark.parametrize(
    ("rate", "seconds", "counts"),
    [
        (25, 1 / 50, [1, 0] * 500),
        (25, 1 / 25, [1] * 1000),
        (7, 1 / 7, [1] * 1000),
        (2, 1.0, [2] * 1000),
    ],
)
def test_clock_is_even(rate, seconds, counts):
    clock = FrameClock(rate)
    assert [clock.frames(seconds) for _ in counts] == counts


class Recorder(Renderer):
    """Writes down its calls, and raises `error` in the call named `fails`."""

    def __init__(self, fails: str = "", error: BaseException | None = None) -> None:
        super().__init__(None, Options())
        self.calls = []
        self._fails, self._error = fails, error

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self._fails:
            raise self._error

    def open(self, scene):
        self._call("open")

    def draw(self, moment):
        self._call(f"draw {moment.snapshots[0].iteration}")

    def close(self):
        self._call("close")

    def abort(self):
        self.calls.append("abort")


def run(*renderers, count=3, **more):
    play(moments(fake_snapshots(count), Pace(fps=2)), fake_scene(), renderers, **more)


def test_play():
    one, two, seen = Recorder(), Recorder(), []
    run(one, two, progress=lambda moment: seen.append(moment.snapshots[0].iteration))
    assert one.calls == two.calls == ["open", "draw 0", "draw 1", "draw 2", "close"]
    assert seen == [0, 0, 0, 1, 2]


def test_play_sends_the_opening_to_those_who_want_it():
    class Opening(Recorder):
        opening = True

    one = Opening()
    run(one)
    assert one.calls == ["open", *["draw 0"] * 3, "draw 1", "draw 2", "close"]
    # Somebody may choose a moment of the opening for a picture.
    (points, *_) = moments(fake_snapshots(2))
    two = Recorder()
    play([replace(points, last=True)], fake_scene(), [two])
    assert two.calls == ["open", "draw 0", "close"]


@pytest.mark.parametrize("error", [RenderError("full"), OSError("gone"), KeyboardInterrupt()])
@pytest.mark.parametrize("fails", ["open", "draw 1"])
def test_play_aborts_all(fails, error):
    one, two, three = Recorder(), Recorder(fails, error), Recorder()
    with pytest.raises(type(error)) as caught:
        run(one, two, three)
    assert caught.value is error
    for renderer in (one, two, three):
        assert renderer.calls[-1] == "abort"
        assert "close" not in renderer.calls


def test_play_aborts_when_the_engine_fails():
    def snapshots():
        yield from fake_snapshots(3)
        raise MemoryError

    one = Recorder()
    with pytest.raises(MemoryError):
        play(moments(snapshots(), Pace(fps=2)), fake_scene(), [one])
    assert one.calls[-1] == "abort"


def test_play_one_close_fails():
    # The others hold the whole film: they are kept.
    one, two, three = Recorder(), Recorder("close", RenderError("full")), Recorder()
    with pytest.raises(RenderError, match="full"):
        run(one, two, three)
    assert one.calls[-1] == three.calls[-1] == "close"
    assert two.calls[-2:] == ["close", "abort"]


def test_play_interrupted_while_closing():
    one, two, three = Recorder(), Recorder("close", KeyboardInterrupt()), Recorder()
    with pytest.raises(KeyboardInterrupt):
        run(one, two, three)
    assert one.calls[-1] == "close"
    assert two.calls[-1] == three.calls[-1] == "abort"


def test_play_starts_no_thread():
    before = threading.active_count()
    run(Recorder())
    assert threading.active_count() == before


def test_a_film_that_turns_has_many_frames_and_states_that_last():
    assert make_pace(turning=True) == Pace(fps=30.0, turning=True)
    plain, turned = told(3), told(3, fps=30.0, turning=True)
    assert plain == turned
    assert make_pace(turning=True, fps=12.0).rate == 2.0
