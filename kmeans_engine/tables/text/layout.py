"""What a text looks like, from its first rows and what its user says: all that reading it needs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text.cells import PLAIN, Kind, Marks, column_cells, kind_of
from kmeans_engine.tables.text.dialect import (
    AMBIGUOUS,
    check_delimiter,
    find_comments,
    find_marks,
    find_shape,
    sep_line,
)
from kmeans_engine.tables.text.header import Header, find_header
from kmeans_engine.tables.text.lines import Record, Shape, count_cells, records

__all__ = ["Layout", "survey"]

_ROWS = 300
_CELLS = 60_000
_VALUE = rb"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?"
_SPARSE = re.compile(rb"%b(?: +[0-9]+:%b)+" % (_VALUE, _VALUE))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is to be read.

    Attributes
    ----------
    shape : Shape
        What separates its cells.
    marks : Marks
        How its numbers are written.
    header : Header
        Names of its columns.
    kinds : tuple of Kind
        What each column holds, by its first rows.
    ambiguous : dict of int to str
        Columns of numbers that may be read in two ways, and such a cell.
    skipped : int
        Lines before the first row of values.
    notes : tuple of str
        What was guessed and should be said.
    codes : frozenset of int
        Columns of codes with leading zeros.
    """

    shape: Shape
    marks: Marks
    header: Header
    kinds: tuple[Kind, ...]
    ambiguous: dict[int, str]
    skipped: int
    notes: tuple[str, ...]
    codes: frozenset[int] = frozenset()


def survey(head: bytes, suffix: str, options: ReadOptions, where: str) -> Layout:
    """Return the layout of a text by its first rows, as UTF-8.

    Raises
    ------
    InvalidInput
        If there is no row.
    """
    if options.delimiter is not None:
        options = replace(options, delimiter=check_delimiter(options.delimiter))
    mark, length = sep_line(head[:64].decode("utf-8", "replace"))
    skipped, head = int(length > 0), head[length:]
    if mark is not None and options.delimiter is None:
        options = replace(options, delimiter=check_delimiter(mark))
    if options.delimiter is None and suffix == ".tsv" and b"\t" in head:
        options = replace(options, delimiter="\t")
    shape = find_comments(head, find_shape(head, suffix, options), options)
    tidy = shape.tidy(head).decode("utf-8", "replace")
    rows = _sample(tidy, shape)
    _refuse_other_texts(head, where)
    if not any(cell.strip() for row in rows for cell in row.cells):
        raise InvalidInput(f"{where} is empty; at least one row of numbers is needed")
    _refuse_quoted_lines(rows, where)
    alone = len(rows[0].cells) == 1
    rows[0] = _split_alone(rows)
    marks, note = find_marks([row.cells for row in rows], options)
    commented = _comment_above(head, rows[0], shape)
    header = find_header(rows, marks, options, commented, where)
    _check_first(rows, header, shape, where)
    values = [row.cells for row in rows[header.rows :]]
    width = len(header.names)
    columns = [column_cells(values, index) for index in range(width)]
    kinds = tuple(kind_of(column, marks) for column in columns)
    ambiguous = {
        index: found
        for index, column in enumerate(columns)
        if kinds[index] == "text" and (found := _ambiguous(column, marks))
    }
    notes = [header.note, note, _one_column(rows, header, alone, shape, options)]
    percents = [header.names[i] for i, kind in enumerate(kinds) if kind == "percent"]
    if percents:
        shown = ", ".join(map(repr, percents[:3])) + (", ..." if len(percents) > 3 else "")
        notes.append(f"per cent signs were left out in {shown}: 12% is 12")
    skipped += rows[0].last if header.rows else 0
    said = tuple(note for note in notes if note)
    codes = frozenset(index for index, column in enumerate(columns) if _are_codes(column, marks))
    return Layout(shape, marks, header, kinds, ambiguous, skipped, said, codes)


def _refuse_other_texts(head: bytes, where: str) -> None:
    """Raise if a text is not one table but what only looks like one."""
    matrices = re.findall(rb"(?m)^# name: (.*\S)", head)
    if len(matrices) > 1:
        raise InvalidInput(
            f"{where} holds {len(matrices)} variables of Octave ({matrices[0].decode()}, "
            f"{matrices[1].decode()}{', ...' if len(matrices) > 2 else ''}); save one of them"
        )
    lines = [line.strip() for line in head[: 1 << 16].splitlines()[:20] if line.strip()]
    if lines and all(map(_SPARSE.fullmatch, lines)):
        pairs = re.findall(rb"([0-9]+):(\S+)", b" ".join(lines))
        if any(not re.fullmatch(rb"[0-5][0-9]", value) for _, value in pairs):  # No clocks.
            shown = b":".join(pairs[0]).decode()
            raise InvalidInput(
                f"{where} holds sparse rows ({shown} is one value), as LIBSVM writes them; "
                "write every value of a row"
            )


