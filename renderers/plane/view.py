"""How points of any number of features are laid on a plane. Knows no pixels and no colours."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible
from renderers.errors import InvalidOption
from renderers.plane.components import component_label, principal_components
from renderers.plane.extent import extent_of
from renderers.plane.placement import Box, Limits, Placement, padded
from renderers.plane.plane import Plane

__all__ = ["View"]

_SAMPLE = 200_000  # points that are looked at ...
_SAMPLED = 1 << 23  # ... unless they have more values


class View:
    """Points on a plane: a line, the plane itself, two features, or two principal components.

    Parameters
    ----------
    points : array_like, (M, N), or Visible
        The points as they were clustered, wherever they are: what an `Engine` takes, or what one
        has opened.
    axes : tuple of int, optional
        Two features to draw. By default both of two, and the first two principal components of
        more.
    names : sequence of str, optional
        Names of the features, for the labels of the axes.
    offset, scale : array_like, (N,), optional
        Units of the picture: drawn = value * scale + offset. Principal components are drawn in
        clustered units, and their labels say so.

    Attributes
    ----------
    points : Visible
        Those.
    axes : tuple of int or None
        As given.
    names : tuple of str
        Of the features; empty if they have none.
    plane : Plane
        Where a value lies.
    limits : tuple of float
        ``(xmin, xmax, ymin, ymax)``: the data and 5% around it.
    labels : tuple of str
        Of the horizontal and the vertical axis; may be empty.

    Raises
    ------
    InvalidOption
        If `axes` does not name two features of these points.
    """

    def __init__(
        self,
        points: Visible | ArrayLike,
        *,
        axes: tuple[int, int] | None = None,
        names: Sequence[str] = (),
        offset: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        aspect: str = "equal",
        limits: tuple[float, float, float, float] | str | None = None,
        log: str = "",
        view: str = "2d",
    ) -> None:
        if getattr(points, "ndim", 2) == 1:
            points = np.asarray(points)[:, None]
        self.points: Visible = open_visible(points)
        features = self.points.n_features
        for word, values in (("names", names), ("offset", offset), ("scale", scale)):
            count = 0 if values is None else np.atleast_1d(np.asarray(values)).shape[0]
            if count not in (0, features):
                raise InvalidOption(
                    f"{word} has {count} entries and the points have {features} features; give one "
                    f"for each"
                )
        self.axes = axes
        self.names = tuple(map(str, names))
        self._given: dict[str, Any] = {"names": names, "offset": offset, "scale": scale}
        columns = (0, min(1, features - 1)) if axes is None else _checked_axes(axes, features)
        components = None
        if axes is None and features > 2:
            centre, basis, shares = principal_components(self._sample()[1])
            components = centre, basis
            of = "" if scale is None and offset is None else " of the scaled features"
            self.labels = (component_label(1, shares[0], of), component_label(2, shares[1], of))
        elif features == 1:
            self.labels = (names[0] if names else "", "")
        elif names or features > 2:
            a, b = (names[n] if names else f"feature {n}" for n in columns)
            self.labels = (a, b)
        else:
            self.labels = ("", "")
        self.plane = Plane(
            columns,
            np.zeros(features) if offset is None else np.asarray(offset, dtype=np.float64),
            np.ones(features) if scale is None else np.asarray(scale, dtype=np.float64),
            components,
        )
        self.limits = self._find_limits()

    def with_axes(self, axes: tuple[int, int] | None) -> View:
        """Return the view of the same points in the same units along other axes."""
        return View(self.points, axes=axes, **self._given)

    @functools.cached_property
    def spread(self) -> float:
        """Share of the limits' area that the points would fill evenly, 0..1.

        Of a sample: the inverse participation ratio of their shares of 32 x 32 cells.
        """
        rows, sample = self._sample()
        xy = self.plane.project(sample, rows)
        xmin, xmax, ymin, ymax = self.limits
        cells = 32
        i = ((xy[:, 0] - xmin) / (xmax - xmin) * cells).astype(np.intp).clip(0, cells - 1)
        j = ((xy[:, 1] - ymin) / (ymax - ymin) * cells).astype(np.intp).clip(0, cells - 1)
        shares = np.bincount(i * cells + j) / len(rows)
        return float(1 / (shares**2).sum() / cells**2)

    def placed(self, box: Box) -> Placement:
        """Return where the plane lies on a picture that shows it in `box`."""
        return Placement(self.limits, box)

    def _sample(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the numbers of evenly spaced points, and the points."""
        most = max(1, min(_SAMPLE, _SAMPLED // self.points.n_features))
        step = -(-self.points.n_points // most)
        return np.arange(0, self.points.n_points, step), self.points.sample(step)

    def _find_limits(self) -> Limits:
        left, right, bottom, top = extent_of(self.points, self.plane)
        xmin, xmax = padded(left, right)
        if self.plane.is_line:
            return xmin, xmax, 0.0, 1.0
        return xmin, xmax, *padded(bottom, top)


def _checked_axes(axes: tuple[int, int], features: int) -> tuple[int, int]:
    needs = f"axes={axes!r} must be two different features of 0..{features - 1}"
    if features < 2:
        raise InvalidOption(f"axes={axes!r} needs two features, the points have 1: leave axes out")
    try:
        a, b = axes
        valid = a == int(a) and b == int(b) and a != b and min(a, b) >= 0 and max(a, b) < features
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise InvalidOption(f"{needs}: give two column numbers, such as (0, 1)")
    return int(a), int(b)
