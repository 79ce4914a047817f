"""Checks at the boundary: each raises one line that says what came, what is needed, what to do."""

import operator
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType

__all__ = [
    "bad_values",
    "check_array",
    "check_centroids",
    "check_count",
    "check_k",
    "check_labels",
    "check_tolerance",
    "non_finite_error",
]

# Rows looked at in one piece, so that a check of 100 million rows can be interrupted.
_CHUNK = 1 << 17


def check_array(value: Any, name: str) -> npt.NDArray[Any]:
    """Return `value` as a two-dimensional array of real numbers, an array without a copy."""
    masked = int(np.ma.count_masked(value)) if isinstance(value, np.ma.MaskedArray) else 0
    if masked:
        raise InvalidInput(
            f"{name} have {masked} masked value{'s' * (masked != 1)}, must have none: "
            "leave those rows out, or fill the values"
        )
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise InvalidType(f"{name} are a sparse matrix, must be a dense array: call .toarray()")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise InvalidInput(
            f"{name} are not a table: the rows have different lengths; "
            "give every row the same number of features"
        ) from error
    if array.dtype.kind not in "fiub":
        raise InvalidType(
            f"{name} have dtype {array.dtype}, must be real (float32, float64 or integers): "
            "convert or leave out the other columns"
        )
    if array.ndim != 2:
        remedy = "use .reshape(-1, 1) for a single feature" if array.ndim == 1 else "reshape it"
        raise InvalidInput(
            f"{name} have {array.ndim} dimension{'s' * (array.ndim != 1)} (shape {array.shape}), "
            f"need 2 (rows, features): {remedy}"
        )
    if array.shape[1] == 0:
        raise InvalidInput(f"{name} have shape {array.shape}, need at least one feature (column)")
    if array.shape[0] == 0:
        raise InvalidInput(f"{name} have shape {array.shape}, need at least one row")
    return array


def non_finite_error(array: npt.NDArray[Any], name: str) -> InvalidInput:
    """Describe the NaN and infinite values of `array`: how many, and the first row."""
    total, first = 0, -1
    for start in range(0, len(array), _CHUNK):
        bad = ~np.isfinite(array[start : start + _CHUNK])
        count = int(np.count_nonzero(bad))
        if count and first < 0:
            first = start + int(np.flatnonzero(bad.any(axis=1))[0])
        total += count
    return bad_values(name, total, first)


def bad_values(name: str, total: int, first: int) -> InvalidInput:
    """Return the error for so many NaN and infinite values, the first of them in row `first`."""
    return InvalidInput(
        f"{name} have {total} NaN or infinite value{'s' * (total != 1)}, the first in row {first}; "
        "all must be finite: leave those rows out, or fill the values"
    )


def check_centroids(value: Any, n_features: int) -> npt.NDArray[np.float64]:
    """Return `value` as a new, read-only float64 array (K, n_features)."""
    array = check_array(value, "centroids")
    if array.shape[1] != n_features:
        raise InvalidInput(
            "centroids and points must be described by the same number of features: "
            f"got {array.shape[1]} for the centroids and {n_features} for the points; "
            "choose the same columns for both"
        )
    centroids = np.array(array, dtype=np.float64, order="C")
    if not np.isfinite(centroids).all():
        raise non_finite_error(centroids, "centroids")
    centroids.setflags(write=False)
    return centroids


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
            f"{name}={value!r} is a {type(value).__name__}, "
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
            f"tolerance={value!r} is not a number, needs one of at least 0", options=("tolerance",)
        ) from None
    if not 0.0 <= number < float("inf"):
        raise InvalidInput(
            f"tolerance={number} is out of range, needs a finite number of at least 0",
            options=("tolerance",),
        )
    return number


def check_labels(value: Any, n_points: int, k: int) -> npt.NDArray[Any]:
    """Return `value` as an integer array (n_points,) with entries in 0 .. k-1."""
    labels = np.asarray(value)
    if labels.dtype.kind not in "iu":
        raise InvalidType(f"labels have dtype {labels.dtype}, need integers between 0 and {k - 1}")
    if labels.shape != (n_points,):
        raise InvalidInput(
            f"labels have shape {labels.shape}, need one label for each of the {n_points} points"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= k:
        raise InvalidInput(
            f"labels lie between {low} and {high}, need to lie between 0 and {k - 1}: "
            f"there are {k} centroids"
        )
    return labels
