"""Whether a window can be opened, and what is said where it cannot."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys

import pytest
from command import ROOT

CHECK = """
from renderers import RendererUnavailable
from renderers.live import LiveRenderer
from renderers.live.toolkit.display import find_backend
try:
    {check}
except RendererUnavailable as error:
    print(error)
"""


def check(call: str = "LiveRenderer.check()", **env: str) -> str:
    """Return what a call complains about in a process with this environment."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "QT_QPA_PLATFORM", "QT_API")
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECK.format(check=call)],
        env={**kept, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") <= 1
    return done.stdout


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of Linux")


@linux
def test_without_a_display():
    assert check() == (
        "a window needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set; "
        "use --render mp4 instead (renderers.save in Python)\n"
    )


@linux
def test_a_display_that_nobody_serves():
    told = check(DISPLAY=":9876")
    assert told.startswith("a window cannot be opened (qtagg: ")
    assert "--render mp4" in told


@linux
def test_a_display_that_does_not_answer():
    """A server that accepts and then says nothing, where a toolkit would wait forever."""
    listener = socket.socket()
    port = next(p for p in itertools.count(6300) if listener.connect_ex(("127.0.0.1", p)))
    listener.close()
    listener = socket.create_server(("127.0.0.1", port))
    try:
        told = check(
            "find_backend(seconds=1.0)", DISPLAY=f"127.0.0.1:{port - 6000}", MPLBACKEND="tkagg"
        )
    finally:
        listener.close()
    assert "tkagg: the display did not answer within 1 s" in told


@pytest.mark.parametrize("backend", ["agg", "Agg", "svg"])
def test_a_backend_without_windows_is_never_used_in_silence(backend: str):
    told = check(MPLBACKEND=backend, DISPLAY=":0")
    assert told.startswith(
        f"matplotlib's backend is {backend.lower()!r}, which does not open windows"
    )
    assert "--render mp4" in told


def test_an_unknown_backend():
    told = check(MPLBACKEND="nonsense", DISPLAY=":0")
    assert told.startswith("matplotlib does not know the backend 'nonsense'; unset MPLBACKEND")
