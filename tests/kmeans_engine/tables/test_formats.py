"""The same table in every format, packed in every way, from files, pipes and memory."""

import io
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from tabular import CONTENTS, CSV, FRAME, PACKED, ROWS, TABLE, check, numbered, zipped

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import ReadOptions, describe_table, read_table


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize("suffix", CONTENTS)
def test_every_format_is_the_same_table(fresh, suffix):
    path = fresh(suffix)
    path.write_bytes(CONTENTS[suffix])
    check(read_table(path), ROWS, ("x", "y"))
    assert read_table(path).rows().read_all().to_pydict() == TABLE.to_pydict()
    assert [(one.name, one.used) for one in describe_table(path)[0]] == [("x", True), ("y", True)]


@pytest.mark.parametrize("suffix", [s for s in CONTENTS if s not in (".arff", ".txt")])
@pytest.mark.parametrize("name", ["", ".bin", ".csv"])
def test_content_says_what_a_file_is(fresh, suffix, name):
    if name == ".csv" and suffix in (".jsonl", ".json", ".tsv"):
        return  # There the suffix is believed.
    path = fresh(name)
    path.write_bytes(CONTENTS[suffix])
    table = read_table(path)
    check(table, ROWS, ("x", "y"))
    differs = name == ".csv" and suffix != ".csv"
    assert any("is read by its content" in note for note in table.notes) == differs


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("suffix", CONTENTS)
def test_every_format_may_be_packed(fresh, suffix, packed):
    data = CONTENTS[suffix]
    data = zipped((f"t{suffix}", data)) if packed == ".zip" else PACKED[packed](data)
    path = fresh(suffix + packed)
    path.write_bytes(data)
    check(read_table(path), ROWS, ("x", "y"))
    path = fresh("")
    path.write_bytes(data)
    check(read_table(path), ROWS, ("x", "y"))


@pytest.mark.parametrize("packed", [*PACKED, ""])
@pytest.mark.parametrize("suffix", CONTENTS)
def test_standard_input_may_hold_any_format(suffix, packed):
    data = PACKED[packed](CONTENTS[suffix]) if packed else CONTENTS[suffix]
    if packed == ".zip":
        data = zipped((f"t{suffix}", CONTENTS[suffix]))
    for name in ("-", "/dev/stdin"):
        check(read_table(name, stdin=io.BytesIO(data)), ROWS, ("x", "y"))


@pytest.mark.parametrize("packed", PACKED)
def test_damaged_packing_is_one_line(fresh, packed):
    whole = PACKED[packed](CSV * 3000)
    for data in (whole[: len(whole) // 2], whole[:-6], whole[:6], b"x\0\1"):
        path = fresh(".csv" + packed)
        path.write_bytes(data)
        with pytest.raises(InvalidInput, match="is not a complete") as error:
            read_table(path)
        assert str(error.value).startswith(str(path))
        assert "\n" not in str(error.value)


def test_a_zip_of_several_files(fresh):
    path = fresh(".zip")
    path.write_bytes(
        zipped(("__MACOSX/._a.csv", b"?"), ("d/", b""), ("READ.ME", b"hi"), ("d/a.csv", CSV))
    )
    with pytest.raises(InvalidInput, match=r"2 files \(READ.ME, d/a.csv\).*array='d/a.csv'"):
        read_table(path)
    check(read_table(path, ReadOptions(array="d/a.csv")), ROWS, ("x", "y"))
    with pytest.raises(InvalidInput, match=r"no file 'b\.csv'; choose from READ\.ME, d/a\.csv"):
        read_table(path, ReadOptions(array="b.csv"))
    path.write_bytes(zipped())
    with pytest.raises(InvalidInput, match="holds no files"):
        read_table(path)


@pytest.mark.parametrize("orient", ["records", "columns", "split", "values"])
def test_what_pandas_writes_as_json(fresh, orient):
    path = fresh(".json")
    path.write_text(FRAME.to_json(orient=orient))
    check(read_table(path), ROWS, ("x0", "x1") if orient == "values" else ("x", "y"))


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("[1, 2]\n[3, 4]\n", ("x0", "x1"), [[1, 2], [3, 4]]),
        ("[[1, 2.5], [3, 4]]", ("x0", "x1"), [[1, 2.5], [3, 4]]),
        ('{"x": [1, 2], "y": [3, 5]}', ("x", "y"), [[1, 3], [2, 5]]),
        ('{"data": [{"x": 1}, {"x": 4}]}', ("x",), [[1], [4]]),
        ('{"x": 1, "y": 2}\n\n{"y": 5, "x": 4}\n', ("x", "y"), [[1, 2], [4, 5]]),
        ('\ufeff[{"x": 1, "c": "a"}, {"x": 2.5, "c": 3}]', ("x",), [[1], [2.5]]),
    ],
)
def test_other_json(fresh, text, names, rows):
    path = fresh(".json")
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    assert table.names == names
    assert table.points.tolist() == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2", "is not a complete JSON file"),
        ('{"x": 1}\n{"x": \n', "line 2 is not JSON"),
        ("[[1, 2], [3]]", "row 2 has 1 cell, 2 are needed"),
        ("[]", "holds no rows"),
        ("3", "needs an array of objects"),
        ('[{"x": 1}, {"y": 2}]', r"all 2 rows have an empty cell.*columns='"),
        ('[{"x": 1}, {"x": "a"}, {"x": 3}]', "'x' holds numbers, but 'a' in row 2"),
        ("[" * 100_000, r"nested too deeply|not a complete"),
    ],
)
def test_json_that_is_no_table(fresh, text, words):
    path = fresh(".json")
    path.write_text(text)
    with pytest.raises(InvalidInput, match=words):
        read_table(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_workbooks(fresh, suffix):
    pytest.importorskip("openpyxl" if suffix == ".xlsx" else "odf")
    path = fresh(suffix)
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="empty", index=False)
        FRAME.to_excel(writer, sheet_name="first", index=False, startrow=2, startcol=1)
        mixed = pd.DataFrame({"n": [1, 2, 5], "w": ["a", "b", None], "m": [1, "-", 3]})
        mixed.to_excel(writer, sheet_name="second one", index=False)
    table = read_table(path)
    check(table, ROWS, ("x", "y"))
    assert table.notes == (
        "sheet 'first' is read; choose another ('empty', 'second one') with sheet=",
    )
    for sheet in ("second one", "2"):
        table = read_table(path, ReadOptions(sheet=sheet, drop_missing=True))
        assert (table.names, table.points.tolist()) == (("n", "m"), [[1, 1], [5, 3]])
    with pytest.raises(InvalidInput, match="no sheet 'third'; choose from 'empty', 'first'"):
        read_table(path, ReadOptions(sheet="third"))
    with pytest.raises(InvalidInput, match="sheet 'empty' is empty"):
        read_table(path, ReadOptions(sheet="empty"))
    bare = fresh("")
    bare.write_bytes(path.read_bytes())
    check(read_table(bare), ROWS, ("x", "y"))


