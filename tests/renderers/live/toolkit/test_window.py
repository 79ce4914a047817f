"""The window for real: Tk on an X server of its own, keys by xdotool, pixels from the screen."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from screen import SIZE, Program, Screen, needs_x
from wait import eventually
from windows import Beginning, frames_of, shown

from renderers.live.face.plan import bar_height

pytestmark = [needs_x, pytest.mark.display]


@pytest.mark.slow
def test_a_session_by_keys(screen: Screen, run: Callable[..., Program], tmp_path: Path):
    program = run(
        """
        live = window()
        count = 0
        def restart(start):
            global count
            count += 1
            tell("ASKED", start.new_points)
            return job_of(snapshots_of(points_of(count if start.new_points else 0), count))
        live.commands = Commands(restart)
        live.check()
        live.drive(lambda: usual()(live))
        tell("CLOSED")
        """
    )
    screen.find(program)
    frames = frames_of(0, 0)
    assert len(frames) > 6
    eventually(lambda: shown(screen, frames) is not None)
    eventually(lambda: shown(screen, frames) == 3)

    screen.key("space")
    time.sleep(0.3)
    paused = shown(screen, frames)
    assert paused is not None
    time.sleep(0.6)
    assert shown(screen, frames) == paused

    screen.key("Left")
    eventually(lambda: shown(screen, frames) == paused - 1)
    screen.key("Right")
    eventually(lambda: shown(screen, frames) == paused)

    screen.key("s")
    program.wait_for("NOTE saved to ")
    assert shown(screen, frames) == paused
    [film] = tmp_path.iterdir()
    assert re.fullmatch(r"\d{8}-\d{6}-kmeans\.mp4", film.name)
    assert f"NOTE saved to {film.name}" in program.said
    assert film.stat().st_size > 5000

    screen.key("space")
    # The last two differ in the word "converged" alone, which is in the part left out.
    eventually(lambda: shown(screen, frames) == len(frames) - 2)
    eventually(lambda: shown(screen, frames) == 0)  # it repeats

    screen.key("r")
    program.wait_for("ASKED True")
    others = frames_of(1, 1)
    eventually(lambda: shown(screen, others) is not None)

    screen.key("c")
    program.wait_for("ASKED False")
    others = frames_of(0, 2)
    eventually(lambda: shown(screen, others) is not None)

    screen.key("q")
    assert program.end() == (0, "")
    assert program.said.endswith("CLOSED\n")


@pytest.mark.slow
def test_resizing_paints_again_and_the_whole_window(screen: Screen, run: Callable[..., Program]):
    program = run(
        """
        import renderers.live.messages
        renderers.live.messages.SECONDS = 0.5
        live = window(fps=50.0)
        live.drive(lambda: usual(fps=50.0)(live))
        """
    )
    found = screen.find(program)
    for size in ((600, 420), (301, 203)):
        screen.xdotool("windowsize", str(found), *map(str, size))
        frames = frames_of(0, 0, size)
        eventually(lambda frames=frames: shown(screen, frames) is not None)
    # Without a message, to the last row.
    there = frames[0].shape[1::-1]
    assert there < (301, 203)
    eventually(lambda: any(np.array_equal(f, screen.grab(there)) for f in frames))
    screen.key("q")
    assert program.end() == (0, "")


def test_the_menu_in_a_terminal(screen: Screen, run: Callable[..., Program]):
    import pty
    import termios

    keyboard, stdin = pty.openpty()
    before = termios.tcgetattr(stdin)
    program = run(
        """
        from renderers.live import start_menu
        live = window()
        live.commands = Commands(lambda start: tell("ASKED", start.new_points) or endless())
        start_menu(live.post, say=tell)
        live.drive(lambda: endless()(live))
        """,
        stdin=stdin,
    )
    try:
        found = screen.find(program)
        os.write(keyboard, b"7\n2\n")
        program.wait_for("'7' is not a choice")
        program.wait_for("ASKED False")
        screen.ask_to_close(found)  # while the menu waits for an answer
        assert program.end() == (0, "")
        assert termios.tcgetattr(stdin) == before
    finally:
        os.close(keyboard)
        os.close(stdin)


@pytest.mark.slow
def test_the_mouse_moves_centroids_slider_and_buttons(screen: Screen, run: Callable[..., Program]):
    program = run(
        """
        live = window()
        def restart(start):
            tell("START", start.centroids.tolist())
            return job_of(Engine(points_of(0), threads=1).snapshots(start.centroids))
        live.commands = Commands(restart)
        live.drive(lambda: usual()(live))
        """
    )
    found = screen.find(program)
    frames = frames_of(0, 0)
    eventually(lambda: shown(screen, frames) is not None)
    wide, top = SIZE[0], SIZE[1] - bar_height(SIZE)

    # The slider: to its left end, then to the right one, where the last state is.
    screen.press(found, 30, top + 4)
    screen.drag(found, 12, top + 4)
    eventually(lambda: shown(screen, frames) == 0)
    for x in range(20, wide, 20):
        screen.drag(found, x, top + 4)
    eventually(lambda: shown(screen, frames) == len(frames) - 1)
    screen.xdotool("mouseup", "1")
    screen.key("space")
    screen.key("Home")
    screen.xdotool("mousemove", "--window", str(found), "2", "2")
    eventually(lambda: shown(screen, frames) == 0)

    # A centroid: taken where it is farthest from others, put down at the left of the picture.
    begin = Beginning(0, 0)
    there = begin.pixels(begin.centroids)
    apart = np.hypot(*(there[:, None] - there[None]).T)
    taken = int((apart + np.diag(np.full(8, np.inf))).min(axis=1).argmax())
    screen.press(found, *there[taken])
    target = (begin.box.left + 30, begin.box.top + 40)
    screen.drag(found, *(np.add(there[taken], target) / 2))
    screen.drag(found, *target)
    screen.xdotool("mouseup", "1")
    program.wait_for("START ")
    program.wait_for("]]\n")
    start = np.array(json.loads(program.said.split("START ")[1]))
    assert np.array_equal(np.delete(start, taken, 0), np.delete(begin.centroids, taken, 0))
    assert np.abs(begin.pixels(start)[taken] - target).max() <= 2

    screen.ask_to_close(found)
    assert program.end() == (0, "")
