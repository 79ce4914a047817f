"""All points of a panel as shares of clusters in cells, and how these change. Paints nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.html.payload import Payload
from renderers.html.watch import Cells
from renderers.plane.placement import Box
from renderers.plane.view import View

__all__ = ["Density", "cells_of"]

_CELLS = 172_800  # 480 x 360
_COUNTS = 1 << 22  # of cells and clusters
_FINE = 64  # what a point of the mean weight counts for in whole numbers
_FULL = 255  # the share of a cluster that has a cell for itself


def cells_of(view: View, k: int, most: int) -> Cells:
    """Return the cells that count the points of a view in k clusters.

    There are fewer for more clusters, of which no panel has more than `most`.
    """
    area = min(_CELLS, max(1, _COUNTS // most))
    xmin, xmax, ymin, ymax = view.limits
    units = view.units or (xmax - xmin, 3 / 4 * (ymax - ymin))
    shape = (xmax - xmin) / units[0] / ((ymax - ymin) / units[1])
    shape = min(max(shape, 3 / 4), 16 / 9)
    width = max(1, round((area * shape) ** 0.5))
    box = Box(0, 0, width, max(1, area // width))
    return Cells(view.plane, view.placed(box), k)


class Density:
    """The counts of one panel, brought up to date by what changed.

    Parameters
    ----------
    cells : Cells
        Where points are counted.
    unit : float
        What a point counts for on average.
    """

    def __init__(self, cells: Cells, unit: float = 1.0) -> None:
        self._cells, self._unit = cells, unit
        self._counts = np.zeros(cells.size, dtype=np.int64)
        self._shares = np.zeros(cells.size, dtype=np.uint8)

    def said(self, payload: Payload) -> dict[str, Any]:
        """Put the points of each cell, which never change, into a payload; return what to say."""
        box = self._cells.placement.box
        totals, unit = self._counts.reshape(-1, self._cells.k).sum(axis=1), 1
        if self._unit != 1.0:
            unit = _FINE
            totals = np.maximum(np.rint(totals * (unit / self._unit)).astype(np.int64), totals > 0)
        filled = np.sort(totals[totals > 0])
        # The fullest half per cent saturates: one crowded cell must not dim all others.
        top = float(filled[int(0.995 * (len(filled) - 1))]) / unit if len(filled) else 1.0
        section = payload.add(
            totals.reshape(box.height, box.width).clip(0, 2**32 - 1).astype(np.uint32), "varint"
        )
        return {
            "width": box.width,
            "height": box.height,
            "limits": list(self._cells.placement.limits),
            "totals": section,
            "top": top,
            **({} if unit == 1 else {"unit": unit}),
        }

    def add(self, counts: NDArray[np.int64], payload: Payload) -> dict[str, Any]:
        """Add points that came and went; return what to say of the shares that changed."""
        touched = np.flatnonzero(counts)
        self._counts[touched] += counts[touched]
        k = self._cells.k
        cells = np.unique(touched // k)
        rows = self._counts.reshape(-1, k)[cells]
        totals = rows.sum(axis=1, keepdims=True)
        shares = ((2 * _FULL * rows + totals) // np.maximum(1, 2 * totals)).astype(np.uint8)
        entries = (cells[:, None] * k + np.arange(k)).reshape(-1)
        changed = shares.reshape(-1) != self._shares[entries]
        entries, new = entries[changed], shares.reshape(-1)[changed]
        self._shares[entries] = new
        return {
            "cells": payload.add(entries.astype(np.uint32), "gaps"),
            "shares": payload.add(new, "raw"),
        }