def test_a_workbook_without_the_extra(fresh, monkeypatch):
    path = fresh(".xlsx")
    path.write_bytes(zipped(("[Content_Types].xml", b"<x/>")))
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InvalidInput, match=r"pip install 'kmeans-engine\[excel\]'"):
        read_table(path)


def test_a_folder_of_parquet(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(TABLE, tmp_path / f"year={year}" / "part.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    table = read_table(tmp_path)
    check(table, [[*row, year] for year in (2023, 2024) for row in ROWS], ("x", "y", "year"))
    names = [str(Path(f"year={year}", "part.parquet")) for year in (2023, 2024)]
    assert table.notes == (f"{tmp_path} is read as one table: {', '.join(names)}",)


def test_what_else_a_folder_holds(tmp_path):
    (tmp_path / "deep.er").mkdir()
    for name in ("a.parquet", "b.PQ", "deep.er/c.parquet", ".hidden.parquet"):
        pq.write_table(TABLE, tmp_path / name)
    for name in (".cache", "_delta_log"):
        (tmp_path / name).mkdir()
        pq.write_table(TABLE, tmp_path / name / "d.parquet")
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")
    table = read_table(tmp_path)
    check(table, ROWS * 3, ("x", "y"))
    deep = Path("deep.er", "c.parquet")
    assert table.notes == (
        f"{tmp_path} is read as one table: a.parquet, b.PQ, {deep}; 1 other file is not read",
    )


def test_structured_arrays(fresh):
    kind = [("x", "f4"), ("n", ">i2"), ("word", "U3"), ("p", "f8", 3)]
    array = np.array([(1.5, 2, "a", (1, 2, 3)), (2.5, 7, "b", (4, 5, 6))], kind)
    path = fresh(".npy")
    np.save(path, array)
    table = read_table(path)
    check(table, [[1.5, 2], [2.5, 7]], ("x", "n"))
    assert table.notes == (
        "left out: p (arrays); choose one with array=",
        "left out: word (text); choose with columns=",
    )
    check(read_table(path, ReadOptions(array="p")), [[1, 2, 3], [4, 5, 6]], ("x0", "x1", "x2"))
    with pytest.raises(InvalidInput, match="no field 'q'; choose from x, n, word, p"):
        read_table(path, ReadOptions(array="q"))
    path = fresh(".npy")
    np.save(path, np.zeros((2, 2)))
    with pytest.raises(InvalidInput, match="one array without fields; leave out array='q'"):
        read_table(path, ReadOptions(array="q"))


@pytest.mark.parametrize(
    ("column", "expected", "dtype"),
    [
        (pa.array([1, 2, 9], pa.uint64()), [1, 2, 9], "u8"),
        (pa.array([1, None, 9], pa.int8()), [1, None, 9], "f8"),
        (pa.array([1.5, 2, 9], pa.float16()), [1.5, 2, 9], "f4"),
        (pa.array([1.5, 2, 9], pa.float32()), [1.5, 2, 9], "f4"),
        (pa.array([True, False, True]), [1, 0, 1], "u1"),
        (pa.array([True, None, True]), [1, None, 1], "f8"),
        (pa.array([1, 2, 9]).cast(pa.decimal128(25, 3)), [1, 2, 9], "f8"),
        (pa.array([1, 2, 9]).cast(pa.decimal256(50, 3)), [1, 2, 9], "f8"),
        (pa.array([4, 2, 9]).dictionary_encode(), [4, 2, 9], "i8"),
        (pa.array([4, None, 9.5]).dictionary_encode(), [4, None, 9.5], "f8"),
        (pa.array(["a", "b", "a"]).dictionary_encode(), "text", None),
        (pa.array([1, 2, 3], pa.timestamp("ns", "UTC")), "dates", None),
        (pa.array([1, 2, 3], pa.date32()), "dates", None),
        (pa.array([1, 2, 3], pa.time32("s")), "times", None),
        (pa.array([1, 2, 3], pa.duration("s")), "times", None),
        (pa.array([b"1", b"2", b"3"]), "bytes", None),
        (pa.array([None, None, None]), "empty throughout", None),
        (pa.array([None, None, None], pa.float64()), "empty throughout", None),
        (pa.array(["1", "2", "3"], pa.large_string()), "text", None),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_every_type_of_column(fresh, column, expected, dtype, suffix):
    path = fresh(suffix)
    table = pa.table({"c": column, "d": pa.array([2, 2, 9], pa.int8())})
    (pq.write_table if suffix == ".parquet" else pa.feather.write_feather)(table, path)
    if dtype is None:
        found = read_table(path)
        assert found.names == ("d",)
        assert found.notes == (f"left out: c ({expected}); choose with columns=",)
        with pytest.raises(InvalidInput, match=r"'c' (holds|is empty).*columns='d'"):
            read_table(path, ReadOptions(columns="c"))
        return
    found = read_table(path, ReadOptions(columns="c", drop_missing=True))
    assert found.points.ravel().tolist() == [value for value in expected if value is not None]
    assert found.points.dtype == np.dtype(dtype)
    assert [one.missing for one in describe_table(path)[0]] == [expected.count(None), 0]


def test_whole_numbers_that_float64_rounds_are_said(fresh):
    path = fresh(".parquet")
    pq.write_table(pa.table({"n": pa.array([2**53 + 1, None, 7]), "k": [1, 2, 4]}), path)
    table = read_table(path, ReadOptions(drop_missing=True))
    assert table.notes == ("whole numbers beyond 2^53 are rounded to the nearest float64: n",)


def test_what_is_not_read_says_what_to_do(fresh):
    base = fresh(".db")
    with sqlite3.connect(base) as connection:
        connection.execute("create table t (x)")
    connection.close()
    for data, words in (
        (base.read_bytes(), "a SQLite database, which is not read; export"),
        (bytes(8) + b"DUCK" + bytes(20), "a DuckDB database"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<!DOCTYPE html>\n<html>", "a web page, which is not read; download"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    ):
        path = fresh(".csv")
        path.write_bytes(data)
        with pytest.raises(InvalidInput, match=words):
            read_table(path)


@pytest.mark.parametrize("first", ["PAR1", "ORC", "BMI", "II*", "GIF89a", "RIFF", "MM", "BZh91"])
def test_names_that_look_like_the_start_of_a_format(fresh, first):
    path = fresh(".csv")
    path.write_text(f"{first},b\n1,2\n7,4\n")
    check(read_table(path), [[1, 2], [7, 4]], (first, "b"))


def test_options_that_do_not_apply_are_refused(fresh):
    path = fresh(".parquet")
    path.write_bytes(CONTENTS[".parquet"])
    for option, value in (("missing", ("x",)), ("header", "no"), ("decimal", ","), ("sheet", "a")):
        with pytest.raises(InvalidInput, match=f"leave out {option}=") as error:
            read_table(path, ReadOptions(**{option: value}))
        assert error.value.options == (option,)


def test_arff(fresh):
    path = fresh(".arff")
    path.write_text(
        "@relation r\n@attribute 'a b' numeric\n@attribute c {x,'y z'}\n@data\n"
        "1,'y z'\n% comment\n?,x\n5,x\n"
    )
    table = read_table(path, ReadOptions(drop_missing=True))
    assert (table.names, table.points.tolist()) == (("a b",), [[1], [5]])
    for text, words in (
        ("@relation r\n", "no @data"),
        ("@data\n1\n", "no @attribute"),
        ("@attribute a real\n@data\n1,2\n", "line 3 has 2 cells, but the file declares 1"),
        ("@attribute a real\n@data\nx\n", "line 3 holds 'x' where a number"),
        ("@attribute a real\n@data\n{0 1}\n", "sparse ARFF"),
        ("@attribute a relational\n@attribute b real\n@end a\n@data\n1\n", "relational ARFF"),
        (f"@attribute a string\n@data\n{'x' * 200_000}\n", "line 3 cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(InvalidInput, match=words):
            read_table(path)
