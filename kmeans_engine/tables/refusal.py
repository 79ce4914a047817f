"""Why a column cannot be clustered, in a line whose remedies work. Reads cells, changes nothing."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import spell
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.usable import kind_of

__all__ = ["Stray", "not_numeric", "refuse_strays", "stray_of"]

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$|^\s*[+-]?(?i:inf|infinity|nan)\s*$"


class Stray(NamedTuple):
    """The first cell of a column of text that is not a number.

    Attributes
    ----------
    row : int
        Counted from 1; 0 if every cell is a number.
    cell : str
        What it holds.
    alone : bool
        Whether all cells that are not numbers hold the same.
    mostly_numbers : bool
        Whether more than half of the cells are numbers.
    """

    row: int
    cell: str
    alone: bool
    mostly_numbers: bool


def stray_of(column: Any) -> Stray:
    """Look for text among the cells of a column of text; missing ones do not count."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    text = pc.invert(pc.match_substring_regex(column.cast(pa.large_string()), _NUMBER))
    filled = len(column) - column.null_count
    strays = pc.sum(text).as_py() or 0
    if not strays:
        return Stray(0, "", False, filled > 0)
    row = pc.index(text, True).as_py()
    cell = column[row].as_py()
    alike = pc.sum(pc.equal(column, column[row])).as_py()
    return Stray(row + 1, cell, alike == strays, 2 * (filled - strays) > filled)


def refuse_strays(frame: Frame, why: Sequence[str], where: str) -> None:
    """Raise if a column that would be left out as text is mostly numbers.

    Raises
    ------
    InvalidInput
        With the first cell that is not one, and how to read or leave out the column.
    """
    for index, reason in enumerate(why):
        if reason == "text":
            stray = stray_of(frame.column(index))
            if stray.row and stray.mostly_numbers:
                raise _mostly_numbers(frame, index, stray, why, where)


def not_numeric(frame: Frame, index: int, why: Sequence[str], where: str) -> InvalidInput:
    """Return the error for a chosen column that holds no numbers."""
    kind, name = kind_of(frame.types[index]), frame.names[index]
    if kind == "text":
        stray = stray_of(frame.column(index))
        if stray.row and stray.mostly_numbers:
            return _mostly_numbers(frame, index, stray, why, where)
        example = f" ({_shown(stray.cell)} in row {stray.row})" if stray.row else ""
        if stray.mostly_numbers and not stray.row:
            example = " (numbers that are stored as text)"
        kind = f"text{example}"
    elif kind != "empty throughout":
        kind = f"{kind} ({frame.types[index]})"
    holds = "is empty throughout" if kind == "empty throughout" else f"holds {kind}"
    return InvalidInput(
        f"{where}: column {name!r} {holds}, needs numbers; {_others(frame, why)}",
        options=("columns",),
    )


def _mostly_numbers(
    frame: Frame, index: int, stray: Stray, why: Sequence[str], where: str
) -> InvalidInput:
    remedies = []
    if stray.alone and re.fullmatch(r"[^\s,'\"\\]+", stray.cell):
        remedies.append(f"say that it means a missing value (missing={stray.cell!r})")
    usable = [place for place, reason in enumerate(why) if not reason]
    if usable:
        remedies.append(f"leave the column out (columns={spell(usable, frame.names)!r})")
    return InvalidInput(
        f"{where}: column {frame.names[index]!r} holds numbers, but {_shown(stray.cell)} in row "
        f"{stray.row}; {', or '.join(remedies) or 'write a number there, or nothing'}",
        options=("missing", "columns"),
    )


def _others(frame: Frame, why: Sequence[str]) -> str:
    usable = [index for index, reason in enumerate(why) if not reason]
    if usable:
        return f"choose numeric columns (columns={spell(usable, frame.names)!r})"
    return "no column is numeric"


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
