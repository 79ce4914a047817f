"""Which columns of a table are clustered. Knows names and indices, no values."""

import csv
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from kmeans_engine.errors import InvalidInput, InvalidType

__all__ = ["Columns", "choose", "default_names", "spell"]

Columns = str | Sequence[str | int] | None

# What pandas and R write for a row index that has no name of its own.
_INDEX = re.compile(r"|__index_level_\d+__")


def default_names(count: int) -> list[str]:
    """Return the names of columns that have none."""
    return [f"x{index}" for index in range(count)]


def choose(columns: Columns, names: Sequence[str], where: str) -> list[int]:
    """Return the indices of the chosen columns, in the order of the choice.

    Parameters
    ----------
    columns : str, sequence of str or int, or None
        Names or 0-based indices, as one string separated by commas or one by one; a name wins over
        an index. None takes every column except saved row indices: those without a name.
    names : sequence of str
        All columns of the table.
    where : str
        Name of the table for messages.

    Raises
    ------
    InvalidInput
        If a column is unknown, ambiguous or chosen twice, or if none is left.
    InvalidType
        If `columns` is of another type.
    """
    if columns is None:
        chosen = [index for index, name in enumerate(names) if not _INDEX.fullmatch(name)]
    elif isinstance(columns, str):
        parts = next(csv.reader([columns], skipinitialspace=True), [])
        chosen = [_find(part.strip(), names, where) for part in parts]
    elif isinstance(columns, Iterable):
        chosen = [_find(part, names, where) for part in columns]
    else:
        raise InvalidType(f"columns={columns!r} is not a list of columns; give names or indices")
    twice = next((index for index, times in Counter(chosen).items() if times > 1), None)
    if twice is not None:
        raise InvalidInput(f"{where}: column {names[twice]!r} was chosen twice; choose it once")
    if not chosen:
        raise InvalidInput(f"{where} has no columns to cluster, at least one is needed")
    return chosen


def spell(indices: Sequence[int], names: Sequence[str], limit: int = 8) -> str:
    """Write columns as a user would choose them: ``x,y``, or by index where names are ambiguous."""
    taken = [names[index] for index in indices]
    clear = len(set(taken)) == len(taken) and not any(re.search(r'[,"\s]|^$', n) for n in taken)
    words = taken if clear else [str(index) for index in indices]
    return ",".join(words[:limit]) + (",..." if len(words) > limit else "")


def _find(column: object, names: Sequence[str], where: str) -> int:
    if isinstance(column, str):
        found = [index for index, name in enumerate(names) if name == column]
        if len(found) == 1:
            return found[0]
        if found:
            places = ", ".join(map(str, found))
            raise InvalidInput(
                f"{where} has {len(found)} columns named {column!r}; choose one by index: {places}"
            )
        if re.fullmatch("[0-9]{1,9}", column):
            column = int(column)
    if isinstance(column, int) and not isinstance(column, bool):
        if 0 <= column < len(names):
            return column
        raise InvalidInput(f"{where} has no column {column}; indices go from 0 to {len(names) - 1}")
    if not isinstance(column, str):
        raise InvalidType(
            f"column {column!r} is a {type(column).__name__}; give a name or an index"
        )
    close = [name for name in names if name.lower() == column.lower()]
    close = close or difflib.get_close_matches(column, names, n=3, cutoff=0.5)
    if close:
        hint = f"did you mean {' or '.join(map(repr, close))}?"
    else:
        hint = f"choose from {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"
    raise InvalidInput(f"{where} has no column {column!r}; {hint}")
