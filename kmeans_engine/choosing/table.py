"""A sweep over K as a table of plain text. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["spell_rows"]


def _share(value: float) -> str:
    return f"{value:.1%}"


def _short(value: float) -> str:
    return f"{value:.3f}"


def _long(value: float) -> str:
    """Return five digits, or all before the point of a number that can be read so."""
    return f"{value:.0f}" if 1e5 <= abs(value) < 1e9 else f"{value:#.5g}".rstrip(".")


_COLUMNS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("inertia", "inertia", _long),
    ("drop", "drop", _share),
    ("silhouette", "silhouette", _short),
    ("calinski_harabasz", "Calinski-H.", _long),
    ("davies_bouldin", "Davies-B.", _short),
    ("bic", "BIC", _long),
    ("gap", "gap", _short),
    ("stability", "stability", _short),
)


def spell_rows(rows: Sequence[Any], best: int | None) -> str:
    """Return a line for each row of a sweep, the best one marked, below the names of the columns.

    A column that has no values is left out.
    """
    marks = ["", *("*" if row.k == best else "" for row in rows)]
    columns = [["K", *(f"{row.k}" for row in rows)]]
    for name, title, spell in _COLUMNS:
        values = [getattr(row, name) for row in rows]
        if any(value is not None for value in values):
            told = ["-" if value is None else spell(value) for value in values]
            columns.append([title, *told])
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for mark, *cells in zip(marks, *columns, strict=True):
        padded = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"{mark:1} {'  '.join(padded)}")
    return "\n".join(lines)
