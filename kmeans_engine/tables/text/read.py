"""Text to numbers, block by block: pyarrow reads each; what it does not take is read more slowly.

No stream of Python is handed to pyarrow's threads: a thread that still reads one while the
interpreter ends would abort the process. Blocks are copied to memory of Arrow.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.text.cells import FALSE, TRUE, Kind, is_direct, strip_column, to_numbers
from kmeans_engine.tables.text.encoding import Encoding, Opener, open_utf8, to_strings
from kmeans_engine.tables.text.explain import ragged, unclosed
from kmeans_engine.tables.text.layout import Layout
from kmeans_engine.tables.text.lines import (
    BLOCK_BYTES,
    StrayQuote,
    UnclosedQuote,
    blocks,
    count_lines,
    skip_lines,
)

__all__ = ["Reader"]

_ARROW_BLOCK = 1 << 18
_EXACT = float(1 << 53)
_WHOLE = r"^[+-]?[0-9]{16,}$"


class Reader:
    """Reads chosen columns of a text.

    Attributes
    ----------
    kinds : list of Kind
        What each column holds; by its first rows until it has been read.
    n_rows : int
        Rows, known after the first reading.
    rounded : str
        What to say of the first whole number that float64 cannot hold; empty if there is none.
    """

    def __init__(self, opener: Opener, where: str, encoding: Encoding, layout: Layout) -> None:
        self.kinds: list[Kind] = list(layout.kinds)
        self.n_rows = 0
        self.rounded = ""
        self._opener, self._where, self._encoding, self._layout = opener, where, encoding, layout
        self._slow = {i for i, kind in enumerate(self.kinds) if kind == "percent"}
        self._untidy = layout.shape.runs or len(self.kinds) == 1
        self._memory: Any = None

    def numbers(self, indices: Sequence[int]) -> dict[int, Any]:
        """Return columns of numbers and truths as float64 and bool; `kinds` tells which are text.

        Parameters
        ----------
        indices : sequence of int
            Columns whose first rows are numbers, truths or empty; those that turn out to hold
            something else are left out.

        Raises
        ------
        InvalidInput
            If the rows do not have equally many cells.
        """
        import pyarrow as pa

        parts: dict[int, list[Any]] = {index: [] for index in indices}
        for piece in self.pieces(indices):
            for index in list(parts):
                if index in piece:
                    parts[index].append(piece[index])
                else:
                    del parts[index]
        for index in parts:
            if self.kinds[index] != "empty" and not any(
                len(p) - p.null_count for p in parts[index]
            ):
                self.kinds[index] = "empty"
        kinds = {i: pa.bool_() if self.kinds[i] == "bool" else pa.float64() for i in parts}
        return {index: pa.chunked_array(parts[index], kinds[index]) for index in parts}

    def pieces(self, indices: Sequence[int]) -> Iterator[dict[int, Any]]:
        """Yield columns as `numbers` returns them, block by block; errors as there."""
        import pyarrow as pa

        left, rows = list(indices), 0
        for block, number in self._blocks():
            types = {i: self._type(i) for i in left} or {0: pa.binary()}
            table = self._parse(block, types, number)
            piece = {}
            for index in list(left):
                column = self._convert(table.column(str(index)), index)
                if column is None:
                    self.kinds[index] = "text"
                    left.remove(index)
                else:
                    piece[index] = column
                    self.rounded = self.rounded or self._find_rounded(
                        block, index, column, number, rows
                    )
            rows += table.num_rows
            yield piece
        self.n_rows = rows

    def texts(self, indices: Sequence[int]) -> dict[int, Any]:
        """Return columns as strings, without blanks around the cells; missing ones are null."""
        import pyarrow as pa

        parts: dict[int, list[Any]] = {index: [] for index in indices}
        for piece in self.text_pieces(indices):
            for index, cells in piece.items():
                parts[index] += cells.chunks
        return {index: pa.chunked_array(parts[index], pa.string()) for index in indices}

    def text_pieces(self, indices: Sequence[int]) -> Iterator[dict[int, Any]]:
        """Yield columns as `texts` returns them, block by block, by the blocks of `pieces`."""
        import pyarrow as pa

        for block, number in self._blocks():
            table = self._parse(block, dict.fromkeys(indices, pa.binary()), number)
            yield {
                index: strip_column(to_strings(table.column(str(index))), self._layout.marks)
                for index in indices
            }

    def _blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of rows, without what stands above them, and the lines before each."""
        shape = self._layout.shape
        with open_utf8(self._opener, self._encoding, self._where) as stream:
            try:
                with closing(_ahead(blocks(stream, shape))) as parts:
                    for number, block in enumerate(parts):
                        above = 0 if number else self._layout.skipped
                        yield skip_lines(block, above) if above else block, number
            except UnclosedQuote as error:
                line, stray = self._line_of(error.args[0]), isinstance(error, StrayQuote)
                raise unclosed(line, stray, self._where) from error

    def _type(self, index: int) -> Any:
        import pyarrow as pa

        if index in self._slow:
            return pa.binary()
        return pa.bool_() if self.kinds[index] == "bool" else pa.float64()

    def _parse(self, block: bytes, types: Mapping[int, Any], number: int) -> Any:
        """Return some columns of a block, all as bytes where one is not what it should be."""
        import pyarrow as pa

        tidy = self._layout.shape.tidy
        mark = self._layout.shape.delimiter.encode()
        untidy = self._untidy or self._may_hold_comments(block) or mark + b' "' in block
        try:
            return self._read(tidy(block) if untidy else block, types)
        except pa.ArrowInvalid:
            block = tidy(block)
        try:
            return self._read(block, dict.fromkeys(types, pa.binary()))
        except pa.ArrowInvalid as error:
            found = ragged(block, self._lines_before(number), self._layout, self._where)
            raise found or InvalidInput(
                f"{self._where} cannot be read as a table: {str(error).splitlines()[0]}"
            ) from error

    def _line_of(self, position: int) -> int:
        with open_utf8(self._opener, self._encoding, self._where) as stream:
            return count_lines(stream.read(position)) + 1

    def _lines_before(self, number: int) -> int:
        with open_utf8(self._opener, self._encoding, self._where) as stream:
            before = islice(blocks(stream, self._layout.shape), number)
            return sum(map(count_lines, before)) or self._layout.skipped

    def _may_hold_comments(self, block: bytes) -> bool:
        comment = self._layout.shape.comment
        if comment is None or (mark := comment.encode()) not in block:
            return False
        if self._layout.shape.inline or block.startswith(mark):
            return True
        return b"\n" + mark in block or b"\r" + mark in block

    def _read(self, block: bytes, types: Mapping[int, Any]) -> Any:
        import pyarrow as pa
        from pyarrow import csv

        keys = [str(index) for index in range(len(self.kinds))]
        if not block.strip(b"\r\n"):  # Blank lines, or comments.
            return pa.table({str(i): pa.array([], kind) for i, kind in types.items()})
        size, block_size = len(block), _ARROW_BLOCK
        while True:
            try:
                return csv.read_csv(
                    pa.BufferReader(self._copy(block)),
                    read_options=csv.ReadOptions(column_names=keys, block_size=block_size),
                    parse_options=csv.ParseOptions(
                        delimiter=self._layout.shape.delimiter,
                        # Within a block only; it costs the parallel search for line ends.
                        newlines_in_values=b'"' in block,
                    ),
                    convert_options=csv.ConvertOptions(
                        include_columns=[str(index) for index in types],
                        column_types={str(index): kind for index, kind in types.items()},
                        null_values=sorted(self._layout.marks.words),
                        true_values=list(TRUE),
                        false_values=list(FALSE),
                        strings_can_be_null=False,
                        decimal_point=self._layout.marks.decimal,
                    ),
                )
            except pa.ArrowInvalid as error:
                if "straddling" not in str(error) or block_size > size:
                    raise
                block_size = size + 1  # A row is longer than a block.

    def _copy(self, block: bytes) -> Any:
        """Return a block in memory of Arrow, which is used again by the next."""
        import pyarrow as pa

        size = len(block)
        if self._memory is None or self._memory.size < size:
            self._memory = pa.allocate_buffer(size)
        np.frombuffer(self._memory, np.uint8)[:size] = np.frombuffer(block, np.uint8)
        return self._memory.slice(0, size)

    def _convert(self, column: Any, index: int) -> Any:
        """Return a part of a column as one array of numbers or truths, None if it is text."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = self.kinds[index]
        if column.type == pa.binary():
            cells = to_strings(column)
            if kind == "bool":
                cells = strip_column(cells, self._layout.marks)
                known = pc.is_in(cells, value_set=pa.array([*TRUE, *FALSE]))
                if not pc.all(pc.or_kleene(known, pc.is_null(cells)), min_count=0).as_py():
                    return None
                true = pc.is_in(cells, value_set=pa.array(TRUE))
                column = pc.if_else(pc.is_null(cells), pa.scalar(None, pa.bool_()), true)
            else:
                column = to_numbers(cells, self._layout.marks, kind == "percent")
            if column is None:
                return None
            if not is_direct(cells, self._layout.marks):
                self._slow.add(index)
        part = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if kind == "bool":
            return part
        if kind == "empty" and part.null_count < len(part):
            self.kinds[index] = "number"
        return self._without_missing(part)

    def _without_missing(self, part: Any) -> Any:
        """Return numbers with null for NaN, and for numbers that were said to be missing."""
        import pyarrow as pa
        import pyarrow.compute as pc

        nothing = pa.scalar(None, pa.float64())
        if len(part) and np.isnan(part.to_numpy(zero_copy_only=False)).sum() > part.null_count:
            part = pc.if_else(pc.is_nan(part), nothing, part)
        for number in self._layout.marks.missing_numbers:
            part = pc.if_else(pc.equal(part, number), nothing, part)
        return part

    def _find_rounded(self, block: bytes, index: int, part: Any, number: int, rows: int) -> str:
        """Return what to say of the first whole number that float64 cannot hold, or nothing."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if part.type != pa.float64():
            return ""
        ends = pc.min_max(part).as_py()
        if ends["min"] is None or max(-ends["min"], ends["max"]) < _EXACT:
            return ""
        table = self._parse(block, {index: pa.binary()}, number)
        cells = pc.utf8_trim_whitespace(to_strings(table.column(0)))
        for row in np.flatnonzero(pc.match_substring_regex(cells, _WHOLE).to_numpy()):
            cell = cells[row].as_py()
            if int(cell) != int(float(cell)):
                name = self._layout.header.names[index]
                return (
                    f"column {name!r} holds whole numbers beyond 2**53, which are rounded to the "
                    f"nearest float64: {cell} in row {rows + row + 1} is {int(float(cell))}"
                )
        return ""


def _ahead(parts: Iterator[bytes]) -> Generator[bytes, None, None]:
    """Yield what an iterator yields, the next while this one is at work; a thread fetches it."""
    part = next(parts, None)
    if part is None or len(part) < BLOCK_BYTES // 2:
        yield from () if part is None else (part, *parts)
        return
    with ThreadPoolExecutor(1) as pool:
        while part is not None:
            following = pool.submit(next, parts, None)
            yield part
            part = following.result()
