"""What a sweep over K has found, as curves: what is drawn of it, and in which order. No marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["Criterion", "criteria"]

_FEW = 3  # that are equally good; more say nothing

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
    best : tuple of int
        The places in `ks` of those that are best by this alone: of the one, or of few equals.
    says : str
        What makes it the best, such as "highest"; empty without `best`.
    from_zero : bool
        Whether lengths from zero on mean something.
    """

    names: tuple[str, ...]
    ks: Floats
    values: Floats
    errors: Floats | None = None
    best: tuple[int, ...] = ()
    says: str = ""
    from_zero: bool = False


class _Column(NamedTuple):
    """How a column of the table is drawn."""

    field: str
    names: tuple[str, ...]
    better: str  # "highest", "lowest", "levels off", or "" where more clusters are always better
    from_zero: bool = False
    error: str = ""


# Inertia, what the verdict rests on, then what else is known: the last ones give way to others.
_COLUMNS = (
    _Column("inertia", ("inertia",), "", True),
    _Column("calinski_harabasz", ("Calinski-Harabasz", "Cal.-Harabasz"), "highest", True),
    _Column("stability", ("stability of halves", "stability"), "highest", True),
    _Column("silhouette", ("silhouette",), "highest", True),
    _Column("gap", ("gap statistic", "gap"), "levels off", error="gap_error"),
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
    for column in _COLUMNS:
        field, names, better, from_zero, error = column
        known = [
            (float(row.k), value, _number(row, error) if error else math.nan)
            for row in sweep.rows
            if math.isfinite(value := _number(row, field))
        ]
        if len(known) < min(2, len(sweep.rows)) or not known:
            continue
        ks, values, errors = np.array(known).T
        off = np.nan_to_num(errors) if error and np.isfinite(errors).any() else None
        best = _best(better, values, off)
        says = better if best else ""
        found.append(Criterion(names, ks, values, off, best, says, from_zero))
    return found


def _best(better: str, values: Floats, errors: Floats | None) -> tuple[int, ...]:
    """Return the places of the best values; of the gap, the first that the next is hardly above.

    That is the rule of Tibshirani, Walther and Hastie (2001): gap(k) >= gap(k+1) - error(k+1).
    """
    if better == "levels off":
        reached = values[:-1] >= values[1:] - (0.0 if errors is None else errors[1:])
        return (int(reached.argmax()),) if reached.any() else ()
    if not better:
        return ()
    found = np.flatnonzero(values == (values.max() if better == "highest" else values.min()))
    return tuple(found.tolist()) if len(found) <= _FEW else ()


def _number(row: object, field: str) -> float:
    value = getattr(row, field)
    return math.nan if value is None else float(value)
