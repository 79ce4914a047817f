"""The borders between clusters on the plane: the edges of a Voronoi diagram. Draws nothing.

An edge lies on the line half way between two centroids, and is cut where a third one is nearer. All
that enters is the difference of two of the three, so it is as exact far from the origin. The eight
nearest centroids tell how far a cell can reach, and so which few others are asked at all.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy import float64, intp
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.plane.placement import Placement
from renderers.plane.plane import Plane

__all__ = ["borders"]

_MOST = 4096  # clusters; the lines between more would cover what they divide
_BEYOND = 0.05  # of the box on each side, so that no line is seen to end
_LARGEST = 1e150  # boxes away; what is farther has no square
_PARTS = 32  # of an edge that is bent, along each axis
_NEAR = 8  # centroids that are asked first
_LEAST = 1e-9  # of the box; shorter edges are corners where more than three cells meet

Floats = NDArray[np.float64]


def borders(plane: Plane, placement: Placement, centroids: Floats) -> Floats:
    """Return the borders between clusters that lie in a box.

    Parameters
    ----------
    plane : Plane
        Of one or two features.
    placement : Placement
        Where it lies on the frame.
    centroids : ndarray, (K, N)
        Of equal ones the first has all their points, so there is no border between them.

    Returns
    -------
    ndarray, (S, 2, 2), float64
        Both ends of each piece, in pixels of the frame.
    """
    xmin, xmax, ymin, ymax = placement.limits
    wide, high = _BEYOND * (xmax - xmin), _BEYOND * (ymax - ymin)
    corners = np.array([[xmin - wide, ymin - high], [xmax + wide, ymax + high]])
    ends = plane.lift(corners)
    columns = list(plane.columns[: 1 if plane.is_line else 2])
    ends = ends[:, columns]
    middle, half = ends[0] / 2 + ends[1] / 2, np.abs(ends[1] / 2 - ends[0] / 2)
    unit = half.max()
    with np.errstate(over="ignore"):
        places = (centroids[:, columns] - middle) / unit
    near = np.abs(places) < _LARGEST
    if not near.all():
        places = places[near.all(axis=1)]
    if not 2 <= len(places) <= _MOST:
        return np.empty((0, 2, 2))
    if plane.is_line:
        places = np.unique(places, axis=0)
        between = places[:-1, 0] / 2 + places[1:, 0] / 2
        between = between[np.abs(between) <= half[0] / unit]
        xy = plane.project(between[:, None] * unit + middle)
        uprights = np.repeat(xy[:, None], 2, axis=1)
        uprights[:, :, 1] = ymin - high, ymax + high
        return _on_frame(placement, uprights)
    places = _those_near(places, half / unit)
    k = len(places)
    found = np.empty((6 * k, 2, 2))  # a plane graph has less than 3 K edges
    inner = (half / unit).tolist()
    scratch = np.empty(k, np.intp), np.empty(_NEAR), np.empty((2, k + 4, 2))
    found = found[: _edges(places, *inner, *scratch, found)]
    if plane.is_bent:
        found = _in_parts(plane, columns, found * unit + middle, corners[0])
    else:
        values = np.empty((2 * len(found), centroids.shape[1]))
        values[:, columns] = found.reshape(-1, 2) * unit + middle
        found = plane.project(values).reshape(-1, 2, 2)
    return _on_frame(placement, found)


def _on_frame(placement: Placement, pieces: Floats) -> Floats:
    return placement.on_frame(np.ascontiguousarray(pieces.reshape(-1, 2))).reshape(-1, 2, 2)


def _those_near(places: Floats, half: Floats) -> Floats:
    """Return the places that can be the nearest to a point of the box, (K, 2)."""
    away = np.abs(places)
    far, near = np.hypot(*(away + half).T), np.hypot(*np.maximum(away - half, 0).T)
    near_enough: Floats = places[near <= far.min() * (1 + 1e-9)]
    return near_enough


def _in_parts(plane: Plane, columns: list[int], pieces: Floats, least: Floats) -> Floats:
    """Return pieces in clustered units as shorter ones on a plane with a logarithmic axis."""
    if not len(pieces):
        return pieces
    values = np.empty((2 * len(pieces), len(plane.scale)))
    values[:, columns] = pieces.reshape(-1, 2)
    ends = np.maximum(plane.project(values), least).reshape(-1, 2, 2)  # rounded, it may reach 0
    # Even steps along each axis of the plane, as shares of the straight piece.
    steps = np.linspace(0, 1, _PARTS + 1)[None, :, None]
    between = ends[:, :1] * (1 - steps) + ends[:, 1:] * steps
    lifted = plane.lift(between.reshape(-1, 2))[:, columns].reshape(between.shape)
    way = pieces[:, 1:] - pieces[:, :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (lifted - pieces[:, :1]) / way
    shares = np.where(np.isfinite(shares), shares, steps).clip(0, 1)
    shares = np.sort(shares.reshape(len(pieces), -1), axis=1)[:, :, None]
    values = np.empty((shares.shape[0] * shares.shape[1], len(plane.scale)))
    values[:, columns] = (pieces[:, :1] + shares * way).reshape(-1, 2)
    places = plane.project(values).reshape(len(pieces), -1, 2)
    parts = np.stack([places[:, :-1], places[:, 1:]], axis=2).reshape(-1, 2, 2)
    finite: Floats = parts[np.isfinite(parts).all(axis=(1, 2))]
    return finite


@kernel(counted=False)
def _edges(
    C: NDArray[float64],  # in, (K, 2), from the middle of the box
    wide: float,  # half the box
    high: float,
    others: NDArray[intp],  # scratch, (K,)
    far: NDArray[float64],  # scratch, (8,)
    cell: NDArray[float64],  # scratch, (2, K + 4, 2)
    ends: NDArray[float64],  # out, (6 K, 2, 2)
) -> int:
    """Find the edges of the Voronoi diagram within a box; return their number."""
    found = 0
    n = C.shape[0]
    near = min(far.shape[0], n - 1)
    for i in range(n):
        _nearest(C, i, near, far, others)
        reach = _reach(C, i, others[:near], wide, high, cell)
        # Only what is twice as near as the farthest corner of the cell can cut it.
        m = near
        for j in range(n):
            ex = C[j, 0] - C[i, 0]
            ey = C[j, 1] - C[i, 1]
            if j != i and ex * ex + ey * ey <= reach:
                new = True
                for a in range(near):
                    new = new and others[a] != j
                if new:
                    others[m] = j
                    m += 1
        if m > 4 * near:  # at the rim, where all that are near lie to one side
            reach = _reach(C, i, others[:m], wide, high, cell)
            n_left = 0
            for a in range(m):
                j = others[a]
                ex = C[j, 0] - C[i, 0]
                ey = C[j, 1] - C[i, 1]
                if ex * ex + ey * ey <= reach:
                    others[n_left] = j
                    n_left += 1
            m = n_left
        for a in range(m if reach >= 0.0 else 0):
            j = others[a]
            if j > i and found < ends.shape[0]:
                found += _edge(C, i, j, others[:m], wide, high, ends[found])
    return found


@kernel(counted=False)
def _nearest(
    C: NDArray[float64],  # in, (K, 2)
    i: int,
    near: int,  # how many, less than K
    far: NDArray[float64],  # scratch, (near,)
    others: NDArray[intp],  # out: first the nearest of all but i
) -> None:
    """Find the centroids nearest to one of them."""
    m = 0
    for j in range(C.shape[0]):
        ex = C[j, 0] - C[i, 0]
        ey = C[j, 1] - C[i, 1]
        square = ex * ex + ey * ey
        if j == i or (m == near and square >= far[m - 1]):
            continue
        m = min(m + 1, near)
        a = m - 1
        while a > 0 and far[a - 1] > square:
            far[a] = far[a - 1]
            others[a] = others[a - 1]
            a -= 1
        far[a] = square
        others[a] = j


@kernel(counted=False)
def _reach(
    C: NDArray[float64],  # in, (K, 2)
    i: int,
    others: NDArray[intp],  # in: some of the others
    wide: float,
    high: float,
    cell: NDArray[float64],  # scratch, (2, len(others) + 4, 2)
) -> float:
    """Return four times the square from a centroid to the farthest corner of its cell.

    The cell has to do with some centroids only, so it is too large if anything. -1 if it does not
    reach into the box.
    """
    for c in range(4):
        cell[0, c, 0] = wide if c == 1 or c == 2 else -wide
        cell[0, c, 1] = high if c >= 2 else -high
    m, one = 4, 0
    for j in others:
        ex = C[j, 0] - C[i, 0]
        ey = C[j, 1] - C[i, 1]
        x = C[i, 0] + 0.5 * ex
        y = C[i, 1] + 0.5 * ey
        slack = 1e-9 * (abs(ex) + abs(ey))
        kept = 0
        for c in range(m):
            d = c + 1 if c + 1 < m else 0
            here = (cell[one, c, 0] - x) * ex + (cell[one, c, 1] - y) * ey - slack
            there = (cell[one, d, 0] - x) * ex + (cell[one, d, 1] - y) * ey - slack
            if here <= 0.0:
                cell[1 - one, kept, 0] = cell[one, c, 0]
                cell[1 - one, kept, 1] = cell[one, c, 1]
                kept += 1
            if (here <= 0.0) != (there <= 0.0):
                t = here / (here - there)
                for axis in range(2):
                    way = cell[one, d, axis] - cell[one, c, axis]
                    cell[1 - one, kept, axis] = cell[one, c, axis] + t * way
                kept += 1
        m, one = kept, 1 - one
    farthest = -1.0
    for c in range(m):
        ex = cell[one, c, 0] - C[i, 0]
        ey = cell[one, c, 1] - C[i, 1]
        farthest = max(farthest, 4.000001 * (ex * ex + ey * ey))
    return farthest


@kernel(counted=False)
def _edge(
    C: NDArray[float64],  # in, (K, 2)
    i: int,
    j: int,
    others: NDArray[intp],  # in: those that can cut the cell of i
    wide: float,
    high: float,
    ends: NDArray[float64],  # out, (2, 2)
) -> int:
    """Find the edge between two cells; return 1, or 0 if they do not touch in the box."""
    ex = C[j, 0] - C[i, 0]
    ey = C[j, 1] - C[i, 1]
    length = sqrt(ex * ex + ey * ey)
    if length == 0.0:
        return 0
    # From (x, y), half way between the two, along (dx, dy): the part from `low` to `up`.
    x = C[i, 0] + 0.5 * ex
    y = C[i, 1] + 0.5 * ey
    dx = -ey / length
    dy = ex / length
    low = -1e300
    up = 1e300
    for a, b in ((dx, wide - x), (-dx, wide + x), (dy, high - y), (-dy, high + y)):
        # As far as a t <= b.
        if a > 0.0:
            up = min(up, b / a)
        elif a < 0.0:
            low = max(low, b / a)
        elif b < 0.0:
            return 0
    for k in others:
        if up - low <= _LEAST:
            return 0
        if C[k, 0] != C[j, 0] or C[k, 1] != C[j, 1]:
            kx = C[k, 0] - C[i, 0]
            ky = C[k, 1] - C[i, 1]
            a = 2.0 * (dx * kx + dy * ky)
            b = kx * (C[k, 0] - C[j, 0]) + ky * (C[k, 1] - C[j, 1])
            if a > 0.0:
                up = min(up, b / a)
            elif a < 0.0:
                low = max(low, b / a)
            elif b < 0.0:
                return 0
    if up - low <= _LEAST:
        return 0
    ends[0, 0] = x + low * dx
    ends[0, 1] = y + low * dy
    ends[1, 0] = x + up * dx
    ends[1, 1] = y + up * dy
    return 1
