"""What is read by parts is what is read as a whole."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.points.files import RowFile
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.tables import ReadOptions, read_table
from kmeans_engine.tables.parts import read_parts


@pytest.fixture(autouse=True)
def everything_counts(monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    monkeypatch.setattr("kmeans_engine.tables.text.lines.BLOCK_BYTES", 1 << 12)


def same(path, folder, **options):
    options = ReadOptions(**options)
    want = read_table(path, options)
    got = read_parts(path, options, Budget(1, folder))
    assert isinstance(got.points, RowFile)
    assert got.names == want.names
    assert np.array_equal(got.points[:], want.points)
    assert (got.rows_read, got.dropped, got.kept) == (want.rows_read, 0, None)
    assert any("of scratch while this runs" in note for note in got.notes)
    return got, want


def text(rows, line, head="", end="\n"):
    return head + "".join(line(i) + end for i in range(rows))


TEXTS = {
    "plain": (text(3000, lambda i: f"{i % 7},{i * 0.5}", "a,b\n"), {}),
    "no names": (text(3000, lambda i: f"{i % 7} {i * 0.5}"), {}),
    "percent and truth": (text(2000, lambda i: f"{i % 9}%;{'yes' if i % 2 else 'no'}"), {}),
    "thousands": (
        text(900, lambda i: f'"{i + 1000:,}",{i}', "a,b\n"),
        {"thousands": ",", "columns": "a,b"},
    ),
    "comments": (text(900, lambda i: f"# {i}\n{i % 5},{i % 3}"), {"comment": "#"}),
    "quotes": (text(900, lambda i: f'"a ""{i}""\nb",{i % 5},{i % 3}', "name,x,y\n"), {}),
    "carriage returns": (text(900, lambda i: f"{i % 5}\t{i % 3}", "x\ty\r\n", "\r\n"), {}),
    "another order": (
        text(900, lambda i: f"{i % 5},{i % 3},{i % 2}", "x,y,z\n"),
        {"columns": "z,x"},
    ),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("packed", [False, True])
def test_texts(tmp_path, name, packed):
    content, options = TEXTS[name]
    path = tmp_path / ("points.csv.gz" if packed else "points.csv")
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    same(path, tmp_path, **options)


@pytest.mark.parametrize("name", TEXTS)
def test_all_columns_of_a_text_are_the_same(tmp_path, name):
    content, options = TEXTS[name]
    path = tmp_path / "points.csv"
    path.write_bytes(content.encode())
    got, want = same(path, tmp_path, **options)
    assert got.rows().read_all().equals(want.rows().read_all())


@pytest.mark.parametrize(
    "late",
    ["0017,x,5,,true", "5,1.5,5,,false", "5,1,half,,true", "5,1,5,late,true", "9" * 19 + ",1,5,,1"],
)
def test_a_column_is_what_all_of_it_is(tmp_path, late):
    path = tmp_path / "points.csv"
    rows = text(3000, lambda i: f"{i % 7},{i % 3},{i % 5},,{'true' if i % 2 else 'false'},{i}.5\n")
    path.write_text("a,b,c,d,e,y\n" + rows.replace("\n\n", "\n") + f"{late},1.5\n")
    got, want = same(path, tmp_path, columns="y")
    assert got.rows().read_all().equals(want.rows().read_all())


def test_numbers_that_are_rounded_are_told(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(text(500, lambda i: f"{2**53 + i},{i % 3}", "a,b\n"))
    got, want = same(path, tmp_path, columns="a,b")
    told = [note for note in want.notes if "beyond 2**53" in note]
    assert told
    assert set(told) <= set(got.notes)


def test_folders_with_a_column_in_their_names(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"data/year={year}").mkdir(parents=True)
        rows = np.random.default_rng(year).normal(size=(300, 2))
        table = pa.table({"x": rows[:, 0], "y": rows[:, 1]})
        pq.write_table(table, tmp_path / f"data/year={year}/p.parquet", row_group_size=100)
    same(tmp_path / "data", tmp_path, columns="x,y")
    same(tmp_path / "data", tmp_path, columns="x,year")


def test_what_is_left_to_the_other_reader(tmp_path):
    budget = Budget("1GB", tmp_path)
    (tmp_path / "small.csv").write_text("1,2\n3,4\n")
    pq.write_table(pa.table({"x": [1.0, 2.0]}), tmp_path / "small.parquet")
    np.save(tmp_path / "points.npy", np.zeros((9, 2)))
    for name in ("small.csv", "small.parquet", "points.npy", "-", "nothing.csv"):
        path = name if name == "-" else tmp_path / name
        assert read_parts(path, ReadOptions(), budget) is None
    little = Budget(1, tmp_path)
    assert read_parts(tmp_path / "points.npy", ReadOptions(), little) is None
    with pa.OSFile(str(tmp_path / "stream.arrows"), "wb") as file:
        table = pa.table({"x": [1.0, 2.0]})
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    assert read_parts(tmp_path / "stream.arrows", ReadOptions(), little) is None


def test_what_turns_out_to_be_text(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(text(60_000, lambda i: f"{i % 5},{i % 3}") + "north,2\n")
    with pytest.raises(InvalidInput, match=r"column 'x0' holds numbers, but 'north'"):
        read_table(path, ReadOptions(columns="0,1"))
    with pytest.raises(InvalidInput, match=r"column 'x0' holds numbers, but not only, after row "):
        read_parts(path, ReadOptions(columns="0,1"), Budget(1, tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["points.csv"]
