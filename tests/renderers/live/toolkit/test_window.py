"""The window for real: Tk on an X server of its own, keys by xdotool, pixels from the screen."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from screen import SIZE, Program, Screen, needs_x
from wait import eventually
from windows import CYCLES, NOTHING

from renderers.live.face.controls import bar_height

ROOT = Path(__file__).parent.parent
BAR = 50  # pixels at the bottom of the picture that messages may cover

# What the processes under test share; they add a job and drive it.
SETUP = """
import itertools, sys, time
from pathlib import Path
import numpy as np
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import Commands, LiveRenderer

SIZE = {size}

def points_of(seed):
    rng = np.random.default_rng(seed)
    return (rng.uniform(-4, 4, (8, 1, 2)) + rng.normal(0, 0.8, (8, 60, 2))).reshape(-1, 2)

def snapshots_of(points, seed):
    rows = np.random.default_rng(seed).choice(len(points), 8, replace=False)
    return Engine(points, threads=1).snapshots(points[rows])

def job_of(renderers, points, seed, fps, pause=0.0):
    def job(*_):
        snapshots = snapshots_of(points, seed)
        first = next(snapshots)
        def slowly():
            for snapshot in itertools.chain([first], snapshots):
                yield snapshot
                time.sleep(pause)
        play(moments(slowly(), Pace(fps=fps)), make_scene(first), renderers)
    return job

def tell(*words):
    print(*words, flush=True)

def window(fps=5.0):
    renderer = LiveRenderer(None, Options(size=SIZE, fps=fps))
    renderer.notify = lambda message: tell("NOTE", message)
    return renderer
""".replace("{size}", repr(SIZE))


@pytest.fixture
def run(screen: Screen, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start(script: str, **given: int) -> Program:
        env = {"DISPLAY": screen.display, "MPLBACKEND": "tkagg"}
        programs.append(Program(SETUP + textwrap.dedent(script), tmp_path, env, **given))
        return programs[-1]

    yield start
    for program in programs:
        program.kill()


def expected(points_seed: int, seed: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """Paint the frames of a run here, as the window should show them."""
    from renderers import Options, make_scene
    from renderers.picture.painter import Painter
    from renderers.stage.pace import Pace, moments

    names: dict = {}
    exec(SETUP, names)
    snapshots = list(names["snapshots_of"](names["points_of"](points_seed), seed))
    picture = (size[0], size[1] - bar_height(size))
    painter = Painter(make_scene(snapshots[0]), Options(size=picture, fps=5.0))
    film = moments(snapshots, Pace(fps=5.0))
    return [painter.paint(moment)[:, :, :3].copy() for moment in film]


def start_of(points_seed: int, seed: int):
    """Return the view, the box of its pixels and the initial centroids of a run."""
    from renderers import Options, make_scene
    from renderers.picture.painter import Painter

    names: dict = {}
    exec(SETUP, names)
    first = next(names["snapshots_of"](names["points_of"](points_seed), seed))
    scene = make_scene(first)
    painter = Painter(scene, Options(size=(SIZE[0], SIZE[1] - bar_height(SIZE))))
    return scene.panels[0].view, painter.boxes[0], first.centroids


def pixels(view, box, values: np.ndarray) -> np.ndarray:
    """Return where values are in the window."""
    xmin, xmax, ymin, ymax = view.limits
    x, y = view.project(values).T
    across, down = (x - xmin) / (xmax - xmin), (ymax - y) / (ymax - ymin)
    return np.column_stack([box.left + across * box.width, box.top + down * box.height])


def shown(screen: Screen, frames: list[np.ndarray]) -> int | None:
    """Return which of the frames is on the screen, pixel for pixel; None if none is."""
    height, width, _ = frames[0].shape
    picture = screen.grab((width, height))[:-BAR]
    return next((i for i, f in enumerate(frames) if np.array_equal(f[:-BAR], picture)), None)


@needs_x
def test_a_session_by_keys(screen: Screen, run: Callable[..., Program], tmp_path: Path):
    program = run(
        """
        live = window()
        count = 0
        def restart(start):
            global count
            count += 1
            tell("ASKED", start.new_points)
            return job_of([live], points_of(count if start.new_points else 0), count, 5.0)
        live.commands = Commands(restart)
        live.check()
        live.drive(job_of([live], points_of(0), 0, 5.0))
        tell("CLOSED")
        """
    )
    screen.find(program)
    frames = expected(0, 0)
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
    others = expected(1, 1)
    eventually(lambda: shown(screen, others) is not None)

    screen.key("c")
    program.wait_for("ASKED False")
    others = expected(0, 2)
    eventually(lambda: shown(screen, others) is not None)

    screen.key("q")
    assert program.end() == (0, "")
    assert program.said.endswith("CLOSED\n")


@needs_x
def test_resizing_paints_anew_and_the_whole_window(screen: Screen, run: Callable[..., Program]):
    program = run(
        """
        import renderers.live.session
        renderers.live.session.MESSAGE_SECONDS = 0.5
        live = window(fps=50.0)
        live.drive(job_of([live], points_of(0), 0, 50.0))
        """
    )
    found = screen.find(program)
    for size in ((600, 420), (301, 203)):
        screen.xdotool("windowsize", str(found), *map(str, size))
        frames = expected(0, 0, size)
        eventually(lambda frames=frames: shown(screen, frames) is not None)
    # Without a message, to the last row.
    there = frames[0].shape[1::-1]
    assert there < (301, 203)
    eventually(lambda: any(np.array_equal(f, screen.grab(there)) for f in frames))
    screen.key("q")
    assert program.end() == (0, "")


ENDLESS = """
    def endless(*_):
        snapshot = next(snapshots_of(points_of(0), 0))
        play(moments(itertools.repeat(snapshot), Pace(fps=5.0)), make_scene(snapshot), [live])
