"""The labels of a run on the device, which stay there until somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import LabelArray
from kmeans_engine.label_history import LabelHistory, Part
from kmeans_engine.labels import IndexSet
from kmeans_engine.runtime.memory import Budget

__all__ = ["DeviceHistory", "Found"]


class Found:
    """The points whose labels a step has changed, see `ChangedPoints`: fetched when asked for.

    Parameters
    ----------
    count, size : int
        How many of how many points.
    fetch : callable
        Returns them, as integers, with their labels before; until the next step begins.
    budget : Budget
    """

    def __init__(self, count: int, size: int, fetch: Callable[[], Part], budget: Budget) -> None:
        self.count, self._size = count, size
        self._fetch: Callable[[], Part] | None = fetch
        self._budget = budget
        self._indices: IndexSet | None = None

    def part(self) -> Part:
        """Return the points, and their labels before; once, if at all."""
        assert self._fetch is not None
        points, before = self._fetch()
        self._fetch = None
        self._indices = IndexSet(points, self._size, budget=self._budget)
        return points, before

    def take(self) -> None:
        """Fetch the points now, if nobody has."""
        if self._indices is None:
            self.part()

    def pack(self) -> None:
        """See `ChangedPoints.pack`."""
        self.take()
        assert self._indices is not None
        self._indices.pack()

    def sorted(self) -> npt.NDArray[np.intp]:
        """See `ChangedPoints.sorted`."""
        self.take()
        assert self._indices is not None
        return self._indices.sorted()


class DeviceHistory(LabelHistory):
    """What `LabelHistory` is, for labels that change on the device.

    A state that nobody keeps costs nothing: not even a copy of what changed. Steps hold the lock,
    since another thread may ask for labels meanwhile.

    Parameters
    ----------
    size : int
        How many labels there are.
    dtype : dtype
        Their type.
    fetch : callable
        Returns a copy of the newest.
    budget : Budget
    """

    def __init__(
        self,
        size: int,
        dtype: np.dtype[np.unsignedinteger],
        fetch: Callable[[], LabelArray],
        budget: Budget,
    ) -> None:
        self._fetch = fetch
        self._host: LabelArray | None = None
        super().__init__(np.empty(0, dtype=dtype), budget=budget)
        self.size, self._nbytes = size, size * dtype.itemsize
        self._host = None

    @property
    def newest(self) -> LabelArray:
        """The newest labels, a copy of those on the device; the lock is held."""
        if self._host is None:
            self._host = self._fetch()
        return self._host

    @newest.setter
    def newest(self, labels: LabelArray) -> None:
        self._host = labels

    def begin(self) -> None:
        """Get ready for a step, whose changes overwrite those of the last one; the lock is held."""
        self._drop_unowned()
        changed = self._changed
        if isinstance(changed, Found) and self._kept and self._kept[-1].changed is changed:
            changed.take()

    def note(self, found: Found) -> None:
        """Record what a step has changed on the device; the lock is held."""
        self._host = None
        self._pack(self._kept[:-1])
        if self._kept and self._kept[-1].array is None:
            last, part = self._kept[-1], found.part()
            last.parts.append(part)
            last.nbytes += part[0].nbytes + part[1].nbytes
            if last.nbytes >= self._nbytes:
                last.settle()
        self._changed = found

    def replace(self, labels: LabelArray) -> None:
        """Go on with these labels, the same as those on the device were; the lock is held."""
        self._host, self._fetch = labels, labels.copy

    def finish(self) -> None:
        """See `LabelHistory.finish`."""
        with self.lock:
            self._drop_unowned()
            if not self._kept or self._kept[-1].array is not None:  # nobody needs the newest
                self._host = np.empty(0, dtype=np.uint8)
        super().finish()
        self._fetch, self._changed = self.newest.copy, None
