"""Which columns of a frame are clustered if nobody chooses, and why the others are not."""

import re
from collections.abc import Sequence
from typing import Any

from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.frame import Frame

__all__ = [
    "NUMERIC",
    "Reason",
    "counted",
    "is_empty",
    "kind_of",
    "last_is_total",
    "left_out",
    "reasons",
]

Reason = str
"""Why a column is left out, such as "text"; empty for one that is clustered."""

NUMERIC = ("numbers", "true/false")
"""Kinds of columns that can be clustered, as `kind_of` calls them."""

# What pandas and R write for a row index that has no name of its own; 0.1 after a second writing.
_INDEX = re.compile(r"|__index_level_\d+__|Unnamed: 0(?:\.\d+)*")
_ID = re.compile(
    r"(?:.*[_\s.-])?(?:id|ids|uuid|guid|key|idx|rowid|no|nr)|objectid|[fgopsu]id"
    r"|(?-i:.*[a-z](?:ID|Id))|index|row[_ .]?index"
    r"|rows?|row[ _.]?(?:number|num|nr|no)|nr|no\.?|#|level_\d+",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?:?|sum:?|summe:?|gesamt:?|insgesamt:?|somme:?|all", re.IGNORECASE
)
_MOST_SUMMED = 100_000
_LEAST_ROWS = 10
_LOOK = 1000


def kind_of(arrow_type: Any) -> str:
    """Return what a column holds, in plain words; "numbers" and "true/false" can be clustered."""
    import pyarrow.types as pt

    if pt.is_dictionary(arrow_type):
        return kind_of(arrow_type.value_type)
    for words, tests in (
        ("numbers", (pt.is_integer, pt.is_floating, pt.is_decimal)),
        ("true/false", (pt.is_boolean,)),
        ("empty throughout", (pt.is_null,)),
        ("text", (pt.is_string, pt.is_large_string, pt.is_string_view)),
        ("dates", (pt.is_date, pt.is_timestamp)),
        ("times", (pt.is_time, pt.is_duration, pt.is_interval)),
        ("maps", (pt.is_map,)),
        ("lists", (pt.is_list, pt.is_large_list, pt.is_fixed_size_list, pt.is_list_view)),
        ("nested columns", (pt.is_struct, pt.is_union)),
    ):
        if any(test(arrow_type) for test in tests):
            return words
    return "bytes"


