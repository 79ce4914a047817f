"""Tables in JSON: one object or array a line, an array of those, or what pandas writes.

pyarrow reads lines of objects; what it refuses, and all else, goes through the standard library.
"""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.arrow import frame_of_table
from kmeans_engine.tables.columns import default_names
from kmeans_engine.tables.damage import damaged
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.kinds import ABOUT
from kmeans_engine.tables.options import ReadOptions

__all__ = ["column_of", "frame_of_rows", "read_json"]

_BLOCK = 1 << 24
_FORMS = "needs an array of objects or of arrays of numbers, or one of them on each line"


def read_json(given: Input, options: ReadOptions) -> Frame:
    """Read JSON; names are the keys of objects, in the order in which they first appear."""
    import pyarrow as pa
    from pyarrow import json as pajson

    where = given.where
    if given.head.lstrip()[:1] == b"{":
        try:
            with given.opener() as stream:
                table = pajson.read_json(stream, pajson.ReadOptions(block_size=_BLOCK))
            table.validate(full=True)  # It promises no UTF-8.
            if table.num_rows > 1:  # One object might hold all columns.
                return frame_of_table(table, where)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            pass
    with given.opener() as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise damaged(where, "JSON file", error) from error
    if not text.strip():
        raise InvalidInput(f"{where} is empty; at least one row of numbers is needed")
    value = _parsed(text, where)
    about = value.get(ABOUT) if isinstance(value, dict) else None
    return replace(_frame(value, where), about=about if isinstance(about, dict) else {})


def column_of(values: Sequence[Any]) -> Any:
    """Return values of Python as an Arrow column: numbers where all are, else text."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        if kinds <= {int, float}:
            return pa.array([None if v is None else float(v) for v in values], pa.float64())
        return pa.array([None if v is None else _word(v) for v in values], pa.string())


def frame_of_rows(
    rows: Iterable[Sequence[Any]], names: Sequence[str], where: str, *, named: bool = True
) -> Frame:
    """Return rows of equal length as a frame."""
    columns = [column_of(values) for values in zip(*rows, strict=True)]
    if not columns:
        raise InvalidInput(f"{where} holds no rows; at least one is needed")
    types = tuple(column.type for column in columns)

    def column(index: int) -> Any:
        import pyarrow as pa

        return pa.chunked_array([columns[index]])

    return Frame(tuple(names), types, len(columns[0]), column, named=named)


def _parsed(text: str, where: str) -> Any:
    """Return the one value of JSON, or the list of those on its lines."""
    try:
        return json.loads(text)
    except ValueError as whole:
        rows = []
        for number, line in enumerate(io.StringIO(text), 1):
            try:
                if line.strip():
                    rows.append(json.loads(line))
            except ValueError as error:
                if number == 1:
                    raise damaged(where, "JSON file", whole) from error
                raise InvalidInput(
                    f"{where}: line {number} is not JSON ({error}); create or copy the file again"
                ) from error
        return rows
    except RecursionError as error:
        raise InvalidInput(f"{where} is nested too deeply; it {_FORMS}") from error


def _frame(value: Any, where: str) -> Frame:
    if isinstance(value, dict):
        value, names = _unfolded(value)
        if names is not None:
            return _of_arrays(value, names, where)
    if isinstance(value, list) and value:
        if all(isinstance(row, dict) for row in value):
            names = list(dict.fromkeys(key for row in value for key in row))
            return frame_of_rows(([row.get(key) for key in names] for row in value), names, where)
        if all(isinstance(row, list) for row in value):
            return _of_arrays(value, None, where)
        if all(isinstance(row, int | float) for row in value):
            return _of_arrays([[cell] for cell in value], None, where)
    if isinstance(value, list) and not value:
        raise InvalidInput(f"{where} holds no rows; at least one is needed")
    raise InvalidInput(f"{where} {_FORMS}; convert it, or write it as CSV")


def _unfolded(value: dict[str, Any]) -> tuple[list[Any], list[str] | None]:
    """Return the rows of one object that holds a table, and their names if they are arrays."""
    columns = list(value.values())
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return value["data"], [str(name) for name in value["columns"]]  # orient="split"
    if columns and all(isinstance(column, list) for column in columns):
        if len(columns) == 1 and columns[0] and isinstance(columns[0][0], dict | list):
            return columns[0], None
        if len({len(column) for column in columns}) == 1:
            return [list(row) for row in zip(*columns, strict=True)], list(value)
    if columns and all(isinstance(column, dict) for column in columns):  # orient="columns"
        keys = list(dict.fromkeys(key for column in columns for key in column))
        return [[column.get(key) for column in columns] for key in keys], list(value)
    tables = [column for column in columns if isinstance(column, list) and column]
    if len(tables) == 1 and isinstance(tables[0][0], dict | list):
        return tables[0], None
    return [value], None


def _of_arrays(rows: list[Any], names: list[str] | None, where: str) -> Frame:
    if not rows:
        raise InvalidInput(f"{where} holds no rows; at least one is needed")
    width = len(names or rows[0])
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != width:
            count = len(row) if isinstance(row, list) else 0
            cells = "1 cell" if count == 1 else f"{count or 'no'} cells"
            raise InvalidInput(
                f"{where}: row {number} has {cells}, {width} are needed; make them equal"
            )
    named = names is not None
    return frame_of_rows(rows, names or default_names(width), where, named=named)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
