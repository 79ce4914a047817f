"""What looks at the points of a piece: the interface between the host and all kinds of kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

__all__ = ["List", "Piece", "Placed", "Stage"]

# An array on the device: `numba.cuda`'s, with ``__cuda_array_interface__``.
DeviceArray = Any


class List(NamedTuple):
    """Numbers of points, counted from the first point of the piece, in any order, each once.

    Attributes
    ----------
    points : device array, (R,), uint32
        Room for all points of the piece.
    total : device array, (1,), uint32
        How many are listed; a stage that adds to it reserves places by an atomic addition.
    whole : bool
        All R points are meant, and neither array counts.
    """

    points: DeviceArray
    total: DeviceArray
    whole: bool = False


@dataclass
class Placed:
    """Centroids as stages score them: see `kernels.assign` for names and bounds, all on the device.

    Attributes
    ----------
    C : (K, N) float64
        The centroids.
    P : (>= K, N) float32
        Centred and scaled, and rows of inf up to a multiple of `kernels.cuda.look.TOGETHER`. One
        that equals an earlier centroid is inf, since it never wins.
    center : (N,), and scale
        Of the type of the points; on the host, `scale` is a number and a power of two.
    reach : (N,) float32
        The largest |c'_n|, rounded up.
    spent : (K,) float64
        See `kernels.bounds`; -inf where a later centroid is in the same place, which has no part in
        any gap: so all gaps there count for nothing.
    threshold : (K,) float32
        A label stands while the point's expiry is more.
    rho, kappa, delta_unit, root : float
        The margin of float32 scores, on the host.
    """

    C: DeviceArray
    P: DeviceArray
    center: DeviceArray
    scale: Any
    reach: DeviceArray
    spent: DeviceArray
    threshold: DeviceArray
    rho: float
    kappa: float
    delta_unit: float
    root: float


@dataclass
class Piece:
    """R points that follow one another, on the device.

    Attributes
    ----------
    X : (R, N) float32 or float64, in C order
        As they are, neither centred nor scaled.
    labels : (R,) unsigned integers, in and out
        The smallest type that holds K - 1.
    expiry : (R,) float32, in and out
        When to look at each again: at most ``(spent[k] + gap) (1 - 2^-22)`` for the new label k,
        where `gap` is at least 0 and a lower bound, in units of the scores, of how much farther
        every other centroid is.
    before : (R,), of the type of the labels
        The labels that were; of the points in `changed` only, at the same places.
    changed : List
        The points whose label changed.
    first_look : bool
        There were no labels yet: nothing is listed in `changed`.
    """

    X: DeviceArray
    labels: DeviceArray
    expiry: DeviceArray
    before: DeviceArray
    changed: List
    first_look: bool


class Stage(Protocol):
    """Looks at points, and settles those that it can decide beyond doubt.

    To settle a point is: write its label and its expiry, and, if the label is another one and it is
    not the first look, put it into ``piece.changed`` with its old label. The last stage is the
    definition, which settles all.
    """

    def look(self, piece: Piece, placed: Placed, todo: List, left: List, stream: Any) -> None:
        """Launch kernels on a stream of `numba.cuda`, and wait for nothing.

        Parameters
        ----------
        piece : Piece
        placed : Placed
        todo : List
            The points to look at; their number is known on the device only.
        left : List
            Gets those that remain open. Its total is 0 before.
        stream
            Has ``__cuda_stream__``, so `cuda.core` takes it as well.
        """
