"""The thread that serves the newest request: what is dropped, withdrawn, raised, stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from wait import eventually

from renderers.live.newest import Newest


class Gated:
    """Serves a number by yielding it and its square; the first result waits for the gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[int] = []
        self.newest: Newest[int, int] = Newest("newest-test", self.serve)

    def serve(self, request: int) -> Iterator[int]:
        self.begun.append(request)
        self.gate.wait(10)
        yield request
        yield request**2


@pytest.fixture
def gated() -> Iterator[Gated]:
    made = Gated()
    yield made
    made.gate.set()
    made.newest.stop(10)
    assert "newest-test" not in [thread.name for thread in threading.enumerate()]


def test_the_last_result_of_a_request_counts(gated: Gated):
    gated.gate.set()
    assert gated.newest.result is None
    gated.newest.ask(3)
    eventually(lambda: gated.newest.result == 9)
    assert gated.newest.wanted == 3


def test_a_request_that_is_overtaken_is_dropped(gated: Gated):
    gated.newest.ask(2)
    eventually(lambda: gated.begun == [2])
    for number in (3, 4, 5):
        gated.newest.ask(number)
        assert not gated.newest.idle
    gated.gate.set()
    eventually(lambda: gated.newest.result == 25)
    assert gated.begun == [2, 5]
    assert gated.newest.idle


def test_what_is_withdrawn_leaves_no_result(gated: Gated):
    gated.newest.ask(2)
    eventually(lambda: gated.begun == [2])
    gated.newest.withdraw()
    assert gated.newest.wanted is None
    gated.gate.set()
    gated.newest.stop(10)
    assert gated.newest.result is None


def test_what_serving_raises_is_raised_by_the_result():
    def serve(request: int) -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    newest: Newest[int, int] = Newest("newest-test", serve)
    newest.ask(1)

    def failed() -> bool:
        try:
            return newest.result is None and False
        except ValueError as error:
            return str(error) == "no more"

    eventually(failed)
    newest.ask(2)  # nobody serves it, and nobody waits
    newest.stop(10)


def test_stopping_ends_the_request_that_is_served_and_takes_no_other(gated: Gated):
    gated.newest.ask(2)
    eventually(lambda: gated.begun == [2])
    gated.newest.stop(0.0)
    assert gated.newest.stopped
    gated.gate.set()
    gated.newest.stop(10)
    gated.newest.ask(3)
    assert gated.begun == [2]
    assert gated.newest.result == 2  # not its square


def test_what_was_never_asked_has_no_thread():
    before = threading.active_count()
    newest: Newest[int, int] = Newest("newest-test", iter)
    newest.stop(1)
    assert threading.active_count() == before