"""


@needs_x
@pytest.mark.parametrize("how", ["close button", "before the first picture"])
def test_closing_ends_it_at_once(screen: Screen, run: Callable[..., Program], how: str):
    job = "lambda: time.sleep(60)" if how.startswith("before") else "endless"
    program = run(f"live = window(){ENDLESS}\n    live.drive({job})".replace("\n    ", "\n"))
    found = screen.find(program)
    if not how.startswith("before"):
        frames = expected(0, 0)
        eventually(lambda: shown(screen, frames) == 0)
    before = time.monotonic()
    screen.ask_to_close(found)
    assert program.end() == (0, "")
    assert time.monotonic() - before < 10


@needs_x
def test_closing_completes_the_file_that_was_asked_for(
    screen: Screen, run: Callable[..., Program], tmp_path: Path
):
    program = run(
        """
        from renderers.films.mp4 import Mp4Renderer
        live = window()
        live.full_speed = True
        film = Mp4Renderer(Path("film.mp4"), live.options)
        job = job_of([live, film], points_of(0), 0, 5.0, pause=0.05)
        def told():
            job()
            tell("DONE")
        live.drive(told)
        tell("RETURNED")
        """
    )
    screen.ask_to_close(screen.find(program))
    assert program.end() == (0, "")
    assert program.said == "DONE\nRETURNED\n"
    assert [file.name for file in tmp_path.iterdir()] == ["film.mp4"]


@needs_x
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
            live.drive(job_of([live, film], points_of(0), 0, 5.0, pause=0.3))
        except KeyboardInterrupt:
            sys.exit(130)
        """
    )
    screen.find(program)
    eventually(lambda: any(tmp_path.iterdir()))
    os.kill(program.pid, number)
    assert program.end() == (128 + number, "")
    assert list(tmp_path.iterdir()) == []


@needs_x
def test_a_failing_job_closes_the_window_and_is_raised(run: Callable[..., Program]):
    program = run(
        """
        from renderers import RenderError
        def job(*_):
            raise RenderError("disk full")
        try:
            window().drive(job)
        except RenderError as error:
            tell(error)
        """
    )
    assert program.end(60) == (0, "")
    assert program.said == "disk full\n"


