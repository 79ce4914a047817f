"""Frames per second on screen, the answer to a key, and iterations per second of a large run.

python benchmarks/window.py [--backend tkagg] [--size 1280x720] [--large] [--points N]

Opens the real window; starts an Xvfb of its own where DISPLAY is unset. Prints and writes a table.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
CLUSTERS = 12


@contextmanager
def display(width: int, height: int) -> Iterator[None]:
    """Give this process an X server, unless it has one."""
    if os.environ.get("DISPLAY"):
        yield
        return
    if shutil.which("Xvfb") is None:
        sys.exit("neither DISPLAY is set nor Xvfb is installed; apt install xvfb, or set DISPLAY")
    ours, theirs = os.pipe()
    words = f"Xvfb -displayfd {theirs} -screen 0 {width}x{height}x24 -nolisten tcp -noreset"
    server = subprocess.Popen(words.split(), pass_fds=[theirs], stderr=subprocess.DEVNULL)
    try:
        if not select.select([ours], [], [], 30)[0]:
            sys.exit("Xvfb did not start within 30 s; set DISPLAY to a server that runs")
        os.environ["DISPLAY"] = f":{os.read(ours, 16).decode().strip()}"
        yield
    finally:
        del os.environ["DISPLAY"]
        server.terminate()
        server.wait()


class Watch:
    """Notes what the window drew and when, and presses keys in its thread."""

    def __init__(self) -> None:
        from renderers.live.toolkit import window

        self.frames: list[tuple[float, int]] = []  # seconds and iteration of each distinct frame
        self.keys: list[str] = []  # to be pressed at the next tick
        self.pressed = 0.0
        self.answers: list[float] = []  # when the window stood still, or went on
        self._frame: Any = None
        self._playing = True
        begin, update = window.Window.__init__, window.Window._update

        def noted_begin(made: Any, *given: Any) -> None:
            begin(made, *given)
            self.canvas = made._canvas

        def noted_update(made: Any) -> None:
            update(made)
            now, session = time.perf_counter(), made._session
            if session.frame is not self._frame:
                self._frame = session.frame
                self.frames.append((now, self._frame.moment.snapshots[0].iteration))
            if session.report.playing != self._playing:
                self._playing = not self._playing
                self.answers.append(now)
            if self.keys:  # just after a tick: the longest wait for the next one
                self.pressed = time.perf_counter()
                press(self.canvas, self.keys.pop())

        window.Window.__init__ = noted_begin
        window.Window._update = noted_update

    def press(self, key: str, log: Callable[[], float]) -> float:
        """Press a key; return the milliseconds until the newest time of `log` is a later one."""
        self.pressed = time.perf_counter() + 1e9
        self.keys.append(key)
        deadline = time.monotonic() + 10
        while log() <= self.pressed:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer to {key}")
            time.sleep(0.002)
        return 1000 * (log() - self.pressed)


def press(canvas: Any, key: str) -> None:
    """Hand a key to the toolkit, as the window system would."""
    if hasattr(canvas, "get_tk_widget"):
        canvas.get_tk_widget().focus_force()  # no window manager gives it
        canvas.get_tk_widget().event_generate("<Key>", keysym=key, when="tail")
        return
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    code = {"Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right, "space": Qt.Key.Key_Space}[key]
    text = " " if key == "space" else ""
    none = Qt.KeyboardModifier.NoModifier
    QApplication.postEvent(canvas, QKeyEvent(QKeyEvent.Type.KeyPress, code, none, text))


def show(
    points: Any,
    size: tuple[int, int],
    film: Callable[[Iterable[Any]], Iterator[Any]],
    script: Callable[[Any, Watch], None],
) -> None:
    """Open the window on a run; `script` plays the user in a thread, then the window closes."""
    from kmeans_engine import Engine, initial_centroids
    from renderers.contract import Options
    from renderers.live import LiveRenderer
    from renderers.stage.play import play
    from renderers.stage.scenes import make_scene

    engine = Engine(points)
    start = initial_centroids(points, CLUSTERS, seed=3)
    live = LiveRenderer(None, Options(size=size))
    watch = Watch()

    def job() -> None:
        first = next(engine.snapshots(start, max_iterations=0))
        play(film(engine.snapshots(start)), make_scene(first), [live])

    def user() -> None:
        try:
            while not watch.frames:
                time.sleep(0.05)
            script(live, watch)
        finally:
            live.post("exit")

    threading.Thread(target=user, daemon=True).start()
    live.drive(job)


def spread(times: list[float]) -> dict[str, float]:
    """Return the median and the worst of some milliseconds."""
    return {"median_ms": statistics.median(times), "worst_ms": max(times)}


def pauses(watch: Watch, presses: int) -> dict[str, float]:
    """Pause and play on; return the milliseconds from each key until the window shows it."""
    times = []
    for _ in range(2 * (presses // 2)):
        times.append(watch.press("space", lambda: (watch.answers or [0.0])[-1]))
        time.sleep(0.05 + 0.1 * random.random())
    return spread(times)


def moving(states: Iterable[Any], rate: float) -> Iterator[Any]:
    """Yield a film whose centroids never rest: each iteration takes a third of a second."""
    from renderers.scene import Moment

    for snapshot in states:
        state, frames = (snapshot,), max(1, round(rate / 3))
        for i in range(1, frames + 1):
            yield Moment(state, 1 / rate, "state", i / frames)


def smooth(
    points: Any, size: tuple[int, int], seconds: float, presses: int, due: float
) -> dict[str, Any]:
    """Return frames per second of a smooth run, and milliseconds from a key to its picture."""
    row: dict[str, Any] = {
        "due_per_second": due,
        "points": len(points),
        "size": size,
    }

    def script(live: Any, watch: Watch) -> None:
        time.sleep(1.5)  # the first frame places all points
        begin, before = time.perf_counter(), len(watch.frames)
        time.sleep(seconds)
        row["frames_per_second"] = (len(watch.frames) - before) / (time.perf_counter() - begin)
        row["pause"] = pauses(watch, presses)
        live.post("first")
        time.sleep(0.5)
        times = []
        for number in range(presses):
            key = "Right" if number % 8 < 4 else "Left"
            times.append(watch.press(key, lambda: watch.frames[-1][0]))
            time.sleep(0.05 + 0.05 * random.random())
        row["step"] = spread(times)

    show(points, size, lambda states: moving(states, due), script)
    return row


def steady(
    points: Any, size: tuple[int, int], seconds: float, presses: int, due: float
) -> dict[str, Any]:
    """Return the iterations per second on screen of a run that is computed meanwhile."""
    from renderers.stage.pace import Pace, moments

    row: dict[str, Any] = {"points": len(points), "size": size, "due_per_second": due}

    def script(live: Any, watch: Watch) -> None:
        while watch.frames[-1][1] < 100:  # the first iterations change most points
            time.sleep(0.05)
        begin, before = time.perf_counter(), len(watch.frames)
        while time.perf_counter() < begin + seconds and not live._session.report.finished:
            time.sleep(0.05)
        took, seen = time.perf_counter() - begin, watch.frames[before:]
        row["iterations_per_second"] = (seen[-1][1] - seen[0][1]) / took
        row["shown_per_second"] = len(seen) / took
        row["pause"] = pauses(watch, presses)

    show(points, size, lambda states: moments(states, Pace(fps=due)), script)
    return row


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_ms', '')} {ms:.0f} ms" for name, ms in value.items())
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="tkagg", help="tkagg or qtagg")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--due", type=float, default=60.0, help="frames per second of the film")
    parser.add_argument("--presses", type=int, default=40)
    parser.add_argument("--large", action="store_true", help="100 M points at 640x480 instead")
    args = parser.parse_args()
    os.environ["MPLBACKEND"] = args.backend
    from kmeans_engine import make_clusters

    width, height = map(int, args.size.split("x"))
    with display(1400, 900):
        if args.large:
            many = 100_000_000 if args.points == 1_000_000 else args.points
            points = make_clusters(CLUSTERS, many // CLUSTERS, seed=2).astype(np.float32)
            row = steady(points, (640, 480), args.seconds, args.presses, args.due)
        else:
            points = make_clusters(CLUSTERS, args.points // CLUSTERS, seed=2)
            row = smooth(points, (width, height), args.seconds, args.presses, args.due)
    row["backend"] = args.backend
    out = HERE / "results"
    out.mkdir(exist_ok=True)
    name = "window-large" if args.large else f"window-{args.backend}"
    (out / f"{name}.json").write_text(json.dumps(row, indent=1) + "\n")
    lines = ["| what | value |", "|---|---|", *(f"| {k} | {_cell(v)} |" for k, v in row.items())]
    (out / f"{name}.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
