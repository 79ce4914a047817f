"""The end of a window: closed in whatever it does, by a signal, by a failure; nothing stays."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from screen import Program, Screen, needs_x
from wait import eventually
from windows import CYCLES, NOTHING, Beginning, frames_of, shown

pytestmark = [needs_x, pytest.mark.display]


@pytest.mark.parametrize("how", ["close button", "before the first picture"])
def test_closing_ends_it_at_once(screen: Screen, run: Callable[..., Program], how: str):
    early = how.startswith("before")
    job = "time.sleep(60)" if early else "endless()(live)"
    program = run(f"live = window()\nlive.drive(lambda: {job})")
    found = screen.find(program)
    if not early:
        frames = frames_of(0, 0)
        eventually(lambda: shown(screen, frames) == 0)
    before = time.monotonic()
    screen.ask_to_close(found)
    assert program.end() == (0, "")
    assert time.monotonic() - before < 10


@pytest.mark.slow
def test_closing_completes_the_file_that_was_asked_for(
    screen: Screen, run: Callable[..., Program], tmp_path: Path
):
    program = run(
        """
        from renderers.films.mp4 import Mp4Renderer
        live = window()
        live.full_speed = True
        film = Mp4Renderer(Path("film.mp4"), live.options)
        def job():
            usual(pause=0.05)(live, film)
            tell("DONE")
        live.drive(job)
        tell("RETURNED")
        """
    )
    screen.ask_to_close(screen.find(program))
    assert program.end() == (0, "")
    assert program.said == "DONE\nRETURNED\n"
    assert [file.name for file in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_files(
    screen: Screen, run: Callable[..., Program], tmp_path: Path, number: signal.Signals
):
    program = run(
        """
        import signal
        from renderers.films.mp4 import Mp4Renderer
        def stop(number, frame):
            raise SystemExit(128 + number)
        signal.signal(signal.SIGTERM, stop)
        live = window()
        live.full_speed = True
        film = Mp4Renderer(Path("film.mp4"), live.options)
        try:
            live.drive(lambda: usual(pause=0.3)(live, film))
        except KeyboardInterrupt:
            sys.exit(130)
        """
    )
    screen.find(program)
    eventually(lambda: any(tmp_path.iterdir()))
    os.kill(program.pid, number)
    assert program.end() == (128 + number, "")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_job_closes_the_window_and_is_raised(run: Callable[..., Program]):
    program = run(
        """
        from renderers import RenderError
        def job():
            raise RenderError("disk full")
        try:
            window().drive(job)
        except RenderError as error:
            tell(error)
        """
    )
    assert program.end(60) == (0, "")
    assert program.said == "disk full\n"


SITUATIONS = {
    "paused": ["space"],
    "explained": ["h"],
    "placing": ["m"],
    "at the end": ["End"],
    "saving": ["s"],
    "dragging": [],
}


@pytest.mark.slow
def test_closing_in_each_situation(screen: Screen, run: Callable[..., Program], tmp_path: Path):
    program = run(
        f"""
        for situation in {list(SITUATIONS)}:
            live = window()
            live.commands = Commands(lambda start: endless())
            tell("OPENS", situation)
            live.drive(lambda: endless()(live))
            tell("CLOSED", situation)
        """
    )
    frames, begin = frames_of(0, 0)[:1], Beginning(0, 0)
    for situation, keys in SITUATIONS.items():
        program.wait_for(f"OPENS {situation}\n")
        found = screen.find(program)
        eventually(lambda: shown(screen, frames) == 0)
        for key in keys:
            screen.key(key)
        if situation == "dragging":
            screen.press(found, *begin.pixels(begin.centroids)[0])
            screen.drag(found, 200, 200)
        if situation == "saving":
            eventually(lambda: any(tmp_path.iterdir()))
        else:
            time.sleep(0.1)
        before = time.monotonic()
        screen.ask_to_close(found)
        program.wait_for(f"CLOSED {situation}\n")
        assert time.monotonic() - before < 10
        screen.xdotool("mouseup", "1")
    assert program.end() == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_fifty_windows_one_after_the_other_leave_nothing(run: Callable[..., Program]):
    program = run(CYCLES)
    assert program.end(90) == (0, "")
    assert program.said == NOTHING
