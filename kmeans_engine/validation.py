"""Checks at the boundary: each raises one line that says what came, what is needed, what to do."""

import numbers
import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.frames import Sheet, read_array, read_sheet
from kmeans_engine.runtime.similar import similar

__all__ = [
    "bad_values",
    "bad_weights",
    "check_centroids",
    "check_choice",
    "check_count",
    "check_k",
    "check_labels",
    "check_seed",
    "check_sheet",
    "check_some_labels",
    "check_tolerance",
    "non_finite_error",
    "refuse_masked",
    "shown",
]

# Rows looked at in one piece, so that a check of 100 million rows can be interrupted.
_CHUNK = 1 << 17


# What to do with other kinds of numbers, by numpy.dtype.kind.
_REMEDIES = {
    "c": "use the real part, or both parts as two features",
    "M": "subtract a date and divide by a unit, such as np.timedelta64(1, 's')",
    "m": "divide by a unit, such as np.timedelta64(1, 's')",
    "V": "use numpy.lib.recfunctions.structured_to_unstructured",
}


def shown(value: object) -> str:
    """Return the repr of a value for a message: in one line, and not a long one."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def refuse_masked(value: Any, name: str) -> None:
    """Raise one line if an array has masked values: what is behind the mask would count."""
    masked = int(np.ma.count_masked(value)) if isinstance(value, np.ma.MaskedArray) else 0
    if masked:
        raise InvalidInput(
            f"{name} have {masked} masked value{'s' * (masked != 1)}, must have none: "
            "leave those rows out, or fill the values"
        )


def check_sheet(value: Any, name: str) -> Sheet:
    """Return `value` as a table (rows, features) of real numbers, an array without a copy."""
    refuse_masked(value, name)
    sheet = read_sheet(value, name)
    array = sheet.values
    kind, long = array.dtype.kind, array.dtype.kind == "f" and array.dtype.itemsize > 8
    if (kind not in "fiub" and array.dtype.name != "bfloat16") or long:
        remedy = _REMEDIES.get(kind) or _first_text(array, name)
        if long:
            remedy = "convert it with .astype('float64')"
        raise InvalidType(
            f"{name} have dtype {array.dtype}, must be real (float32, float64 or integers): "
            f"{remedy}"
        )
    if array.ndim != 2:
        remedy = f"use np.reshape({name}, (-1, 1)) for a single feature"
        if array.size == 0:
            remedy = "give at least one row"
        elif array.ndim != 1:
            remedy = "reshape it"
        raise InvalidInput(
            f"{name} have {array.ndim} dimension{'s' * (array.ndim != 1)} (shape {array.shape}), "
            f"need 2 (rows, features): {remedy}"
        )
    if array.shape[1] == 0:
        raise InvalidInput(f"{name} have shape {array.shape}, need at least one feature (column)")
    if array.shape[0] == 0:
        raise InvalidInput(f"{name} have shape {array.shape}, need at least one row")
    return sheet


def _first_text(array: npt.NDArray[Any], name: str) -> str:
    """Return what to do with an array of objects or text."""
    try:
        array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        for place, value in np.ndenumerate(array):
            try:
                float(value)
            except (TypeError, ValueError, OverflowError):
                plain = value.item() if isinstance(value, np.generic) else value
                where = ", ".join(map("{} {}".format, ("row", "column"), place))
                where = f" in {where}" if where else ""
                return f"{shown(plain)}{where} is not a number; convert it, or leave it out"
        return "convert or leave out what is not a number"
    return f"convert them with np.array({name}, dtype=float)"


def non_finite_error(sheet: Sheet, name: str) -> InvalidInput:
    """Describe the NaN and infinite values of a sheet: how many, and where the first one is."""
    array = sheet.values
    total, first = 0, -1
    for start in range(0, len(array), _CHUNK):
        bad = ~np.isfinite(array[start : start + _CHUNK])
        count = int(np.count_nonzero(bad))
        if count and first < 0:
            first = start + int(np.flatnonzero(bad.any(axis=1))[0])
        total += count
    return bad_values(name, total, first, sheet)


def bad_values(
    name: str, total: int, first: int, sheet: Sheet | None = None, before: int = 0
) -> InvalidInput:
    """Return the error for so many NaN and infinite values, the first of them in row `first`.

    Parameters
    ----------
    name : str
        What has them, in the plural.
    total, first : int
        How many, and the row.
    sheet : Sheet, optional
        Tells the column and how the table itself calls the row.
    before : int
        Rows before those of the sheet.
    """
    what = "missing, NaN or infinite" if sheet and sheet.names else "NaN or infinite"
    where = f"row {first}"
    if sheet is not None:
        row = first - before
        column = int(np.flatnonzero(~np.isfinite(sheet.values[row]))[0])
        label = sheet.row(row)
        where += f" (index {label!r})" if label else ""
        where += f", column {sheet.names[column]!r}" if sheet.names else f", column {column}"
    return InvalidInput(
        f"{name} have {total} {what} value{'s' * (total != 1)}, the first in "
        f"{where}; all must be finite: leave those rows out, or fill the values"
    )


def bad_weights(total: int, first: int, value: float | None = None) -> InvalidInput:
    """Return the error for so many weights that are no weights, the first of them in row `first`.

    Parameters
    ----------
    total, first : int
        How many, and the row.
    value : float, optional
        What stands there, if that is known.
    """
    shown = "" if value is None else f" ({value})"
    return InvalidInput(
        f"weights have {total} negative, NaN or infinite value{'s' * (total != 1)}, the first in "
        f"row {first}{shown}; all must be finite numbers of at least 0: give points that shall not "
        "count the weight 0",
        options=("weights",),
    )


def check_centroids(
    value: Any, n_features: int, names: Sequence[str] = ()
) -> npt.NDArray[np.float64]:
    """Return `value` as a new, read-only float64 array (K, n_features).

    Parameters
    ----------
    value : array_like or table
        Columns that have names are taken by name, if those of the points are known too.
    n_features : int
        How many features the points have.
    names : sequence of str
        Of the features; empty if they have none.
    """
    if isinstance(value, str | numbers.Real):
        example = f"k, method={value!r}" if isinstance(value, str) else str(value)
        raise InvalidType(
            f"centroids={shown(value)} are not an array (K, {n_features}): give those of "
            f"initial_centroids(points, {example})"
        )
    sheet = check_sheet(value, "centroids")
    known = sheet.names and len(set(names)) == len(names)
    unlike = bool(known and names) and sheet.names != tuple(names)
    if unlike and len(set(sheet.names)) == len(sheet.names) and set(names) <= set(sheet.names):
        places = [sheet.names.index(name) for name in names]
        sheet = sheet._replace(values=sheet.values[:, places], names=tuple(names))
        unlike = False
    array = sheet.values
    if array.shape[1] != n_features:
        raise InvalidInput(
            "centroids and points must be described by the same number of features: "
            f"got {array.shape[1]} for the centroids and {n_features} for the points; "
            "choose the same columns for both"
        )
    if unlike:
        absent = next(name for name in names if name not in sheet.names)
        raise InvalidInput(
            f"centroids have no column {absent!r}, which the points have: rename theirs, or give "
            "np.asarray(centroids), whose columns count by place"
        )
    centroids = np.array(array, dtype=np.float64, order="C")
    if not np.isfinite(centroids).all():
        raise non_finite_error(sheet, "centroids")
    centroids.setflags(write=False)
    return centroids


def check_choice(value: Any, name: str, known: Sequence[str], other: str = "") -> str:
    """Return `value`, one of the words `known`; `other` is what else it may be, for the message."""
    if isinstance(value, str) and value in known:
        return value
    close = similar(value, known, limit=1) if isinstance(value, str) else []
    hint = f": did you mean {close[0]!r}?" if close else ""
    raise InvalidInput(
        f"{name}={shown(value)} is unknown, needs one of {', '.join(known)}{other}{hint}",
        options=(name,),
    )


def check_seed(seed: Any) -> np.random.Generator:
    """Return the generator of random numbers that a seed, a sequence or None stands for."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise InvalidType(
            f"seed={shown(seed)} is not a seed, needs a whole number of at least 0",
            options=("seed",),
        ) from None


