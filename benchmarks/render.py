"""Pictures: films beside matplotlib's FuncAnimation, painting alone, the command, memory.

python benchmarks/render.py [--large]

Films are smooth, 640x480, of 300 frames, from snapshots that are given. The tutorial's artists draw
the same moments for a while, in the same run. `--large` adds painting of 100 million points (needs
8 GB). What encoding alone takes is measured by quality.py, the window by window.py. Prints and
writes tables.
"""

from __future__ import annotations

import argparse
import colorsys
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers.contract import Options
from renderers.picture.painter import Painter
from renderers.registry import load
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

HERE = Path(__file__).parent
FRAMES, RATE, SIZE = 300, 30, (640, 480)
TUTORIAL, MILLION = 100, 83_334  # points in each of 12 clusters

MEMORY = """
import resource, sys
from kmeans_engine import Engine, initial_centroids, make_clusters
import renderers
points = make_clusters(12, 1000, seed=69)
snapshots = list(Engine(points).snapshots(initial_centroids(points, 12, seed=1)))
renderers.save(snapshots, sys.argv[1], size=(640, 480), smooth=True, duration=float(sys.argv[2]),
               overwrite=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def given(per_cluster: int) -> list:
    """Return the snapshots of a run with their labels made."""
    points = make_clusters(12, per_cluster, seed=69)
    start = initial_centroids(points, 12, seed=1)
    snapshots = list(Engine(points).snapshots(start, max_iterations=30))
    for snapshot in snapshots:
        _ = snapshot.labels, snapshot.inertia
    return snapshots


def story(snapshots: list, frames: int = FRAMES) -> list:
    """Return the moments of a smooth film of so many frames."""
    pace = Pace(fps=RATE, smooth=True, duration=frames / RATE)
    return list(moments(snapshots, pace))


def tutorial(film: list, path: Path, writer: str, frames: int) -> float:
    """Save the beginning of a film as the tutorial does; return its frames per second."""
    import matplotlib as mpl

    mpl.use("Agg")
    import imageio_ffmpeg
    from matplotlib import pyplot as plt
    from matplotlib.animation import FuncAnimation

    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    first = film[0].snapshots[0]
    points, k = first.points, len(first.centroids)
    colours = [colorsys.hsv_to_rgb(i / k, 0.8, 0.8) for i in range(k)]
    figure, axes = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    low, high = points.min(axis=0), points.max(axis=0)
    pad = 0.05 * (high - low)

    def draw(moment):
        (snapshot,) = moment.snapshots
        way = snapshot.centroids - snapshot.assigned_from
        axes.clear()
        axes.set_xlim(low[0] - pad[0], high[0] + pad[0])
        axes.set_ylim(low[1] - pad[1], high[1] + pad[1])
        for cluster in range(k):
            members = points[snapshot.labels == cluster]
            axes.scatter(members[:, 0], members[:, 1], color=colours[cluster], marker="x")
        places = snapshot.assigned_from + moment.progress * way
        axes.scatter(*places.T, c=colours, edgecolors="black", s=100)
        axes.text(0.02, 0.02, f"i = {snapshot.iteration}", transform=axes.transAxes)

    animation = FuncAnimation(figure, draw, frames=list(itertools.islice(film, frames)))
    begin = time.perf_counter()
    animation.save(path, writer=writer, fps=RATE)
    seconds = time.perf_counter() - begin
    plt.close(figure)
    return frames / seconds


def ours(film: list, path: Path, theme: str, size: tuple[int, int] = SIZE) -> float:
    """Save a film; return its seconds."""
    renderer = load(path.suffix[1:])(path, Options(size=size, fps=RATE, theme=theme))
    scene = renderers.make_scene(film[0].snapshots[0])
    begin = time.perf_counter()
    play(film, scene, [renderer])
    return time.perf_counter() - begin


def films(folder: Path) -> list[dict]:
    """Measure films beside the tutorial's: its own theme, and the light one with all overlays."""
    rows = []
    for per_cluster in (TUTORIAL, MILLION):
        snapshots = given(per_cluster)
        film = story(snapshots)
        for suffix, writer in ((".mp4", "ffmpeg"), (".gif", "pillow")):
            path, theirs_path = folder / f"ours{suffix}", folder / f"theirs{suffix}"
            ours(film, path, "classic")  # what is compiled and cached by now costs both nothing
            mine = {t: statistics.median(ours(film, path, t) for _ in range(3))
                    for t in ("light", "classic")}  # fmt: skip
            size = path.stat().st_size
            few = FRAMES if per_cluster == TUTORIAL else 8
            theirs = tutorial(film, theirs_path, writer, few)
            rows.append({
                "points": len(snapshots[0].points), "film": suffix[1:],
                "frames/s": FRAMES / mine["classic"], "with all overlays": FRAMES / mine["light"],
                "tutorial": theirs, "ratio": FRAMES / mine["classic"] / theirs,
                "kB": size / 1e3,
                "tutorial kB": theirs_path.stat().st_size / 1e3 if few == FRAMES else None,
            })  # fmt: skip
            print(rows[-1], flush=True)
    return rows