@needs_x
def test_the_menu_in_a_terminal(screen: Screen, run: Callable[..., Program]):
    import pty
    import termios

    keyboard, stdin = pty.openpty()
    before = termios.tcgetattr(stdin)
    program = run(
        f"""
    from renderers.live import start_menu
    live = window(){ENDLESS}
    live.commands = Commands(lambda start: tell("ASKED", start.new_points) or endless)
    start_menu(live.post, say=tell)
    live.drive(endless)
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


@needs_x
def test_the_mouse_moves_centroids_slider_and_buttons(screen: Screen, run: Callable[..., Program]):
    program = run(
        """
        live = window()
        def restart(start):
            tell("START", start.centroids.tolist())
            def job(*_):
                states = Engine(points_of(0), threads=1).snapshots(start.centroids)
                first = next(states)
                again = itertools.chain([first], states)
                play(moments(again, Pace(fps=5.0)), make_scene(first), [live])
            return job
        live.commands = Commands(restart)
        live.drive(job_of([live], points_of(0), 0, 5.0))
        """
    )
    found = screen.find(program)
    frames = expected(0, 0)
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

    # A centroid: taken where it is, put down at the left of the picture.
    view, box, centroids = start_of(0, 0)
    there = pixels(view, box, centroids)
    taken = int(np.argmax([min(np.hypot(*(there - at).T)[np.arange(8) != i]) for i, at in
                           enumerate(there)]))  # fmt: skip
    screen.press(found, *there[taken])
    target = (box.left + 30, box.top + 40)
    screen.drag(found, *(np.add(there[taken], target) / 2))
    screen.drag(found, *target)
    screen.xdotool("mouseup", "1")
    program.wait_for("START ")
    program.wait_for("]]\n")
    start = np.array(json.loads(program.said.split("START ")[1]))
    assert np.array_equal(np.delete(start, taken, 0), np.delete(centroids, taken, 0))
    assert np.abs(pixels(view, box, start)[taken] - target).max() <= 2

    screen.ask_to_close(found)
    assert program.end() == (0, "")


STATES = {
    "paused": ["space"],
    "explained": ["h"],
    "placing": ["m"],
    "at the end": ["End"],
    "saving": ["s"],
    "dragging": [],
}


@needs_x
def test_closing_in_each_state(screen: Screen, run: Callable[..., Program], tmp_path: Path):
    program = run(
        f"""
        for state in {list(STATES)}:
            live = window()
            live.commands = Commands(lambda start: endless)
            tell("OPENS", state)
            def endless(*_):
                snapshot = next(snapshots_of(points_of(0), 0))
                states = itertools.repeat(snapshot)
                play(moments(states, Pace(fps=5.0)), make_scene(snapshot), [live])
            live.drive(endless)
            tell("CLOSED", state)
        """
    )
    frames = expected(0, 0)[:1]
    view, box, centroids = start_of(0, 0)
    for state, keys in STATES.items():
        program.wait_for(f"OPENS {state}\n")
        found = screen.find(program)
        eventually(lambda: shown(screen, frames) == 0)
        for key in keys:
            screen.key(key)
        if state == "dragging":
            screen.press(found, *pixels(view, box, centroids)[0])
            screen.drag(found, 200, 200)
        if state == "saving":
            eventually(lambda: any(tmp_path.iterdir()))
        else:
            time.sleep(0.1)
        before = time.monotonic()
        screen.ask_to_close(found)
        program.wait_for(f"CLOSED {state}\n")
        assert time.monotonic() - before < 10
        screen.xdotool("mouseup", "1")
    assert program.end() == (0, "")
    assert list(tmp_path.iterdir()) == []


@needs_x
def test_fifty_windows_one_after_the_other_leave_nothing(run: Callable[..., Program]):
    program = run(CYCLES)
    assert program.end(90) == (0, "")
    assert program.said == NOTHING


# Without a display.

CHECK = """
from renderers import RendererUnavailable
from renderers.live import LiveRenderer
try:
    LiveRenderer.check()
except RendererUnavailable as error:
    print(error)
"""


def check(**env: str) -> str:
    """Return what `LiveRenderer.check` complains about in a process with this environment."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "QT_QPA_PLATFORM", "QT_API")
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECK],
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
        "use --render mp4 or gif instead\n"
    )


@linux
def test_a_display_that_nobody_serves():
    told = check(DISPLAY=":9876")
    assert told.startswith("no window can be opened (qtagg: ")
    assert "--render mp4" in told


@linux
def test_a_display_that_does_not_answer():
    """A server that accepts and then says nothing, where a toolkit would wait for ever."""
    import socket

    listener = socket.socket()
    port = next(p for p in itertools.count(6300) if listener.connect_ex(("127.0.0.1", p)))
    listener.close()
    listener = socket.create_server(("127.0.0.1", port))
    try:
        script = (
            "import renderers.live.toolkit.display as display; display.PROBE_SECONDS = 1.0\n"
            + CHECK
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "DISPLAY": f"127.0.0.1:{port - 6000}",
                "MPLBACKEND": "tkagg",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        listener.close()
    assert done.stderr == ""
    assert "tkagg: the display did not answer within 1 s" in done.stdout


@pytest.mark.parametrize("backend", ["agg", "Agg", "svg"])
def test_a_backend_without_windows_is_never_used_in_silence(backend: str):
    told = check(MPLBACKEND=backend, DISPLAY=":0")
    assert told.startswith(f"matplotlib's backend is {backend.lower()!r}, which opens no window")
    assert "--render mp4" in told


def test_an_unknown_backend():
    told = check(MPLBACKEND="nonsense", DISPLAY=":0")
    assert told.startswith("matplotlib knows no backend 'nonsense'; unset MPLBACKEND")
