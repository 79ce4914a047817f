"""What separates cells, marks comments and stands within numbers: as said, or as nothing else fits.

A delimiter is judged by what it makes of the rows: equally many cells in each, and cells that are
numbers, dates or missing. Marks within numbers are guessed only where a cell proves them: ``1,5``
has no thousands and ``1,234,567`` no decimals, but ``1,234`` may be either.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text.cells import PLAIN, Marks, column_cells, kind_of
from kmeans_engine.tables.text.lines import Record, Shape, records

__all__ = ["AMBIGUOUS", "check_delimiter", "find_comments", "find_marks", "find_shape", "sep_line"]

_JUDGED_ROWS = 60
_RUNS = Shape(" ", runs=True)
_DELIMITERS = (Shape("\t"), Shape(";"), Shape("|"), Shape(","), _RUNS)
# What a cell may be for its delimiter to be credited with it; marks within numbers come later.
_LIKELY = re.compile(
    r"[+-]?[0-9]*(?:[.,][0-9]+|[' \u00a0\u202f][0-9]{3}(?![0-9]))*[.,]?"
    r"(?:[eEdD][+-]?[0-9]+)?(?: ?%)?"
)
_BETWEEN_COMMAS = r"[+-]?[0-9.,]*[0-9.](?:[eEdD][+-]?[0-9]+)?(?: ?%)?|"
_LIKELY_BETWEEN_COMMAS = re.compile(_BETWEEN_COMMAS)
# In a .csv file a blank rather stands within a number than between two.
_LIKELY_IN_CSV = re.compile(
    _BETWEEN_COMMAS + r"|[+-]?[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+(?:\.[0-9]*)?(?: ?%)?"
)

_DECIMAL_COMMA = re.compile(
    r"[+-]?(?:[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})|(?:0|[0-9]{4,})?,[0-9]{3}"
    r"|[0-9]+,[0-9]+[eE][+-]?[0-9]+)(?: ?%)?"
)
_COMMA_BOTH = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]*(?: ?%)?")
_GROUPS = {
    ",": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]*|(?:,[0-9]{3}){2,})(?: ?%)?"),
    ".": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}(?:,[0-9]*)?(?: ?%)?"),
    " ": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]*)?(?: ?%)?"),
    "'": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:'[0-9]{3})+(?:[.,][0-9]*)?(?: ?%)?"),
}
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}(?: ?%)?")
"""A number that is two: 1,234 is a little more than one, or a thousand and more."""


def check_delimiter(delimiter: str) -> str:
    r"""Return the one character that separates cells; ``\t`` typed as two characters is a tab."""
    delimiter = "\t" if delimiter == "\\t" else delimiter
    if (
        len(delimiter) != 1
        or not delimiter.isascii()
        or delimiter in '\r\n"'
        or delimiter.isalnum()
    ):
        raise InvalidInput(
            f"delimiter={delimiter!r} cannot separate numbers; give one character, "
            "such as ',' or ';'",
            options=("delimiter",),
        )
    return delimiter


def sep_line(text: str) -> tuple[str | None, int]:
    """Return the delimiter that a first line such as ``sep=;`` names, and that line's length."""
    match = re.match(r'"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)', text, re.IGNORECASE)
    return (match[1], match.end()) if match else (None, 0)


