"""Numbers in text: CSV, TSV and whitespace-separated files, with or without a header.

pyarrow reads the numbers; this module finds out what they are separated by and whether names stand
above them, and says in words why a file cannot be read.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import Columns, choose, default_names, spell

__all__ = ["check_delimiter", "read_text", "squeeze_whitespace"]

Opener = Callable[[], BinaryIO]

_MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NULL", "null")
_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 20
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*(,\d+)+([eE][+-]?\d+)?")


def check_delimiter(delimiter: str) -> str:
    r"""Return the one character that separates cells; ``\t`` typed as two characters is a tab."""
    delimiter = "\t" if delimiter == "\\t" else delimiter
    if (
        len(delimiter) != 1
        or not delimiter.isascii()
        or delimiter in '\r\n"'
        or delimiter.isalnum()
    ):
        raise InvalidInput(
            f"delimiter={delimiter!r} cannot separate numbers; give one character, "
            "such as ',' or ';'"
        )
    return delimiter


def squeeze_whitespace(data: bytes) -> bytes:
    """Return lines of numbers with one space between them; comments (``#``) become blank lines."""
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\t", b" ")
    if b"#" in data:
        data = re.sub(rb"(?m)#.*$", b"", data)
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data.replace(b"\n ", b"\n").replace(b" \n", b"\n").strip(b" ")


def read_text(
    opener: Opener, where: str, columns: Columns, delimiter: str | None
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Read delimited text.

    Parameters
    ----------
    opener : callable
        Opens the text from its start, as bytes; called again for each look at it.
    where : str
        Name of the text for messages.
    columns : str, sequence or None
        As in `choose`.
    delimiter : str or None
        One character; None guesses among tab, semicolon and comma.

    Returns
    -------
    points : ndarray, (M, N), float64
        Missing cells are NaN.
    names : list of str
        Names of the N columns.

    Raises
    ------
    InvalidInput
        If the text is not a table of numbers.
    """
    import pyarrow as pa
    from pyarrow import csv as pacsv

    lines, quoted = _sample(opener, where)
    if delimiter is None:
        delimiter = _guess_delimiter(lines)
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != " ")
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise InvalidInput(f"{where} cannot be read as a table: {error}") from error
    skipped = next(number for number, line in enumerate(lines) if line)
    header = _has_header(rows)
    if header and len(rows) == 1:
        raise InvalidInput(f"{where} holds a header but no rows; at least one row is needed")
    width = len(rows[0])
    names = [cell.strip() for cell in rows[0]] if header else default_names(width)
    keys = [str(index) for index in range(width)]
    options = {
        "read_options": pacsv.ReadOptions(
            column_names=keys,
            skip_rows=skipped + header,
            block_size=max(_SAMPLE_BYTES, 8 * max(map(len, lines))),
        ),
        # Quoted line breaks cost the parallel search for lines, so they must be seen to be allowed.
        "parse_options": pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=quoted),
    }
    chosen = choose(columns, names, where)
    numbers = pacsv.ConvertOptions(
        include_columns=[keys[index] for index in chosen],
        column_types=dict.fromkeys(keys, pa.float64()),
        null_values=[space + word for word in _MISSING for space in ("", " ")],
    )
    try:
        with opener() as stream:
            table = pacsv.read_csv(stream, convert_options=numbers, **options)
    except pa.ArrowInvalid as error:
        if "conversion error" not in str(error):
            _explain_ragged(opener, where, delimiter, width)
        _explain_text(opener, where, options, names, chosen)
        raise InvalidInput(f"{where} cannot be read as a table: {_first_line(error)}") from error
    return _to_array(table), [names[index] for index in chosen]


def _sample(opener: Opener, where: str) -> tuple[list[str], bool]:
    """Return the first lines, up to `_SAMPLE_ROWS` that are not blank, and if there are quotes."""
    size = _SAMPLE_BYTES
    with opener() as stream:
        data = stream.read(size)
        while len(data) == size < 1 << 26 and len(data.lstrip().splitlines()) < 3:
            data += stream.read(size)
            size *= 2
    if b"\0" in data:
        raise InvalidInput(f"{where} is not UTF-8 text (UTF-16, or binary?); save it as UTF-8 text")
    # bytes know only \n, \r and \r\n as the end of a line; str would split at more.
    lines = [
        line.decode("utf-8", "replace") for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()
    ]
    if len(data) == size and len(lines) > 1:
        lines.pop()
    lines = [line if line.strip() else "" for line in lines]
    filled = [number for number, line in enumerate(lines) if line][:_SAMPLE_ROWS]
    if not filled:
        raise InvalidInput(f"{where} is empty; at least one row of numbers is needed")
    return lines[: filled[-1] + 1], b'"' in data


def _guess_delimiter(lines: Sequence[str]) -> str:
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines if line]
    counts = {mark: [line.count(mark) for line in bare] for mark in "\t;,"}
    for mark, count in counts.items():
        if count[0] and len(set(count)) == 1:
            return mark
    return max(",;\t", key=lambda mark: sum(counts[mark]))


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns.

    It does if it holds text, unless that text stands above other text only, and is repeated there
    or has a decimal number beside it: a row like ``5.1,3.5,setosa`` is data.
    """
    first, below = rows[0], rows[1:]
    text = [index for index, cell in enumerate(first) if _is_text(cell)]
    if not text or not below:
        return bool(text)
    columns = {index: [row[index] for row in below if index < len(row)] for index in text}
    if any(not any(map(_is_text, cells)) for cells in columns.values()):
        return True
    repeated = any(first[index] in cells for index, cells in columns.items())
    numbers = [cell.strip() for index, cell in enumerate(first) if index not in columns]
    decimal = any(not cell.isdigit() and _NUMBER.fullmatch(cell) for cell in numbers)
    return not repeated and not decimal


def _is_text(cell: str) -> bool:
    cell = cell.strip()
    return cell not in _MISSING and not _NUMBER.fullmatch(cell)


def _to_array(table: Any) -> npt.NDArray[np.float64]:
    points = np.empty((table.num_rows, table.num_columns))
    for index, column in enumerate(table.itercolumns()):
        start = 0
        for chunk in column.chunks:
            # A missing cell becomes NaN.
            points[start : start + len(chunk), index] = chunk.to_numpy(zero_copy_only=False)
            start += len(chunk)
    return points


def _explain_ragged(opener: Opener, where: str, delimiter: str, width: int) -> None:
    """Raise if a line has another number of cells than the first one."""
    with opener() as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for row in reader:
                if row and len(row) != width:
                    raise InvalidInput(
                        f"{where}: line {reader.line_num} has {len(row)} cells separated by "
                        f"{delimiter!r}, the first has {width}; every line needs as many "
                        "(what separates them: --delimiter, delimiter=)"
                    )
        except csv.Error:  # A cell beyond csv's limit; the caller has pyarrow's words.
            return


def _explain_text(
    opener: Opener,
    where: str,
    options: dict[str, Any],
    names: Sequence[str],
    chosen: Sequence[int],
) -> None:
    """Raise if a chosen column holds text, and say which columns are numeric."""
    found = dict[int, tuple[str, int]]()
    row = 0
    for batch in _string_batches(opener, options, len(names)):
        for index in set(range(len(names))) - found.keys():
            for offset, cell in enumerate(batch.column(index).to_pylist()):
                value = cell.decode("utf-8", "replace")
                if _is_text(value) or _DECIMAL_COMMA.fullmatch(value.strip()):
                    found[index] = value, row + offset + 1
                    break
        row += batch.num_rows
    bad = next((index for index in chosen if index in found), None)
    if bad is None:
        return
    value, number = found[bad]
    shown = repr(value if len(value) <= 40 else value[:37] + "...")
    start = f"{where}: column {names[bad]!r} holds text ({shown} in row {number}), needs numbers; "
    if len(names) > 1 and _DECIMAL_COMMA.fullmatch(value.strip()):
        raise InvalidInput(f"{start}write decimal points, not commas, and no thousands separators")
    numeric = [index for index in choose(None, names, where) if index not in found]
    if numeric:
        words = spell(numeric, names)
        remedy = f"choose numeric columns (columns={words!r})"
    elif re.search(r"[,;|\s]", value):
        remedy = "name what separates the cells (delimiter=)"
    else:
        remedy = "no column is numeric throughout"
    raise InvalidInput(start + remedy, options=("columns", "delimiter"))


def _string_batches(opener: Opener, options: dict[str, Any], width: int) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as pacsv

    types = {str(index): pa.binary() for index in range(width)}
    convert = pacsv.ConvertOptions(column_types=types, strings_can_be_null=False)
    with opener() as stream:
        try:
            yield from pacsv.open_csv(stream, convert_options=convert, **options)
        except pa.ArrowInvalid:  # A ragged line further down; what came before it counts.
            return


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
