"""What the tests of tables share: fresh paths, one comparison, a table in every format."""

import bz2
import gzip
import io
import itertools
import lzma
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq

from kmeans_engine.tables import ReadOptions, read_table


def read(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return read_table("-", ReadOptions(**options), stdin=io.BytesIO(data))


def check(table, rows, names=("x0", "x1")):
    assert table.points.tolist() == rows
    assert table.names == tuple(names)
    assert table.rows_read == len(rows)
    assert table.dropped == 0
    assert table.kept is None


def numbered(folder):
    """A new path at each call, since a mapped file cannot be replaced on Windows."""
    number = itertools.count()
    return lambda suffix: folder / f"{next(number)}{suffix}"


ROWS = [[1.5, 2.0], [3.0, -4.25], [9.0, 1e-3]]
CSV = b"x,y\n1.5,2\n3,-4.25\n9,0.001\n"
FRAME = pd.DataFrame(ROWS, columns=["x", "y"])
TABLE = pa.table({"x": [1.5, 3.0, 9.0], "y": [2.0, -4.25, 1e-3]})


def zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def sunk(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def streamed(new, table=TABLE):
    sink = pa.BufferOutputStream()
    with new(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


PACKED = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    ".zip": lambda data: zipped(("table.csv", data)),
}
CONTENTS = {
    ".csv": CSV,
    ".txt": CSV.replace(b",", b"   "),
    ".tsv": CSV.replace(b",", b"\t"),
    ".parquet": sunk(lambda file: pq.write_table(TABLE, file)),
    ".feather": sunk(lambda file: pa.feather.write_feather(TABLE, file)),
    ".arrow": streamed(pa.ipc.new_file),
    ".arrows": streamed(pa.ipc.new_stream),
    ".orc": sunk(lambda file: pa.orc.write_table(TABLE, file)),
    ".jsonl": FRAME.to_json(orient="records", lines=True).encode(),
    ".json": FRAME.to_json(orient="records").encode(),
    ".arff": b"% note\n@relation r\n@attribute x numeric\n@ATTRIBUTE 'y' REAL\n\n@DATA\n"
    + CSV.partition(b"\n")[2],
}
