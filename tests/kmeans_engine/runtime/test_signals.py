"""Signals that are put off, noted, and raised again where a library lost them."""

import contextlib
import signal
import threading

import pytest

from kmeans_engine.runtime.signals import Terminated, put_off, raise_again, raising


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request):
    return request.param


def test_what_a_library_loses_is_raised_again(number):
    error = KeyboardInterrupt if number == signal.SIGINT else Terminated
    before = signal.getsignal(number)
    with pytest.raises(error), raising():
        with contextlib.suppress(error):
            signal.raise_signal(number)
        raise_again()
    assert signal.getsignal(number) in (before, signal.SIG_IGN)
    signal.signal(number, before)


def test_nothing_is_raised_again_that_did_not_arrive():
    with raising():
        raise_again()


def test_put_off_until_the_end_of_the_block(number):
    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    steps = []
    before = signal.signal(number, stop)
    try:
        with pytest.raises(Stopped), put_off(lambda: steps.append("noticed")):
            signal.raise_signal(number)
            steps.append("done")
        assert steps == ["noticed", "done"]
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)


def test_nothing_happens_outside_the_main_thread():
    handlers = []

    def work():
        with raising(), put_off():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGTERM)]
