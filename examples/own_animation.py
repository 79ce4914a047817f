"""Animate the snapshots with matplotlib alone: they are frames of a FuncAnimation as they come.

python examples/own_animation.py [OUTPUT.gif]
"""

import sys

import matplotlib as mpl
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kmeans_engine import Engine, initial_centroids, make_clusters

points = make_clusters(12, 100, seed=69)
engine = Engine(points)
colours = mpl.colormaps["hsv"]([k / 12 for k in range(12)])
figure = Figure(figsize=(6.4, 4.8))
FigureCanvasAgg(figure)
axes = figure.add_subplot()
dots = axes.scatter(*points.T, marker="x")
centres = axes.scatter([], [], s=100, edgecolors="black", zorder=2)
text = axes.text(0.02, 0.02, "", transform=axes.transAxes)


def draw(snapshot):
    """Show one state."""
    dots.set_color(colours[snapshot.labels])
    centres.set_offsets(snapshot.centroids)
    centres.set_facecolor(colours)
    text.set_text(f"i = {snapshot.iteration}")


run = engine.snapshots(initial_centroids(points, 12, seed=69))
film = FuncAnimation(figure, draw, frames=run, init_func=lambda: None, save_count=100)
film.save(sys.argv[1] if len(sys.argv) > 1 else "own.gif", writer=PillowWriter(fps=2))