def _refuse_quoted_lines(rows: Sequence[Record], where: str) -> None:
    """Raise if each line is one quoted cell that holds a row, as Excel may leave a pasted CSV."""
    if len(rows) < 2 or any(len(row.cells) > 1 or not row.quoted for row in rows):
        return
    for mark in ",;\t":
        counts = {row.cells[0].count(mark) for row in rows}
        words = rows[0].cells[0].split(mark)
        named = len(words) > 1 and all(re.search("[A-Za-z]", word) for word in words)
        groups = all(re.fullmatch("[0-9]{3}([.,][0-9]*)?", word) for word in words[1:])
        if len(counts) == 1 and (named or (len(words) > 2 and not groups)):
            raise InvalidInput(
                f"{where}: each line is quoted as a whole ({rows[0].cells[0][:40]!r}), which makes "
                "it one cell; remove the quotes"
            )


def _sample(text: str, shape: Shape) -> list[Record]:
    """Return the first rows, fewer where they are wide."""
    found = records(text, shape)
    rows = list(islice(found, 20))
    width = max((len(row.cells) for row in rows), default=1)
    rows += islice(found, max(0, min(_ROWS, _CELLS // width) - len(rows)))
    return rows


def _split_alone(rows: Sequence[Record]) -> Record:
    """Return the first row, split where only another delimiter makes it as wide as the others."""
    first = rows[0]
    if len(first.cells) > 1 or len(rows) < 2 or first.quoted:
        return first
    width = len(rows[1].cells)
    for mark in (*",;\t|", None):
        cells = first.cells[0].split(mark)
        if mark is None and kind_of(rows[1].cells[-1:], Marks()) == "text":
            continue  # A title above names.
        if width > 1 and len(cells) == width and not any(map(PLAIN.fullmatch, cells)):
            return first._replace(cells=cells)
    return first


def _check_first(rows: Sequence[Record], header: Header, shape: Shape, where: str) -> None:
    """Raise if the first row is not as wide as the others, which agree."""
    widths = {len(row.cells) for row in rows[1:4]}
    width = len(header.names)
    if len(rows) > 2 and len(widths) == 1 and width not in widths:
        shown = repr(shape.delimiter) if not shape.runs else "blanks"
        raise InvalidInput(
            f"{where}: line {rows[0].line} has {count_cells(width)} separated by {shown}, the rows "
            f"below have {widths.pop()}; give every column a name, "
            "or remove what stands above the table"
        )


def _comment_above(head: bytes, first: Record, shape: Shape) -> list[str]:
    """Return the cells of a comment right above the first row, [] if there is none."""
    if shape.comment is None or first.line < 2:
        return []
    lines = head.split(b"\r" if b"\n" not in head else b"\n", first.line)
    line = lines[first.line - 2].strip().decode("utf-8", "replace")
    if not line.startswith(shape.comment):
        return []
    line = line.removeprefix(shape.comment).strip()
    if re.match(r"\w+: ", line) and shape.runs:  # ``# columns: 2``, as Octave writes it.
        return []
    cells = next(records(line, replace(shape, comment=None)), None) if line else None
    width = len(first.cells)
    if cells is not None and width > 1 and len(cells.cells) == width:
        return [cell.strip() for cell in cells.cells]
    words = line.replace(",", " ").replace(";", " ").split()
    return words if len(words) == width else []


def _one_column(
    rows: Sequence[Record], header: Header, alone: bool, shape: Shape, options: ReadOptions
) -> str:
    """Return what to say of two columns that may be one of numbers with decimal commas."""
    cells = [row.cells for row in rows]
    cells = cells[header.rows :]
    guessed = options.delimiter is None and options.decimal is None
    if shape.runs and alone and guessed and options.thousands is None:
        groups = all(re.fullmatch("[1-9][0-9]{0,2} [0-9]{3}", " ".join(row)) for row in cells)
        if groups and len(cells) > 1:
            return (
                f"the blank in {' '.join(cells[0])} was taken to separate two columns; "
                "if it separates thousands, say thousands=' '"
            )
    if not guessed or shape.delimiter != "," or any(len(row) != 2 for row in cells):
        return ""
    if header.named and not alone:
        return ""
    if not all(b.isdigit() and a.lstrip("+-").isdigit() for a, b in cells):
        return ""
    if (
        alone
        or any(re.match("0[0-9]", b) for _, b in cells)
        or any(a.startswith("-") for a, _ in cells)
    ):
        shown = ",".join(cells[0])
        return (
            f"the comma in {shown} was taken to separate two columns; "
            "if it is a decimal comma, say decimal=','"
        )
    return ""


def _are_codes(column: Sequence[str], marks: Marks) -> bool:
    """Tell whether numbers are codes: of as many digits, three or more, some with a zero first."""
    cells = [cell for raw in column if (cell := raw.strip()) not in marks.words]
    widths = {len(cell) for cell in cells}
    return (
        len(widths) == 1
        and min(widths) > 2
        and all(cell.isdigit() for cell in cells)
        and any(cell[0] == "0" for cell in cells)
    )


def _ambiguous(column: Sequence[str], marks: Marks) -> str | None:
    """Return the first cell of a column of numbers that may be two, None if there is none."""
    found = None
    for raw in column:
        cell = raw.strip()
        if AMBIGUOUS.fullmatch(cell):
            found = found or cell
        elif cell not in marks.words and not PLAIN.fullmatch(cell.rstrip("% ")):
            return None
    return found
