"""What the columns of a table hold, told before anything is clustered."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kmeans_engine.tables.columns import choose
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.refusal import stray_of
from kmeans_engine.tables.usable import NUMERIC, kind_of, reasons
from kmeans_engine.tables.weights import find_weights

__all__ = ["ColumnFacts", "facts_of", "spell_facts"]


class ColumnFacts(NamedTuple):
    """What one column holds.

    Attributes
    ----------
    place : int
        Its place, from 0.
    name : str
        Its name.
    type : str
        What it holds, in plain words.
    missing : int
        Cells without a value.
    smallest, mean, largest : float or None
        Of its numbers; None if it holds none.
    used : bool
        Whether it would be clustered.
    why : str
        Why it would not be; empty if it would.
    """

    place: int
    name: str
    type: str
    missing: int
    smallest: float | None
    mean: float | None
    largest: float | None
    used: bool
    why: str


def facts_of(frame: Frame, options: ReadOptions, where: str) -> list[ColumnFacts]:
    """Return what each column of a frame holds.

    Parameters
    ----------
    frame : Frame
        The table.
    options : ReadOptions
        What was chosen, and which column holds the weights.
    where : str
        Its name for messages.

    Raises
    ------
    InvalidInput
        If a chosen column is unknown.
    """
    why = reasons(frame)
    usable = [index for index, reason in enumerate(why) if not reason]
    chosen = set(usable)
    if options.columns is not None:
        chosen = set(choose(options.columns, frame.names, where, lambda: usable))
    weights = find_weights(frame.names, where, options)
    facts = []
    for index, name in enumerate(frame.names):
        kind = kind_of(frame.types[index])
        numeric = kind in NUMERIC
        reason = "" if index in chosen and numeric else why[index]
        if not reason and index not in chosen:
            reason = "not chosen"
        if index == weights:
            reason = "holds the weights"
        facts.append(_facts(frame, index, name, kind, reason))
    return facts


def spell_facts(facts: Sequence[ColumnFacts]) -> str:
    """Return the facts as aligned lines under a head."""
    head = ("", "column", "type", "missing", "smallest", "mean", "largest", "used")
    rows: list[tuple[str, ...]] = [head]
    for one in facts:
        numbers = (one.smallest, one.mean, one.largest)
        shown = tuple("" if number is None else f"{number:.6g}" for number in numbers)
        name = one.name if one.name.isprintable() and one.name.strip() else repr(one.name)
        used = "yes" if one.used else f"no: {one.why}"
        rows.append((str(one.place), name, one.type, f"{one.missing:,}", *shown, used))
    wide = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place in (1, 2, 7) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, wide, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _facts(frame: Frame, index: int, name: str, kind: str, reason: str) -> ColumnFacts:
    import numpy as np

    from kmeans_engine.tables.numbers import numbers_of

    smallest = mean = largest = None
    missing = frame.n_rows
    if kind in NUMERIC:
        values = numbers_of(frame.column(index))
        if values.dtype.kind == "f":
            values = values[~np.isnan(values)]
        missing = frame.n_rows - len(values)
        if len(values):
            smallest, largest = float(values.min()), float(values.max())
            mean = float(values.mean(dtype=np.float64))
            if kind == "numbers" and (values == np.floor(values)).all():
                kind = "whole numbers"
        else:
            kind = "empty"
    elif kind == "empty throughout":
        kind = "empty"
    elif not kind.startswith("nested"):
        column: Any = frame.column(index)
        missing = column.null_count
        if kind == "text":
            stray = stray_of(column)
            if stray.row and stray.mostly_numbers:
                reason = f"{stray.cell!r} in row {stray.row} is not a number"
    return ColumnFacts(index, name, kind, missing, smallest, mean, largest, not reason, reason)
