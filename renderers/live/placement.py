"""Where places on the plane are on a picture, and back. Knows a panel's limits and its box."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from renderers.picture.layout import Box

__all__ = ["Placement"]

Floats = NDArray[np.float64]


class Placement(NamedTuple):
    """The part of a plane within `limits` fills `box`; the vertical axis points up.

    Attributes
    ----------
    limits : tuple of float
        ``(xmin, xmax, ymin, ymax)``.
    box : Box
        Pixels of the frame.
    """

    limits: tuple[float, float, float, float]
    box: Box

    def contains(self, x: float, y: float) -> bool:
        """Return whether a pixel of the frame lies in the box."""
        left, top, width, height = self.box
        return left <= x < left + width and top <= y < top + height

    def within_box(self, xy: Floats) -> Floats:
        """Turn places on the plane, (R, 2), into pixels from the corner of the box, in place."""
        xmin, xmax, ymin, ymax = self.limits
        with np.errstate(over="ignore", invalid="ignore"):
            xy[:, 0] = (xy[:, 0] - xmin) * (self.box.width / (xmax - xmin))
            xy[:, 1] = (ymax - xy[:, 1]) * (self.box.height / (ymax - ymin))
        return xy

    def on_frame(self, xy: Floats) -> Floats:
        """Turn places on the plane, (R, 2), into pixels of the frame, in place."""
        self.within_box(xy)
        xy += self.box[:2]
        return xy

    def on_plane(self, x: float, y: float) -> Floats:
        """Return the place on the plane, (2,), that a pixel of the frame shows."""
        xmin, xmax, ymin, ymax = self.limits
        across, down = (x - self.box.left) / self.box.width, (y - self.box.top) / self.box.height
        return np.array([xmin + across * (xmax - xmin), ymax - down * (ymax - ymin)])
