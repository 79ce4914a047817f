"""What `play` calls, in which order, and who is aborted when something fails."""

from __future__ import annotations

import pytest

from renderers import Moment, Options, Renderer, RenderError, Scene
from renderers.stage.play import play

SCENE = Scene(())
RUN = [Moment((), 1.0), Moment((), 1.0)]


class Diary(Renderer):
    """Notes its calls; fails in one of them if told to."""

    def __init__(self, name: str, notes: list[str], fails: str = "", error: type = RenderError):
        super().__init__(None, Options())
        self._name, self._notes, self._fails, self._error = name, notes, fails, error

    def _note(self, call: str) -> None:
        self._notes.append(f"{call} {self._name}")
        if call == self._fails:
            raise self._error(self._name)

    def open(self, scene: Scene) -> None:
        self._note("open")

    def draw(self, moment: Moment) -> None:
        self._note("draw")

    def close(self) -> None:
        self._note("close")

    def abort(self) -> None:
        self._note("abort")


def test_every_moment_goes_to_all_before_it_counts_as_progress():
    notes: list[str] = []
    both = [Diary("a", notes), Diary("b", notes)]
    play(RUN, SCENE, both, progress=lambda moment: notes.append("progress"))
    drawn = ["draw a", "draw b", "progress"]
    assert notes == ["open a", "open b", *drawn, *drawn, "close a", "close b"]


@pytest.mark.parametrize("call", ["open", "draw"])
@pytest.mark.parametrize("error", [RenderError, KeyboardInterrupt])
def test_a_failure_before_the_end_aborts_all(call: str, error: type):
    notes: list[str] = []
    with pytest.raises(error):
        play(RUN, SCENE, [Diary("a", notes), Diary("b", notes, call, error)])
    assert notes[-3:] == [f"{call} b", "abort a", "abort b"]


def test_moments_that_fail_abort_all():
    notes: list[str] = []

    def run():
        yield RUN[0]
        raise ValueError("the run failed")

    with pytest.raises(ValueError, match="the run failed"):
        play(run(), SCENE, [Diary("a", notes)])
    assert notes == ["open a", "draw a", "abort a"]


def test_one_that_cannot_be_closed_is_aborted_alone():
    notes: list[str] = []
    three = [Diary("a", notes, "close"), Diary("b", notes, "close"), Diary("c", notes)]
    with pytest.raises(RenderError, match="a"):
        play(RUN, SCENE, three)
    assert notes[-5:] == ["close a", "abort a", "close b", "abort b", "close c"]


def test_an_interrupt_while_closing_aborts_the_rest():
    notes: list[str] = []
    both = [Diary("a", notes, "close", KeyboardInterrupt), Diary("b", notes)]
    with pytest.raises(KeyboardInterrupt):
        play(RUN, SCENE, both)
    assert notes[-3:] == ["close a", "abort a", "abort b"]
