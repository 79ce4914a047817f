"""The line on a terminal: what is done, how far it is, and nothing left of it."""

import io
import os
import re
import select
import sys
import threading

import pytest
from tqdm import tqdm
from wait import eventually

from kmeans_engine.command import progress as module
from kmeans_engine.command.progress import Progress


class Screen(io.StringIO):
    def visible(self):
        """Return the lines as they stand in the end."""
        return [line.split("\r")[-1] for line in self.getvalue().split("\n")]

    def drawn(self, pattern):
        eventually(lambda: re.search(pattern, self.getvalue()))


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    monkeypatch.setattr(module, "_TICK", 0.01)
    return Screen()


def test_phases(screen):
    with Progress(screen, shown=True) as progress:
        screen.drawn(r"\rstarting \[00:00\]")
        progress.phase("reading data.csv")
        screen.drawn(r"\rreading data\.csv \[00:00\]")
        progress.phase("")  # between the phases, such as while a library is imported
        screen.drawn(r"\rpreparing \[00:00\]")
        progress.count("iterations")
        progress.phase("clustering")
        progress.step()
        screen.drawn(r"\rclustering: 1 iteration \[")
        progress.step(12, "1,417 changed")
        screen.drawn(r"\rclustering: 12 iterations \[00:00, 1,417 changed\]")
    assert screen.visible() == [""]
    assert "it/s" not in screen.getvalue()


def test_a_lock_that_another_bar_never_gives_back(screen):
    taken, over = threading.Event(), threading.Event()

    def take():
        with tqdm.get_lock():
            taken.set()
            over.wait()

    taker = threading.Thread(target=take)
    taker.start()
    taken.wait()
    with Progress(screen, shown=True):
        try:
            screen.drawn(r"\rstarting \[00:00\]")
        finally:
            over.set()
            taker.join()


def test_a_known_end(screen):
    with Progress(screen, shown=True) as progress:
        progress.count("frames", 200)
        progress.phase("painting")
        screen.drawn(r"\rpainting: 0 frames \[00:00\]")
        progress.step(50)
        screen.drawn(r"\rpainting:  25%\|.*\| 50/200 frames \[00:00, 00:00 left\]")
        # Another count begins from nothing.
        progress.count("runs", 3)
        progress.step()
        progress.step()
        screen.drawn(r"\rpainting:  67%\|.*\| 2/3 runs \[")


def test_other_words_stand_on_their_own_line(screen):
    with Progress(screen, shown=True) as progress:
        screen.drawn("starting")
        with progress.apart():
            print("note: something", file=screen)
    assert screen.visible() == ["note: something", ""]


def test_nothing_after_it_is_hidden(screen):
    with Progress(screen, shown=True) as progress:
        screen.drawn("starting")
        progress.hide()
        said = screen.getvalue()
        progress.phase("clustering")
    assert screen.getvalue() == said
    assert screen.visible() == [""]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize("columns", [0, 30])
def test_it_fits_its_terminal(columns, screen, monkeypatch):
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", columns, columns, 0, 0))
    monkeypatch.setattr("sys.stderr", os.fdopen(theirs, "w"))
    with sys.stderr as stream, Progress(stream, shown=True) as progress:
        progress.count("iterations", 20)
        progress.phase("compiling for this machine")
        progress.step(5)
        eventually(lambda: select.select([ours], [], [], 0)[0])
        said = ""
        while said.count("\rcompiling") < 2:
            said += os.read(ours, 4096).decode()
    os.close(ours)
    line = re.search(r"\rcompiling[^\r]*", said)[0]
    assert ("| 5/20 iterations [" in line) == (columns == 0)  # one that does not tell its width
    assert len(line.replace("\x1b[0m", "").strip()) <= (columns or 100)


def test_nothing_is_drawn_at_all(screen):
    for stream, shown in ((screen, False), (None, True)):
        with Progress(stream, shown=shown) as progress:
            progress.count("runs", 3)
            progress.step()
            assert "progress" not in [thread.name for thread in threading.enumerate()]
    assert screen.getvalue() == ""


def test_quick_work_needs_none():
    screen = Screen()
    with Progress(screen, shown=True):
        pass
    assert screen.getvalue() == ""


def test_a_terminal_that_is_gone(monkeypatch, screen):
    class Gone(Screen):
        def write(self, text):
            raise OSError("Input/output error")

    with Progress(Gone(), shown=True) as progress:
        thread = progress._thread
        progress.count("runs")
        threading.Event().wait(0.05)
        assert thread.is_alive()
        with progress.apart():
            pass
