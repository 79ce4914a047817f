r"""What a cell of text holds: a number, a date, a truth, nothing. Knows one cell or one column.

The rules are those of ``docs/data.md``. `Marks` tells how numbers are written; `to_numbers` reads a
column that pyarrow's own conversion did not take: it trims every kind of blank, knows the words for
a missing value in any surroundings, and removes thousands separators and per cent signs only where
each cell is written as such a number. What remains is parsed by pyarrow, to the nearest float64.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

__all__ = [
    "FALSE",
    "MISSING",
    "PLAIN",
    "TRUE",
    "Kind",
    "Marks",
    "bad_cells",
    "column_cells",
    "first_text",
    "is_direct",
    "kind_of",
    "strip_column",
    "to_numbers",
]

Kind = Literal["number", "percent", "bool", "date", "time", "text", "empty"]

MISSING = (
    *("", "?", "-", "--", "---", ".", "..", "\u2013", "\u2014", "\\N"),
    *("NA", "na", "Na", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "#N/A", "#N/A N/A", "#NA"),
    *("NaN", "nan", "NAN", "Nan", "-NaN", "-nan", "+NaN", "+nan", "NaT"),
    *("1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    *("NULL", "null", "Null", "<null>", "None", "none", "NONE", "nil"),
    *("#NULL!", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?"),
)
"""Words for a missing value: those of pandas, R, Excel and SQL dumps. They count as whole cells."""

TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")

_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_INFINITE = r"[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?"
PLAIN = re.compile(rf"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}|{_INFINITE}")
"""A number with a decimal point and nothing else."""

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
_DAY = (
    r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{4}-[0-9]{2}|[0-9]{1,2}([- ])[A-Za-z]{3,9}\3(?:[0-9]{4}|[0-9]{2})"
    r"|[A-Z][a-z]{2,8}\.? [0-9]{1,2},? [0-9]{4}"
)
_DATE = re.compile(_DAY)
_TIME = re.compile(rf"(?:(?:{_DAY})[T ])?{_CLOCK}{_ZONE}")
_FORTRAN = r"^([+-]?[0-9]*\.[0-9]*)[dD]([+-]?[0-9]+)$"


@dataclass(frozen=True)
class Marks:
    """How numbers are written.

    Attributes
    ----------
    decimal : str
        The decimal mark.
    thousands : str or None
        What stands between groups of three digits; ``" "`` is any blank.
    missing : tuple of str
        Words for a missing value, beside `MISSING`.
    """

    decimal: str = "."
    thousands: str | None = None
    missing: tuple[str, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """All words for a missing value."""
        return frozenset(MISSING) | frozenset(word.strip() for word in self.missing)

    @cached_property
    def missing_numbers(self) -> tuple[float, ...]:
        """Numbers that were said to be missing, however they are written: -999 and -999.0."""
        return tuple(float(word) for word in self.missing if PLAIN.fullmatch(word.strip()))

    @cached_property
    def grouped(self) -> str | None:
        """Pattern of a number with thousands separators, None where there are none."""
        if self.thousands is None:
            return None
        mark = "[ \u00a0\u202f]" if self.thousands == " " else re.escape(self.thousands)
        point = re.escape(self.decimal)
        return rf"[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?{_EXPONENT}"

    @cached_property
    def number(self) -> str:
        """Pattern of every number, blanks around it apart."""
        point = re.escape(self.decimal)
        digits = rf"(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)"
        patterns = [rf"[+-]?{digits}{_EXPONENT}", _INFINITE, _FORTRAN.strip("^$")]
        return "|".join([*patterns, self.grouped] if self.grouped else patterns)


def kind_of(cells: Iterable[str], marks: Marks) -> Kind:
    """Return what a sample of a column holds: one kind throughout, or text."""
    number = re.compile(marks.number)
    found = set[Kind]()
    for raw in cells:
        cell = raw.strip()
        if cell in marks.words:
            continue
        if number.fullmatch(cell):
            found.add("number")
        elif cell.endswith("%") and number.fullmatch(cell[:-1].rstrip()):
            found.add("percent")
        elif cell in TRUE or cell in FALSE:
            found.add("bool")
        elif _DATE.fullmatch(cell):
            found.add("date")
        elif _TIME.fullmatch(cell):
            found.add("time")
        else:
            return "text"
    if found == {"date", "time"}:
        return "time"
    return found.pop() if len(found) == 1 else "text" if found else "empty"


def strip_column(column: Any, marks: Marks) -> Any:
    """Return a column of strings without blanks around the cells; missing ones are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.utf8_trim_whitespace(column)
    absent = pc.is_in(column, value_set=pa.array(sorted(marks.words), pa.string()))
    return pc.if_else(absent, pa.scalar(None, column.type), column)


def to_numbers(column: Any, marks: Marks, percent: bool = False) -> Any:
    """Return a column of strings as float64, None if a cell is neither a number nor missing.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
        As the file holds it.
    marks : Marks
        How its numbers are written.
    percent : bool
        Each number has a per cent sign behind it, which is left out: 12% is 12.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = strip_column(column, marks)
    if percent:
        if not pc.all(pc.ends_with(cells, "%"), min_count=0).as_py():
            return None
        cells = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(cells, 0, -1))
    if not pc.all(_matches(cells, marks.number), min_count=0).as_py():
        return None
    if marks.grouped:
        grouped = _matches(cells, marks.grouped)
        blanks = marks.thousands == " "
        pattern = "[ \u00a0\u202f]" if blanks else re.escape(marks.thousands or "")
        cells = pc.if_else(grouped, pc.replace_substring_regex(cells, pattern, ""), cells)
    if marks.decimal != ".":
        cells = pc.replace_substring(cells, marks.decimal, ".")
    try:
        return pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        cells = pc.replace_substring_regex(cells, _FORTRAN, r"\1e\2")
        return pc.cast(cells, pa.float64())


def is_direct(column: Any, marks: Marks) -> bool:
    """Tell whether pyarrow reads all cells of a column as they are, but for quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    point = re.escape(marks.decimal)
    digits = rf"[ \t]*[+-]?(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+){_EXPONENT}[ \t]*"
    known = pc.is_in(column, value_set=pa.array(sorted(marks.words)))
    return bool(pc.all(pc.or_(known, _matches(column, digits)), min_count=0).as_py())


def bad_cells(column: Any, marks: Marks, percent: bool = False) -> Any:
    """Return which cells of a column of strings are neither numbers nor missing, as booleans."""
    import pyarrow.compute as pc

    pattern = f"(?:{marks.number}){' *%' if percent else ''}"
    return pc.fill_null(pc.invert(_matches(strip_column(column, marks), pattern)), False)


def first_text(column: Any, marks: Marks | None = None) -> tuple[int, str] | None:
    """Find what makes a column text.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
        As `Frame.column` gives it.
    marks : Marks or None
        How numbers are written; None is with a decimal point.

    Returns
    -------
    (int, str) or None
        0-based row and content of the first cell that is not a number; of the first one that is not
        missing where all are numbers by themselves, as ``12%`` beside ``0.5``. None: all missing.
    """
    import pyarrow.compute as pc

    bad = bad_cells(column, marks or Marks())
    row = pc.index(bad, True).as_py()
    if row < 0:
        row = pc.index(pc.is_valid(column), True).as_py()
    return None if row < 0 else (row, column[row].as_py())


def _matches(column: Any, pattern: str) -> Any:
    import pyarrow.compute as pc

    return pc.match_substring_regex(column, f"^(?:{pattern})$")


def column_cells(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    """Return the cells of one column of rows of any length."""
    return [row[index] for row in rows if index < len(row)]
