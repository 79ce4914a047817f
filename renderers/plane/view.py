"""How points of any number of features are laid on a plane. Knows no pixels and no colours."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Corners, Visible
from renderers.errors import InvalidOption
from renderers.plane.aspect import units_of, where_on_earth
from renderers.plane.components import component_label, principal_components
from renderers.plane.extent import extent_of
from renderers.plane.limits import ALL, asked_limits, limits_of
from renderers.plane.placement import Box, Limits, Placement, widened
from renderers.plane.plane import Plane
from renderers.plane.shared import Shared, roomy, shared_places
from renderers.plane.solid import Solid, solid_of
from renderers.plane.weighing import Weighing, weighing_of

__all__ = ["TURNED", "View"]

_SAMPLE = 200_000  # points that are looked at ...
_SAMPLED = 1 << 23  # ... unless they have more values
_SHARED = 0.5  # of the area, that the room around shared places takes
#: Points of a solid at most, which are sorted by depth for every frame.
TURNED = 20_000


class View:
    """Points on a plane: a line, the plane itself, two features, or two principal components.

    Parameters
    ----------
    points : array_like, (M, N), or Visible
        The points as they were clustered, wherever they are: what an `Engine` takes, or what one
        has opened.
    axes : tuple of int, optional
        Two features to draw, or three of a solid. By default both of two, a longitude across and a
        latitude up, and the first two principal components of more; of a solid the three features,
        and the first three principal components of more.
    names : sequence of str, optional
        Names of the features, for the labels of the axes.
    offset, scale : array_like, (N,), optional
        Units of the picture: drawn = value * scale + offset. Principal components are drawn in
        clustered units, and their labels say so.
    aspect : {"equal", "auto"}
        Whether distances look as they are: a clustered unit, or on a map a kilometre, is as long on
        both axes, unless their spans differ by more than 20 times.
    limits : iterable of float, or str, optional
        What is to be seen, ``x0, x1, y0, y1`` in the units of the picture, or ``"all"``. By default
        all points but outliers: fewer than 0.5% of them that would take more than half of an axis.
    log : {"", "x", "y", "xy"}
        Axes with a logarithmic scale; points without a logarithm lie outside.
    view : {"2d", "3d"}
        Whether the points are drawn as a solid that is turned.

    Attributes
    ----------
    points : Visible
        Those.
    axes : tuple of int or None
        As given; None for a solid.
    plane : Plane
        Where a value lies.
    limits : tuple of float
        ``(xmin, xmax, ymin, ymax)``, places on the plane: what is seen at least. How much more a
        box has room for, `placed` tells.
    units : tuple of float or None
        Lengths along the two axes that are drawn equally long; None if each fills its side.
    labels : tuple of str
        Of the horizontal and the vertical axis; may be empty.
    solid : Solid or None
        Where a value lies if it is drawn as a solid; `plane` is then one of its sides.
    turned : ndarray of intp, (S,)
        The points of a solid that are drawn: evenly spaced ones if there are many, and no outliers.
    is_part : bool
        Whether somebody looks at a part of the plane, and knows that there is more.

    Raises
    ------
    InvalidOption
        If these points cannot be drawn like that.
    """

    def __init__(
        self,
        points: Visible | ArrayLike,
        *,
        axes: tuple[int, ...] | None = None,
        names: Sequence[str] = (),
        offset: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        aspect: str = "equal",
        limits: Iterable[float] | str | None = None,
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
                    f"{word} needs an entry for each feature, {features} in all, and has {count}"
                )
        if aspect not in ("equal", "auto"):
            raise InvalidOption(f"aspect={aspect!r} must be 'equal' or 'auto'", option="aspect")
        _check_view(view, features, log, limits)
        self.axes: tuple[int, int] | None = None
        self.is_part = False
        self._given: dict[str, Any] = {
            **{"names": names, "offset": offset, "scale": scale, "aspect": aspect},
            "limits": ALL if _is_all(limits) else None,
        }
        three: tuple[int, ...] = ()
        if axes is not None:
            three = _checked_axes(axes, features, 3 if view == "3d" else 2)
            columns = three[0], three[1]
            self.axes = columns if view == "2d" else None
        else:
            columns = where_on_earth(names) or (0, min(1, features - 1))
        logs = _checked_log(log, features, axes)
        rows, sample = self._sample()
        components = None
        if axes is None and features > 2:
            centre, basis, shares = principal_components(sample)
            components = centre, basis
            of = "" if scale is None and offset is None else " of the scaled features"
            self.labels = (component_label(1, shares[0], of), component_label(2, shares[1], of))
        else:
            self.labels = _labels(columns, features, names, logs)
        self.plane = Plane(
            columns,
            np.zeros(features) if offset is None else np.asarray(offset, dtype=np.float64),
            np.ones(features) if scale is None else np.asarray(scale, dtype=np.float64),
            components,
            logs,
        )
        self._places = self.plane.project(sample, rows)  # of evenly spaced points
        extent = extent_of(self.points, self.plane)
        if extent is None:
            raise InvalidOption(
                f"log={log!r} needs points with values above 0 along such an axis, and there are "
                f"none: leave log out, or draw other axes",
                option="log",
            )
        self._extent = extent
        if limits is None or _is_all(limits):
            everything = limits is not None
            self.limits = limits_of(
                self.points, self.plane, self._places, extent, everything=everything
            )
            if self.shared is not None:
                self.limits = roomy(self.limits, self.shared)
        else:
            self.limits = asked_limits(limits, self.plane)
        along = [str(names[n]) for n in columns] if len(names) and not components else []
        self.units = units_of(self.plane, self.limits, along) if aspect == "equal" else None
        self.solid: Solid | None = None
        if view == "3d":
            self._make_solid(three, names, aspect == "equal", _is_all(limits))

    def _make_solid(
        self, columns: tuple[int, ...], names: Sequence[str], equal: bool, everything: bool
    ) -> None:
        step = -(-self.points.n_points // TURNED)
        sample = self.points.sample(step)
        components = None
        if not columns and self.points.n_features > 3:
            centre, basis, shares = principal_components(sample, 3)
            components = centre, basis
            labels = tuple(component_label(n + 1, share, "") for n, share in enumerate(shares))
        else:
            columns = columns or (0, 1, 2)
            labels = tuple(str(names[n]) if len(names) else f"feature {n}" for n in columns)
        self.solid = solid_of(
            sample, columns, components, labels, equal=equal, everything=everything
        )
        inside = self.solid.holds(self.solid.place(sample))
        self.turned = np.arange(0, self.points.n_points, step)[inside]

    def with_axes(self, axes: tuple[int, int] | None) -> View:
        """Return the view of the same points in the same units along other axes."""
        return View(self.points, axes=axes, **self._given)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the features are called; by their numbers if they have no names."""
        names = tuple(map(str, self._given["names"])) or self.points.names
        return names or tuple(f"feature {n}" for n in range(self.points.n_features))

    def within(self, limits: Limits) -> View:
        """Return the view of another part of the same plane; the points are not looked at again.

        Parameters
        ----------
        limits : tuple of float
            As the attribute: places on the plane.
        """
        _ = self.spread  # centroids keep their size, however closely they are looked at
        part = copy.copy(self)
        part.__dict__.pop("n_seen", None)
        part.limits, part.is_part = limits, True
        return part

    @functools.cached_property
    def n_seen(self) -> int:
        """How many points there are to see: all, or of a part of the plane about how many."""
        if not self.is_part:
            return self.points.n_points
        xmin, xmax, ymin, ymax = self.limits
        x, y = self._places.T
        inside = (x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)
        return max(1, round(float(inside.mean()) * self.points.n_points))

    def corners(self, placement: Placement, reach: float) -> Corners | None:
        """Return the least and the largest values that points on a picture may have.

        Parameters
        ----------
        placement : Placement
            Where the plane lies on the picture.
        reach : float
            Pixels beyond its box that count as well.

        Returns
        -------
        tuple of ndarray, (N,), or None
            In clustered units, endless for features that are not drawn; None for components.
        """
        if self.plane.components is not None or not (placement.box.width and placement.box.height):
            return None
        left, top, width, height = placement.box
        zero = np.zeros(self.points.n_features)
        ends = np.stack(
            [
                self.plane.moved(zero, placement.on_plane(left - reach, top + height + reach)),
                self.plane.moved(zero, placement.on_plane(left + width + reach, top - reach)),
            ]
        )
        low, high = np.full((2, self.points.n_features), np.inf)
        low *= -1
        drawn = list(self.plane.columns[: 1 if self.plane.is_line else 2])
        low[drawn], high[drawn] = ends[:, drawn].min(axis=0), ends[:, drawn].max(axis=0)
        return low, high

    @functools.cached_property
    def spread(self) -> float:
        """Share of the limits' area that the points would fill evenly, 0..1.

        Of a sample: the inverse participation ratio of their shares of 32 x 32 cells. Points that
        share few places fill the room between these.
        """
        if self.shared is not None:
            return _SHARED
        xmin, xmax, ymin, ymax = self.limits
        cells = 32
        with np.errstate(over="ignore", invalid="ignore"):
            x = (self._places[:, 0] - xmin) / (xmax - xmin) * cells
            y = (self._places[:, 1] - ymin) / (ymax - ymin) * cells
        seen = (x >= 0) & (x <= cells) & (y >= 0) & (y <= cells)
        if not seen.any():
            return 1.0
        i, j = (along[seen].astype(np.intp).clip(0, cells - 1) for along in (x, y))
        shares = np.bincount(i * cells + j) / seen.sum()
        return float(1 / (shares**2).sum() / cells**2)

    @functools.cached_property
    def weighing(self) -> Weighing | None:
        """How points count by their weights; None if all weigh the same, or have none."""
        return weighing_of(self.points)

    @functools.cached_property
    def shared(self) -> Shared | None:
        """The places of the points, where many share few of them; else None."""
        return shared_places(self.points, self.plane, self._places, self.weighing)

    def share_of(self, box: Box) -> float:
        """Return the share of a box that the limits take, 0..1: the rest is room at both ends."""
        xmin, xmax, ymin, ymax = self.limits
        left, right, bottom, top = self.placed(box).limits
        return (xmax - xmin) / (right - left) * ((ymax - ymin) / (top - bottom))

    def placed(self, box: Box) -> Placement:
        """Return where the plane lies on a picture that shows it in `box`."""
        limits = self.limits if self.units is None else widened(self.limits, box, self.units)
        return Placement(limits, box)

    def hides(self, placement: Placement) -> bool:
        """Return whether any point lies outside what is seen."""
        (xmin, xmax, ymin, ymax), (left, right, bottom, top) = placement.limits, self._extent
        beyond = left < xmin or right > xmax
        if not self.plane.is_line:
            beyond = beyond or bottom < ymin or top > ymax
        return beyond or self._endless

    @functools.cached_property
    def _endless(self) -> bool:
        """Whether there are points without a logarithm."""
        measure = self.points.measure
        ends = self.plane.original(np.stack([measure.low, measure.high]))
        along = zip(self.plane.columns, self.plane.logs, strict=True)
        return any(is_log and ends[:, n].min() <= 0 for n, is_log in along)

    def _sample(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the numbers of evenly spaced points, and the points."""
        most = max(1, min(_SAMPLE, _SAMPLED // self.points.n_features))
        step = -(-self.points.n_points // most)
        return np.arange(0, self.points.n_points, step), self.points.sample(step)


def _is_all(limits: Iterable[float] | str | None) -> bool:
    return isinstance(limits, str) and limits.strip().lower() == ALL


def _labels(
    columns: tuple[int, int], features: int, names: Sequence[str], logs: tuple[bool, bool]
) -> tuple[str, str]:
    """Return the labels of axes along features."""
    if len(names):
        a, b = (str(names[n]) for n in columns)
    elif features > 2:
        a, b = (f"feature {n}" for n in columns)
    else:
        a, b = "", ""
    a, b = (
        f"{label} (log scale)".strip() if is_log else label
        for label, is_log in zip((a, b), logs, strict=True)
    )
    return a, b if features > 1 else ""


def _checked_log(log: str, features: int, axes: tuple[int, ...] | None) -> tuple[bool, bool]:
    """Return whether each axis is logarithmic."""
    letters = set(str(log))
    if not letters <= {"x", "y"} or len(str(log)) > 2:
        raise InvalidOption(f"log={log!r} must be 'x', 'y' or 'xy'", option="log")
    if "y" in letters and features == 1:
        raise InvalidOption(
            f"log={log!r} needs a vertical axis, the points have one feature: give log='x'",
            option="log",
        )
    if letters and features > 2 and axes is None:
        raise InvalidOption(
            f"log={log!r} needs features along its axes, and principal components are drawn: name "
            f"two features with axes",
            option="log",
        )
    return "x" in letters, "y" in letters


def _check_view(view: str, features: int, log: str, limits: object) -> None:
    """Raise if points cannot be turned, or were not to be."""
    if view not in ("2d", "3d"):
        raise InvalidOption(f"view={view!r} must be '2d' or '3d'", option="view")
    if view == "2d":
        return
    if features < 3:
        raise InvalidOption(
            f"view={view!r} needs points of three features, these have {features}: leave view out",
            option="view",
        )
    if log:
        raise InvalidOption(f"log={log!r} has no effect with a 3d view", option="log")
    if limits is not None and not (isinstance(limits, str) and _is_all(limits)):
        raise InvalidOption(
            f"limits={limits!r} has no effect with a 3d view: leave it out, or give 'all'",
            option="limits",
        )


def _checked_axes(axes: tuple[int, ...], features: int, count: int) -> tuple[int, ...]:
    number = {2: "two", 3: "three"}[count]
    needs = f"axes={axes!r} must be {number} different features of 0..{features - 1}"
    if features < 2:
        raise InvalidOption(f"axes={axes!r} needs two features, the points have 1: leave axes out")
    try:
        found = tuple(int(n) for n in axes)
        valid = found == tuple(axes) and len({*found} & {*range(features)}) == len(found) == count
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise InvalidOption(
            f"{needs}: give {number} column numbers, such as {tuple(range(count))}", option="axes"
        )
    return found
