"""Text to a `Frame`: the order of things. The rules are in the other files of this room."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import choose
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text.cells import Kind
from kmeans_engine.tables.text.encoding import Encoding, Opener, find_encoding, open_utf8
from kmeans_engine.tables.text.explain import ambiguous
from kmeans_engine.tables.text.layout import Layout, survey
from kmeans_engine.tables.text.lines import Shape, count_lines
from kmeans_engine.tables.text.read import Reader

__all__ = ["read_text"]

_HEAD_BYTES = 1 << 20
_HEAD_LINES = 400
_LONGEST_HEAD = 1 << 26
# Before a delimiter is known, quotes behind any of them may open a cell.
_ANY = Shape(",;|", runs=True)


def read_text(opener: Opener, where: str, suffix: str, options: ReadOptions) -> Frame:
    """Read delimited text, or a table whose columns are separated by blanks.

    Parameters
    ----------
    opener : callable
        Opens the text from its start, as bytes; called again for each look at it.
    where : str
        Name of the text for messages.
    suffix : str
        Of its file, such as ``.csv``; empty if unknown. The content decides.
    options : ReadOptions
        What its user says of it. Where `columns` are chosen only those are converted.

    Returns
    -------
    Frame
        All columns. Numbers are float64 and truths bool; dates have the type of dates, but
        `Frame.column` gives them as they are written, as it gives text: strings without blanks
        around them.

    Raises
    ------
    InvalidInput
        If the text is not a table, or may be read in two ways with different numbers.
    """
    encoding, head = _look(opener, where, options)
    layout = survey(head, suffix, options, where)
    names = layout.header.names
    wanted = range(len(names)) if options.columns is None else choose(options.columns, names, where)
    for index in wanted:
        if index in layout.ambiguous:
            raise ambiguous(layout.ambiguous[index], names[index], where)
    reader = Reader(opener, where, encoding, layout)
    columns = reader.numbers(
        [
            index
            for index, kind in enumerate(layout.kinds)
            if kind not in ("text", "date", "time")
            and (index in wanted or (layout.header.trailing and index == len(names) - 1))
        ]
    )
    count = len(names)
    if layout.header.trailing:
        if reader.kinds[-1] == "empty":
            count -= 1
        elif layout.header.short:
            raise InvalidInput(
                f"{where}: the header has {count - 1} cells, but some rows have {count}; "
                "give every column a name"
            )
    return Frame(
        names[:count],
        tuple(map(_type, reader.kinds[:count])),
        reader.n_rows,
        _Columns(reader, columns),
        frozenset({0} if layout.header.index else ()),
        layout.header.named,
        _notes(encoding, layout, reader),
        reader.texts,
        layout.codes,
    )


def begin_text(
    opener: Opener, where: str, suffix: str, options: ReadOptions
) -> tuple[Frame, Reader]:
    """Return the first rows of a text as a frame, and a reader of all of it.

    Parameters and errors are those of `read_text`.
    """
    encoding, head = _look(opener, where, options)
    reader = Reader(opener, where, encoding, survey(head, suffix, options, where))
    plain = replace(options, encoding=None)
    return read_text(lambda: io.BytesIO(head), where, suffix, plain), reader


class _Columns:
    """Columns of a text: numbers as they were read, all others read together when one is needed."""

    def __init__(self, reader: Reader, columns: dict[int, Any]) -> None:
        self._reader, self._columns = reader, columns

    def __call__(self, index: int) -> Any:
        import pyarrow as pa

        reader = self._reader
        if index in self._columns and reader.kinds[index] == "empty":
            return pa.chunked_array([pa.nulls(reader.n_rows)])
        if index not in self._columns:
            missing = set(range(len(reader.kinds))) - self._columns.keys()
            text = [i for i in missing if reader.kinds[i] in ("text", "date", "time")]
            rest = sorted(missing - set(text))
            if index in rest:
                self._columns |= reader.numbers(rest)
            if index not in self._columns:  # As before, or as it turned out.
                self._columns |= reader.texts([*text, *(i for i in rest if i == index)])
        return self._columns[index]


def _look(opener: Opener, where: str, options: ReadOptions) -> tuple[Encoding, bytes]:
    """Return the encoding of a text, and its first rows as UTF-8."""
    with opener() as stream:
        encoding = find_encoding(stream.read(_HEAD_BYTES), where, options.encoding)
    size = _HEAD_BYTES // 8
    while True:
        with open_utf8(opener, encoding, where) as stream:
            head = stream.read(size)
        if len(head) < size:
            return encoding, head
        end, _ = _ANY.end_of_rows(head)
        lines = count_lines(head[:end])
        if lines > _HEAD_LINES or (lines > 2 and size >= _HEAD_BYTES) or size >= _LONGEST_HEAD:
            return encoding, head[: end or len(head)]
        size *= 2


def _type(kind: Kind) -> Any:
    import pyarrow as pa

    types: dict[Kind, Any] = {
        "number": pa.float64(),
        "percent": pa.float64(),
        "bool": pa.bool_(),
        "date": pa.date32(),
        "time": pa.timestamp("us"),
        "empty": pa.null(),
    }
    return types.get(kind, pa.string())


def _notes(encoding: Encoding, layout: Layout, reader: Reader) -> tuple[str, ...]:
    notes: Sequence[str] = layout.notes
    if encoding.guessed:
        notes = (
            f"the text is not UTF-8 and was read as {encoding.name}; "
            "if names look wrong, name its encoding (encoding=)",
            *notes,
        )
    return (*notes, reader.rounded) if reader.rounded else tuple(notes)
