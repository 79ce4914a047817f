"""Signals that are put off, noted, and raised again where a library lost them."""

import contextlib
import signal
import sys
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


class Cycle:
    """Raises a signal where Python cannot pass on what its handler raises."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        signal.raise_signal(self.number)


def test_what_python_cannot_pass_on_is_raised_a_moment_later(number, capfd):
    error = KeyboardInterrupt if number == signal.SIGINT else Terminated
    with pytest.raises(error), raising():
        Cycle(number)
        wait = threading.Event()
        assert not wait.wait(20)
    assert capfd.readouterr().err == ""


def test_other_lost_errors_are_told_as_ever(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_type))

    class Broken:
        def __del__(self):
            raise ZeroDivisionError

    with raising():
        Broken()
    assert told == [ZeroDivisionError]


def test_another_one_does_not_stop_the_cleaning(number):
    error = KeyboardInterrupt if number == signal.SIGINT else Terminated
    cleaned = False
    with pytest.raises(error), raising():
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            cleaned = True
    assert cleaned


def test_an_import_is_not_interrupted(number, tmp_path, monkeypatch):
    error = KeyboardInterrupt if number == signal.SIGINT else Terminated
    lines = (
        "import signal, time",
        f"signal.raise_signal({int(number)})",
        "time.sleep(0.1)",
        "whole = 1",
    )
    (tmp_path / "slowly_imported.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(error), raising():
        import slowly_imported

        assert not threading.Event().wait(20)
    assert slowly_imported.whole
    del sys.modules["slowly_imported"]
