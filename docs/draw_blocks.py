"""Draw docs/blocks.png: the blocks of a data set after convergence, assigned whole or mixed."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from kmeans_engine import initial_centroids, make_clusters
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies.blocks import Blocks
from renderers.picture.colours import cluster_colours


def main() -> None:
    """Run to convergence, step by step, and draw the last state of the blocks."""
    k = 8
    points = make_clusters(8, 25_000, spread=0.06, seed=5)
    strategy = Blocks(prepare(points, 1))
    assigner = strategy.begin()
    centroids = initial_centroids(points, k, method="k-means++", seed=2)
    sums = assigner.first(centroids)
    while True:
        means = centroids.copy()
        sums.update_means(means)
        if np.array_equal(means, centroids):
            break
        centroids = means
        sums = assigner.step(centroids).sums
    boxes, whole = strategy.sorted.record, assigner.whole
    low, high = boxes.low, boxes.high
    colours = np.array(cluster_colours(k)) / 255.0
    figure = Figure(figsize=(9, 5), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    corners = np.stack([low, np.c_[high[:, 0], low[:, 1]], high, np.c_[low[:, 0], high[:, 1]]], 1)
    pure = whole >= 0
    axes.add_collection(
        PolyCollection(corners[pure], facecolors=colours[whole[pure]], alpha=0.35, lw=0.3, ec="w")
    )
    axes.add_collection(PolyCollection(corners[~pure], facecolors="#333333", lw=0.3, ec="w"))
    axes.scatter(*centroids.T, s=70, c=colours, edgecolors="black", zorder=3)
    axes.set_xlim(*np.quantile(points[:, 0], [0.001, 0.999]))
    axes.set_ylim(*np.quantile(points[:, 1], [0.001, 0.999]))
    axes.set_axis_off()
    axes.set_title(
        f"{len(points):,} points in {len(whole):,} blocks of {boxes.block}: "
        f"{pure.sum():,} assigned whole (coloured), {(~pure).sum():,} mixed (dark)"
    )
    figure.savefig(Path(__file__).with_name("blocks.png"))


if __name__ == "__main__":
    main()
