"""The borders between clusters on the plane: a Voronoi diagram as a mask. Draws nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import bool_, float64, intp, uint8
from numpy.typing import NDArray

from kmeans_engine import assign_points
from kmeans_engine.runtime.jit import kernel
from renderers.plane.placement import Placement
from renderers.plane.view import View

__all__ = ["Borders"]

_FINE = 2  # samples per pixel and axis
_PARTS = 4  # along each side of a block, when a border crosses it


class Borders:
    """Finds the borders in one box, again and again: scratch arrays stay.

    The cluster of each sample is the engine's own answer (`kmeans_engine.assign_points`). A cell
    is convex, so where the corners of a block agree, so does all of it: few samples are asked for.

    Parameters
    ----------
    view : View
        Of one or two features.
    placement : Placement
        Where the plane lies on the pixels of the points.
    line : float
        Width in pixels.
    """

    def __init__(self, view: View, placement: Placement, line: float) -> None:
        box = placement.box
        self._shape = height, width = box.height * _FINE, box.width * _FINE
        self._half = max(1, round(line * _FINE / 2))
        self._samples = np.zeros((height, width), dtype=np.uint8)
        self._count = np.zeros((box.height, box.width), dtype=np.uint8)
        self._pixels = np.empty(self._count.size, dtype=np.intp)
        xmin, _, _, ymax = placement.limits
        # The plane is lifted axis by axis, so the samples of a row share what it gives them.
        across, down = np.full((width, 2), ymax), np.full((height, 2), xmin)
        across[:, 0], down[:, 1] = placement.samples(_FINE)
        self._across, self._down = view.plane.lift(across), view.plane.lift(down)
        self._from_row = (self._down != self._down[0]).any(axis=0)

    def mask(self, centroids: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Return the pixels that borders cover, and how much of each.

        Parameters
        ----------
        centroids : ndarray, (K, N)
            What the labels of the picture refer to.

        Returns
        -------
        pixels : ndarray, (P,), intp
            As row * width + column within the box.
        cover : ndarray, (P,), uint8
            0..255.
        """
        rows, columns, tiles = self._tiles(centroids)
        found = _mark(tiles, rows, columns, self._half, self._samples, self._count, self._pixels)
        cover = np.empty(found, dtype=np.uint8)
        _take(self._pixels[:found], cover, self._samples, self._count)
        return self._pixels[:found].copy(), cover

    def _tiles(
        self, centroids: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[Any]]:
        """Return the smallest blocks that a border crosses: rows, columns, labels (T, 5, 5).

        Blocks of 64, 16 and 4 samples, each of 4 x 4 of the next; neighbours share a row or a
        column. Samples beyond the edge are those on it.
        """
        height, width = self._shape
        side, n_features = _PARTS + 1, centroids.shape[1]
        step = _PARTS**2
        rows, columns = (
            block.reshape(-1)
            for block in np.mgrid[0 : height : step * _PARTS, 0 : width : step * _PARTS]
        )
        while True:
            places = np.empty((len(rows) * side**2, n_features))
            _place(rows, columns, step, self._across, self._down, self._from_row, places)
            labels = assign_points(places, centroids).reshape(-1, side, side)
            if step == 1:
                return rows, columns, labels
            finer = np.empty((2, len(rows) * _PARTS**2), dtype=np.intp)
            found = _divide(labels, rows, columns, step, finer)
            if found == 0:
                return rows, columns, labels
            rows, columns = finer[:, :found]
            step //= _PARTS


@kernel(counted=False)
def _place(
    rows: NDArray[intp],  # in, (T,), of the first sample of each block
    columns: NDArray[intp],  # in, (T,)
    step: int,  # samples between its corners
    across: NDArray[float64],  # in, (width, N)
    down: NDArray[float64],  # in, (height, N)
    from_row: NDArray[bool_],  # in, (N,): which features follow the row of a sample
    places: NDArray[float64],  # out, (T * 5 * 5, N)
) -> None:
    """Place the corners of the parts of each block; those beyond the edge lie on it."""
    p = 0
    for t in range(rows.shape[0]):
        for r in range(5):
            i = min(rows[t] + r * step, down.shape[0] - 1)
            for c in range(5):
                j = min(columns[t] + c * step, across.shape[0] - 1)
                for n in range(places.shape[1]):
                    places[p, n] = down[i, n] if from_row[n] else across[j, n]
                p += 1


@kernel(counted=False)
def _divide(
    labels: NDArray[uint8],  # in, (T, 5, 5), of the corners of the parts
    rows: NDArray[intp],  # in, (T,)
    columns: NDArray[intp],  # in, (T,)
    step: int,
    finer: NDArray[intp],  # out, (2, 16 T): first row and column of each part with a border
) -> int:
    """Find the parts whose corners differ; return their number."""
    found = 0
    for t in range(rows.shape[0]):
        for r in range(4):
            for c in range(4):
                one = labels[t, r, c]
                same = labels[t, r, c + 1] == one and labels[t, r + 1, c] == one
                if not (same and labels[t, r + 1, c + 1] == one):
                    finer[0, found] = rows[t] + r * step
                    finer[1, found] = columns[t] + c * step
                    found += 1
    return found


@kernel(counted=False)
def _take(
    pixels: NDArray[intp],  # in, (P,)
    cover: NDArray[uint8],  # out, (P,), 0..255
    samples: NDArray[uint8],  # in and out, (2 height, 2 width), cleared
    count: NDArray[uint8],  # in and out, (height, width), cleared
) -> None:
    """Turn the marked samples of each pixel into its cover."""
    width = count.shape[1]
    for p in range(pixels.shape[0]):
        i = pixels[p] // width
        j = pixels[p] - i * width
        cover[p] = int(count[i, j]) * 255 // 4
        count[i, j] = 0
        for a in range(2):
            for b in range(2):
                samples[2 * i + a, 2 * j + b] = 0


@kernel(counted=False)
def _mark(
    tiles: NDArray[uint8],  # in, (T, B, B), labels
    rows: NDArray[intp],  # in, (T,), of the first sample of each
    columns: NDArray[intp],  # in, (T,)
    half: int,  # samples to either side of a border
    samples: NDArray[uint8],  # scratch, (2 height, 2 width), zeros
    count: NDArray[uint8],  # out, (height, width), zeros: marked samples of each pixel
    pixels: NDArray[intp],  # out: those that have any
) -> int:
    """Mark the samples beside each change of the label; return the number of pixels."""
    found = 0
    height, width = samples.shape
    last = tiles.shape[1] - 1
    for t in range(tiles.shape[0]):
        for r in range(last):
            for c in range(last):
                here = tiles[t, r, c]
                for way in range(2):
                    if way == 0 and tiles[t, r, c + 1] == here:
                        continue
                    if way == 1 and tiles[t, r + 1, c] == here:
                        continue
                    for s in range(1 - half, half + 1):
                        i = rows[t] + r + (s if way == 1 else 0)
                        j = columns[t] + c + (s if way == 0 else 0)
                        if i < 0 or j < 0 or i >= height or j >= width or samples[i, j]:
                            continue
                        samples[i, j] = 1
                        pi = i // 2
                        pj = j // 2
                        if count[pi, pj] == 0:
                            pixels[found] = pi * count.shape[1] + pj
                            found += 1
                        count[pi, pj] += 1
    return found
