"""What a sweep over K has found, as curves: what is drawn of it, and in which order. No marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["Criterion", "criteria"]

Floats = NDArray[np.float64]


class Criterion(NamedTuple):
    """One column of the table of a sweep.

    Attributes
    ----------
    names : tuple of str
        What it is called, from long to short.
    ks : ndarray, (R,), float64
        Those K that have a value, ascending.
    values : ndarray, (R,), float64
        What they have.
    errors : ndarray, (R,), float64, or None
        How far these may be off; None if that is not known.
    best : int or None
        The place in `ks` of the one that is best by this alone; None where more is always better.
    says : str
        What makes it the best, such as "highest"; empty without `best`.
    from_zero : bool
        Whether lengths from zero on mean something.
    """

    names: tuple[str, ...]
    ks: Floats
    values: Floats
    errors: Floats | None = None
    best: int | None = None
    says: str = ""
    from_zero: bool = False


class _Column(NamedTuple):
    """How a column of the table is drawn."""

    field: str
    names: tuple[str, ...]
    better: str  # "highest", "lowest" or ""
    from_zero: bool = False
    error: str = ""


# The most telling first: of those that find no room the last ones are left out.
_COLUMNS = (
    _Column("inertia", ("inertia",), "", True),
    _Column("silhouette", ("silhouette",), "highest", True),
    _Column("gap", ("gap statistic", "gap"), "highest", error="gap_error"),
    _Column("stability", ("stability",), "highest", True),
    _Column("calinski_harabasz", ("Calinski-Harabasz", "Cal.-Harabasz"), "highest", True),
    _Column("davies_bouldin", ("Davies-Bouldin", "Dav.-Bouldin"), "lowest", True),
    _Column("bic", ("BIC",), "lowest"),
)


def criteria(sweep: Sweep) -> list[Criterion]:
    """Return the criteria that a sweep has values of, inertia first.

    Parameters
    ----------
    sweep : Sweep
        Its rows; a value that is None or NaN is not known.
    """
    found = []
    for field, names, better, from_zero, error in _COLUMNS:
        known = [
            (float(row.k), value, _number(row, error) if error else math.nan)
            for row in sweep.rows
            if math.isfinite(value := _number(row, field))
        ]
        if len(known) < min(2, len(sweep.rows)) or not known:
            continue
        ks, values, errors = np.array(sorted(known)).T
        best = None
        if better:
            best = int(values.argmax() if better == "highest" else values.argmin())
        off = np.nan_to_num(errors) if error and np.isfinite(errors).any() else None
        found.append(Criterion(names, ks, values, off, best, better, from_zero))
    return found


def _number(row: object, field: str) -> float:
    value = getattr(row, field)
    return math.nan if value is None else float(value)
