"""The colours of the clusters of one panel, run by run. Draws nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.picture.arrange import arrange
from renderers.picture.colours import cluster_colours
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import History, Panel

__all__ = ["Colouring"]

_ANYWHERE = Box(0, 0, 1024, 1024)  # neighbours are the same on pictures of all sizes


class Colouring:
    """Which cluster has which colour: neighbours look different, from the beginning of a run on.

    Parameters
    ----------
    panel : Panel
        Its number of clusters, where they lie, and its order of colours if it has one.
    theme : Theme
        Gives the ink of points that belong to no cluster.
    options : Options
        Theme and palette.

    Attributes
    ----------
    colours : ndarray, (k, 3), uint8
        One per cluster.
    """

    def __init__(self, panel: Panel, theme: Theme, options: Options) -> None:
        self._panel = panel
        order = np.arange(panel.k) if panel.order is None else panel.order
        most = max(panel.k, int(order.max()) + 1)
        self._table = cluster_colours(most, options.theme, options.palette)[order]
        if panel.noise:
            self._table[-1] = theme.muted
        self.colours = self._table
        self._start: NDArray[np.float64] | None = None
        fixed = panel.order is not None or panel.noise or not panel.centroids
        self._fixed = fixed or panel.view.solid is not None

    @property
    def repeats(self) -> int:
        """How many colours there are, if there are fewer than clusters; else 0."""
        different = len(np.unique(self._table, axis=0))
        return different if different < len(self._table) else 0

    def follow(self, history: History | None) -> bool:
        """Take the colours of a run; return whether they are others than before.

        Parameters
        ----------
        history : History or None
            Its centroids, from the initial ones on; without them, colours are in their order.
        """
        start = history.centroids[0] if history is not None and history.centroids else None
        if self._fixed or start is self._start:
            return False
        self._start, before = start, self.colours
        self.colours = self._table
        if start is not None and len(start) == len(self._table):
            view = self._panel.view
            places = view.placed(_ANYWHERE).on_frame(view.plane.project(start))
            self.colours = self._table[arrange(places, self._table)]
        return not np.array_equal(before, self.colours)
