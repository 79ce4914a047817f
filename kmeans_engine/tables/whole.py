"""Whatever was read as one table of all its columns and rows, to be written or described."""

from typing import Any

import numpy as np

from kmeans_engine.tables.arrays import frame_of_array
from kmeans_engine.tables.columns import default_names
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.table import Table

__all__ = ["framed", "whole"]

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


def _is_whole(column: Any) -> bool:
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if not pt.is_float64(column.type) or column.null_count == len(column):
        return False
    small = pc.less(pc.abs(column), 2.0**63)
    return bool(pc.all(pc.and_(small, pc.equal(column, pc.floor(column)))).as_py())


def _has_codes(cells: Any) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(cells, _CODE)).as_py())
