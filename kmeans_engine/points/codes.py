"""Points rounded to bytes. Made once per engine, shared by its runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Rows
from kmeans_engine.kernels.screen import Codes, quantize_points
from kmeans_engine.points.data import Data

__all__ = ["CodedPoints"]

# Values of the sample that decides how to round.
_SAMPLE = 1 << 16
# The largest byte.
_MOST = 127.0
# A range whose inverse may overflow.
_TINY = 1e-290
# How often the range is halved at most: beyond that, clipping costs more than coarse steps.
_HALVED = 12


class CodedPoints:
    """The points, rounded to bytes: a quarter of float32, and eight bytes a point besides.

    Parameters
    ----------
    data : Data
        The points.

    Attributes
    ----------
    zero : ndarray, (N,), float64
        What 0 stands for.
    inverse : float
        Steps in a unit of the points.
    record : Codes
        As kernels read them.
    """

    def __init__(self, data: Data) -> None:
        m, n = data.n_points, data.n_features
        self.zero, self.inverse = _choose_steps(data)
        width = -(-n // 4) * 4
        codes = data.budget.empty((m, width), np.uint8)
        norms, errors = data.budget.empty(m, np.int32), data.budget.empty(m, np.float32)

        def quantize(_: None, start: int, X: Rows) -> None:
            quantize_points(X, start, self.zero, self.inverse, codes, norms, errors)

        data.fold(_nothing, quantize, work_per_row=16 * n)
        self.record = Codes(words=codes.view(np.int32), norms=norms, errors=errors)


def _nothing(_: int) -> None:
    return None


def _choose_steps(data: Data) -> tuple[Floats, float]:
    """Return what 0 stands for, and steps per unit, with the least error for the points at large.

    Where a few values are far from all others, they are clipped, so that the steps stay small.
    """
    sample = data.sample(max(data.n_points * data.n_features // _SAMPLE, 1))
    low, high = sample.min(axis=0), sample.max(axis=0)
    zero = 0.5 * low + 0.5 * high
    if data.measure.integral.all():
        zero = np.rint(zero)
        if max((high - zero).max(), (zero - low).max()) <= _MOST:
            return zero, 1.0
    distances = np.abs(sample - zero)
    reach = float(distances.max())
    if reach < _TINY:  # one step is longer than all there is, and rules nothing out
        return zero, 1.0
    best, error = reach, _mean_error(distances, reach / _MOST)
    for halved in range(1, _HALVED):
        less = _mean_error(distances, reach / 2.0**halved / _MOST)
        if less < error:
            best, error = reach / 2.0**halved, less
    return zero, _MOST / best


def _mean_error(distances: npt.NDArray[np.float64], step: float) -> float:
    """Return how far points are on average from what they are rounded to."""
    with np.errstate(over="ignore"):
        rounded = np.minimum(np.rint(distances / step), _MOST) * step
        return float(np.sqrt(np.square(distances - rounded).sum(axis=1)).mean())
