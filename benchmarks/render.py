"""Frames per second of films, beside matplotlib's FuncAnimation with the tutorial's artists.

python benchmarks/render.py [--frames N]

The snapshots are given; painting and encoding at 640x480 are timed. Prints and writes a table.
"""

from __future__ import annotations

import argparse
import colorsys
import itertools
import json
import tempfile
import time
from pathlib import Path

import numpy as np

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters

HERE = Path(__file__).parent


def tutorial(snapshots, path: Path, writer: str) -> float:
    """Save the film as the tutorial does, every point drawn anew; return the seconds."""
    import matplotlib as mpl

    mpl.use("Agg")
    import imageio_ffmpeg
    from matplotlib import pyplot as plt
    from matplotlib.animation import FuncAnimation

    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    points, k = snapshots[0].points, len(snapshots[0].centroids)
    colours = [colorsys.hsv_to_rgb(i / k, 0.8, 0.8) for i in range(k)]
    figure, axes = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    low, high = points.min(axis=0), points.max(axis=0)
    pad = 0.05 * (high - low)

    def draw(snapshot):
        axes.clear()
        axes.set_xlim(low[0] - pad[0], high[0] + pad[0])
        axes.set_ylim(low[1] - pad[1], high[1] + pad[1])
        for cluster in range(k):
            members = points[snapshot.labels == cluster]
            axes.scatter(members[:, 0], members[:, 1], color=colours[cluster], marker="x")
        axes.scatter(*snapshot.centroids.T, c=colours, edgecolors="black", s=100)
        axes.text(0.02, 0.02, f"i = {snapshot.iteration}", transform=axes.transAxes)

    film = FuncAnimation(figure, draw, frames=snapshots)
    begin = time.perf_counter()
    film.save(path, writer=writer, fps=25)
    seconds = time.perf_counter() - begin
    plt.close(figure)
    return seconds


def ours(snapshots, path: Path) -> float:
    """Save the same snapshots with the renderer for this suffix; return the seconds."""
    begin = time.perf_counter()
    renderers.save(snapshots, path, fps=25, size=(640, 480), theme="classic")
    return time.perf_counter() - begin


def cycle(snapshots, frames: int) -> list:
    """Return the run over and over, to and fro, so that neighbours are one iteration apart."""
    there_and_back = [*snapshots, *snapshots[-2:0:-1]]
    return list(itertools.islice(itertools.cycle(there_and_back), frames))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300)
    frames = parser.parse_args().frames
    rows = []
    for per_cluster in (100, 83_334):
        points = make_clusters(12, per_cluster, seed=69)
        start = initial_centroids(points, 12, seed=1)
        snapshots = list(Engine(points).snapshots(start, max_iterations=30))
        for snapshot in snapshots:
            _ = snapshot.labels
        for suffix, writer in ((".mp4", "ffmpeg"), (".gif", "pillow")):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"film{suffix}"
                ours(cycle(snapshots, 5), path)
                mine = frames / ours(cycle(snapshots, frames), path)
                size = path.stat().st_size
                few = min(frames, max(6, 200_000 // len(points)), 100)
                theirs = few / tutorial(cycle(snapshots, few), path, writer)
            rows.append({"points": len(points), "film": suffix[1:], "ours": mine,
                         "tutorial": theirs, "ratio": mine / theirs, "bytes": size})  # fmt: skip
            print(rows[-1], flush=True)
    lines = ["| points | film | frames/s | tutorial's loop | ratio |", "|---|---|---|---|---|"]
    lines += [
        f"| {r['points']:,} | {r['film']} | {r['ours']:.1f} | {r['tutorial']:.2f} "
        f"| {r['ratio']:.0f} |"
        for r in rows
    ]
    out = HERE / "results"
    out.mkdir(exist_ok=True)
    (out / "render.json").write_text(json.dumps(rows, indent=1) + "\n")
    (out / "render.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
