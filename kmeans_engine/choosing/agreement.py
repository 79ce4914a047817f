"""How much two clusterings agree, by the points that their clusters share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["adjusted_rand"]


def adjusted_rand(shared: npt.NDArray[np.int64]) -> float:
    """Return the adjusted Rand index: 1 for the same clusters, 0 for what chance gives.

    In integers, but for one division.

    Parameters
    ----------
    shared : ndarray, (K, L), int64
        How many points each pair of clusters shares, such as from `race.overlap`.

    References
    ----------
    Hubert and Arabie, "Comparing partitions", J. Classif. 2 (1985).
    """
    total = int(shared.sum())
    together = _pairs(shared.ravel())
    one, other = _pairs(shared.sum(axis=1)), _pairs(shared.sum(axis=0))
    everything = total * (total - 1) // 2
    # (together - expected) / ((one + other) / 2 - expected), by twice the number of all pairs.
    above = 2 * (together * everything - one * other)
    below = (one + other) * everything - 2 * one * other
    return above / below if below else 1.0


def _pairs(counts: npt.NDArray[np.int64]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.tolist())
