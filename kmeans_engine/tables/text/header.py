"""Whether the first row of a text names the columns: signs, and what they weigh together.

Text above numbers is a name. Where names may be numbers, as pandas and R write them for a matrix
without names, the row is compared with those below: another kind, an arithmetic sequence, values
that occur nowhere below. What stays open is said, with how to choose the other way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import default_names
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text.cells import Marks, column_cells, kind_of
from kmeans_engine.tables.text.lines import Record

__all__ = ["Header", "find_header"]

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """What names the columns of a text.

    Attributes
    ----------
    names : tuple of str
        One for each column.
    rows : int
        Rows that are names, 0 or 1.
    index : bool
        Whether the first column is row names or an index.
    trailing : bool
        Whether a delimiter at the end of each row makes a last column, which seems to be empty.
    short : bool
        Whether the header itself does not end with one.
    named : bool
        Whether the names are the file's.
    note : str
        Which way an open question was taken; empty where it was not open.
    """

    names: tuple[str, ...]
    rows: int
    index: bool = False
    trailing: bool = False
    short: bool = False
    named: bool = True
    note: str = ""


def find_header(
    found: Sequence[Record],
    marks: Marks,
    options: ReadOptions,
    commented: Sequence[str],
    where: str,
) -> Header:
    """Return what names the columns.

    Parameters
    ----------
    found : sequence of Record
        The first rows of the text, at least one.
    marks : Marks
        How numbers are written.
    options : ReadOptions
        Its `header` is obeyed.
    commented : sequence of str
        Cells of a comment right above the first row, which may be names.
    where : str
        Name of the text for messages.
    """
    rows = [record.cells for record in found]
    below = rows[1:]
    widths = {len(row) for row in below}
    width = len(rows[0])
    if widths == {width + 1} and options.header != "no":
        trailing = all(not row[-1].strip() for row in below)
        if trailing or options.header == "yes" or _names_one_short(rows, marks):
            return _short_header(rows[0], trailing)
    asked = {"yes": (True, ""), "no": (False, "")}.get(options.header)
    alone = found[0].quoted and len(found) > 1 and not any(row.quoted for row in found[1:])
    header, note = asked or ((True, "") if alone else _is_header(rows, marks))
    if header and not below:
        raise InvalidInput(f"{where} holds a header but no rows; at least one row is needed")
    if header:
        names = [_clean(cell) for cell in rows[0]]
        index = len(names) > 1 and (names[0] == "" or names[0] == "Unnamed: 0")
        trailing = width > 1 and names[-1] == "" and all(not row[-1].strip() for row in below)
        return Header(tuple(names), 1, index and not trailing, trailing, note=note)
    trailing = width > 1 and len(rows) > 1 and all(not row[-1].strip() for row in rows)
    if len(commented) == width - trailing and options.header == "auto":
        names = [_clean(cell) for cell in commented] + [""] * trailing
        if kind_of(commented, marks) == "text":
            return Header(tuple(names), 0, trailing=trailing)
    return Header(tuple(default_names(width)), 0, trailing=trailing, named=False, note=note)


def _short_header(first: Sequence[str], trailing: bool) -> Header:
    names = [_clean(cell) for cell in first]
    if trailing:
        index = names[0] == "" and len(names) > 1
        return Header((*names, ""), 1, index, trailing=True, short=True)
    return Header(("", *names), 1, index=True)


def _clean(cell: str) -> str:
    """Return a name in one line."""
    return " ".join(cell.split())


def _names_one_short(rows: Rows, marks: Marks) -> bool:
    """Tell whether a first row one cell short is names above a column of row names, as in R."""
    first, below = rows[0], rows[1:]
    labels = [cell.strip() for cell in column_cells(below, 0)]
    if len(set(labels)) < len(labels) or any(not row[-1].strip() for row in below):
        return False
    if all(label.isdigit() for label in labels):
        return kind_of(first, marks) == "text" or _counts(labels)
    return all(kind_of([label], marks) == "text" for label in labels)


def _is_header(rows: Rows, marks: Marks) -> tuple[bool, str]:
    """Return whether the first row is a header, and the note that this needs."""
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    kinds = [_kind(cell, marks) for cell in first]
    text = [index for index, kind in enumerate(kinds) if kind == "text"]
    if not below:
        return len(text) == sum(kind != "empty" for kind in kinds) > 0, ""
    columns = [[cell.strip() for cell in column_cells(below, i)] for i in range(len(first))]
    under = [kind_of(column, marks) for column in columns]
    if any(under[index] not in ("text", "empty") for index in text):
        return True, ""
    repeated = any(first[index] in columns[index] for index in text)
    if text and len(text) == sum(kind != "empty" for kind in kinds):
        gap = any(kind == "empty" and under[i] == "number" for i, kind in enumerate(kinds))
        return not repeated and not gap, ""
    numeric = [
        index
        for index, kind in enumerate(kinds)
        if kind == "number" and under[index] in ("number", "percent", "empty")
    ]
    differing = any(
        _sort(kind) != _sort(under[index])
        for index, kind in enumerate(kinds)
        if kind not in ("empty", "text") and under[index] not in ("empty", "text")
    )
    if differing and not repeated:
        return True, ""  # Years above truths, months above numbers.
    if not numeric or repeated:
        return False, ""
    return _numbers_as_names(first, columns, numeric, text, marks)


def _numbers_as_names(
    first: Sequence[str],
    columns: Sequence[Sequence[str]],
    numeric: Sequence[int],
    text: Sequence[int],
    marks: Marks,
) -> tuple[bool, str]:
    """Judge a first row of numbers, beside text or an empty cell, above numbers."""
    values = [_value(first[index], marks) for index in numeric]
    below = [[_value(c, marks) for c in columns[i] if c not in marks.words] for i in numeric]
    steps = {round(b - a, 9) for a, b in pairwise(values)}
    sequence = len(values) > 1 and len(steps) == 1 and min(steps) > 0
    outside, far = _all_beyond(values, below, 0), _all_beyond(values, below, 1)
    kinds_differ = all(_is_whole(first[i]) for i in numeric) and all(
        2 * sum(map(_is_whole, columns[i])) < len(columns[i]) for i in numeric
    )
    continued = any(_continues(v, column) for v, column in zip(values, below, strict=True))
    gap = any(cell and cell in marks.words for cell in first)
    simple = all(re.fullmatch("[0-9]+(?:[.,][0-9]+)?", first[i]) for i in numeric)
    plausible = len(set(values)) == len(values) and simple and not gap
    several = len(below[0]) > 1
    unnamed = first[0] == "" and not text and any(columns[0]) and all(first[1:])
    corner = unnamed and len(values) > 1
    shape = bool(text) and all(_shape_differs(first[i], columns[i]) for i in text)
    said = ", ".join(cell or "''" for cell in first[:4]) + (", ..." if len(first) > 4 else "")
    names = f"the first row ({said}) was taken as names; if it is data, say header='no'"
    data = f"the first row ({said}) was taken as data; if it names the columns, say header='yes'"
    if not plausible:
        return False, data if corner else ""
    labels = kind_of(columns[0], marks) == "text" and sequence and (len(values) > 2 or far)
    if unnamed and (_counts(columns[0]) or labels):
        return True, "" if sequence or far else names  # As pandas and R write a matrix.
    if continued:
        return False, ""
    if unnamed:
        ids = kind_of(columns[0], marks) == "text" and all(v.is_integer() for v in values)
        return (
            (True, names)
            if ids or (sequence and far and several)
            else (False, data if corner else "")
        )
    if text:
        whole = all(v.is_integer() for v in values)
        signs = sum((sequence and len(values) > 2, far and whole and several, shape))
        sure = signs > 1 or (sequence and far and several)
        return (True, names) if sure else (False, data if signs else "")
    counts = sequence and values[0] in (0, 1) and steps == {1.0}
    if not several or not sequence:
        alone = len(values) == 1 and values[0] == 0 and kinds_differ and several
        outlying = several and far and len(values) > 2
        return False, data if alone or outlying else ""  # What a Series without a name may be.
    if counts and kinds_differ and (values[0] == 0 or len(values) > 2):
        return True, names
    if (counts and values[0] == 0 and outside) or (len(values) > 4 and far):
        return True, names
    if len(values) > 2 and far and values[0] != 1:
        return True, names
    odd = (outside and len(values) > 2) or (far and _all_beyond(values, below, 10))
    return False, data if odd or (counts and (outside or len(values) > 2)) else ""


def _kind(cell: str, marks: Marks) -> str:
    """Return the kind of one cell; digits with marks of any meaning are a number, not a name."""
    kind = kind_of([cell], marks)
    return "number" if kind == "text" and re.fullmatch(r"[+-]?[0-9][0-9.,' %]*", cell) else kind


def _is_whole(cell: str) -> bool:
    """Tell whether a number is written without decimals: 5, not 5.0."""
    return re.fullmatch(r"[+-]?[0-9]+", cell) is not None


def _value(cell: str, marks: Marks) -> float:
    """Return about what a number is; only its place among others counts."""
    bare = cell.rstrip("% ").replace(marks.thousands or "\0", "").replace(marks.decimal, ".")
    try:
        return float(re.sub(r"[^0-9.einf+-]", "", bare.lower().replace("d", "e")))
    except ValueError:
        return nan


def _sort(kind: str) -> str:
    return {"percent": "number", "time": "date"}.get(kind, kind)


def _all_beyond(values: Sequence[float], columns: Sequence[Sequence[float]], spans: int) -> bool:
    return all(_beyond(v, column, spans) for v, column in zip(values, columns, strict=True))


def _beyond(value: float, column: Sequence[float], spans: int) -> bool:
    """Tell whether a value lies outside its column by more than `spans` times its range."""
    if not column:
        return True
    low, high = min(column), max(column)
    margin = spans * (high - low)
    return value < low - margin or value > high + margin


def _continues(value: float, column: Sequence[float]) -> bool:
    """Tell whether a value is the beginning of an arithmetic sequence down its column."""
    if len(column) < 2 or column[0] == column[1]:
        return False
    first = [value, *column[:3]]
    steps = [b - a for a, b in pairwise(first)]
    return max(steps) - min(steps) < 1e-9


def _counts(cells: Sequence[str]) -> bool:
    """Tell whether cells are 0, 1, 2, ... or 1, 2, 3, ..."""
    whole = [cell.strip() for cell in cells]
    return any(whole == [str(i + begin) for i in range(len(whole))] for begin in (0, 1))


def _shape_differs(name: str, cells: Sequence[str]) -> bool:
    """Tell whether text looks unlike all text below, which looks alike: well above A, B, C."""
    shapes = {_shape(cell) for cell in cells if cell}
    return len(shapes) == 1 and _shape(name) not in shapes


def _shape(cell: str) -> str:
    for pattern, sign in (("[A-Z]+", "A"), ("[a-z]+", "a"), ("[0-9]+", "0")):
        cell = re.sub(pattern, sign, cell)
    return cell
