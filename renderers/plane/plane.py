"""Where values of any number of features lie on a plane. Knows no points, and can be pickled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.plane.places import logarithms, place, project

__all__ = ["BASE", "TOP_OF_BAND", "Plane"]

#: The height at which centroids of one feature lie, 0..1: points below, their density above.
BASE = 0.36
#: The height at which the points end.
TOP_OF_BAND = 0.29

_FOOT_OF_BAND = 0.05
_LARGEST_LOG = 308.0  # of a float64; limits reach farther
_GOLDEN = 0.6180339887498949

Floats = NDArray[np.float64]


class Plane(NamedTuple):
    """A line, the plane itself, two features, or two principal components.

    Attributes
    ----------
    columns : tuple of int
        The features that are drawn; the same one twice for points of one feature.
    offset, scale : ndarray, (N,)
        Units of the picture: drawn = value * scale + offset.
    components : tuple of ndarray, (N,) and (2, N), or None
        A centre and the directions of principal components, which are drawn in clustered units.
    logs : tuple of bool
        Whether the horizontal and the vertical axis are logarithmic: then places along it are
        decimal logarithms of values in the units of the picture. Values without one lie at -inf.
    """

    columns: tuple[int, int]
    offset: Floats
    scale: Floats
    components: tuple[Floats, Floats] | None = None
    logs: tuple[bool, bool] = (False, False)

    @property
    def is_line(self) -> bool:
        """Whether the vertical position means nothing (values of one feature)."""
        return len(self.scale) == 1

    @property
    def is_whole(self) -> bool:
        """Whether a place on the plane says all about a value: of one or two features."""
        return len(self.scale) <= 2

    @property
    def is_bent(self) -> bool:
        """Whether straight lines between values are curves on the plane."""
        return any(self.logs)

    def original(self, values: Floats) -> Floats:
        """Return values, (R, N), in the units of the picture: value * scale + offset."""
        return values * self.scale + self.offset

    def project(
        self, values: NDArray[Any], rows: range | NDArray[np.integer] | None = None
    ) -> Floats:
        """Place points or centroids on the plane.

        Parameters
        ----------
        values : ndarray, (R, N)
            In clustered units.
        rows : range or ndarray, (R,), optional
            The numbers of the points that `values` are; None for centroids. They spread points of
            one feature over a band (multiples of the golden ratio); centroids lie at `BASE`.

        Returns
        -------
        ndarray, (R, 2), float64
            A row's place does not depend on the rows around it, to the last bit.
        """
        xy = np.empty((len(values), 2))
        if self.components is not None:
            centre, basis = self.components
            project(np.ascontiguousarray(values, dtype=np.float64), centre, basis, xy)
            return xy
        if values.dtype not in (np.float32, np.float64) or not values.flags.c_contiguous:
            values = np.ascontiguousarray(values, dtype=np.float64)
        values = values.view()
        values.flags.writeable = False  # one kernel for what may be written and what may not
        place(values, *self.columns, self.scale, self.offset, xy)
        for axis, is_log in enumerate(self.logs):
            if is_log:
                logarithms(xy, axis)
        if self.is_line:
            if isinstance(rows, range):
                rows = np.arange(rows.start, rows.stop)
            high = TOP_OF_BAND - _FOOT_OF_BAND
            spread = None if rows is None else (rows + 1) * _GOLDEN % 1.0
            xy[:, 1] = BASE if spread is None else _FOOT_OF_BAND + high * spread
        return xy

    def moved(self, value: Floats, xy: Floats) -> Floats:
        """Return the value nearest to `value` that lies at `xy` on the plane.

        Parameters
        ----------
        value : ndarray, (N,)
            In clustered units, such as a centroid that is dragged.
        xy : ndarray, (2,)
            A place on the plane, in the units of the picture.

        Returns
        -------
        ndarray, (N,), float64
            Features that the picture does not show are those of `value`.
        """
        found = np.array(value, dtype=np.float64)
        if self.components is not None:
            _, basis = self.components
            found += (xy - self.project(found[None])[0]) @ basis
            return found
        return self._put(found, xy)

    def lift(self, xy: Floats) -> Floats:
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
        return self._put(np.empty((len(xy), len(self.scale))), xy)

    def _put(self, values: Floats, xy: Floats) -> Floats:
        for axis, n in enumerate(self.columns[: 1 if self.is_line else 2]):
            drawn = xy[..., axis]
            if self.logs[axis]:
                drawn = 10.0 ** np.minimum(drawn, _LARGEST_LOG)
            values[..., n] = (drawn - self.offset[n]) / self.scale[n]
        return values