def check_k(k: Any, n_points: int) -> int:
    """Return `k` as an int with 1 <= k <= n_points."""
    number = check_count(k, "k", minimum=1)
    if number > n_points:
        raise InvalidInput(
            f"k={number} needs at least {number} points, got {n_points}: "
            f"choose k between 1 and {n_points}",
            options=("k",),
        )
    return number


def check_count(value: SupportsIndex | Any, name: str, *, minimum: int) -> int:
    """Return `value` as an int of at least `minimum`."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise InvalidType(
            f"{name}={shown(value)} is a {type(value).__name__}, "
            f"needs a whole number of at least {minimum}",
            options=(name,),
        ) from None
    if number < minimum:
        raise InvalidInput(
            f"{name}={number} is too small, needs a whole number of at least {minimum}",
            options=(name,),
        )
    return number


def check_tolerance(value: Any) -> float:
    """Return `value` as a finite float that is not negative."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidType(
            f"tolerance={shown(value)} is not a number, needs one of at least 0",
            options=("tolerance",),
        ) from None
    if not 0.0 <= number < float("inf"):
        raise InvalidInput(
            f"tolerance={number} is out of range, needs a finite number of at least 0",
            options=("tolerance",),
        )
    return number


def check_labels(value: Any, n_points: int, k: int) -> npt.NDArray[Any]:
    """Return `value` as an integer array (n_points,) with entries in 0 .. k-1."""
    labels = read_array(value, "labels")
    if labels.dtype.kind not in "iu":
        raise InvalidType(
            f"labels have dtype {labels.dtype}, need integers between 0 and {k - 1}"
            f"{_whole_remedy(labels)}"
        )
    if labels.shape != (n_points,):
        raise InvalidInput(
            f"labels have shape {labels.shape}, need one label for each of the {n_points} points"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= k:
        remedy = "; if they count from 1, give labels - 1" if (low, high) == (1, k) else ""
        raise InvalidInput(
            f"labels lie between {low} and {high}, need to lie between 0 and {k - 1}: "
            f"there are {k} centroids{remedy}"
        )
    return labels


def check_some_labels(value: Any, name: str) -> npt.NDArray[Any]:
    """Return `value` as an integer array (M,) of numbers of clusters, however many there are."""
    labels = read_array(value, name)
    if labels.dtype.kind not in "iu":
        raise InvalidType(
            f"{name} has dtype {labels.dtype}, needs integers from 0 on{_whole_remedy(labels)}"
        )
    if labels.ndim != 1 or not len(labels):
        raise InvalidInput(f"{name} has shape {labels.shape}, needs one label for each point")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high > 2 * len(labels):
        raise InvalidInput(
            f"{name} has labels between {low} and {high}, needs numbers of clusters from 0 on: "
            f"number them with np.unique({name}, return_inverse=True)[1]"
        )
    return labels


def _whole_remedy(labels: npt.NDArray[Any]) -> str:
    """Return what to do with labels of another type."""
    if labels.dtype.kind in "fb" and np.isfinite(labels).all() and not (labels % 1).any():
        return ": convert them with .astype(int)"
    return ""
