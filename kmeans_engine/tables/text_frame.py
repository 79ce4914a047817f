"""Text to a frame, for the time being."""

from typing import Any

from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables import text as old


def read_text(opener: Any, where: str, suffix: str, options: ReadOptions) -> Frame:
    import csv, io
    import pyarrow as pa
    from pyarrow import csv as pacsv

    delimiter = options.delimiter and old.check_delimiter(options.delimiter)
    if suffix == ".txt" and delimiter is None:
        with opener() as s:
            data = old.squeeze_whitespace(s.read())
        opener, delimiter = (lambda: io.BytesIO(data)), " "
    lines, quoted = old._sample(opener, where)
    delimiter = delimiter or ("\t" if suffix == ".tsv" else old._guess_delimiter(lines))
    rows = [r for r in csv.reader(lines, delimiter=delimiter) if r]
    skipped = next(n for n, line in enumerate(lines) if line)
    header = old._has_header(rows)
    if header and len(rows) == 1:
        raise old.InvalidInput(f"{where} holds a header but no rows; at least one row is needed")
    names = [c.strip() for c in rows[0]] if header else old.default_names(len(rows[0]))
    keys = [str(i) for i in range(len(names))]
    missing = (*old._MISSING, *options.missing)
    with opener() as stream:
        try:
            table = pacsv.read_csv(
                stream,
                read_options=pacsv.ReadOptions(column_names=keys, skip_rows=skipped + header),
                parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=quoted),
                convert_options=pacsv.ConvertOptions(
                    null_values=[p + w for w in missing for p in ("", " ")], strings_can_be_null=True
                ),
            )
        except pa.ArrowInvalid as error:
            old._explain_ragged(opener, where, delimiter, len(names))
            raise old.InvalidInput(f"{where} cannot be read as a table: {error}") from error
    columns = [c.cast(pa.float64()) if pa.types.is_integer(c.type) else c for c in table.columns]
    return Frame(tuple(names), tuple(c.type for c in columns), table.num_rows, columns.__getitem__, named=header)
