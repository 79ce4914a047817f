"""Why text cannot be read, in a line that names what to do. Reads nothing but what it is given."""

import re
from itertools import islice

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.text.dialect import AMBIGUOUS
from kmeans_engine.tables.text.layout import Layout
from kmeans_engine.tables.text.lines import count_cells, records

__all__ = ["advise", "ambiguous", "ragged", "unclosed"]


def ragged(block: bytes, before: int, layout: Layout, where: str) -> InvalidInput | None:
    """Return the error for the first row of a block that is not as wide as the table, or None.

    Parameters
    ----------
    block : bytes
        Tidy rows.
    before : int
        Lines of the text above them.
    layout : Layout
        Of the text.
    where : str
        Its name.
    """
    width = len(layout.header.names)
    mark = "blanks" if layout.shape.runs else repr(layout.shape.delimiter)
    rows = records(block.decode("utf-8", "replace"), layout.shape)
    for row in rows:
        cells = len(row.cells)
        if cells == width:
            continue
        start = f"{where}: line {before + row.line} has {count_cells(cells)} separated by {mark}, "
        sign = row.cells[0].lstrip()[:1]
        top = layout.header.names[0][:1] if layout.header.named else ""
        sign = top if top and top in "%!/;*" else sign
        if sign in set("#%!/;*") - {layout.shape.comment}:
            return InvalidInput(
                f"{start}the table has {width}; if {sign!r} begins a comment, say comment={sign!r}",
                options=("comment",),
            )
        below = [len(other.cells) for other in islice(rows, 2)]
        if before + row.line < 30 and below and set(below) == {cells}:
            return InvalidInput(
                f"{start}as have the next, the first has {width}; remove what stands above the "
                "table, or give every column a name"
            )
        quote = f", and quote a cell that holds {mark}" if cells > width else ""
        return InvalidInput(
            f"{start}the first has {width}; every line needs as many: mend that line{quote}"
        )
    return None


def unclosed(line: int, stray: bool, where: str) -> InvalidInput:
    """Return the error for a quote that is never closed, or in the midst of a cell elsewhere."""
    if stray:
        return InvalidInput(
            f"{where}: the quote that opens a cell in line {line} is closed in the middle of "
            "another line's cell; remove it, or close it where its cell ends"
        )
    return InvalidInput(
        f"{where}: the quote that opens a cell in line {line} is never closed; "
        'close it, or double it within a quoted cell ("")'
    )


def ambiguous(cell: str, name: str, where: str) -> InvalidInput:
    """Return the error for a column of numbers such as ``1,234``."""
    return InvalidInput(
        f"{where}: {cell!r} in column {name!r} may be read in two ways; "
        "say decimal=',' or thousands=','",
        options=("decimal", "thousands"),
    )


def advise(cell: str) -> str:
    """Return what makes a number of a cell of text, or a missing value; empty where nothing does.

    The options are `decimal`, `thousands`, `comment` and `missing`.
    """
    cell = cell.strip()
    bare = cell.rstrip("% ")
    if AMBIGUOUS.fullmatch(bare):
        return "say decimal=',' or thousands=','"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", bare):
        return "say thousands=','"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?", bare):
        return "say decimal=',' and thousands='.'" if "," in bare else "say thousands='.'"
    if re.fullmatch(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?", bare):
        return "say decimal=','"
    if re.fullmatch(r"[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?", bare):
        return "say decimal='.'"
    if sign := re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?\s+([#%!;]|//).*", cell):
        return f"if {sign[1]!r} begins a comment, say comment={sign[1]!r}"
    if re.fullmatch(r"\w[\w ./-]{0,19}|[*!#$&+=<>~^@_:/|.][*!#$&+=<>~^@_:/|.-]{0,3}", cell):
        return f"if it is a missing value, say missing={cell!r}"
    return ""
