"""What scikit-learn's users give as X, weights and centres becomes what an engine takes."""

from __future__ import annotations

import numbers
import os
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.estimator.scikit import _check_n_features, check_array, validate_data, warn
from kmeans_engine.frames import read_sheet
from kmeans_engine.points.opening import elsewhere
from kmeans_engine.points.sparse import SparseRows
from kmeans_engine.points.streams import is_stream
from kmeans_engine.points.visit import Visible
from kmeans_engine.validation import refuse_masked

__all__ = ["Given", "check_features", "check_init", "check_weights", "read"]

# Kept as they are: an engine reads each of them in place. Anything else becomes the first.
_TYPES = [
    *(np.float64, np.float32, np.int64, np.int32, np.int16, np.int8),
    *(np.uint64, np.uint32, np.uint16, np.uint8),
]
# Bytes of a sparse matrix as a dense array from which on it stays sparse, and is said to be slow.
_DENSE = 1 << 28


class Given(NamedTuple):
    """X as it can be clustered.

    Attributes
    ----------
    points
        What `Engine` takes.
    plain
        An array or a sparse matrix, for whoever was given X by the user; else what was given.
    dtype : dtype
        Of the centres and the distances: float32 for float32, else float64.
    is_stored : bool
        Whether X is a file, a memory map, a stream or on a cluster, which only the engine opens.
    """

    points: Any
    plain: Any
    dtype: np.dtype[np.floating]
    is_stored: bool = False


def read(estimator: Any, X: Any, *, reset: bool) -> Given:
    """Return X for an engine, checked as scikit-learn checks it.

    What is not in memory is checked by the engine instead, see `check_features`.

    Parameters
    ----------
    estimator : KMeans
        Remembers the number and the names of the features if `reset`, else they are compared.
    X : array_like, sparse matrix, or anything that `Engine` takes
    reset : bool
        Whether this is a fit.

    Raises
    ------
    ValueError, TypeError
        If X cannot be used.
    """
    if _is_stored(X):
        return Given(X, X, _float_of(X), is_stored=True)
    refuse_masked(X, "points")  # scikit-learn lets them pass
    # NaN and infinities are found by the engine, which looks at every value anyway.
    plain = validate_data(
        estimator, X, accept_sparse="csr", dtype=_TYPES, ensure_all_finite=False, reset=reset
    )
    if hasattr(plain, "nnz"):
        return Given(_made_dense(plain), plain, _float_of(plain))
    if not isinstance(plain, np.ndarray):  # of another library, where scikit-learn lets it be
        plain = read_sheet(plain, "points").values
    return Given(plain, plain, _float_of(plain))


def _float_of(X: Any) -> np.dtype[np.floating]:
    """Return the type of what is computed of X."""
    single = getattr(X, "dtype", None) == np.float32
    return np.dtype(np.float32) if single else np.dtype(np.float64)


def check_features(estimator: Any, given: Given, visible: Visible, *, reset: bool) -> None:
    """Remember or compare the features, if X is stored and only the engine has opened it."""
    if not given.is_stored:
        return
    names = visible.names
    if reset:
        estimator.n_features_in_ = visible.n_features
        if names:
            estimator.feature_names_in_ = np.asarray(names, dtype=object)
        elif hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        return
    _check_n_features(estimator, np.empty((0, visible.n_features)), reset=False)
    known = tuple(getattr(estimator, "feature_names_in_", ()))
    if names and known and names != known:
        raise InvalidInput(
            f"X has the features {', '.join(names)}, but this KMeans was fitted with "
            f"{', '.join(known)}: give the same columns in the same order"
        )


def check_weights(sample_weight: Any, X: Any) -> Any:
    """Return weights for `Engine`, or None; a single number stands for all rows of X."""
    if isinstance(sample_weight, numbers.Number):
        rows = getattr(X, "shape", (None,))[0]
        if not isinstance(rows, numbers.Integral):  # a file, a DataFrame of Dask
            raise InvalidInput(
                f"sample_weight={sample_weight} is one number, and how many rows X has is not "
                "known before it is read: give one weight for each row, or none"
            )
        return np.full(rows, sample_weight)
    if sample_weight is None or elsewhere(sample_weight) is not None:
        return sample_weight
    refuse_masked(sample_weight, "weights")
    return np.asarray(sample_weight)


def check_init(init: Any, k: int, n_features: int) -> Floats:
    """Return given centres as float64, (K, N), or raise one line that says what is wrong."""
    if hasattr(init, "nnz"):
        init = init.toarray()
    centers: npt.NDArray[Any] = check_array(init, dtype=np.float64, order="C")
    for found, needed, what in (
        (centers.shape[0], k, f"number of clusters {k}"),
        (centers.shape[1], n_features, f"number of features of the data {n_features}"),
    ):
        if found != needed:
            raise InvalidInput(
                f"The shape of the initial centers {centers.shape} does not match the {what}: "
                f"init= needs shape ({k}, {n_features})",
                options=("init",),
            )
    return centers


def _is_stored(X: Any) -> bool:
    if isinstance(X, np.memmap):
        return X.ndim == 2 and X.dtype in _TYPES
    return isinstance(X, str | os.PathLike) or is_stream(X) or elsewhere(X) is not None


def _made_dense(matrix: Any) -> Any:
    """Return a sparse matrix as an array, or as rows that are made dense when they are read."""
    rows, columns = matrix.shape
    if rows * columns * matrix.dtype.itemsize <= _DENSE:
        return matrix.toarray()
    share = matrix.nnz / (rows * columns)
    warn(
        f"X is sparse, {rows:,} x {columns:,} with {share:.2%} of the values stored, and is made "
        "dense piece by piece: every value takes time, zeros too; reduce the columns first, such "
        "as with sklearn.decomposition.TruncatedSVD",
        UserWarning,
    )
    return SparseRows(matrix)
