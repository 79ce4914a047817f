"""The window on Qt, without a screen: what its canvas shows, keys and closing as Qt has them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT
from windows import CYCLES, NOTHING

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(
        importlib.util.find_spec("PySide6") is None, reason="PySide6 is not on this machine"
    ),
]

# A timer of Qt's own plays the user: each step is retried until it holds, then the next follows.
SCRIPT = """
import itertools, sys, time
import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import LiveRenderer
from renderers.stage.window import Commands
from renderers.live.face.plan import bar_height
from renderers.picture.painter import Painter

SIZE = (320, 240)
rng = np.random.default_rng(0)
points = rng.normal(size=(300, 2))
states = list(Engine(points, threads=1).snapshots(points[:5]))
live = LiveRenderer(None, Options(size=SIZE, fps=20.0))
asked = []

def job(seat):
    play(moments(states, Pace(fps=20.0)), make_scene(states[0]), [seat])

def restart(start):
    asked.append(start.new_points if start.centroids is None else start.centroids)
    return job

def mouse(kind, x, y):
    # Qt makes no difference between the window's pixels and its own here.
    button = Qt.MouseButton.LeftButton
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(kind, QPointF(x, y), canvas().mapToGlobal(QPointF(x, y)),
                        none if kind == QEvent.Type.MouseMove else button,
                        none if kind == QEvent.Type.MouseButtonRelease else button,
                        Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas(), event)

def drag(start, end):
    mouse(QEvent.Type.MouseButtonPress, *start)
    for share in (0.3, 0.6, 1.0):
        mouse(QEvent.Type.MouseMove, *(np.array(start) + share * np.subtract(end, start)))
    mouse(QEvent.Type.MouseButtonRelease, *end)

def pixel_of(size, value):
    scene = make_scene(states[0])
    painter = Painter(scene, Options(size=(size[0], size[1] - bar_height(size))))
    [box] = painter.boxes
    xmin, xmax, ymin, ymax = scene.panels[0].view.placed(box).limits
    return (box.left + (value[0] - xmin) / (xmax - xmin) * box.width,
            box.top + (ymax - value[1]) / (ymax - ymin) * box.height)

def frames_of(size):
    size = (size[0], size[1] - bar_height(size))
    painter = Painter(make_scene(states[0]), Options(size=size, fps=20.0))
    return [painter.paint(m)[:, :, :3].copy() for m in moments(states, Pace(fps=20.0))
            if not m.opening]

def canvas():
    from matplotlib import pyplot
    return pyplot.figure(pyplot.get_fignums()[0]).canvas

def grab():
    image = canvas().grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

def shown(frames):
    picture = grab()
    if picture.shape[1] != frames[0].shape[1]:
        return None
    part = slice(0, len(frames[0]) - 40)
    return next((i for i, f in enumerate(frames) if np.array_equal(f[part], picture[part])), None)

def press(key, text=""):
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.sendEvent(canvas(), QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))

def script():
    small, large = frames_of(SIZE), frames_of((400, 300))
    yield lambda: shown(small) == 0
    yield lambda: shown(small) not in (0, None)
    press(Qt.Key.Key_Space, " ")
    at = [None]
    def still():
        at.append(shown(small))
        return len(at) > 30 and len(set(at[-20:])) == 1 and at[-1] is not None
    yield still
    paused = at[-1]
    press(Qt.Key.Key_Left)
    yield lambda: shown(small) == max(paused - 1, 0)
    press(Qt.Key.Key_Right)
    yield lambda: shown(small) == max(paused - 1, 0) + 1
    canvas().manager.window.resize(400, 300)
    yield lambda: shown(large) == max(paused - 1, 0) + 1
    press(Qt.Key.Key_R, "r")
    yield lambda: asked == [True]
    press(Qt.Key.Key_C, "c")
    yield lambda: asked == [True, False]
    yield lambda: shown(large) is not None

    # The slider, from wherever it is to the left end; then a centroid.
    row = 300 - bar_height((400, 300)) + 4
    drag((200, row), (8, row))
    press(Qt.Key.Key_Space, " ")
    press(Qt.Key.Key_Home)
    mouse(QEvent.Type.MouseMove, 2, 2)
    yield lambda: shown(large) == 0
    here = pixel_of((400, 300), states[0].centroids[0])
    drag(here, (60.0, 40.0))
    yield lambda: len(asked) == 3
    there = pixel_of((400, 300), asked[2][0])
    assert np.abs(np.subtract(there, (60.0, 40.0))).max() < 2, there
    assert np.array_equal(asked[2][1:], states[0].centroids[1:])
    mouse(QEvent.Type.MouseMove, 2, 2)
    yield lambda: shown(large) not in (0, None)

    # The help, by its key and away by a click.
    press(Qt.Key.Key_Question, "?")
    yield lambda: live._session.helping
    mouse(QEvent.Type.MouseButtonPress, 200, 100)
    mouse(QEvent.Type.MouseButtonRelease, 200, 100)
    yield lambda: not live._session.helping
    press(Qt.Key.Key_Q, "q")
    yield lambda: False

