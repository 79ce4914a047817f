"""Sheets of Excel and OpenDocument workbooks, through python-calamine, which is an extra."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import default_names, some_of
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.records import frame_of_rows

__all__ = ["read_workbook"]


def read_workbook(given: Input, options: ReadOptions) -> Frame:
    """Read one sheet: the first one that holds anything, or the one that was chosen.

    Raises
    ------
    InvalidInput
        If python-calamine is not installed, or the sheet holds no table.
    """
    try:
        from python_calamine import CalamineWorkbook
    except ImportError as error:
        raise InvalidInput(
            f"{given.where} is a workbook, which needs python-calamine; install it with: "
            "pip install 'kmeans-engine[excel]'"
        ) from error
    where = given.where
    with unharmed(where, "workbook"), given.seekable() as stream:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = list(book.sheet_names)
        name, cells = _sheet(book, sheets, options.sheet, where)
    rows = _filled(cells)
    if not rows:
        raise InvalidInput(f"{where}: sheet {name!r} is empty; at least one row is needed")
    header = _has_header(rows, options.header)
    if header and len(rows) == 1:
        raise InvalidInput(
            f"{where}: sheet {name!r} holds a header but no rows; at least one row is needed"
        )
    names = [_text(cell) for cell in rows[0]] if header else default_names(len(rows[0]))
    missing = {*_MISSING, *options.missing}
    body = (
        [None if isinstance(cell, str) and cell.strip() in missing else cell for cell in row]
        for row in rows[header:]
    )
    frame = frame_of_rows(body, names, where, named=header)
    if options.sheet is None and len(sheets) > 1:
        others = some_of([repr(sheet) for sheet in sheets if sheet != name], 5)
        note = f"sheet {name!r} is read; choose another ({others}) with sheet="
        frame = replace(frame, notes=(note,))
    return frame


_MISSING = (
    "",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "#NULL!",
    "NaN",
    "nan",
    "NULL",
    "null",
    "None",
    "?",
    "-",
)


def _sheet(
    book: Any, sheets: Sequence[str], asked: str | None, where: str
) -> tuple[str, list[list[Any]]]:
    """Return the name of a sheet and its rows of cells, all of them as long."""
    if asked is None:
        for name in sheets:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if _filled(cells):
                return name, cells
        return (sheets[0] if sheets else ""), []
    if asked not in sheets:
        if not (asked.isdigit() and int(asked) < len(sheets)):
            known = some_of([repr(sheet) for sheet in sheets])
            raise InvalidInput(f"{where} has no sheet {asked!r}; choose from {known}")
        asked = sheets[int(asked)]
    return asked, book.get_sheet_by_name(asked).to_python(skip_empty_area=True)


def _filled(cells: list[list[Any]]) -> list[list[Any]]:
    """Return the rows that hold anything, without columns that hold nothing at all."""
    rows = [row for row in cells if any(_text(cell) for cell in row)]
    width = max(map(len, rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    used = [place for place in range(width) if any(_text(row[place]) for row in rows)]
    return [[row[place] for place in used] for row in rows]


def _has_header(rows: list[list[Any]], asked: str) -> bool:
    """Tell whether the first row names the columns: words where the next row has other things."""
    if asked != "auto":
        return asked == "yes"
    first = rows[0]
    if len(rows) < 2 or not all(isinstance(cell, str) for cell in first):
        # A number in the first row of a sheet is data, unless all cells else are words.
        return len(rows) < 2 and all(isinstance(cell, str) for cell in first)
    for place, cell in enumerate(first):
        below = [row[place] for row in rows[1:]]
        if any(not isinstance(value, str) for value in below):
            return True
        if cell in below:
            return False
    return True


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()
