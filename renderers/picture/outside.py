"""What lies outside the limits of the axes: counted, and shown by arrows at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.picture.axes import unit_of
from renderers.picture.colours import Colour
from renderers.picture.layout import Layout, lay_out
from renderers.picture.marks import Group, Mark, Polyline
from renderers.picture.themes import Theme
from renderers.plane.extent import WORK
from renderers.plane.placement import Box, Placement
from renderers.plane.plane import Plane
from renderers.plane.view import View
from renderers.scene import Scene

__all__ = ["arrow_marks", "centroid_arrows", "count_outside", "lay_out_around"]

_BINS = 24  # along each edge: points beyond the same one share an arrow
_MOST = 4  # arrows at an edge
_FLANK = 0.62  # how far an arrow spreads to each side, in its length

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]  # (4, bins): left, right, top, bottom


class _Outside:
    """Counts the points beyond each edge of a picture; see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, plane: Plane, placement: Placement) -> None:
        self._plane, self._placement = plane, placement
        self.work_per_row = WORK * len(plane.scale)

    def begin(self) -> Counts:
        """See `Visitor.begin`."""
        return np.zeros((4, _BINS), dtype=np.int64)

    def add(
        self,
        found: Counts,
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: object,
        now: object,
        weights: object,
    ) -> None:
        """See `Visitor.add`."""
        xy = self._placement.within_box(self._plane.project(X, rows))
        _beyond(xy, self._placement.box.width, self._placement.box.height, found)

    def merge(self, found: list[Counts]) -> Counts:
        """See `Visitor.merge`."""
        total: Counts = np.sum(found, axis=0)
        return total


@kernel(counted=False)
def _beyond(
    xy: NDArray[float64],  # in, (R, 2), pixels from the corner of the box
    width: int,
    height: int,
    found: NDArray[int64],  # in and out, (4, bins): left, right, top, bottom
) -> None:
    """Count the places outside a box by the edge that they are farthest beyond, in its sides."""
    bins = found.shape[1]
    for r in range(xy.shape[0]):
        x = xy[r, 0] / width
        y = xy[r, 1] / height
        across = max(-x, x - 1.0)
        down = max(-y, y - 1.0)
        if not (across > 0.0 or down > 0.0):
            continue
        if across >= down:
            edge = 0 if x < 0.0 else 1
            along = y
        else:
            edge = 2 if y < 0.0 else 3
            along = x
        found[edge, int(min(max(along, 0.0) * bins, bins - 1.0))] += 1


def count_outside(view: View, placement: Placement) -> Counts:
    """Return how many points lie beyond each part of each edge.

    Returns
    -------
    ndarray, (4, bins), int64
        Left, right, top and bottom; their sum is the number of points that are not seen. None of a
        solid, which turns.
    """
    if view.is_part or view.solid or min(placement.box[2:]) < 1 or not view.hides(placement):
        return np.zeros((4, _BINS), dtype=np.int64)
    return view.points.visit(_Outside(view.plane, placement))


def _said(note: str, outside: Counts) -> str:
    """Return a note that says as well how many points are not seen, if any are not."""
    count = int(outside.sum())
    more = f"{count:,} {'point' if count == 1 else 'points'} outside" if count else ""
    return ", ".join(filter(None, [note, more]))


def lay_out_around(
    scene: Scene,
    size: tuple[int, int],
    theme: Theme,
    notes: Sequence[str],
    overlays: frozenset[str],
    *,
    unit: float,
) -> tuple[Layout, list[str]]:
    """Lay out a picture with arrows to the points that it does not show, and say how many.

    Parameters
    ----------
    scene, size, theme, overlays, unit
        As for `layout.lay_out`.
    notes : sequence of str
        One per panel: what must be known to read it; may be empty.

    Returns
    -------
    layout : Layout
        With the arrows among its marks.
    notes : list of str
        One per panel.
    """
    counted: dict[tuple[int, Placement], Counts] = {}
    layout = lay_out(scene, size, theme, overlays, unit=unit)
    arrows, said = list[Mark](), list[str]()
    for panel, box, note in zip(scene.panels, layout.boxes, notes, strict=True):
        placement = panel.view.placed(box)
        key = id(panel.view), placement
        if key not in counted:
            counted[key] = count_outside(panel.view, placement)
        said.append(_said(note, counted[key]))
        if counted[key].any():
            length = max(4.0, 1.1 * unit_of(*size))
            arrows.append(Group(box, tuple(arrow_marks(counted[key], box, length, theme.muted))))
    return layout._replace(marks=(*layout.marks, *arrows)), said


def arrow_marks(outside: Counts, box: Box, size: float, colour: Colour) -> list[Mark]:
    """Return an arrow at each part of an edge that points lie beyond.

    Parameters
    ----------
    outside : ndarray, (4, bins)
        From `count_outside`.
    box : Box
        Pixels of the points.
    size : float
        Of an arrow, in pixels.
    colour : Colour
        Of its line.
    """
    marks: list[Mark] = []
    for edge, counts in enumerate(outside):
        bins = np.flatnonzero(counts)
        if len(bins) > _MOST:  # points all along an edge: one for all, or arrows fence the picture
            half = np.searchsorted(np.cumsum(counts), counts.sum() / 2)
            bins = np.array([half])
        for share in ((bins + 0.5) / len(counts)).tolist():
            x, y = ((0.0, share), (1.0, share), (share, 0.0), (share, 1.0))[edge]
            at = box.left + x * box.width, box.top + y * box.height
            marks.append(Polyline(_arrow(at, edge, box, size), max(1.0, 0.28 * size), colour))
    return marks


def centroid_arrows(
    xy: Floats, colours: Sequence[Colour], box: Box, size: float, ground: Colour
) -> list[Mark]:
    """Return an arrow in its colour for each centroid that lies outside.

    Parameters
    ----------
    xy : ndarray, (K, 2)
        Pixels of the frame.
    colours : sequence of Colour
        One per cluster.
    box : Box
        Pixels of the points.
    size : float
        Of an arrow, in pixels.
    ground : Colour
        Around its line.
    """
    marks: list[Mark] = []
    left, top, width, height = box
    for (x, y), colour in zip(xy.tolist(), colours, strict=False):
        across = max(left - x, x - left - width) / max(1, width)
        down = max(top - y, y - top - height) / max(1, height)
        if not (across > 0 or down > 0) or x != x or y != y:
            continue
        edge = (0 if x < left else 1) if across >= down else (2 if y < top else 3)
        way = _arrow((x, y), edge, box, size)
        line = max(1.5, 0.36 * size)
        marks += [Polyline(way, line + max(1.5, 0.2 * size), ground), Polyline(way, line, colour)]
    return marks


def _arrow(at: tuple[float, float], edge: int, box: Box, size: float) -> Floats:
    """Return the way of an arrow that points beyond an edge, as near to a place as it fits."""
    flank, gap = _FLANK * size, 0.45 * size
    steps = np.array([[-size, -flank], [0.0, 0.0], [-size, flank]])  # along the arrow, and across
    room = flank + gap
    x = min(max(at[0], box.left + room), max(box.left + room, box.left + box.width - room))
    y = min(max(at[1], box.top + room), max(box.top + room, box.top + box.height - room))
    if edge < 2:
        tip = box.left + gap if edge == 0 else box.left + box.width - gap
        return np.stack([tip + steps[:, 0] * (1 if edge else -1), y + steps[:, 1]], axis=1)
    tip = box.top + gap if edge == 2 else box.top + box.height - gap
    return np.stack([x + steps[:, 1], tip + steps[:, 0] * (-1 if edge == 2 else 1)], axis=1)
