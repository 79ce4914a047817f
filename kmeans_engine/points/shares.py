"""Which of many pieces some rows lie in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Indices

__all__ = ["pieces_of", "shares"]


def pieces_of(
    starts: Sequence[int] | npt.NDArray[np.integer], rows: Indices
) -> npt.NDArray[np.intp]:
    """Return the piece of each row.

    Parameters
    ----------
    starts : sequence of int
        The first row of each piece, ascending; one without rows starts where the next one does.
    rows : ndarray, (R,)
        None before the first start.
    """
    return np.searchsorted(np.asarray(starts), rows, side="right") - 1


def shares(owners: Indices) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """Return the owners that there are, ascending, and the places where each one is, ascending.

    Parameters
    ----------
    owners : ndarray, (R,)
        Such as the piece of each row.
    """
    # One sort: a comparison for each owner would take 5,000 passes for as many pieces.
    order = np.argsort(owners, kind="stable")
    found, begins = np.unique(owners[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, begins[1:]), strict=True)) if len(found) else []
