"""How points of any number of features land on the plane. Knows no pixels and no colours."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_engine.runtime.threads import default_threads, fold_chunks
from renderers.errors import InvalidOption
from renderers.plane.components import SAMPLE, component_label, principal_components
from renderers.plane.placement import Box, Limits, Placement, padded
from renderers.plane.places import bounds, place, project

__all__ = ["View"]

_GOLDEN = 0.6180339887498949
_CHUNK = 1 << 16  # values at a time: they and their places stay in the cache


class View:
    """Points on a plane: a line, the plane itself, two features, or two principal components.

    Parameters
    ----------
    points : array_like, (M, N)
        The points as they were clustered. Kept by reference and read in chunks, so that a memory
        map stays one.
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
    points : ndarray, (M, N)
    axes : tuple of int or None
        As given.
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
        points: ArrayLike,
        *,
        axes: tuple[int, int] | None = None,
        names: Sequence[str] = (),
        offset: ArrayLike | None = None,
        scale: ArrayLike | None = None,
    ) -> None:
        X = np.asarray(points)
        self.points: NDArray[Any] = X[:, None] if X.ndim == 1 else X
        features = self.points.shape[1]
        for word, values in (("names", names), ("offset", offset), ("scale", scale)):
            count = 0 if values is None else np.atleast_1d(np.asarray(values)).shape[0]
            if count not in (0, features):
                raise InvalidOption(
                    f"{word} has {count} entries and the points have {features} features; give one "
                    f"for each"
                )
        self.axes = axes
        self._given: dict[str, Any] = {"names": names, "offset": offset, "scale": scale}
        self._scale = np.ones(features) if scale is None else np.asarray(scale, dtype=np.float64)
        self._offset = (
            np.zeros(features) if offset is None else np.asarray(offset, dtype=np.float64)
        )
        self._components: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        if axes is not None:
            self._columns = _checked_axes(axes, features)
        else:
            self._columns = (0, 1) if features > 1 else (0, 0)
        if axes is None and features > 2:
            centre, basis, shares = principal_components(self.points)
            self._components = centre, basis
            of = "" if scale is None and offset is None else " of the scaled features"
            self.labels = (component_label(1, shares[0], of), component_label(2, shares[1], of))
        elif features == 1:
            self.labels = (names[0] if names else "", "")
        elif names or features > 2:
            a, b = (names[n] if names else f"feature {n}" for n in self._columns)
            self.labels = (a, b)
        else:
            self.labels = ("", "")
        self.limits = self._find_limits()

    def with_axes(self, axes: tuple[int, int] | None) -> View:
        """Return the view of the same points in the same units along other axes."""
        return View(self.points, axes=axes, **self._given)

    @property
    def on_a_line(self) -> bool:
        """Whether the vertical position means nothing (points of one feature)."""
        return bool(self.points.shape[1] == 1)

    def original(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values, (R, N), in the units of the picture: value * scale + offset."""
        return values * self._scale + self._offset

    def project(
        self, values: NDArray[Any], rows: NDArray[np.intp] | None = None
    ) -> NDArray[np.float64]:
        """Place points or centroids on the plane.

        Parameters
        ----------
        values : ndarray, (R, N)
            In clustered units.
        rows : ndarray, (R,), optional
            The rows of `points` that `values` are; None for centroids. They spread points of one
            feature over the height (multiples of the golden ratio); centroids keep to the middle.

        Returns
        -------
        ndarray, (R, 2), float64
            A row's place does not depend on the rows around it, to the last bit.
        """
        xy = np.empty((len(values), 2))
        if self._components is not None:
            centre, basis = self._components
            project(np.ascontiguousarray(values, dtype=np.float64), centre, basis, xy)
            return xy
        if values.dtype not in (np.float32, np.float64) or not values.flags.c_contiguous:
            values = np.ascontiguousarray(values, dtype=np.float64)
        values = values.view()
        values.flags.writeable = False  # one kernel for what may be written and what may not
        place(values, *self._columns, self._scale, self._offset, xy)
        if self.on_a_line:
            xy[:, 1] = 0.5 if rows is None else 0.15 + 0.7 * ((rows + 1) * _GOLDEN % 1.0)
        return xy

    def project_rows(self, start: int, stop: int) -> NDArray[np.float64]:
        """Place consecutive rows of `points` on the plane, as `project` does."""
        return self.project(self.points[start:stop], np.arange(start, stop))

    def moved(self, value: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value nearest to `value` that lies at `xy` on the plane.

        Parameters
        ----------
        value : ndarray, (N,)
            In clustered units, such as a centroid that is dragged.
        xy : ndarray, (2,)
            A place on the plane, in the units of `limits`.

        Returns
        -------
        ndarray, (N,), float64
            Features that the picture does not show are those of `value`.
        """
        found = np.array(value, dtype=np.float64)
        if self._components is not None:
            _, basis = self._components
            found += (xy - self.project(found[None])[0]) @ basis
            return found
        return self._put(found, xy)

    @property
    def is_whole(self) -> bool:
        """Whether a place on the plane says all about a point: of one or two features."""
        return bool(self.points.shape[1] <= 2)

    def lift(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what lies at places on the plane where it is whole.

        Parameters
        ----------
        xy : ndarray, (R, 2)

        Returns
        -------
        ndarray, (R, N), float64
            In clustered units.
        """
        assert self.is_whole
        return self._put(np.empty((len(xy), self.points.shape[1])), xy)

    def _put(self, values: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.float64]:
        for axis, n in enumerate(self._columns[: 1 if self.on_a_line else 2]):
            values[..., n] = (xy[..., axis] - self._offset[n]) / self._scale[n]
        return values

    @functools.cached_property
    def spread(self) -> float:
        """Share of the limits' area that the points would fill evenly, 0..1.

        Of a sample: the inverse participation ratio of their shares of 32 x 32 cells.
        """
        step = -(-len(self.points) // SAMPLE)
        rows = np.arange(0, len(self.points), step)
        xy = self.project(self.points[::step], rows)
        xmin, xmax, ymin, ymax = self.limits
        cells = 32
        i = ((xy[:, 0] - xmin) / (xmax - xmin) * cells).astype(np.intp).clip(0, cells - 1)
        j = ((xy[:, 1] - ymin) / (ymax - ymin) * cells).astype(np.intp).clip(0, cells - 1)
        shares = np.bincount(i * cells + j) / len(rows)
        return float(1 / (shares**2).sum() / cells**2)

    def placed(self, box: Box) -> Placement:
        """Return where the plane lies on a picture that shows it in `box`."""
        return Placement(self.limits, box)

    def chunk_rows(self) -> int:
        """Return how many rows to place at a time: what stays in the cache."""
        return max(1, _CHUNK // int(self.points.shape[1]))

    def _find_limits(self) -> Limits:
        def make() -> NDArray[np.float64]:
            return np.array([np.inf, -np.inf, np.inf, -np.inf])

        def look(extremes: NDArray[np.float64], start: int, stop: int) -> None:
            bounds(self.project_rows(start, stop), extremes)

        rows, threads = self.chunk_rows(), default_threads()
        extremes = np.array(fold_chunks(make, look, len(self.points), rows, threads))
        low, high = extremes.min(axis=0), extremes.max(axis=0)
        xmin, xmax = padded(float(low[0]), float(high[1]))
        if self.on_a_line:
            return xmin, xmax, 0.0, 1.0
        return xmin, xmax, *padded(float(low[2]), float(high[3]))


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
