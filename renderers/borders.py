"""The borders between clusters on the plane: a Voronoi diagram as a mask. Draws nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_engine import assign_points
from renderers.layout import Box
from renderers.view import View

__all__ = ["border_mask"]

_FINE = 2  # samples per pixel and axis
_BLOCK = 16  # samples between the corners that are looked at first


def border_mask(
    view: View, centroids: NDArray[np.float64], box: Box, line: float
) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return the pixels that borders cover, and how much of each.

    The cluster of each sample is the engine's own answer (`kmeans_engine.assign_points`). A cell
    is convex, so where the corners of a block agree, so does all of it: few samples are asked for.

    Parameters
    ----------
    view : View
        Of one or two features.
    centroids : ndarray, (K, N)
        What the labels of the picture refer to.
    box : Box
        The pixels of the points.
    line : float
        Width in pixels.

    Returns
    -------
    pixels : ndarray, (P,), intp
        As row * width + column within the box.
    cover : ndarray, (P,), uint8
        0..255.
    """
    labels = _labels(view, centroids, box)
    edge = np.zeros(labels.shape, dtype=np.uint8)
    for a, b in (
        ((slice(None), slice(1, None)), (slice(None), slice(-1))),
        ((slice(1, None), slice(None)), (slice(-1), slice(None))),
    ):
        differ = (labels[a] != labels[b]).view(np.uint8)
        edge[a] |= differ
        edge[b] |= differ
    for _ in range(round(line * _FINE / 2) - 1):  # two samples wide so far
        wider = edge.copy()
        wider[1:] |= edge[:-1]
        wider[:-1] |= edge[1:]
        wider[:, 1:] |= edge[:, :-1]
        wider[:, :-1] |= edge[:, 1:]
        edge = wider
    cover = sum(edge[i::_FINE, j::_FINE] for i in range(_FINE) for j in range(_FINE))
    flat = np.asarray(cover).reshape(-1)
    pixels = np.flatnonzero(flat)
    return pixels, (flat[pixels] * 255.0 / _FINE**2).astype(np.uint8)


def _labels(view: View, centroids: NDArray[np.float64], box: Box) -> NDArray[np.unsignedinteger]:
    """Return the cluster of each sample, (box.height * fine, box.width * fine)."""
    height, width = box.height * _FINE, box.width * _FINE
    xmin, xmax, ymin, ymax = view.limits
    xs = xmin + (np.arange(width) + 0.5) * ((xmax - xmin) / width)
    ys = ymax - (np.arange(height) + 0.5) * ((ymax - ymin) / height)

    def ask(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.unsignedinteger]:
        places = view.lift(np.stack([xs[columns], ys[rows]], axis=1))
        return assign_points(places, centroids)

    corner_rows = np.minimum(np.arange(-(-(height - 1) // _BLOCK) + 1) * _BLOCK, height - 1)
    corner_columns = np.minimum(np.arange(-(-(width - 1) // _BLOCK) + 1) * _BLOCK, width - 1)
    grid = np.meshgrid(corner_rows, corner_columns, indexing="ij")
    corners = ask(grid[0].reshape(-1), grid[1].reshape(-1)).reshape(grid[0].shape)
    first = corners[:-1, :-1]
    mixed = (first != corners[1:, :-1]) | (first != corners[:-1, 1:]) | (first != corners[1:, 1:])
    labels = _enlarged(first, height, width)
    rows, columns = np.nonzero(_enlarged(mixed, height, width))
    if len(rows):
        labels[rows, columns] = ask(rows, columns)
    return labels


def _enlarged(blocks: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    return np.repeat(np.repeat(blocks, _BLOCK, axis=0), _BLOCK, axis=1)[:height, :width]