deadline = time.monotonic() + 30
steps = None
condition = lambda: True
number = 0

def go():
    global steps, condition, number
    try:
        steps = steps or script()
        if condition():
            number += 1
            condition = next(steps)
        elif time.monotonic() > deadline:
            print("stuck at step", number, flush=True)
            import os; os._exit(9)
    except BaseException:
        import os, traceback; traceback.print_exc(); os._exit(8)

live.commands = Commands(restart)
live.check()
app = QApplication([])
timer = QTimer()
timer.timeout.connect(go)
timer.start(20)
live.drive(lambda: job(live))
timer.stop()
from matplotlib import get_backend, pyplot
print(get_backend(), pyplot.get_fignums(), number)
"""


CLOSING = """
import itertools, os, time
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import LiveRenderer
from renderers.stage.window import Commands

points = np.random.default_rng(0).normal(size=(50, 2))
first = next(Engine(points, threads=1).snapshots(points[:3]))
app = QApplication([])

def drag(session):
    session.choices.hand.press(session.frame, *middle(session), 3)

def middle(session):
    [box] = session.frame.boxes
    scene = session.frame.scene
    xmin, xmax, ymin, ymax = scene.panels[0].view.placed(box).limits
    x, y = first.centroids[0]
    return (box.left + (x - xmin) / (xmax - xmin) * box.width,
            box.top + (ymax - y) / (ymax - ymin) * box.height)

SITUATIONS = {
    "playing": (lambda s: None, lambda s: s.frame is not None),
    "paused": (lambda s: s.post("pause"), lambda s: not s.report.playing),
    "helping": (lambda s: s.post("help"), lambda s: s.helping),
    "placing": (lambda s: s.post("place"), lambda s: s.choices.hand.placing),
    "saving": (lambda s: s.post("save"), lambda s: s.report.saving),
    "dragging": (drag, lambda s: s.choices.hand.holding),
}
for name, (begin, reached) in SITUATIONS.items():
    live = LiveRenderer(None, Options(size=(300, 220), fps=50.0))
    live.commands = Commands(lambda start: job)
    begun = []
    deadline = time.monotonic() + 20

    def job(seat):
        play(moments(itertools.repeat(first), Pace(fps=50.0)), make_scene(first), [seat])

    def go():
        from matplotlib import pyplot
        session = live._session
        if time.monotonic() > deadline:
            print("stuck", flush=True)
            os._exit(9)
        if session is None or session.frame is None or not pyplot.get_fignums():
            return
        if not begun:
            begun.append(begin(session))
        elif reached(session):
            pyplot.figure(pyplot.get_fignums()[0]).canvas.manager.window.close()

    timer = QTimer()
    timer.timeout.connect(go)
    timer.start(20)
    live.drive(lambda: job(live))
    timer.stop()
    print(name, flush=True)
"""


INTERRUPT = """
import os, signal
import numpy as np
from kmeans_engine import Engine
from renderers import make_scene, Options
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import LiveRenderer

points = np.random.default_rng(0).normal(size=(50, 2))
snapshots = list(Engine(points, threads=1).snapshots(points[:3]))
live = LiveRenderer(None, Options(size=(160, 120), fps=50.0))
def job():
    play(moments(snapshots, Pace(fps=50.0)), make_scene(snapshots[0]), [live])
    os.kill(os.getpid(), signal.SIGINT)
try:
    live.drive(job)
except KeyboardInterrupt:
    print("interrupted")
"""


def run(script: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        env={
            **kept,
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "MPLBACKEND": "qtagg",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
    )


@pytest.mark.slow
def test_a_session(tmp_path: Path):
    done = run(SCRIPT, tmp_path)
    assert (done.returncode, done.stdout.lower()) == (0, "qtagg [] 15\n"), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_closing_in_each_situation(tmp_path: Path):
    done = run(CLOSING, tmp_path)
    situations = ["playing", "paused", "helping", "placing", "saving", "dragging"]
    assert (done.returncode, done.stdout.split()) == (0, situations), done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_fifty_windows_one_after_the_other_leave_nothing(tmp_path: Path):
    done = run(CYCLES, tmp_path)
    assert (done.returncode, done.stdout) == (0, NOTHING), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_an_interrupt(tmp_path: Path):
    done = run(INTERRUPT, tmp_path)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
    assert "Traceback" not in done.stderr
