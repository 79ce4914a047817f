"""The command line at a terminal: a progress bar, the menu, the window beside it."""

import contextlib
import os
import re
import signal
import sys
import threading
import time

import pyarrow.csv
import pytest
from command import run, start
from media import read_mp4
from screen import Screen, needs_x
from wait import eventually

from renderers.films.ffmpeg.program import find_ffmpeg

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty"),
    pytest.mark.slow,
]

FILM = ("--seed", 1, "-o", "a.mp4", "--size", "160x120", "--fps", 60, "--clusters", 60)


class Terminal:
    """A terminal with a person at it, who reads all that comes."""

    def __init__(self) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        self.said = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # at the end
            while more := os.read(self._ours, 4096):
                self.said += more.decode()

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def close(self) -> None:
        os.close(self.theirs)
        self._thread.join(10)
        os.close(self._ours)


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    with contextlib.suppress(OSError):
        terminal.close()


def at_terminal(terminal, *args, **options):
    done = run(*args, stderr=terminal.theirs, **options)
    terminal.close()
    assert done.status == 0, terminal.said
    return terminal.said


@pytest.fixture
def gated(tmp_path, monkeypatch):
    """Have ffmpeg take nothing until the file is there whose path is the result."""
    gate, script = tmp_path / "gate" / "open", tmp_path / "gate" / "ffmpeg"
    gate.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\nwhile [ ! -e '{gate}' ]; do sleep 0.05; done\nexec '{find_ffmpeg()}' \"$@\"\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))
    return gate


@pytest.fixture
def slow(gated):
    """Have films take longer than a second after a slow start, on any machine."""
    timer = threading.Timer(4.0, gated.touch)
    timer.start()
    yield
    timer.cancel()


def until(terminal, gate, pattern, *args, **options):
    """Return what a command says that is held up until it has said something."""
    process = start(*args, stderr=terminal.theirs, **options)
    eventually(lambda: re.search(pattern, terminal.said), seconds=60)
    gate.touch()
    assert process.wait(timeout=60) == 0, terminal.said
    process.communicate()
    terminal.close()
    return terminal.said


def visible(said):
    """Return the lines as they stand in the end."""
    said = said.replace("\r\n", "\n").replace("\x1b[0m", "")
    return [line.split("\r")[-1] for line in said.split("\n")]


def test_what_takes_longer_says_what_it_does(terminal, gated, tmp_path):
    counted = r"\r\w+: \d+ iterations \[\d\d:0[1-9], [\d,]+ changed\]"
    said = until(terminal, gated, counted, *FILM, cwd=tmp_path)
    # It goes away, and the summary stands alone.
    assert visible(said)[0].startswith("6,000 points, 2 features")


def test_a_bar_with_a_known_end(terminal, gated, tmp_path):
    bar = r"\r\w+: +\d+%\|.*\| \d+/20 iterations \[\d\d:\d\d, \d\d:\d\d left, "
    until(terminal, gated, bar, *FILM, "--max-iterations", 20, cwd=tmp_path)


def test_frames_of_a_film_whose_length_is_known(terminal, gated, tmp_path):
    said = until(terminal, gated, r"/180 frames \[", *FILM, "--duration", 3, cwd=tmp_path)
    counts = [(int(n), int(end)) for n, end in re.findall(r"(\d+)/(\d+) frames \[", said)]
    assert all(n <= end == 180 for n, end in counts)


def test_runs_are_counted(terminal, tmp_path):
    words = ("--seed", 1, "--clusters", 60, "--points-per-cluster", 1000, "--runs", 100)
    said = at_terminal(terminal, *words, cwd=tmp_path)
    assert re.search(r"\rclustering: +\d+%\|.*\| \d+/100 runs \[", said)


def test_the_encoder_is_waited_for(terminal, gated, tmp_path):
    words = ("--seed", 1, "-o", "a.mp4", "--size", "16x16")  # all frames fit into a pipe
    until(terminal, gated, r"\rencoding a\.mp4: ", *words, cwd=tmp_path)


def test_quick_work_leaves_the_summary_alone(terminal, tmp_path):
    said = at_terminal(terminal, "--seed", 1, cwd=tmp_path)
    lines = visible(said)
    assert lines[0].startswith("1,200 points")
    assert lines[-2:] == [
        "to watch it: add --render live for a window, or -o run.mp4 for a film",
        "",
    ]


@pytest.mark.parametrize("words", [["-o", "a.png"], ["--json"], ["--quiet"]])
def test_no_next_step_where_none_is_needed(terminal, words, tmp_path):
    said = at_terminal(terminal, "--seed", 1, *words, cwd=tmp_path)
    assert "to watch it" not in said


def test_a_pipe_that_is_waited_for(terminal, tmp_path):
    ours, theirs = os.pipe()
    process = start("-k", 2, cwd=tmp_path, stdin=ours, stderr=terminal.theirs)
    eventually(lambda: "\rreading standard input [" in terminal.said)
    os.write(theirs, b"1,2\n3,4\n9,9\n")
    os.close(theirs)
    assert process.wait(timeout=60) == 0
    process.communicate()
    os.close(ours)
    eventually(lambda: "3 points, 2 features" in terminal.said)


