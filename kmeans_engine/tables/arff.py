"""ARFF, Weka's format: attributes that are declared, then lines of cells."""

import csv
import re
from collections.abc import Iterator

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.damage import damaged
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.records import frame_of_rows

__all__ = ["read_arff"]

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"[^"]*"|\S+)\s*(.*)""", re.IGNORECASE)
_NUMERIC = ("numeric", "real", "integer")

Cell = float | str | None


def read_arff(given: Input, options: ReadOptions) -> Frame:
    """Read ARFF; ``?`` is a missing value, and nominal attributes are text.

    Raises
    ------
    InvalidInput
        If it declares no attributes, is sparse, or a line does not fit what was declared.
    """
    where = given.where
    with given.opener() as stream:
        data = stream.read()
    try:
        text = data.decode(options.encoding or "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    except LookupError as error:
        raise InvalidInput(
            f"encoding={options.encoding!r} is not known; give one such as 'latin-1'",
            options=("encoding",),
        ) from error
    lines = iter(enumerate(text.splitlines(), 1))
    names, numeric = list[str](), list[bool]()
    for _, line in lines:
        if line.strip().lower() == "@data":
            break
        declared = _ATTRIBUTE.match(line.strip())
        if declared:
            names.append(re.sub(r"\\(.)", r"\1", declared[1].strip("'\"")))
            kind = declared[2].strip().lower()
            if kind == "relational":
                raise InvalidInput(f"{where} is relational ARFF, which is not read; save it flat")
            numeric.append(kind in _NUMERIC)
    else:
        raise damaged(where, "ARFF file", ValueError("it has no @data"))
    if not names:
        raise damaged(where, "ARFF file", ValueError("it has no @attribute"))
    missing = {"?", *options.missing}
    return frame_of_rows(_rows(lines, numeric, missing, where), names, where)


def _rows(
    lines: Iterator[tuple[int, str]], numeric: list[bool], missing: set[str], where: str
) -> Iterator[list[Cell]]:
    for number, line in lines:
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("{"):
            raise InvalidInput(f"{where} is sparse ARFF, which is not read; save it as dense")
        quote = "'" if "'" in line else '"'
        try:
            cells = next(
                csv.reader([line], quotechar=quote, escapechar="\\", skipinitialspace=True)
            )
        except csv.Error as error:
            raise InvalidInput(f"{where}: line {number} cannot be read: {error}") from error
        if len(cells) != len(numeric):
            raise InvalidInput(
                f"{where}: line {number} has {len(cells)} cell{'s' * (len(cells) != 1)}, but the "
                f"file declares {len(numeric)} attributes; make them equal"
            )
        yield [
            _cell(cell.strip(), is_number, missing, number, where)
            for cell, is_number in zip(cells, numeric, strict=True)
        ]


def _cell(cell: str, is_number: bool, missing: set[str], line: int, where: str) -> Cell:
    if cell in missing:
        return None
    if not is_number:
        return cell
    try:
        return float(cell)
    except ValueError as error:
        raise InvalidInput(
            f"{where}: line {line} holds {cell!r} where a number is declared; write a number, or ?"
        ) from error
