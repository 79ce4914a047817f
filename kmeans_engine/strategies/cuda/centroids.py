"""Centroids on their way to the device: placed by the CPU's code, sent in one copy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import cuda

from kmeans_engine.arrays import Clusters, Floats
from kmeans_engine.kernels.cuda.look import TOGETHER
from kmeans_engine.points.data import Data
from kmeans_engine.strategies.cuda.stages import DeviceArray, Placed
from kmeans_engine.strategies.scores import Scores

__all__ = ["Centroids"]

# Where arrays may begin.
_ALIGNED = 256


class _Packet:
    """Arrays on the host, pinned, and their twins on the device, which one copy brings up to date.

    Parameters
    ----------
    shapes : sequence
        Shape and type of each array.
    """

    def __init__(self, *shapes: tuple[tuple[int, ...], npt.DTypeLike]) -> None:
        kinds = [(shape, np.dtype(dtype)) for shape, dtype in shapes]
        sizes = [math.prod(shape) * dtype.itemsize for shape, dtype in kinds]
        ends = np.cumsum([-(-size // _ALIGNED) * _ALIGNED for size in sizes]).tolist()
        self._host = cuda.pinned_array(ends[-1], dtype=np.uint8)
        self._host[:] = 0
        self._device = cuda.device_array(ends[-1], dtype=np.uint8)
        self.host: list[npt.NDArray[Any]] = []
        self.device: list[DeviceArray] = []
        for (shape, dtype), size, start in zip(kinds, sizes, [0, *ends], strict=False):
            some = slice(start, start + size)
            self.host.append(self._host[some].view(dtype).reshape(shape))
            self.device.append(self._device[some].view(dtype).reshape(*shape))

    def send(self, stream: Any) -> None:
        """Copy all; the stream must be waited for before the arrays on the host change."""
        self._device.copy_to_device(self._host, stream=stream)


class Centroids:
    """The centroids of one run, as they are scored on the device.

    Parameters
    ----------
    points : Data
        Gives centre and scale.
    k : int
    stream
        Of the run.
    """

    def __init__(self, points: Data, k: int, stream: Any) -> None:
        n, dtype = points.n_features, points.measure.dtype
        self._scores = Scores(points, k, dtype=dtype)
        self._spent, self._hides = np.zeros(k), False
        rows = -(-k // TOGETHER) * TOGETHER
        self._packet = _Packet(
            ((k, n), np.float64), ((rows, n), np.float32), ((n,), np.float32), ((k,), np.float64),
            ((k,), np.float32),
        )  # fmt: skip
        self._packet.host[1][k:] = np.inf
        self._center = cuda.to_device(self._scores.record.center, stream=stream)

    def send(self, stream: Any) -> None:
        """Copy what was placed; the stream must be waited for before other centroids are placed."""
        self._packet.send(stream)

    def place(self, centroids: Floats, moved: Clusters | None = None) -> Placed:
        """Take other centroids, of which those in `moved` differ; by default, and at first, all.

        The times of the points go by what this adds to `spent`: see `kernels.bounds`, with all
        other centroids as neighbours.
        """
        scores, record = self._scores, self._scores.record
        k = len(centroids)
        is_first = scores.n_distinct == 0
        scores.place(centroids, moved)
        C, P, reach, spent, threshold = self._packet.host
        rows = scores.moved
        C[rows] = centroids[rows]
        if self._hides:  # those that were hidden may be seen
            P[:k] = record.P[:k]
        else:
            P[rows] = record.P[rows]
        reach[:] = record.reach
        if not is_first:
            self._spent += scores.shifts + _largest_other(scores.shifts)
            self._spent *= 1.0 + 1e-9
        spent[:] = self._spent
        with np.errstate(over="ignore"):
            threshold[:] = self._spent * (1.0 + 2.0**-22)
        self._hides = scores.n_distinct < k
        if self._hides:
            _, lowest, counts = np.unique(centroids, axis=0, return_index=True, return_counts=True)
            never = np.ones(k, dtype=np.bool_)
            never[lowest] = False
            P[:k][never] = np.inf
            spent[lowest[counts > 1]] = -np.inf
        C, P, reach, spent, threshold = self._packet.device
        return Placed(
            C=C, P=P, reach=reach, spent=spent, threshold=threshold, center=self._center,
            scale=record.scale,
            rho=record.rho, kappa=record.kappa, delta_unit=record.delta_unit, root=record.root,
        )  # fmt: skip


def _largest_other(shifts: Floats) -> Floats:
    """Return for each centroid the largest shift of the others, (K,)."""
    if len(shifts) == 1:
        return np.zeros(1)
    first = int(shifts.argmax())
    largest = np.full(len(shifts), shifts[first])
    largest[first] = np.delete(shifts, first).max()
    return largest
