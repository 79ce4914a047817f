"""Why a column cannot be clustered, in a line whose remedies work. Reads cells, changes nothing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of, spell
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.text import advise
from kmeans_engine.tables.usable import NUMERIC, is_empty, kind_of, reasons

__all__ = ["Stray", "not_numeric", "nothing_usable", "refuse_strays", "stray_of"]

_EXPONENT = r"([eE][+-]?\d+)?"
_PLAIN = rf"^\s*[+-]?((\d+\.?\d*|\.\d+){_EXPONENT}|(?i:inf|infinity|nan))\s*$"
# A number as it is written anywhere, whatever its marks mean.
_ANY = (
    rf"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+|\d{{1,3}}([.,' ]\d{{3}})+([.,]\d+)?){_EXPONENT}\s*%?\s*$|"
    + _PLAIN
)


class Stray(NamedTuple):
    """What makes a column text.

    Attributes
    ----------
    row : int
        The first cell that is not a number, counted from 1; 0 if every cell is one.
    cell : str
        What it holds.
    mostly_numbers : bool
        Whether more than half of the cells are numbers, however they are written.
    """

    row: int
    cell: str
    mostly_numbers: bool


def stray_of(column: Any) -> Stray:
    """Look for text among the cells of a column of text; missing ones do not count."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    column = column.cast(pa.large_string())
    filled = len(column) - column.null_count
    for pattern in (_ANY, _PLAIN):
        text = pc.invert(pc.match_substring_regex(column, pattern))
        strays = pc.sum(text).as_py() or 0
        if strays:
            row = pc.index(text, True).as_py()
            mostly = pattern is _PLAIN or 2 * (filled - strays) > filled
            return Stray(row + 1, column[row].as_py(), mostly)
    return Stray(0, "", filled > 0)


def refuse_strays(frame: Frame, why: Sequence[str], considered: Sequence[int], where: str) -> None:
    """Raise if a column would be left out as text that is mostly numbers.

    Parameters
    ----------
    frame : Frame
        The table.
    why : sequence of str
        As `reasons` gives it.
    considered : sequence of int
        The columns that nobody left out.
    where : str
        Name of the table for messages.

    Raises
    ------
    InvalidInput
        With the first cell that is not one, and how to read or leave out the column.
    """
    for index in considered:
        if why[index] == "text":
            stray = stray_of(frame.column(index))
            if stray.row and stray.mostly_numbers:
                raise _mostly_numbers(frame, index, stray, considered, where)


def not_numeric(frame: Frame, index: int, where: str) -> InvalidInput:
    """Return the error for a chosen column that holds no numbers."""
    kind, name, cell = kind_of(frame.types[index]), frame.names[index], ""
    if is_empty(frame.column(index)):
        kind = "empty throughout"
    if kind == "text":
        stray = stray_of(frame.column(index))
        if stray.row and stray.mostly_numbers:
            return _mostly_numbers(frame, index, stray, range(len(frame.names)), where)
        cell = stray.cell
        example = f" ({_shown(cell)} in row {stray.row})" if stray.row else ""
        if stray.mostly_numbers:
            example = " (numbers that are stored as text)"
        kind = f"text{example}"
    elif kind not in ("empty throughout", "dates", "times"):
        kind = f"{kind} ({frame.types[index]})"
    holds = "is empty throughout" if kind == "empty throughout" else f"holds {kind}"
    usable = [place for place, reason in enumerate(reasons(frame)) if not reason]
    remedy = "no column is numeric"
    marks = [
        mark
        for mark in ";|\t,"
        if frame.cells is not None and len(frame.names) == 1 and mark in cell
    ]
    if marks:
        mark = marks[0].replace("\t", r"\t")
        remedy = f"name what separates the cells (delimiter='{mark}')"
    elif usable:
        remedy = f"choose numeric columns (columns={spell(usable, frame.names)!r})"
    return InvalidInput(
        f"{where}: column {name!r} {holds}, needs numbers; {remedy}",
        options=("columns", "delimiter"),
    )


def nothing_usable(frame: Frame, why: Sequence[str], where: str) -> InvalidInput:
    """Return the error for a table without a column of numbers."""
    if len(frame.names) == 1:
        return not_numeric(frame, 0, where)
    held = [
        f"{name!r} {_verb(reason)}{reason}" for name, reason in zip(frame.names, why, strict=True)
    ]
    numeric = [
        index
        for index, kind in enumerate(map(kind_of, frame.types))
        if kind in NUMERIC and not is_empty(frame.column(index))
    ]
    remedy = ""
    if numeric:
        words = spell(numeric, frame.names)
        remedy = f"; to cluster such a column all the same, name it (columns={words!r})"
    return InvalidInput(
        f"{where} has no column of numbers to cluster: {some_of(held, 6)}{remedy}",
        options=("columns",),
    )


def _verb(reason: str) -> str:
    if reason == "looks like an id":
        return ""
    if reason in ("empty throughout", "constant"):
        return "is "
    return "is a " if reason == "row index" else "holds "


def _mostly_numbers(
    frame: Frame, index: int, stray: Stray, considered: Sequence[int], where: str
) -> InvalidInput:
    why = reasons(frame)
    remedies = []
    advice = advise(stray.cell) if frame.cells is not None else ""
    if advice:
        remedies.append(advice)
    usable = [place for place in considered if not why[place] and place != index]
    if usable:
        remedies.append(f"leave the column out (columns={spell(usable, frame.names)!r})")
    return InvalidInput(
        f"{where}: column {frame.names[index]!r} holds numbers, but {_shown(stray.cell)} in row "
        f"{stray.row}; {', or '.join(remedies) or 'write a number there, or nothing'}",
        options=("columns", "comment", "decimal", "missing", "thousands"),
    )


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
