"""Columns that come batch by batch become rows: the same as if they had been in memory."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from kmeans_engine import Engine, InvalidInput, InvalidType, PrecisionWarning, initial_centroids
from kmeans_engine.points.files import RowFile
from kmeans_engine.points.streams import read_stream
from kmeans_engine.runtime.memory import Budget

M = 3000


@pytest.fixture(autouse=True, params=["little memory", "enough"])
def memory(request, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    monkeypatch.setattr("kmeans_engine.points.streams._BATCH", 128)
    return 1 if request.param == "little memory" else None


def table(rows=M, dtype="float32", seed=0):
    values = np.random.default_rng(seed).normal(scale=100, size=(rows, 3)).astype(dtype)
    return pa.table(dict(zip("xyz", values.T, strict=True))), values


def same(given, values, memory, folder, names=("x", "y", "z")):
    engine = Engine(given, memory=memory, scratch=folder)
    start = values[:7].astype(float)
    want = Engine(values).fit(start, max_iterations=5)
    got = engine.fit(start, max_iterations=5)
    assert engine.names == names
    assert np.array_equal(got.centroids, want.centroids)
    assert np.array_equal(got.labels, want.labels)
    assert got.inertia == want.inertia
    return engine


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "int64"])
def test_parquet_of_several_row_groups(tmp_path, memory, dtype):
    rows, values = table(dtype=dtype)
    path = tmp_path / "points.parquet"
    pq.write_table(rows, path, row_group_size=700)
    engine = same(path, values, memory, tmp_path)
    assert engine.points == path
    same(ds.dataset(path), values, memory, tmp_path)
    same(lambda: ds.dataset(path), values, memory, tmp_path)
    assert np.array_equal(initial_centroids(path, 5, seed=1), initial_centroids(values, 5, seed=1))
    # Only the columns that are asked for.
    same(
        ds.dataset(path).scanner(columns=["z", "x"]),
        values[:, [2, 0]],
        memory,
        tmp_path,
        ("z", "x"),
    )
    assert [file.name for file in tmp_path.iterdir()] == ["points.parquet"]


def test_the_type_of_scratch_is_exact(tmp_path):
    for dtype in ("float32", "float64", "int32"):
        store = read_stream(lambda d=dtype: table(dtype=d)[0].to_reader(), Budget(1, tmp_path))
        assert isinstance(store, RowFile)
        assert store.dtype == dtype
        out = np.empty((M, 3), dtype=dtype)
        store.fill(out)
        assert np.array_equal(out, table(dtype=dtype)[1])


def test_readers_and_their_factories(tmp_path, memory):
    rows, values = table(dtype="float64")
    same(rows.to_reader(max_chunksize=100), values, memory, tmp_path)
    same(lambda: rows.to_reader(max_chunksize=100), values, memory, tmp_path)
    with pytest.raises(InvalidType, match="the function returned a value of type int"):
        Engine(lambda: 3)


def test_feather_and_csv(tmp_path, memory):
    rows, values = table(dtype="float64")
    pyarrow.feather.write_feather(rows, tmp_path / "points.feather")
    pyarrow.csv.write_csv(rows, tmp_path / "points.csv")
    for suffix in ("feather", "csv"):
        same(str(tmp_path / f"points.{suffix}"), values, memory, tmp_path)


def folder_of(folder, *tables):
    for number, rows in enumerate(tables):
        pq.write_table(rows, folder / f"part-{number}.parquet", row_group_size=100)
    return folder


def test_a_folder_of_folders_that_are_named_like_files(tmp_path, memory):
    first, second = table(100, seed=1), table(50, seed=2)
    for name, (rows, _) in {"a.parquet": first, "b.parquet": second}.items():
        (tmp_path / name).mkdir()
        folder_of(tmp_path / name, rows)
    same(tmp_path, np.concatenate([first[1], second[1]]), memory, tmp_path)


def test_datasets_with_a_filter_and_scanners(tmp_path, memory):
    rows, values = table()
    data = ds.dataset(folder_of(tmp_path, rows))
    some = values[values[:, 0] > 0]
    above = ds.field("x") > 0
    same(data.filter(above), some, memory, tmp_path)
    same(data.scanner(filter=above), some, memory, tmp_path)
    once = [lambda: ds.Scanner.from_batches(rows.to_batches(), schema=rows.schema)]
    once.append(lambda: ds.Scanner.from_batches(rows.to_reader()))
    for scanner in once:
        same(scanner, values, memory, tmp_path)
        same(scanner(), values, memory, tmp_path)


def test_a_folder(tmp_path, memory):
    parts = [table(rows, seed=rows) for rows in (100, 999, 5)]
    folder = folder_of(tmp_path, *(rows for rows, _ in parts))
    (folder / "_metadata.parquet").write_bytes(b"not for us")
    same(folder, np.concatenate([values for _, values in parts]), memory, tmp_path)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (table(10)[0].rename_columns(["x", "y", "w"]), "has the columns x, y, w, and .*x, y, z"),
        (table(10, "float64")[0], "column 'x' is double in .*part-1.* and float in .*part-0"),
        (
            pa.table({n: pa.array([1.0, None], pa.float32()) for n in "xyz"}),
            "part-1.parquet has missing values, the first in row 1, column 'x'",
        ),
        (
            pa.table({n: pa.array([1.0, np.nan], pa.float32()) for n in "xyz"}),
            r"3 .*values, the first in row 11 \(index '.*part-1.parquet: 1'\), column 'x'",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_file(tmp_path, memory, second, words):
    folder = folder_of(tmp_path, table(10)[0], second)
    with pytest.raises(InvalidInput, match=words):
        Engine(folder, memory=memory, scratch=tmp_path)


def test_other_ways_to_be_wrong(tmp_path, memory):
    with pytest.raises(InvalidInput, match="does not exist"):
        Engine(tmp_path / "nothing.parquet")
    with pytest.raises(InvalidInput, match="is a folder without files of Parquet"):
        Engine(tmp_path)
    pq.write_table(table(0)[0], tmp_path / "none.parquet")
    with pytest.raises(InvalidInput, match="holds no rows"):
        Engine(tmp_path / "none.parquet", memory=memory)
    pq.write_table(pa.table({"x": [1.0], "name": ["a"]}), tmp_path / "text.parquet")
    with pytest.raises(InvalidType, match="a column that is not a number, 'name'"):
        Engine(tmp_path / "text.parquet", memory=memory)
    path = tmp_path / "cut.parquet"
    pq.write_table(table()[0], path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InvalidInput, match=r"cut.parquet is not complete"):
        Engine(path, memory=memory)


def test_a_file_that_is_missing_by_now(tmp_path, memory):
    folder = folder_of(tmp_path, table(10)[0], table(10)[0])
    data = ds.dataset(folder)
    (folder / "part-1.parquet").unlink()
    with pytest.raises(InvalidInput, match=r"is not complete: .*part-1.parquet"):
        Engine(data, memory=memory)


def test_whole_numbers_that_are_rounded(tmp_path, memory):
    rows = pa.table({"x": [2**53 + 1, 1], "y": [0.5, 1.0]})
    pq.write_table(rows, tmp_path / "points.parquet")
    with pytest.warns(PrecisionWarning, match="1 whole number beyond"):
        Engine(tmp_path / "points.parquet", memory=memory)
