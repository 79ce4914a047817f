"""What the mouse does to centroids: drag one, or place all of them. Knows frames, no toolkit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from renderers.live.painting import Frame
    from renderers.picture.layout import Box
    from renderers.scene import Panel

__all__ = ["Hand", "Mark", "Spot", "centroids_of", "spot_at"]

Floats = NDArray[np.float64]


class Spot(NamedTuple):
    """A place on the picture: which panel, and where on its plane."""

    panel: int
    xy: Floats


class Mark(NamedTuple):
    """A centroid as the hand holds it: pixels of the frame, and its label."""

    x: float
    y: float
    label: int


def spot_at(frame: Frame, x: float, y: float) -> Spot | None:
    """Return what is at a pixel of the frame; None outside the panels' boxes."""
    for number, (panel, box) in enumerate(zip(frame.scene.panels, frame.boxes, strict=True)):
        inside = box.left <= x < box.left + box.width and box.top <= y < box.top + box.height
        if inside:
            xmin, xmax, ymin, ymax = panel.view.limits
            across, down = (x - box.left) / box.width, (y - box.top) / box.height
            xy = np.array([xmin + across * (xmax - xmin), ymax - down * (ymax - ymin)])
            return Spot(number, xy)
    return None


def centroids_of(frame: Frame, panel: int) -> Floats:
    """Return the centroids where the frame shows them, (K, N)."""
    return frame.moment.centroids_of(frame.moment.snapshots[panel])


def _pixels(panel: Panel, box: Box, values: Floats) -> Floats:
    """Return the pixels of the frame where values lie, (R, 2)."""
    xmin, xmax, ymin, ymax = panel.view.limits
    xy = panel.view.project(values)
    with np.errstate(over="ignore", invalid="ignore"):
        xy[:, 0] = box.left + (xy[:, 0] - xmin) * (box.width / (xmax - xmin))
        xy[:, 1] = box.top + (ymax - xy[:, 1]) * (box.height / (ymax - ymin))
    return xy


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
        """Begin to place centroids, or leave off."""
        self.placing = not self.placing
        self.placed, self._held = [], None

    def cancel(self) -> bool:
        """Let go of everything; return whether there was anything."""
        busy = self.placing or self.holding
        self.placing, self.placed, self._held = False, [], None
        return busy

    def over(self, frame: Frame, x: float, y: float) -> tuple[int, int] | None:
        """Return the panel and cluster of the centroid at a pixel; None if there is none."""
        spot = spot_at(frame, x, y)
        if spot is None:
            return None
        height, width = frame.pixels.shape[:2]
        panel, box = frame.scene.panels[spot.panel], frame.boxes[spot.panel]
        xy = _pixels(panel, box, centroids_of(frame, spot.panel))
        distance = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
        nearest = int(np.nanargmin(distance)) if np.isfinite(distance).any() else 0
        # The radius that the light and dark themes draw, and no less than a finger's precision.
        reach = max(7.0, 0.022 * min(height, 0.75 * width))
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
                centroids = centroids_of(frame, panel)
                there = _pixels(frame.scene.panels[panel], frame.boxes[panel], centroids[[cluster]])
                self._held = panel, cluster, centroids
                self._at, self._grip = (x, y), (there[0, 0] - x, there[0, 1] - y)
            return None
        spot = spot_at(frame, x, y)
        if spot is None:
            return None
        # Features that the picture does not show are those of the middle.
        middle = centroids_of(frame, spot.panel).mean(axis=0)
        self.placed.append(frame.scene.panels[spot.panel].view.moved(middle, spot.xy))
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
        held, self._held = self._held, None
        if held is None:
            return None
        panel, cluster, before = held
        spot = spot_at(frame, x + self._grip[0], y + self._grip[1])
        if spot is None or spot.panel != panel:
            return None
        centroids = np.array(before)
        centroids[cluster] = frame.scene.panels[panel].view.moved(before[cluster], spot.xy)
        return None if np.array_equal(centroids, before) else centroids

    def marks(self, frame: Frame) -> list[Mark]:
        """Return what is to be drawn of it on a frame."""
        if self._held is not None:
            return [Mark(self._at[0] + self._grip[0], self._at[1] + self._grip[1], self._held[1])]
        if not self.placed or not frame.boxes:
            return []
        places = _pixels(frame.scene.panels[0], frame.boxes[0], np.array(self.placed))
        return [Mark(x, y, label) for label, (x, y) in enumerate(places.tolist())]
