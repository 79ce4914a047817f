"""Thousands of random events at the windows of both toolkits: no error, and nothing stays."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command import ROOT
from screen import Program, needs_x

# Events go through the toolkit, as a hand would send them. The longest wait between two ticks is
# printed last, for whoever runs this by hand: `python -c SCRIPT`.
SCRIPT = """
import gc, random, sys, threading, time
import numpy as np
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.live import LiveRenderer
from renderers.live.session import Session
from renderers.live.toolkit import window
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stage.window import Commands

EVENTS, BATCH, POINTS = 5_000, 10, int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
dice = random.Random(5)
noise = np.random.default_rng(5)
points = noise.normal(size=(POINTS, 4)) + 3.0 * noise.integers(0, 4, (POINTS, 1))
engine = Engine(points)

def job_of(centroids):
    def job(renderer):
        first = next(engine.snapshots(centroids, max_iterations=0))
        play(moments(engine.snapshots(centroids), Pace(fps=30.0)), make_scene(first), [renderer])
    return job

def restart(start):
    if start.centroids is not None:
        return job_of(start.centroids)
    return job_of(points[dice.sample(range(len(points)), min(start.k or 4, 12))])

# Without q, and without s and g, which need ffmpeg.
KEYS = "space Left Right Home End Up Down r c i m 1 2 3 4 5 6 p P t f a 0 h Escape".split()
SIGNS = {"plus": "+", "minus": "-", "period": ".", "comma": ",", "bracketleft": "[",
         "bracketright": "]"}

def tk_event(canvas):
    widget = canvas.get_tk_widget()
    x, y = dice.randrange(-10, 650), dice.randrange(-10, 490)
    deed = dice.randrange(12)
    if deed < 4:
        widget.focus_force()
        widget.event_generate("<Key>", keysym=dice.choice(KEYS + list(SIGNS)), when="tail")
    elif deed < 8:
        widget.event_generate("<Motion>", x=x, y=y, when="tail")
    elif deed == 8:
        widget.event_generate("<Button-1>", x=x, y=y, when="tail")
    elif deed == 9:
        widget.event_generate("<ButtonRelease-1>", x=x, y=y, when="tail")
    elif deed == 10:
        for _ in range(2):
            widget.event_generate("<Button-1>", x=x, y=y, when="tail")
            widget.event_generate("<ButtonRelease-1>", x=x, y=y, when="tail")
    else:
        widget.event_generate(dice.choice(["<Button-4>", "<Button-5>"]), x=x, y=y, when="tail")

def qt_event(canvas):
    from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
    from PySide6.QtWidgets import QApplication
    x, y = dice.randrange(-10, 650), dice.randrange(-10, 490)
    none = Qt.KeyboardModifier.NoModifier
    left, no = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    def mouse(kind, button):
        return QMouseEvent(kind, QPointF(x, y), QPointF(x, y), button, button, none)
    deed = dice.randrange(12)
    if deed < 4:
        name = dice.choice(KEYS + list(SIGNS))
        text = SIGNS.get(name, name if len(name) == 1 else " " if name == "space" else "")
        code = getattr(Qt.Key, f"Key_{name.upper() if len(name) == 1 else name.capitalize()}", None)
        code = code or Qt.Key(ord(text))
        events = [QKeyEvent(QEvent.Type.KeyPress, code, none, text)]
    elif deed < 8:
        events = [mouse(QEvent.Type.MouseMove, no)]
    elif deed == 8:
        events = [mouse(QEvent.Type.MouseButtonPress, left)]
    elif deed == 9:
        events = [mouse(QEvent.Type.MouseButtonRelease, left)]
    elif deed == 10:
        events = [mouse(QEvent.Type.MouseButtonDblClick, left),
                  mouse(QEvent.Type.MouseButtonRelease, left)]
    else:
        turn = QPoint(0, dice.choice([120, -120]))
        events = [QWheelEvent(QPointF(x, y), QPointF(x, y), QPoint(), turn, no, none,
                              Qt.ScrollPhase.NoScrollPhase, False)]
    for event in events:
        QApplication.postEvent(canvas, event)

done, longest, before = 0, 0.0, None
update = window.Window._update

def updated(self):
    global done, longest, before
    began = time.perf_counter()
    if before is not None and self._session.frame is not None:
        longest = max(longest, began - before)
    before = began
    update(self)
    if self._session.frame is not None:
        act = tk_event if hasattr(self._canvas, "get_tk_widget") else qt_event
        for _ in range(BATCH):
            act(self._canvas)
        done += BATCH
        if done >= EVENTS:
            self._session.closed = True

window.Window._update = updated
live = LiveRenderer(None, Options(size=(640, 480), fps=30.0))
live.commands = Commands(restart, new_points=False)
job = job_of(points[:4])
live.drive(lambda: job(live))
del live, job
gc.collect()
kept = [thing for thing in gc.get_objects() if isinstance(thing, (Session, window.Window))]
lives = [t.name for t in threading.enumerate() if t.name.startswith("live-")]
print("done", done >= EVENTS, kept, lives, flush=True)
print(f"at the longest {1000 * longest:.0f} ms", file=sys.stderr)
"""
DONE = "done True [] []"


@needs_x
@pytest.mark.display
@pytest.mark.slow
def test_a_monkey_at_tk(run: Callable[..., Program]):
    program = run(SCRIPT)
    program.wait_for(DONE, 240)
    status, said = program.end()
    assert status == 0, said
    assert "Traceback" not in said


@pytest.mark.skipif(
    importlib.util.find_spec("PySide6") is None, reason="PySide6 is not on this machine"
)
@pytest.mark.display
@pytest.mark.slow
def test_a_monkey_at_qt(tmp_path: Path):
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env = {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "MPLBACKEND": "qtagg"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**kept, **env},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, done.stdout) == (0, f"{DONE}\n"), done.stderr
    assert "Traceback" not in done.stderr
