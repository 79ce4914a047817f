"""Where a plane lies on a picture: its limits, a box of pixels, and the way between the two."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.plane.places import to_pixels

__all__ = ["Box", "Limits", "Placement", "padded", "widened"]

Limits = tuple[float, float, float, float]
Floats = NDArray[np.float64]

_LARGEST = 8e307  # limits are kept where their difference is still a float64


class Box(NamedTuple):
    """A rectangle of pixels."""

    left: int
    top: int
    width: int
    height: int

    def of(self, image: NDArray[Any]) -> NDArray[Any]:
        """Return these pixels of `image`, as a view."""
        return image[self.top : self.top + self.height, self.left : self.left + self.width]


class Placement(NamedTuple):
    """The part of a plane within `limits` fills `box`; the vertical axis points up.

    Nothing else turns places on a plane into pixels, or back.

    Attributes
    ----------
    limits : tuple of float
        ``(xmin, xmax, ymin, ymax)``.
    box : Box
        Pixels of the frame.
    """

    limits: Limits
    box: Box

    def contains(self, x: float, y: float) -> bool:
        """Return whether a pixel of the frame lies in the box."""
        left, top, width, height = self.box
        return left <= x < left + width and top <= y < top + height

    def within_box(self, xy: Floats) -> Floats:
        """Turn places on the plane, (R, 2), into pixels from the corner of the box, in place."""
        xmin, xmax, ymin, ymax = self.limits
        across, down = self.box.width / (xmax - xmin), self.box.height / (ymax - ymin)
        to_pixels(xy, xmin, across, ymax, down)
        return xy

    def on_frame(self, xy: Floats) -> Floats:
        """Turn places on the plane, (R, 2), into pixels of the frame, in place."""
        self.within_box(xy)
        xy += self.box[:2]
        return xy

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return the pixel of the frame, (across, down), nearest to a place on the plane."""
        ((across, down),) = self.within_box(np.array([[x, y]], dtype=np.float64)).tolist()
        return self.box.left + round(across), self.box.top + round(down)

    def on_plane(self, x: float, y: float) -> Floats:
        """Return the place on the plane, (2,), that a pixel of the frame shows."""
        xmin, xmax, ymin, ymax = self.limits
        across, down = (x - self.box.left) / self.box.width, (y - self.box.top) / self.box.height
        return np.array([xmin + across * (xmax - xmin), ymax - down * (ymax - ymin)])

    def samples(self, fine: int) -> tuple[Floats, Floats]:
        """Return where the middles of `fine` samples a pixel lie along each axis of the plane."""
        xmin, xmax, ymin, ymax = self.limits
        width, height = self.box.width * fine, self.box.height * fine
        xs = xmin + (np.arange(width) + 0.5) * ((xmax - xmin) / width)
        ys = ymax - (np.arange(height) + 0.5) * ((ymax - ymin) / height)
        return xs.astype(np.float64), ys.astype(np.float64)


def padded(low: float, high: float) -> tuple[float, float]:
    """Return the limits of an axis: 5% around the data, or room around a single value."""
    low, high = max(-_LARGEST, low), min(_LARGEST, high)
    largest = max(abs(low), abs(high))
    if high - low <= max(1e-290, 1e-13 * largest):
        half = 0.5 if largest < 1e9 else largest * 1e-3
        middle = low / 2 + high / 2
        return middle - half, middle + half
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def widened(limits: Limits, box: Box, units: tuple[float, float]) -> Limits:
    """Return limits that reach farther along one axis, so that both are at one scale in a box.

    Parameters
    ----------
    limits : tuple of float
        What is to be seen.
    box : Box
        Where.
    units : tuple of float
        Lengths along the horizontal and the vertical axis that are to be as long as each other.
    """
    xmin, xmax, ymin, ymax = limits
    if min(box.width, box.height) < 1:
        return limits
    across = (xmax - xmin) / units[0] / box.width  # units of a pixel
    down = (ymax - ymin) / units[1] / box.height
    if across < down:
        return *_around(xmin, xmax, down / across), ymin, ymax
    return xmin, xmax, *_around(ymin, ymax, across / down)


def _around(low: float, high: float, times: float) -> tuple[float, float]:
    """Return the limits of an axis that is `times` as long around the same middle."""
    more = 0.5 * (high - low) * (times - 1.0)
    return low - more, high + more
