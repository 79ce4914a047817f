"""Sheets of Excel and OpenDocument workbooks, through python-calamine, which is an extra."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.records import frame_of_rows
from kmeans_engine.tables.text.cells import PLAIN, Marks
from kmeans_engine.tables.text.header import Header, find_header
from kmeans_engine.tables.text.lines import Record

__all__ = ["read_workbook"]

_LOOK = 300


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
    others = [repr(sheet) for sheet in sheets if sheet != name]
    hint = f"; choose another (sheet={others[0]})" if others else "; at least one row is needed"
    if not rows:
        raise InvalidInput(f"{where}: sheet {name!r} is empty{hint}", options=("sheet",))
    if len(rows) == 1 and options.header != "no" and all(isinstance(c, str) for c in rows[0]):
        raise InvalidInput(
            f"{where}: sheet {name!r} holds a header but no rows{hint}", options=("sheet",)
        )
    header = _header(rows, options, where)
    columns = list(map(list, zip(*rows[header.rows :], strict=True)))
    words = Marks(missing=options.missing).words
    notes = [header.note]
    for place, column in enumerate(columns):
        columns[place] = [None if str(cell).strip() in words else cell for cell in column]
        if _are_numbers(columns[place]):
            columns[place] = [None if cell is None else float(cell) for cell in columns[place]]
            notes.append(f"column {header.names[place]!r} holds numbers that are stored as text")
    if header.rows:
        _refuse_words_above_numbers(columns, where, name)
    frame = frame_of_rows(zip(*columns, strict=True), header.names, where, named=header.named)
    if options.sheet is None and others:
        notes.append(f"sheet {name!r} is read; choose another ({some_of(others, 5)}) with sheet=")
    return replace(
        frame,
        notes=tuple(note for note in notes if note),
        indices=frozenset({0} if header.index else ()),
    )


def _header(rows: list[list[Any]], options: ReadOptions, where: str) -> Header:
    """Return what names the columns, by the rules of text."""
    found = [
        Record([_text(cell) for cell in row], line, line, quoted=False)
        for line, row in enumerate(rows[:_LOOK], 1)
    ]
    return find_header(found, Marks(missing=options.missing), options, [], where)


def _are_numbers(column: list[Any]) -> bool:
    """Tell whether some cells of a column of numbers are stored as text; codes are not numbers."""
    text = [cell.strip() for cell in column if isinstance(cell, str)]
    kinds = {type(cell) for cell in column if cell is not None}
    return (
        bool(text)
        and kinds <= {str, int, float}
        and all(PLAIN.fullmatch(cell) and not re.match("0[0-9]", cell) for cell in text)
    )


def _refuse_words_above_numbers(columns: list[list[Any]], where: str, name: str) -> None:
    """Raise if the row below the names holds words, above numbers in some column."""
    first = [column[0] for column in columns if column[0] is not None]
    if len(columns[0]) < 3 or not all(isinstance(cell, str) for cell in first):
        return
    for column in columns:
        below = [cell for cell in column[1:] if cell is not None]
        if column[0] is not None and below and all(isinstance(c, int | float) for c in below):
            raise InvalidInput(
                f"{where}: sheet {name!r} has {column[0]!r} above numbers; if the table begins "
                "with a title, units or several lines of names, keep only one line of names"
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


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()