def find_shape(head: bytes, suffix: str, options: ReadOptions) -> Shape:
    """Return what separates the cells of a text.

    Parameters
    ----------
    head : bytes
        Its first rows.
    suffix : str
        Of its file; only for ``.csv`` do blanks separate nothing but numbers.
    options : ReadOptions
        What its user says of it.
    """
    short = head[: 1 << 16]
    head = short if len(short.splitlines()) > _JUDGED_ROWS else head
    comment = options.comment or _comment_above(head)
    inline = options.comment is not None
    if options.delimiter is not None:
        found = Shape(options.delimiter, runs=options.delimiter == " ")
        return replace(found, comment=comment, inline=inline or found.runs)
    best, best_score, tabs = Shape(comment=comment, inline=inline), 0.0, False
    whole, said = False, (options.decimal, options.thousands)
    between = _LIKELY_IN_CSV if suffix == ".csv" else _LIKELY_BETWEEN_COMMAS
    for shape in _DELIMITERS:
        shape = replace(shape, comment=comment, inline=inline or shape.runs)
        rows = _first_rows(head, shape)
        score, numeric = _score(rows, between if shape.delimiter == "," else _LIKELY)
        if shape.runs and (suffix == ".csv" or tabs) and numeric < 1:
            continue
        if (
            shape.runs
            and whole
            and len(rows[0].cells) == 1
            and max(map(_width, rows[1:]), default=0) > 2
        ):
            continue  # Another delimiter leaves no row out.
        whole = whole or (score > 0 and len(set(map(_width, rows))) == 1 < _width(rows[0]))
        tabs = tabs or (shape.delimiter == "\t" and score - numeric > 1.99 and numeric >= 0)
        if score > best_score + 1e-9:
            best, best_score = shape, score
    if best.delimiter == "," and _one_column(_first_rows(head, best)):
        return replace(best, delimiter=";")
    if best_score and best.delimiter in said:
        # Said to stand within numbers, a comma or a blank separates cells only if it must.
        rows = _first_rows(head, replace(best, delimiter="\0", runs=False))
        marks = Marks(options.decimal or ".", options.thousands, options.missing)
        if kind_of([row.cells[0] for row in rows[1:] or rows], marks) in ("number", "percent"):
            return replace(best, delimiter=";", runs=False)
    return replace(best, comment=comment, inline=inline or best.runs)


def _comment_above(head: bytes) -> str:
    """Return what begins the comments of a text: ``%`` or ``//`` if its first line does so."""
    match = re.match(rb"\s*(%(?=[ \t%])|//)", head)
    return match[1].decode() if match else "#"


def _credit(cell: str, likely: re.Pattern[str]) -> float:
    """Return what a cell says for its delimiter: text with another one within speaks against it."""
    if likely.fullmatch(cell) or kind_of([cell], Marks()) != "text":
        return 1.0
    return -1.0 if re.search(r"[\t;|]|^[+-]?[0-9.]+ +[+-]?[0-9.?]", cell) else 0.0


def _one_column(rows: Sequence[Record]) -> bool:
    """Tell whether commas stand within the numbers of one column, below a name without one."""
    if len(rows) < 2 or len(rows[0].cells) > 1:
        return False
    words = rows[0].cells[0].split()
    if not rows[0].quoted and len(words) == 2 and not any(map(PLAIN.fullmatch, words)):
        return False
    below = [row.cells for row in rows[1:]]
    halves = [cells for cells in below if len(cells) == 2]
    whole = [cells[0].strip() for cells in below if len(cells) == 1]
    return (
        len(halves) + len(whole) == len(below)
        and all(re.fullmatch(r"[+-]?[0-9]*", a) and re.fullmatch(r"[0-9]+", b) for a, b in halves)
        and kind_of(whole, Marks()) in ("number", "empty")
        and len({a for a, _ in halves}) + len(whole) > 0
        and [a for a, _ in halves] != [str(i + 1) for i in range(len(halves))]
    )


def _width(row: Record) -> int:
    return len(row.cells)


def _first_rows(head: bytes, shape: Shape) -> list[Record]:
    text = shape.tidy(head).decode("utf-8", "replace")
    return list(islice(records(text, shape), _JUDGED_ROWS))


def _score(rows: Sequence[Record], likely: re.Pattern[str]) -> tuple[float, float]:
    """Return how well a delimiter fits, 0 if it separates nothing, and the share of numbers."""
    widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not widths or 3 * widths.total() < len(rows):
        return 0.0, 0.0
    width, times = widths.most_common(1)[0]
    alike = [row for row in rows if len(row.cells) == width]
    below = alike[1:] if len(alike) > 1 and alike[0] is rows[0] else alike
    cells = [cell.strip() for row in below for cell in row.cells]
    good = sum(_credit(cell, likely) for cell in cells)
    if good < len(cells) and alike == rows[:1] and len(rows) > 1:
        return 0.0, 0.0  # A name of several words.
    return 2 * times / len(rows) + good / len(cells), good / len(cells)


