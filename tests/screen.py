"""An X server of its own for the tests of windows: keys by xdotool, pixels from the screen."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command import ROOT
from PIL import ImageGrab
from wait import eventually

SIZE = (480, 360)
MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]
if importlib.util.find_spec("_tkinter") is None:
    MISSING.append("tkinter")
needs_x = pytest.mark.skipif(bool(MISSING), reason=f"not on this machine: {', '.join(MISSING)}")


class Program:
    """A Python process that opens a window; what it prints is waited for line by line."""

    def __init__(self, script: str, folder: Path, env: dict[str, str], stdin: int | None = None):
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        )
        self.pid = self._process.pid
        self.said = ""

    def wait_for(self, text: str, seconds: float = 60.0) -> None:
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        while text not in self.said:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} did not come; so far: {self.said!r}"
            if select.select([self._process.stdout], [], [], left)[0]:
                more = os.read(self._process.stdout.fileno(), 65536).decode()
                assert more, f"ended before {text!r}: {self.said!r} {self.end()}"
                self.said += more

    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self, seconds: float = 20.0) -> tuple[int, str]:
        """Wait for the end; return the exit status and what is on stderr."""
        out, err = self._process.communicate(timeout=seconds)
        self.said += out.decode()
        return self._process.returncode, err.decode()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


class Screen:
    """An X server without a window manager, and hands to use it with."""

    def __init__(self, display: str) -> None:
        self.display = display

    def xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout.strip()

    def find(self, program: Program) -> int:
        """Wait for the window, put the pointer into it so that it gets the keys; return its id."""
        found: list[str] = []

        def there() -> bool:
            assert program.lives(), f"ended without a window: {program.end()}"
            found[:] = self.xdotool("search", "--onlyvisible", "--name", "kmeans-engine").split()
            return bool(found)

        eventually(there, 60)
        # Where it has nothing to point at.
        self.xdotool("mousemove", "--window", found[-1], "2", "2")
        return int(found[-1])

    def key(self, name: str) -> None:
        self.xdotool("key", name)

    def press(self, window: int, x: float, y: float) -> None:
        """Move the pointer, and take the first button down."""
        self.drag(window, x, y)
        self.xdotool("mousedown", "1")

    def drag(self, window: int, x: float, y: float) -> None:
        """Move the pointer to a pixel of a window."""
        self.xdotool("mousemove", "--window", str(window), str(round(x)), str(round(y)))
        time.sleep(0.02)

    def grab(self, size: tuple[int, int] = SIZE) -> np.ndarray:
        picture = ImageGrab.grab(xdisplay=self.display, bbox=(0, 0, *size))
        return np.asarray(picture.convert("RGB"))

    def ask_to_close(self, window: int) -> None:
        """Send what the close button of a window manager sends."""
        x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XInternAtom.restype = ctypes.c_ulong
        x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        link = ctypes.c_void_p(x.XOpenDisplay(self.display.encode()))

        class Message(ctypes.Structure):
            _fields_ = (
                ("type", ctypes.c_int),
                ("serial", ctypes.c_ulong),
                ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p),
                ("window", ctypes.c_ulong),
                ("message_type", ctypes.c_ulong),
                ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5),
                ("rest", ctypes.c_long * 24),  # a union of events is 24 longs
            )

        message = Message(type=33, window=window, format=32)  # 33: ClientMessage
        message.message_type = x.XInternAtom(link, b"WM_PROTOCOLS", 0)
        message.data[0] = x.XInternAtom(link, b"WM_DELETE_WINDOW", 0)
        x.XSendEvent(link, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        x.XCloseDisplay(link)


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        f"Xvfb -displayfd {theirs} -screen 0 800x600x24 -dpi 96 -nolisten tcp -noreset".split(),
        pass_fds=[theirs],
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        assert select.select([ours], [], [], 30)[0], "Xvfb did not start"
        yield Screen(f":{os.read(ours, 16).decode().strip()}")
    finally:
        os.close(ours)
        server.terminate()
        server.wait()
