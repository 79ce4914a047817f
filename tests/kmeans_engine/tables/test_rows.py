"""The rows of the input with their clusters: read back the same, whatever format they are in."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tabular import numbered

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import (
    WRITABLE_ROWS,
    ReadOptions,
    Table,
    check_result,
    read_table,
    write_labels,
    write_rows,
)

TEXT = 'id,city,x,y,when\n1,"a, ""b""",0.1,2,2024-01-02\n2,ö,,3,2024-02-03\n4,c,5.5,1e-9,\n'


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def table(fresh):
    path = fresh(".csv")
    path.write_text(TEXT, encoding="utf-8")
    return read_table(path, ReadOptions(columns="x,y", drop_missing=True))


READERS = {
    ".csv": pd.read_csv,
    ".tsv": lambda path: pd.read_csv(path, sep="\t"),
    ".parquet": pd.read_parquet,
    ".feather": pd.read_feather,
    ".arrow": pd.read_feather,
    ".orc": pd.read_orc,
    ".json": pd.read_json,
    ".jsonl": lambda path: pd.read_json(path, lines=True),
    ".ndjson": lambda path: pd.read_json(path, lines=True),
}


@pytest.mark.parametrize("suffix", WRITABLE_ROWS)
def test_rows_come_back_with_their_cluster(fresh, table, suffix):
    path = fresh(suffix)
    write_rows(path, table, np.array([1, 0], dtype=np.uint8))
    found = READERS[suffix](path)
    assert found.columns.tolist() == ["id", "city", "x", "y", "when", "cluster"]
    assert found["id"].tolist() == [1, 2, 4]
    assert found["city"].tolist() == ['a, "b"', "ö", "c"]
    assert found["x"].fillna(-1).tolist() == [0.1, -1, 5.5]
    assert found["y"].tolist() == [2, 3, 1e-9]
    assert found["cluster"].fillna(-1).tolist() == [1, -1, 0]


def test_a_stream_gets_csv(table):
    stream = io.BytesIO()
    write_rows(stream, table, np.array([1, 0], dtype=np.uint8), name="group")
    assert pd.read_csv(io.BytesIO(stream.getvalue())).columns[-1] == "group"
    assert not stream.closed
    stream = io.BytesIO()
    write_labels(stream, np.array([1, 0], dtype=np.uint8), table, name="a,b")
    assert stream.getvalue() == b'"a,b"\n1\n""\n0\n'


def test_numbers_keep_their_bits_in_csv(fresh):
    scales = 10.0 ** np.arange(-250, 250)[:, None]
    values = np.random.default_rng(1).normal(size=(500, 2)) * scales
    path, result = fresh(".parquet"), fresh(".csv")
    pq.write_table(pa.table({"a": values[:, 0], "b": values[:, 1]}), path)
    table = read_table(path)
    write_rows(result, table, np.zeros(500, dtype=np.uint8))
    again = read_table(result, ReadOptions(columns="a,b"))
    assert again.points.tobytes() == values.tobytes()


def test_whole_numbers_and_codes_of_text_stay_as_they_are(fresh):
    path = fresh(".csv")
    path.write_text("zip,n,big,x,flag\n01234,5,12345678901234567,1.5,true\n99999,,7,2,false\n")
    table = read_table(path, ReadOptions(columns="x"))
    lines = fresh(".jsonl")
    write_rows(lines, table, np.array([0, 1], dtype=np.uint8))
    assert [json.loads(line) for line in lines.read_text().splitlines()] == [
        {"zip": "01234", "n": 5, "big": "12345678901234567", "x": 1.5, "flag": True, "cluster": 0},
        {"zip": "99999", "n": None, "big": "7", "x": 2.0, "flag": False, "cluster": 1},
    ]


def test_a_name_that_is_taken(fresh):
    path = fresh(".csv")
    path.write_text("cluster,cluster_2,x\n1,5,2\n3,1,4\n")
    table = read_table(path)
    result = fresh(".csv")
    with pytest.raises(InvalidInput, match=r"'cluster' already.*label_name='cluster_3'"):
        write_rows(result, table, np.zeros(2, dtype=np.uint8))
    assert not result.exists()
    write_rows(result, table, np.zeros(2, dtype=np.uint8), name="cluster_3")
    assert result.exists()


def test_nested_columns_are_json_in_csv(fresh):
    path, result = fresh(".parquet"), fresh(".csv")
    column = pa.array([[1, 2], None])
    pq.write_table(pa.table({"l": column, "x": [1.5, 2.5], "s": [{"a": 1}, {"a": 2}]}), path)
    write_rows(result, read_table(path), np.array([0, 1], dtype=np.uint8))
    found = pd.read_csv(result)
    assert found["l"].fillna("").tolist() == ["[1, 2]", ""]
    assert found["s"].tolist() == ['{"a": 1}', '{"a": 2}']


def test_a_file_that_has_changed_is_refused(fresh):
    path = fresh(".csv")
    path.write_text("a,b\n1,5\n3,1\n")
    table = read_table(path)
    path.write_text("a,b\n1,5\n3,1\n4,4\n")
    with pytest.raises(InvalidInput, match="3 rows now, 2 were read"):
        write_rows(fresh(".csv"), table, np.zeros(2, dtype=np.uint8))


def test_points_from_no_file_have_rows_too(fresh):
    table = Table(np.array([[1.5, 2.0], [3.0, 4.0]]), ("x0", "x1"), 2)
    path = fresh(".jsonl")
    write_rows(path, table, np.array([0, 1], dtype=np.uint8))
    assert path.read_text() == (
        '{"x0": 1.5, "x1": 2.0, "cluster": 0}\n{"x0": 3.0, "x1": 4.0, "cluster": 1}\n'
    )


def test_suffixes_are_checked_beforehand(fresh):
    for suffix in (".xlsx", "", ".npy"):
        with pytest.raises(InvalidInput, match=r"use one of \.csv, \.tsv, \.parquet"):
            check_result(fresh(suffix), overwrite=True, known=WRITABLE_ROWS)
    for suffix in WRITABLE_ROWS:
        check_result(fresh(suffix), overwrite=False, known=WRITABLE_ROWS)


FULL = """
import resource, signal, sys
import numpy as np
from kmeans_engine.tables import WRITABLE_ROWS, Table, write_rows
points = np.random.default_rng(1).normal(size=(20_000, 2))
labels, table = np.zeros(20_000, np.uint8), Table(points, ("x", "y"), 20_000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
for suffix in WRITABLE_ROWS:
    try:
        write_rows(sys.argv[1] + suffix, table, labels)
    except OSError as error:
        print(suffix, error.strerror)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_full_disk_leaves_the_older_file(tmp_path, root):
    names = [f"rows{suffix}" for suffix in WRITABLE_ROWS]
    for name in names:
        (tmp_path / name).write_text("older")
    command = [sys.executable, "-c", FULL, str(tmp_path / "rows")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"{suffix} File too large" for suffix in WRITABLE_ROWS]
    assert done.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"older"}
