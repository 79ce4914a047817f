"""The column of a table that says what its rows weigh, and is no feature."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import choose
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.numbers import complete_rows, native, points_of
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.usable import NUMERIC, kind_of

__all__ = ["check_kind", "check_signs", "complete", "features_of", "find_weights", "read_weights"]

Weights = npt.NDArray[Any]


def find_weights(names: Sequence[str], where: str, options: ReadOptions) -> int | None:
    """Return the place of the column that holds the weights, None if none was named.

    Raises
    ------
    InvalidInput
        If it is unknown, or if there is more than one.
    """
    if options.weights is None:
        return None
    found = choose([options.weights], names, where)
    if len(found) > 1:
        raise InvalidInput(
            f"weights={options.weights!r} are {len(found)} columns of {where}; name one",
            options=("weights",),
        )
    return found[0]


def features_of(chosen: list[int], weights: int | None, names: Sequence[str]) -> list[int]:
    """Return the columns that are clustered, among those that were chosen."""
    features = [index for index in chosen if index != weights]
    if weights is not None and not features:
        raise InvalidInput(
            f"column {names[weights]!r} holds the weights, and no other one is left to cluster; "
            "choose more (columns=), or leave out weights=",
            options=("columns", "weights"),
        )
    return features


def read_weights(frame: Frame, index: int) -> Weights:
    """Return a column of numbers of a frame, (M,); missing values are NaN."""
    return native(points_of(frame, [index]))[:, 0]


def check_kind(frame: Frame, index: int, where: str) -> None:
    """Raise `InvalidInput` if the column of weights does not hold numbers."""
    kind = kind_of(frame.types[index])
    if kind in NUMERIC:
        kind = kind_of(frame.column(index).type)  # of text that looked like numbers for long
    if kind not in NUMERIC:
        raise InvalidInput(
            f"{where}: column {frame.names[index]!r} holds {kind}, and weights are numbers; name "
            "another column (weights=)",
            options=("weights",),
        )


def check_signs(weights: Weights, name: str, where: str, before: int = 0) -> None:
    """Raise `InvalidInput` if some of the weights in a column are negative.

    Parameters
    ----------
    weights : ndarray, (R,)
    name, where : str
        Of the column, and of its table.
    before : int
        Rows of the table before these.
    """
    negative = weights < 0
    if negative.any():
        row = int(np.argmax(negative))
        raise InvalidInput(
            f"{where}: weights are at least 0, and column {name!r} holds {weights[row]:.15g} in "
            f"row {before + row + 1}; give rows that shall not count the weight 0, or name another "
            "column (weights=)",
            options=("weights",),
        )


def complete(
    kept: npt.NDArray[np.bool_] | None,
    weights: Weights | None,
    name: str,
    where: str,
    *,
    drop_missing: bool,
) -> npt.NDArray[np.bool_] | None:
    """Return which rows have a weight as well, None if all that count do; see `complete_rows`."""
    if weights is None:
        return kept
    check_signs(weights if kept is None else np.where(kept, weights, 0), name, where)
    own = complete_rows(weights[:, None], [name], where, drop_missing=drop_missing)
    if kept is None or own is None:
        return own if kept is None else kept
    if not (kept & own).any():
        raise InvalidInput(
            f"{where}: no row has both its features and its weight ({name!r}); fill them in, or "
            "leave out weights=",
            options=("weights",),
        )
    return kept & own