def find_comments(head: bytes, shape: Shape, options: ReadOptions) -> Shape:
    """Return the shape with comments where lines that begin with ``#`` are comments.

    They are not where all lines begin so, or where they are rows: as wide as the others, with
    text first as in the others. A missing value such as ``#N/A`` is never a comment.
    """
    if options.comment is not None or shape.comment != "#":
        return shape
    bare = replace(shape, comment=None, inline=False)
    rows = list(islice(records(bare.tidy(head).decode("utf-8", "replace"), bare), 5000))
    marks = Marks(missing=options.missing)
    lines = re.split(r"\r\n|\n|\r", bare.tidy(head).decode("utf-8", "replace"))
    hashed = [
        lines[row.line - 1].lstrip().startswith("#") and row.cells[0].strip() not in marks.words
        for row in rows
    ]
    marked = [row for row, is_marked in zip(rows, hashed, strict=True) if is_marked]
    others = [row for row, is_marked in zip(rows, hashed, strict=True) if not is_marked]
    if not others:
        return bare
    width = Counter(len(row.cells) for row in others).most_common(1)[0][0]
    firsts = [row.cells[0].strip() for row in others[1:] or others]
    likely = all(cell in marks.words or _LIKELY.fullmatch(cell) for cell in firsts)
    first = "number" if likely else kind_of(firsts, marks)
    for row in marked:
        like = len(row.cells) == width
        rest = kind_of(row.cells[1:], marks)
        if like and width > 1 and first == "text" and rest not in ("text", "empty"):
            return bare
    if first == "text" and not marked:
        return bare
    return shape


def find_marks(rows: Sequence[Sequence[str]], options: ReadOptions) -> tuple[Marks, str]:
    """Return how numbers are written, and a line on what was guessed, empty where nothing was.

    Parameters
    ----------
    rows : sequence of rows of cells
        The first may be a header.
    options : ReadOptions
        What its user says.
    """
    decimal, thousands = options.decimal, options.thousands
    plain = Marks(decimal or ".", thousands, options.missing)
    for name, mark in (("decimal", decimal), ("thousands", thousands)):
        if mark is not None and (len(mark) != 1 or mark.isalnum() or mark in '+-"\r\n'):
            raise InvalidInput(
                f"{name}={mark!r} cannot stand within numbers; give one character, such as ','",
                options=(name,),
            )
    if decimal is not None and decimal == thousands:
        raise InvalidInput(
            f"decimal={decimal!r} and thousands={thousands!r} are the same mark; leave one out",
            options=("decimal", "thousands"),
        )
    if decimal is not None and thousands is not None:
        return plain, ""
    commas = dict[str, str]()
    groups = dict[str, str]()
    for index in range(max(map(len, rows), default=0)):
        cells = [raw.strip() for raw in column_cells(rows, index)]
        if len(cells) > 1 and not _LIKELY.fullmatch(cells[0]):
            del cells[0]  # A name.
        cells = [cell for cell in cells if cell not in plain.words]
        if kind_of(cells, plain) != "text" or not all(map(_LIKELY.fullmatch, cells)):
            continue
        for cell in cells:
            if _DECIMAL_COMMA.fullmatch(cell) or _COMMA_BOTH.fullmatch(cell):
                commas.setdefault(",", cell)
            if _COMMA_BOTH.fullmatch(cell):
                groups.setdefault(".", cell)
            for mark, pattern in _GROUPS.items():
                if pattern.fullmatch(cell):
                    groups.setdefault(mark, cell)
            if re.search(r",[0-9]+$", cell) and any(_GROUPS[m].fullmatch(cell) for m in " '"):
                commas.setdefault(",", cell)
    if decimal is None and commas and thousands != ",":
        decimal = ","
    if "." in (thousands, *groups) and decimal is None:
        decimal = ","
    if thousands is None and len(groups) == 1:
        (mark,) = groups
        thousands = mark if mark != (decimal or ".") else None
    if commas and "," in groups and options.decimal is None and options.thousands is None:
        return plain, ""  # One column contradicts another: both stay text.
    found = Marks(decimal or ".", thousands, options.missing)
    return found, _say_marks(found, options, {**groups, **commas})


def _say_marks(marks: Marks, options: ReadOptions, proofs: dict[str, str]) -> str:
    parts = []
    if options.decimal is None and marks.decimal == ",":
        parts.append(f"decimal commas (decimal=',', as in {proofs.get(',', proofs.get('.'))!r})")
    if options.thousands is None and marks.thousands is not None:
        shown = proofs[marks.thousands]
        parts.append(f"thousands separators (thousands={marks.thousands!r}, as in {shown!r})")
    return f"numbers were read with {' and '.join(parts)}" if parts else ""
