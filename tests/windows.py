"""What windows of any toolkit have to stand: opened and closed fifty times, nothing may stay."""

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
