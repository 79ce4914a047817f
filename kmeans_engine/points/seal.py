"""Whether the points are still those that were measured, for a run and for its inertia.

The points are the caller's own array, read in place: whoever writes to it changes what the engine
reads. A copy of them would take as much memory again. Instead every bit is digested while the
points are measured, and again before an answer that depends on it is given: at the end of a run,
and for an inertia. Ten million points of two features take 3 ms as float32 and 5 ms as float64.
The strategy that sorts a copy looks at it once, and not at the caller's array again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Rows
from kmeans_engine.errors import InvalidInput
from kmeans_engine.kernels.digest import digest

__all__ = ["Digest", "Seal", "add_digest", "bits", "changed_error", "no_digest", "sum_digests"]

#: (2,): see `kernels.digest`.
Digest = npt.NDArray[np.uint64]


def no_digest(_: int = 0) -> Digest:
    """Return the digest of no rows at all."""
    return np.zeros(2, dtype=np.uint64)


def add_digest(total: Digest, start: int, X: Rows) -> None:
    """Add to `total` the digest of rows `start` and following, as kernels read them."""
    digest(bits(X).reshape(-1), start * X.shape[1], total)


def bits(X: Rows) -> npt.NDArray[np.unsignedinteger]:
    """Return the same memory as unsigned integers of the same size."""
    return X.view(np.uint32 if X.itemsize == 4 else np.uint64)


def sum_digests(parts: Sequence[Digest]) -> bytes:
    """Return the digest of all parts, in any order."""
    return (parts[0] if len(parts) == 1 else np.sum(parts, axis=0)).tobytes()


def changed_error(name: str) -> InvalidInput:
    """Return the error for points, or weights, that are not those that were measured."""
    call = "points.copy()" if name == "points" else f"points, {name}={name}.copy()"
    return InvalidInput(
        f"the {name} have been changed since Engine(points) measured them, so what was computed "
        f"since is not to be trusted: make another Engine, or give it a copy, "
        f"Engine({call}), and change yours"
    )


class _Part(Protocol):
    def vouch(self) -> None: ...


class Seal:
    """Remembers when the points were last found to be as they were measured.

    Parameters
    ----------
    parts : sequence
        The parts of the points.
    """

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        # Checks are numbered: the newest that has begun, and that found no change.
        self._begun = self._passed = 0

    @property
    def now(self) -> int:
        """Number of this moment, for `vouch`."""
        return self._begun

    def check(self) -> None:
        """Look at every bit of the points, or of a file whether it is the same.

        Raises
        ------
        InvalidInput
            If any has changed.
        """
        with self._lock:
            self._begun += 1
            number = self._begun
        for part in self._parts:
            part.vouch()
        with self._lock:
            self._passed = max(self._passed, number)

    def vouch(self, moment: int) -> None:
        """Check, unless a check that began after `moment` has found no change; errors as there."""
        if self._passed <= moment:
            self.check()
