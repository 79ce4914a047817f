"""Why a column cannot be clustered, in a line whose remedies work. Reads cells, changes nothing."""

import re
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
            if stray.mostly_numbers and (stray.row or frame.cells is not None):
                raise _mostly_numbers(frame, index, stray, considered, where)


def not_numeric(frame: Frame, index: int, where: str, *, wanted: bool = False) -> InvalidInput:
    """Return the error for a chosen column that holds no numbers; `wanted` by given centroids."""
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
        for mark in ";|\t,:~^/ "
        if frame.cells is not None
        and len(frame.names) == 1
        and mark in cell
        and (mark in ";|\t," or cell.count(mark) == name.count(mark))
    ]
    if marks:
        mark = marks[0].replace("\t", r"\t")
        remedy = f"name what separates the cells (delimiter='{mark}')"
    elif wanted:
        remedy = "the centroids have this column, so write numbers there"
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
        f"{name!r} {_verb(reason)}{reason}{_example(frame, index, reason)}"
        for index, (name, reason) in enumerate(zip(frame.names, why, strict=True))
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


def _example(frame: Frame, index: int, reason: str) -> str:
    """Return a cell of a column of text, in brackets; only the first columns are looked at."""
    if reason != "text" or index > 6:
        return ""
    stray = stray_of(frame.column(index))
    if not stray.row:
        return " (numbers that are stored as text)"
    return f" ({_shown(stray.cell)} in row {stray.row})"


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
    held = f"numbers, but {_shown(stray.cell)} in row {stray.row}"
    if not stray.row:  # Text whose decimal mark is another.
        stray = _pointed(frame.column(index))
        held = (
            f"points within numbers ({_shown(stray.cell)} in row {stray.row}), others hold commas"
        )
        advice = advise(stray.cell)
        advice = "" if "decimal" in advice else advice  # It would make text of the others.
    elif frame.cells is not None and _begins_with_words(frame, index, stray, why):
        remedies.append(
            "if the table begins with a title, units or several lines of names, keep only one line "
            "of names"
        )
        advice = advice if len(considered) == 1 else ""
    if stray.row == 1 and not frame.named:
        remedies.append("if the first row names the columns, say header='yes'")
    if advice:
        remedies.append(advice)
    usable = [place for place in considered if not why[place] and place != index]
    if usable:
        remedies.append(f"leave the column out (columns={spell(usable, frame.names)!r})")
    return InvalidInput(
        f"{where}: column {frame.names[index]!r} holds {held}; "
        f"{', or '.join(remedies) or 'write a number there, or nothing'}",
        options=("columns", "comment", "decimal", "header", "missing", "thousands"),
    )


def _begins_with_words(frame: Frame, index: int, stray: Stray, why: Sequence[str]) -> bool:
    """Tell whether no column has a number in row 1, and one has nothing else some rows below."""
    if stray.row > 1 or re.search(r"\d", stray.cell):
        return False
    column = frame.column(index)
    rest = column.slice(min(3, len(column) // 2))
    others = (frame.column(place) for place, reason in enumerate(why) if not reason)
    return not stray_of(rest).row and all(not other[0].is_valid for other in others)


def _pointed(column: Any) -> Stray:
    """Return the first cell with a point; one such as 1.5, which has no thousands, comes first."""
    import pyarrow.compute as pc

    found = pc.match_substring_regex(column, r"^[+-]?\d*\.(\d{0,2}|\d{4,})$")
    row = pc.index(found, True).as_py()
    if row < 0:
        row = max(pc.index(pc.match_substring(column, "."), True).as_py(), 0)
    return Stray(row + 1, column[row].as_py() or "", True)


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