def test_no_bar_if_quiet(terminal, slow, tmp_path):
    assert at_terminal(terminal, *FILM, "--quiet", cwd=tmp_path) == ""


def test_no_bar_without_a_terminal(slow, tmp_path):
    done = run(*FILM, cwd=tmp_path)
    assert "\r" not in done.err
    assert "iterations [" not in done.err


# The window.


class Shown:
    """What `Screen.find` needs to know of a process."""

    def __init__(self, process) -> None:
        self.lives = lambda: process.poll() is None
        self.end = lambda: process.communicate(timeout=10)


@pytest.fixture
def window(screen, tmp_path):
    """Start a command with a window on a screen of its own."""
    processes = []

    def begin(*args, **options):
        env = {"DISPLAY": screen.display, "MPLBACKEND": "tkagg"}
        processes.append(start(*args, cwd=tmp_path, env=env, **options))
        return processes[-1], screen.find(Shown(processes[-1]))

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@needs_x
@pytest.mark.display
def test_closing_the_window_during_the_run(window, screen: Screen, gated, tmp_path):
    words = ("--labels", "labels.csv", "--json")
    process, number = window("--render", "live", *FILM, *words)
    screen.ask_to_close(number)
    eventually(lambda: not screen.xdotool("search", "--onlyvisible", "--name", "kmeans-engine"))
    assert process.poll() is None
    assert not (tmp_path / "a.mp4").exists()
    gated.touch()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert b'"outputs": ["a.mp4", "labels.csv"]' in out
    assert err.splitlines()[-2:] == [b"wrote a.mp4", b"wrote labels.csv"]
    assert b"Traceback" not in err
    iterations = int(re.search(rb"converged after (\d+) iterations", err).group(1))
    film = read_mp4(tmp_path / "a.mp4")
    assert film.seconds.sum() == pytest.approx((iterations + 2) / 60 + 2, abs=1 / 60)
    assert len(pyarrow.csv.read_csv(tmp_path / "labels.csv")) == 6000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "gate", "labels.csv"]


@needs_x
@pytest.mark.display
def test_results_are_there_while_the_window_repeats(window, tmp_path):
    process, _ = window("--render", "live", "--seed", 1, "--labels", "labels.csv")
    eventually((tmp_path / "labels.csv").exists)
    assert process.poll() is None


@needs_x
@pytest.mark.display
def test_the_menu(terminal, window, tmp_path):
    words = ("--render", "live", "--seed", 1, "--fps", 20, "--size", "300x200")
    process, _ = window(*words, stdin=terminal.theirs, stderr=terminal.theirs)
    eventually(lambda: "type 1, 2, 3 or 4" in terminal.said)
    menu = ["(1) randomise clusters and centroids", "(2) randomise centroids only",
            "(3) save the animation", "(4) exit"]  # fmt: skip
    assert all(line in terminal.said for line in menu)
    terminal.type("5\n")
    eventually(lambda: "'5' is not a choice; type 1, 2, 3 or 4" in terminal.said)
    terminal.type("1\n")
    terminal.type("3\n")
    eventually(lambda: re.search(r"saved to \d{8}-\d{6}-kmeans\.mp4", terminal.said))
    terminal.type("4\n")
    assert process.wait(timeout=20) == 0
    eventually(lambda: "\ninertia " in terminal.said)
    assert "Traceback" not in terminal.said
    assert "iterations [" not in terminal.said
    (film,) = tmp_path.iterdir()
    assert len(read_mp4(film).frames) > 1


@needs_x
@pytest.mark.display
def test_choices_that_cannot_be_made(terminal, window, tmp_path):
    (tmp_path / "d.csv").write_text("x,y\n1,2\n3,4\n9,9\n8,9\n")
    words = ("d.csv", "-k", 2, "--render", "live")
    process, _ = window(*words, stdin=terminal.theirs, stderr=terminal.theirs)
    terminal.type("1\n")
    eventually(lambda: "'1' is not a choice; type 2, 3 or 4" in terminal.said)
    assert "randomise clusters" not in terminal.said
    terminal.type("2\n4\n")
    assert process.wait(timeout=20) == 0


@needs_x
@pytest.mark.display
def test_the_end_of_standard_input_only_ends_the_menu(terminal, window):
    words = ("--render", "live", "--seed", 1)
    process, _ = window(*words, stdin=terminal.theirs)
    terminal.type("\x04")
    time.sleep(0.5)
    terminal.type("4\n")
    time.sleep(1.0)
    assert process.poll() is None


@needs_x
@pytest.mark.display
def test_interrupted_beside_a_window(window, tmp_path):
    long = ("--points-per-cluster", 20_000, "--clusters", 60, "--fps", 240, "-o", "a.mp4")
    process, _ = window("--render", "live", *long)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"kmeans-engine: interrupted\n")
    assert list(tmp_path.iterdir()) == []
