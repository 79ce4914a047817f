"""Which points are on a page, in which order, and how exactly. Knows no clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.html.order import along_hilbert
from renderers.html.rounding import rounded

if TYPE_CHECKING:
    from renderers.html.payload import Payload
    from renderers.plane.plane import Plane
    from renderers.plane.view import View
    from renderers.scene import Panel

__all__ = ["PagePoints", "choose_points", "straight"]

# Values that are kept as the floats they are: half a megabyte, which gzip hardly packs.
_FLOATS = 1 << 16
# Values that are kept in 16 bits; of more there are only the places on the plane.
_VALUES = 1 << 21
_CHUNK = 1 << 20  # values that are looked at at a time


@dataclass(frozen=True)
class PagePoints:
    """The points of a page.

    Attributes
    ----------
    step : int
        Every step-th point is there (of an image: of its rows, and of its columns).
    place : ndarray, (M or fewer,), int64
        Where in the page the points are that may be there, or -1: point r of the run is
        ``place[r // step]`` if `step` divides r. Of an image: ``place[r]``.
    count : int
        How many there are.
    whole : bool
        Whether a page holds the values, and K-means can go on there if it has all points.
    image : bool
        Whether they are pixels.
    said : dict
        What the head says of them.
    """

    step: int
    place: NDArray[np.int32]
    count: int
    whole: bool
    image: bool
    said: dict[str, Any]

    def places_of(self, rows: range | NDArray[np.integer]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return which of some points are on the page, as a mask or indices, and where."""
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, range) else rows
        if self.image:
            found = self.place[numbers]
        elif self.step == 1:
            return np.arange(len(numbers)), self.place[numbers]
        else:
            some = np.flatnonzero(numbers % self.step == 0)
            return some, self.place[numbers[some] // self.step]
        some = np.flatnonzero(found >= 0)
        return some, found[some]


def choose_points(panel: Panel, most: int, payload: Payload) -> PagePoints:
    """Put the points of a panel into a payload, `most` of them at most.

    Parameters
    ----------
    panel : Panel
        Of all panels of a page, which share their points.
    most : int
        How many points there may be.
    payload : Payload
        Where their sections go.
    """
    view = panel.view
    image = None if panel.image is None else _thinned(panel, most)
    if image is not None:
        step, rows, picture = image
    else:
        step = -(-view.points.n_points // most)
        rows, picture = np.arange(0, view.points.n_points, step), None
    features = view.points.n_features
    offset, scale = view.plane.offset.tolist(), view.plane.scale.tolist()
    said: dict[str, Any] = {
        "n": view.points.n_points, "features": features, "names": list(view.feature_names),
        "shown": len(rows), "step": step, "offset": offset, "scale": scale,
        "rows": None, "image": None, "density": None,
    }  # fmt: skip
    whole = features <= 2 or len(rows) * features <= _VALUES
    values = _taken(view, rows, step, whole, image is not None)
    places = view.plane.project(values, rows) if whole else values
    if whole or not view.plane.is_bent:
        xmin, xmax, ymin, ymax = view.limits
        # Outliers, and what has no logarithm, would leave the curve few cells for the others.
        places = places.clip((xmin, ymin), (xmax, ymax))
    stored = _stored(values, whole, view.points.measure.single)
    order = np.arange(len(rows))
    # The order of floats costs more than it saves of them.
    if picture is None and stored.array.dtype.kind != "f":
        order = along_hilbert(places)
        if not (np.diff(order) == 1).all():
            said["rows"] = payload.add(order.astype(np.uint32), "planes")
    section = payload.add(stored.array[order], stored.coding)
    said |= {"values": section, "places": None} if whole else {"values": None, "places": section}
    said |= {"base": stored.base, "exponent": stored.exponent, "exact": stored.exact}
    if picture is None:
        place = np.empty(len(rows), dtype=np.int32)
        place[order] = np.arange(len(rows), dtype=np.int32)
    else:
        place = np.full(view.points.n_points, -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        said["image"] = _described(picture, panel, payload)
    complete = whole and len(rows) == view.points.n_points
    said["continues"] = complete and not panel.steps and not view.points.weighted
    if view.points.weighted:
        said["weighted"] = True
    return PagePoints(step, place, len(rows), whole, image is not None, said)


def straight(plane: Plane) -> Plane:
    """Return a plane without logarithms, which a page takes itself."""
    return plane._replace(logs=(False, False))


def _taken(
    view: View, rows: NDArray[np.intp], step: int, whole: bool, image: bool
) -> NDArray[np.float64]:
    """Return the values of some points, or their places on the plane."""
    points = view.points
    if whole:
        return points.take(rows) if image else points.sample(step)
    size = max(1, _CHUNK // points.n_features)
    starts = range(0, len(rows), size)
    plane = straight(view.plane)
    chunks = (rows[start : start + size] for start in starts)
    return np.concatenate([plane.project(points.take(some), some) for some in chunks])


class _Stored(NamedTuple):
    """An array as a page holds it."""

    array: NDArray[Any]
    coding: str
    base: list[int] | None
    exponent: list[int] | None
    exact: bool


def _stored(values: NDArray[np.float64], whole: bool, single: bool) -> _Stored:
    """Return values or places as they are, if there are few, or rounded."""
    numbers, base, exponent, exact = rounded(values)
    if whole and not exact and values.size <= _FLOATS:
        return _Stored(
            values.astype(np.float32 if single else np.float64), "planes", None, None, True
        )
    return _Stored(numbers, "delta", base, exponent, whole and exact)


_Picture = tuple[int, int, NDArray[np.uint8] | None]


def _thinned(panel: Panel, most: int) -> tuple[int, NDArray[np.intp], _Picture]:
    """Return the step of an image's rows and columns, the points on the page, and the picture."""
    assert panel.image is not None
    height, width = panel.image
    step = 1
    while -(-height // step) * -(-width // step) > most:
        step = max(step + 1, math.isqrt(height * width // most))
    if panel.alpha is None:
        numbers = np.arange(height * width).reshape(height, width)
    else:
        opaque = panel.alpha != 0
        numbers = np.where(opaque, np.cumsum(opaque) - 1, -1).reshape(height, width)
    while (numbers[::step, ::step] < 0).all():  # of a picture that is clear but for some pixels
        step -= 1
    thin = numbers[::step, ::step]
    rows = thin[thin >= 0]
    alpha = None
    if panel.alpha is not None:
        alpha = panel.alpha.reshape(height, width)[::step, ::step]
    return step, rows, (*thin.shape, alpha)


def _described(picture: _Picture, panel: Panel, payload: Payload) -> dict[str, Any]:
    height, width, alpha = picture
    section = None if alpha is None else payload.add(alpha, "raw")
    return {"height": height, "width": width, "alpha": section, "white": panel.white}
