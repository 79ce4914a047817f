"""What the mouse does to centroids: drag one, or place all of them. Knows frames, no toolkit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.live.frame import Frame

__all__ = ["Hand", "Mark"]

Floats = NDArray[np.float64]

LEAST_REACH = 7.0  # pixels; a finger's precision


class Mark(NamedTuple):
    """A centroid in the hand, or placed by it: pixels of the frame, and its label."""

    x: float
    y: float
    label: int
    placed: bool = False


class Hand:
    """A centroid that is dragged, and the centroids that are placed.

    Attributes
    ----------
    placing : bool
        Whether a click places a centroid.
    placed : list of ndarray, (N,)
        Those that are.
    """

    def __init__(self) -> None:
        self.placing = False
        self.placed: list[Floats] = []
        self._held: tuple[int, int, Floats] | None = None  # panel, cluster, centroids
        self._grip = (0.0, 0.0)  # from the pointer to the middle of what it holds
        self._at = (0.0, 0.0)

    @property
    def holding(self) -> bool:
        """Whether a centroid is being dragged."""
        return self._held is not None

    def toggle_placing(self) -> None:
        """Begin to place centroids, or stop placing them."""
        self.placing = not self.placing
        self.placed, self._held = [], None

    def cancel(self) -> bool:
        """Let go of everything; return whether there was anything."""
        busy = self.placing or self.holding
        self.placing, self.placed, self._held = False, [], None
        return busy

    def over(self, frame: Frame, x: float, y: float) -> tuple[int, int] | None:
        """Return the panel and cluster of the centroid at a pixel; None if there is none."""
        spot = frame.spot_at(x, y)
        if spot is None:
            return None
        xy = frame.pixels_of(spot.panel, frame.centroids_of(spot.panel))
        distance = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
        nearest = int(np.nanargmin(distance)) if np.isfinite(distance).any() else 0
        reach = max(LEAST_REACH, frame.radii[spot.panel])
        return (spot.panel, nearest) if distance[nearest] <= reach else None

    def press(self, frame: Frame, x: float, y: float, k: int) -> Floats | None:
        """Take the centroid at a pixel, or place one of `k` there.

        Returns
        -------
        ndarray, (K, N), or None
            All centroids, once the last one is placed.
        """
        if not self.placing:
            found = self.over(frame, x, y)
            if found is not None:
                panel, cluster = found
                centroids = frame.centroids_of(panel)
                middle_x, middle_y = frame.pixels_of(panel, centroids[[cluster]])[0]
                self._held = panel, cluster, centroids
                self._at, self._grip = (x, y), (middle_x - x, middle_y - y)
            return None
        spot = frame.spot_at(x, y)
        if spot is None:
            return None
        # Features that the picture does not show are those of the middle.
        middle = frame.centroids_of(spot.panel).mean(axis=0)
        self.placed.append(frame.scene.panels[spot.panel].view.plane.moved(middle, spot.xy))
        if len(self.placed) < k:
            return None
        centroids = np.array(self.placed)
        self.cancel()
        return centroids

    def move(self, x: float, y: float) -> None:
        """Take along what is held."""
        self._at = x, y

    def release(self, frame: Frame, x: float, y: float) -> Floats | None:
        """Put down what is held.

        Returns
        -------
        ndarray, (K, N), or None
            All centroids with the one that was moved; None if none was, or off the picture.
        """
        centroids, self._held = self.centroids(frame, x, y), None
        return centroids

    def centroids(self, frame: Frame, x: float, y: float) -> Floats | None:
        """Return all centroids, with the one that is held at a pixel; None as in `release`."""
        if self._held is None:
            return None
        panel, cluster, before = self._held
        spot = frame.spot_at(x + self._grip[0], y + self._grip[1])
        if spot is None or spot.panel != panel:
            return None
        centroids = np.array(before)
        centroids[cluster] = frame.scene.panels[panel].view.plane.moved(before[cluster], spot.xy)
        return None if np.array_equal(centroids, before) else centroids

    def marks(self, frame: Frame) -> list[Mark]:
        """Return what is to be drawn of it on a frame."""
        if self._held is not None:
            return [Mark(self._at[0] + self._grip[0], self._at[1] + self._grip[1], self._held[1])]
        if not self.placed or not frame.boxes:
            return []
        places = frame.pixels_of(0, np.array(self.placed))
        return [Mark(x, y, label, True) for label, (x, y) in enumerate(places.tolist())]