def is_empty(column: Any) -> bool:
    """Tell whether no cell of a column holds a value: each is missing or NaN."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if column.null_count == len(column):
        return True
    if not pt.is_float32(column.type) and not pt.is_float64(column.type):
        return False
    return not any(
        pc.any(pc.invert(pc.is_nan(part))).as_py() for part in (column.slice(0, _LOOK), column)
    )


def reasons(frame: Frame) -> list[Reason]:
    """Return for each column why it is left out unless it is chosen.

    Constant columns and those that look like an id are left out only of a table that names its
    columns, since those of a matrix all count, and not where they are all there is to cluster.
    """
    why = [""] * len(frame.names)
    doubtful = dict[int, Reason]()
    for index, (name, arrow_type) in enumerate(zip(frame.names, frame.types, strict=True)):
        kind = kind_of(arrow_type)
        if index in frame.indices or (frame.named and _INDEX.fullmatch(name)):
            empty = not name and index not in frame.indices and is_empty(frame.column(index))
            why[index] = "empty throughout" if empty else "row index"
        elif kind not in NUMERIC:
            why[index] = kind
        else:
            column = frame.column(index)
            kind = kind_of(column.type)
            if kind not in NUMERIC:  # Text that looked like numbers for long.
                why[index] = kind
            elif is_empty(column):
                why[index] = "empty throughout"
            elif frame.named and index in frame.codes:
                doubtful[index] = "codes with leading zeros"
            elif frame.named and (reason := _doubt(name, column)):
                doubtful[index] = reason
    solid = any(not reason and index not in doubtful for index, reason in enumerate(why))
    if solid or any(reason not in ("", "row index") for reason in why):
        for index, reason in doubtful.items():
            why[index] = reason
    return why


def left_out(frame: Frame, why: Sequence[Reason]) -> str:
    """Return the line that says which columns were left out and why; empty if none was."""
    groups = dict[str, list[str]]()
    for name, reason in zip(frame.names, why, strict=True):
        if reason:
            groups.setdefault(reason, []).append(name if name else '""')
    if not groups:
        return ""
    said = "; ".join(f"{some_of(names, 6)} ({reason})" for reason, names in groups.items())
    return f"left out: {said}; choose with columns="


def last_is_total(frame: Frame, why: Sequence[Reason]) -> str:
    """Return the line that says that the last row seems to sum up the others; empty if not."""
    if not 3 <= frame.n_rows <= _MOST_SUMMED:  # Longer tables are no reports; columns cost time.
        return ""
    for index in (index for index, reason in enumerate(why) if reason == "text"):
        column = frame.column(index)
        label, before = column[-1].as_py(), column[-2].as_py()
        if _TOTAL.fullmatch(label or "") and not _TOTAL.fullmatch(before or ""):
            return f"the last row is called {label!r}; if it sums up the others, remove that line"
    return ""


def counted(frame: Frame, why: Sequence[Reason]) -> str:
    """Return the line on a first column of a text without names that counts the rows, or nothing.

    Such a column is kept, as all of a matrix are, though it may be an index.
    """
    if frame.cells is None or frame.named or why[0] or len(why) < 2 or frame.n_rows < _LEAST_ROWS:
        return ""
    column = frame.column(0)
    if column.null_count or not _is_whole(column) or not _is_even(column):
        return ""
    if column[0].as_py() not in (0, 1) or column[1].as_py() - column[0].as_py() != 1:
        return ""
    name = frame.names[0]
    return f"column {name!r} counts the rows; if it is an index, leave it out (columns='1-')"


def _doubt(name: str, column: Any) -> Reason:
    """Return why a numeric column tells nothing; empty if it may."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    from kmeans_engine.tables.numbers import plain

    if len(column) < 2 or column.null_count:
        return ""
    numbers = plain(column)
    if pt.is_float16(numbers.type):  # Arrow computes with none.
        numbers = numbers.cast(pa.float32())
    first = numbers.slice(0, _LOOK)
    ends = pc.min_max(first)
    if ends["min"] == ends["max"] or not ends["min"].is_valid:
        ends = pc.min_max(numbers)
        if ends["min"] == ends["max"]:
            return "" if _has_nan(numbers) else "constant"
    if not _is_whole(first) or not _is_whole(numbers):
        return ""
    if _ID.fullmatch(name.strip()):
        return "looks like an id" if pc.count_distinct(numbers).as_py() == len(numbers) else ""
    if _is_dates(first) and _is_dates(numbers):
        return "dates written as numbers"
    if len(column) >= _LEAST_ROWS and _is_even(first) and _is_even(numbers):
        return "looks like an id"
    return ""


def _has_nan(column: Any) -> bool:
    import pyarrow.compute as pc
    import pyarrow.types as pt

    return pt.is_floating(column.type) and bool(pc.any(pc.is_nan(column)).as_py())


def _is_whole(column: Any) -> bool:
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if pt.is_integer(column.type):
        return True
    return bool(pc.all(pc.equal(column, pc.floor(column))).as_py())


def _is_dates(column: Any) -> bool:
    """Tell whether whole numbers are days such as 20240131."""
    import numpy as np

    values = column.to_numpy().astype(np.float64)
    if not np.isfinite(values).all():
        return False
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    good = (year >= 1800) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return bool(good.all())


def _is_even(column: Any) -> bool:
    """Tell whether values go up or down in equal steps."""
    import numpy as np

    values = column.to_numpy().astype(np.float64)
    steps = np.diff(values)
    return bool(steps[0] != 0 and (steps == steps[0]).all())
