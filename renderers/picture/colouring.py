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

__all__ = ["Colouring", "arranged"]

_LIVELY = 60  # between the channels of a colour that nobody takes for grey
_ANYWHERE = Box(0, 0, 1024, 1024)  # neighbours are the same on pictures of all sizes


def arranged(
    panel: Panel, start: NDArray[np.float64], colours: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Return which of some colours each cluster has, so that neighbours look different.

    Parameters
    ----------
    panel : Panel
        Where places lie on a plane.
    start : ndarray, (k, N)
        The initial centroids.
    colours : ndarray, (k, 3), uint8
        Those that are given out.
    """
    places = panel.view.placed(_ANYWHERE).on_frame(panel.view.plane.project(start))
    return arrange(places, colours)


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
        colours = cluster_colours(most, options.theme, options.palette)
        if panel.noise:  # which alone is grey
            more = cluster_colours(2 * most + 8, options.theme, options.palette)
            lively = more[np.ptp(more.astype(int), axis=1) >= _LIVELY]
            colours = lively[:most] if len(lively) >= most else colours
        self._table = colours[order]
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
        start = None if history is None else history.coloured_from
        if self._fixed or start is self._start:
            return False
        self._start, before = start, self.colours
        self.colours = self._table
        if start is not None and len(start) == len(self._table):
            self.colours = self._table[arranged(self._panel, start, self._table)]
        return not np.array_equal(before, self.colours)
