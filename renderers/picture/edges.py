"""The borders between clusters as lines: a Voronoi diagram for pictures that are no pixels.

`borders` finds the same diagram as a mask, by asking the engine for clusters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.plane.placement import Placement
from renderers.plane.plane import Plane

__all__ = ["border_lines", "voronoi"]

_MOST = 512  # clusters; the work grows with their cube
_BENDS = 64  # pieces of a line, where an axis bends it

Floats = NDArray[np.float64]


def border_lines(centroids: Floats, plane: Plane, placement: Placement) -> Floats | None:
    """Return the borders between clusters, (S, R, 2), in pixels of the frame.

    Parameters
    ----------
    centroids : ndarray, (K, N)
        What the labels refer to.
    plane : Plane
        Of one or two features.
    placement : Placement
        Where it lies on the frame.

    Returns
    -------
    ndarray or None
        S lines of R places each; None if there are too many clusters.
    """
    if len(centroids) > _MOST:
        return None
    x0, x1, y0, y1 = placement.limits
    corners = plane.lift(np.array([[x0, y0], [x1, y1]]))
    if plane.is_line:
        sites = np.column_stack([centroids[:, 0], np.zeros(len(centroids))])
        corners = np.column_stack([corners[:, 0], [y0, y1]])
    else:
        sites = centroids[:, plane.columns]
        corners = corners[:, plane.columns]
    ends = voronoi(sites, corners.min(axis=0), corners.max(axis=0))
    steps = np.linspace(0.0, 1.0, _BENDS + 1)[None, :, None]
    places = (ends[:, :1] * (1 - steps) + ends[:, 1:] * steps).reshape(-1, 2)
    values = np.empty((len(places), centroids.shape[1]))
    if plane.is_line:
        values[:, 0] = places[:, 0]
    else:
        values[:, plane.columns] = places
    xy = plane.project(values)
    if plane.is_line:
        xy[:, 1] = places[:, 1]
    return _straightened(placement.on_frame(xy).reshape(len(ends), _BENDS + 1, 2))


def _straightened(lines: Floats) -> Floats:
    """Return lines as their two ends, if none of them bends."""
    ends = lines[:, [0, -1]]
    along = np.linalg.norm(np.diff(lines, axis=1), axis=2).sum(axis=1)
    direct = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    return ends if (along - direct <= 1e-3 * (1 + direct)).all() else lines


def voronoi(sites: Floats, low: Floats, high: Floats) -> Floats:
    """Return the edges of a Voronoi diagram within a rectangle.

    Parameters
    ----------
    sites : ndarray, (K, 2)
        Those that are not finite have no cell.
    low, high : ndarray, (2,)
        Corners of the rectangle.

    Returns
    -------
    ndarray, (S, 2, 2)
        The two ends of each.
    """
    side = float((high - low).max())
    middle = (low + high) / 2
    sites = np.unique((sites[np.isfinite(sites).all(axis=1)] - middle) / side, axis=0)
    sites = sites[(np.abs(sites) < 1e6).all(axis=1)]
    half = (high - low) / (2 * side)
    walls = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    reach = np.array([half[0], half[0], half[1], half[1]])
    found = []
    for i in range(len(sites) - 1):
        # Of the bisectors with later sites, p(t) = foot + t way, what lies nearer to no other site:
        # p . (c_k - c_i) <= (|c_k|^2 - |c_i|^2) / 2, and within the walls.
        towards = sites - sites[i]
        limit = ((sites**2).sum(axis=1) - (sites[i] ** 2).sum()) / 2
        normals = np.vstack([towards, walls])
        limits = np.append(limit, reach)
        foot = (sites[i + 1 :] + sites[i]) / 2
        way = towards[i + 1 :, ::-1] * (-1.0, 1.0)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        slope, room = way @ normals.T, limits - foot @ normals.T
        own = np.arange(len(foot))
        slope[own, i + 1 + own] = room[own, i + 1 + own] = 0.0
        parallel = np.abs(slope) < 1e-12
        with np.errstate(divide="ignore", invalid="ignore"):
            at = room / slope
        end = np.where(~parallel & (slope > 0), at, np.inf).min(axis=1)
        begin = np.where(~parallel & (slope < 0), at, -np.inf).max(axis=1)
        kept = (end - begin > 1e-9) & ~(parallel & (room < -1e-12)).any(axis=1)
        spans = np.stack([begin, end], axis=1)[kept, :, None]
        found.append(foot[kept, None] + spans * way[kept, None])
    edges = np.concatenate([np.empty((0, 2, 2)), *found])
    return edges * side + middle