def painting(n_points: int, size: tuple[int, int]) -> dict:
    """Measure the painter alone: every iteration a frame, the first one and the last half."""
    points = make_clusters(12, n_points // 12, seed=69).astype(np.float32)
    begin = time.perf_counter()
    run = moments(Engine(points).snapshots(initial_centroids(points, 12, seed=1)))
    moment = next(run)  # looks one state ahead
    states = time.perf_counter() - begin
    begin = time.perf_counter()
    painter = Painter(renderers.make_scene(moment.snapshots[0]), Options(size=size))
    painter.paint(moment)
    first = time.perf_counter() - begin
    seconds, together = [], []
    begin = last = time.perf_counter()
    for moment in itertools.islice(run, 400):
        begin = time.perf_counter()
        painter.paint(moment)
        now = time.perf_counter()
        seconds.append(now - begin)
        together.append(now - last)
        last = now
    half = len(seconds) // 2
    return {
        "points": len(points), "size": f"{size[0]}x{size[1]}",
        "states 0 and 1, s": states, "first frame, s": first,
        "frames/s": 1 / statistics.median(seconds[half:]),
        "with the engine": 1 / statistics.median(together[half:]),
    }  # fmt: skip


def commands(folder: Path) -> list[dict]:
    """Measure the whole command from the second time on, start-up and clustering included."""
    rows = []
    for per_cluster in (TUTORIAL, MILLION):
        arguments = ["--seed", "69", "--points-per-cluster", str(per_cluster), "--quiet"]
        arguments += ["--render", "mp4", "--overwrite"]
        command = [sys.executable, "-c", "import cli, sys; sys.exit(cli.main())", *arguments]
        environment = {"PYTHONPATH": str(HERE.parent), "PATH": "/usr/bin:/bin"}
        times = []
        for _ in range(6):
            begin = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True)
            times.append(time.perf_counter() - begin)
        rows.append({"points": 12 * per_cluster, "seconds": statistics.median(times[1:])})
        print(rows[-1], flush=True)
    return rows


def memory(folder: Path) -> list[dict]:
    """Measure the peak of this process's like and of ffmpeg for short and long films."""
    rows = []
    for suffix in (".mp4", ".gif"):
        for seconds in (4, 40):
            done = subprocess.run(
                [sys.executable, "-c", MEMORY, str(folder / f"film{suffix}"), str(seconds)],
                capture_output=True, text=True, check=True, cwd=HERE.parent,
            )  # fmt: skip
            python, ffmpeg = (int(word) / 1024 for word in done.stdout.split())
            rows.append({"film": suffix[1:], "frames": seconds * RATE,
                         "MiB": python, "MiB of ffmpeg": ffmpeg})  # fmt: skip
            print(rows[-1], flush=True)
    return rows


def table(rows: list[dict]) -> list[str]:
    """Return a Markdown table."""

    def spell(value: object) -> str:
        if isinstance(value, float):
            return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        return f"{value:,}" if isinstance(value, int) else "-" if value is None else str(value)

    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([spell(v) for v in row.values()] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="paint 100 million points as well")
    large = parser.parse_args().large
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results["films"] = films(folder)
        results["command"] = commands(folder)
        results["memory"] = memory(folder)
    works = [(1_000_000, (640, 480)), (10_000_000, (1280, 720))]
    works += [(100_000_000, (640, 480)), (100_000_000, (1280, 720))] if large else []
    results["painting"] = []
    for n_points, size in works:
        painting(1000, size)  # compiled by now
        results["painting"].append(painting(n_points, size))
        print(results["painting"][-1], flush=True)
    lines = [line for rows in results.values() for line in table(rows)]
    out = HERE / "results"
    out.mkdir(exist_ok=True)
    (out / "render.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "render.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
