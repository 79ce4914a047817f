"""Whatever was read as one table of all its columns and rows, to be written or described."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kmeans_engine.tables.arrays import frame_of_array
from kmeans_engine.tables.columns import default_names
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.text.read import Reader

__all__ = ["framed", "whole", "whole_text"]

# Not the same once they are numbers: codes with leading zeros, and more digits than float64 holds.
_CODE = r"^[+-]?(0[0-9]|[0-9]{16,}$)"


def framed(content: Any) -> Frame:
    """Return a frame, an array (M, N) or an image as a frame; transparent pixels are 0."""
    if isinstance(content, Frame):
        return content
    if not isinstance(content, Table):
        return frame_of_array(content, tuple(default_names(content.shape[1])))
    pixels = content.points
    if content.kept is not None:
        pixels = np.zeros((content.rows_read, pixels.shape[1]), pixels.dtype)
        pixels[content.kept] = content.points
    return frame_of_array(pixels, content.names)


def whole(content: Any) -> Any:
    """Return all columns and rows as a `pyarrow.Table`.

    Whole numbers of text are integers again, and codes such as ``007`` stay as they are written.
    """
    import pyarrow as pa

    frame = framed(content)
    columns = [frame.column(index) for index in range(len(frame.names))]
    if frame.cells is not None:
        counts = [index for index, column in enumerate(columns) if _is_whole(column)]
        written = frame.cells(counts) if counts else {}
        for index, cells in written.items():
            columns[index] = cells if _has_codes(cells) else columns[index].cast(pa.int64())
    return pa.table(columns, names=list(frame.names))


def whole_text(reader: Reader, names: Sequence[str]) -> Any:
    """Return what `whole` does of a text larger than memory, as a `pyarrow.RecordBatchReader`.

    What a column holds is known once all of it has been read: that takes passes of their own.

    Parameters
    ----------
    reader : Reader
        Of all of the text.
    names : sequence of str
        Of its columns.
    """
    import pyarrow as pa

    everywhere = range(len(names))
    numeric = [i for i in everywhere if reader.kinds[i] not in ("text", "date", "time")]
    filled, counts = set[int](), set(numeric)
    for piece in reader.pieces(numeric):
        filled.update(i for i, column in piece.items() if column.null_count < len(column))
        counts = {i for i in counts if i in piece and _is_whole(piece[i], empty=True)}
        numeric = [i for i in numeric if i in piece]
    codes = set[int]()
    if whole_ones := sorted(counts & filled):
        for piece in reader.text_pieces(whole_ones):
            codes.update(i for i, cells in piece.items() if _has_codes(cells))
    kinds: dict[int, Any] = {
        i: pa.null() if i not in filled
        else pa.int64() if i in counts
        else pa.bool_() if reader.kinds[i] == "bool"
        else pa.float64()
        for i in numeric if i not in codes
    }  # fmt: skip
    written = [i for i in everywhere if i not in kinds]
    schema = pa.schema([(name, kinds.get(i, pa.string())) for i, name in enumerate(names)])

    def column_of(i: int, numbers: dict[int, Any], cells: dict[int, Any]) -> Any:
        if i in written:
            return cells[i].combine_chunks()
        nothing = pa.types.is_null(kinds[i])
        return pa.nulls(len(numbers[i])) if nothing else numbers[i].cast(kinds[i])

    def batches() -> Iterator[Any]:
        texts = reader.text_pieces(written)
        for numbers, cells in zip(reader.pieces(list(kinds)), texts, strict=True):
            columns = [column_of(i, numbers, cells) for i in everywhere]
            yield from pa.table(columns, schema=schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, batches())


def _is_whole(column: Any, *, empty: bool = False) -> bool:
    """Return whether all numbers are whole; `empty` is the answer where there are none."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if column.null_count == len(column):
        return empty
    if not pt.is_float64(column.type):
        return False
    small = pc.less(pc.abs(column), 2.0**63)
    return bool(pc.all(pc.and_(small, pc.equal(column, pc.floor(column)))).as_py())


def _has_codes(cells: Any) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(cells, _CODE)).as_py())
