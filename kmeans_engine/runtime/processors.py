"""How many processors this process may use: its affinity, its container, its user's own word."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.groups import folders_of

__all__ = ["asked_threads", "cpu_quota", "default_threads", "processors"]


def default_threads() -> int:
    """Return the number of threads to compute with where nobody names one.

    ``NUMBA_NUM_THREADS`` where it is set. Otherwise the processors that this process may use: those
    of its affinity mask, and no more than the CPU quota of its container, rounded up.

    Raises
    ------
    InvalidInput
        If ``NUMBA_NUM_THREADS`` is not a whole number of at least 1.
    """
    asked = asked_threads()
    return processors() if asked is None else asked


def processors() -> int:
    """Return how many processors this process may use, whatever anybody asks for."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, math.ceil(min(count, cpu_quota())))


def asked_threads() -> int | None:
    """Return ``NUMBA_NUM_THREADS``, or None if it is not set; errors as in `default_threads`.

    A blank one counts as not set and is removed: Numba would warn of it in several lines.
    """
    asked = os.environ.get("NUMBA_NUM_THREADS")
    if asked is None:
        return None
    asked = asked.strip()
    if not asked:
        del os.environ["NUMBA_NUM_THREADS"]
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10 and int(asked) > 0):
        raise InvalidInput(
            f"NUMBA_NUM_THREADS={asked} is not a whole number of at least 1: "
            "correct the environment variable, or unset it"
        )
    return int(asked)


@lru_cache(maxsize=8)
def cpu_quota(root: Path = Path("/")) -> float:
    """Return the processors' worth of time that the control groups of this process grant it.

    Of cgroup v2 (``cpu.max``) and v1 (``cpu.cfs_quota_us``), of the process's own group and of all
    groups around it that can be seen; infinite without a limit, and on other systems than Linux.
    See cgroups(7).
    Looked up once: it costs 0.1 ms.

    Parameters
    ----------
    root : Path
        Where ``proc`` and the mounted groups are.
    """
    return min(
        (quota for folder in folders_of("cpu", root) for quota in _quotas(folder)), default=math.inf
    )


def _quotas(folder: Path) -> Iterator[float]:
    """Yield the quota of one group, if it has one."""
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        yield float(quota) / float(period)
    except (OSError, ValueError, ZeroDivisionError):  # "max" is not a number
        pass
    try:
        quota = (folder / "cpu.cfs_quota_us").read_text()
        period = (folder / "cpu.cfs_period_us").read_text()
        if float(quota) > 0:
            yield float(quota) / float(period)
    except (OSError, ValueError, ZeroDivisionError):
        pass
