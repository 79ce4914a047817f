"""What windows of any toolkit have to stand, and what the processes under test share."""

from __future__ import annotations

import numpy as np
from screen import SIZE, Screen

from renderers.live.face.plan import bar_height

BAR = 50  # pixels at the bottom of the picture that messages may cover

# They add jobs and drive a window.
SETUP = """
import itertools, sys, time
from pathlib import Path
import numpy as np
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import LiveRenderer
from renderers.stage.window import Commands

SIZE = {size}

def points_of(seed):
    rng = np.random.default_rng(seed)
    return (rng.uniform(-4, 4, (8, 1, 2)) + rng.normal(0, 0.8, (8, 60, 2))).reshape(-1, 2)

def snapshots_of(points, seed):
    rows = np.random.default_rng(seed).choice(len(points), 8, replace=False)
    return Engine(points, threads=1).snapshots(points[rows])

# What plays a run to the renderers that it is called with.
def job_of(snapshots, fps=5.0, pause=0.0):
    def job(*renderers):
        states = iter(snapshots)
        first = next(states)
        def slowly():
            for snapshot in itertools.chain([first], states):
                yield snapshot
                time.sleep(pause)
        play(moments(slowly(), Pace(fps=fps)), make_scene(first), renderers)
    return job

def usual(fps=5.0, pause=0.0):
    return job_of(snapshots_of(points_of(0), 0), fps, pause)

def endless():
    return job_of(itertools.repeat(next(snapshots_of(points_of(0), 0))))

def tell(*words):
    print(*words, flush=True)

def window(fps=5.0):
    renderer = LiveRenderer(None, Options(size=SIZE, fps=fps))
    renderer.notify = lambda message: tell("NOTE", message)
    return renderer
""".replace("{size}", repr(SIZE))


def snapshots_of(points_seed: int, seed: int):
    """Return the snapshots of a run of the processes under test, computed here."""
    names: dict = {}
    exec(SETUP, names)
    return names["snapshots_of"](names["points_of"](points_seed), seed)


def frames_of(points_seed: int, seed: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """Paint the frames of a run here, as the window should show them."""
    from renderers import Options, make_scene
    from renderers.picture.painter import Painter
    from renderers.stage.pace import Pace, moments

    snapshots = list(snapshots_of(points_seed, seed))
    picture = (size[0], size[1] - bar_height(size))
    painter = Painter(make_scene(snapshots[0]), Options(size=picture, fps=5.0))
    film = moments(snapshots, Pace(fps=5.0))
    # A window is shown a run from its first state on.
    shown = (moment for moment in film if not moment.opening)
    return [painter.paint(moment)[:, :, :3].copy() for moment in shown]


class Beginning:
    """The first state of a run, and where everything is in the window then."""

    def __init__(self, points_seed: int, seed: int) -> None:
        from renderers import Options, make_scene
        from renderers.picture.painter import Painter

        first = next(snapshots_of(points_seed, seed))
        scene = make_scene(first)
        painter = Painter(scene, Options(size=(SIZE[0], SIZE[1] - bar_height(SIZE))))
        self.centroids = first.centroids
        self.box = painter.boxes[0]
        self._view = scene.panels[0].view

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return where values are in the window, (R, 2)."""
        return self._view.placed(self.box).on_frame(self._view.plane.project(values))


def shown(screen: Screen, frames: list[np.ndarray]) -> int | None:
    """Return which of the frames is on the screen, pixel for pixel; None if none is."""
    height, width, _ = frames[0].shape
    picture = screen.grab((width, height))[:-BAR]
    return next((i for i, f in enumerate(frames) if np.array_equal(f[:-BAR], picture)), None)


# Windows opened and closed fifty times; nothing may stay.
CYCLES = """
import gc, os, re, subprocess, sys, threading, time
from pathlib import Path
import numpy as np
from kmeans_engine import Engine
from renderers import Options, make_scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.live import LiveRenderer
from renderers.live.session import Session
from renderers.live.face.surface import Surface
from renderers.live.toolkit.window import Window

points = np.random.default_rng(0).normal(size=(50, 2))
states = list(Engine(points, threads=1).snapshots(points[:3]))
pace = Pace(fps=50.0)

def show(*commands):
    live = LiveRenderer(None, Options(size=(300, 200), fps=50.0))
    def job():
        play(moments(states, pace), make_scene(states[0]), [live])
        for command in commands:
            live.post(command)
            time.sleep(0.01)
        live.post("exit")
    live.drive(job)

def left():
    from matplotlib import pyplot
    from matplotlib.figure import Figure
    gc.collect()
    ours = (Figure, LiveRenderer, Session, Surface, Window)
    kept = [type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, ours)]
    threads = [t.name for t in threading.enumerate() if not t.name.startswith("kmeans-engine")]
    children = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "comm="],
                              capture_output=True, text=True).stdout.split()
    return pyplot.get_fignums(), kept, threads, [c for c in children if c != "ps"]

def files():
    # Without fonts: matplotlib keeps them open for the last threads that wrote with them.
    found = [os.path.realpath(file) for file in Path("/proc/self/fd").glob("*")]
    return len([file for file in found if not file.endswith(".ttf")])

ways = [(), ("pause",), ("help",), ("place",), ("save",), ("save gif", "numbers"), ("last",)]
for cycle in range(50):
    show(*ways[cycle % len(ways)])
    if cycle == 9:
        before = files()
# A short film may have been complete in time; nothing else may be there.
whole = re.compile(r"\\d{8}-\\d{6}-kmeans\\.(mp4|gif)")
print(left(), files() <= before, [f.name for f in Path().iterdir() if not whole.fullmatch(f.name)])
"""

NOTHING = "([], [], ['MainThread'], []) True []\n"
