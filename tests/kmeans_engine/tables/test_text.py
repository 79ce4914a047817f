"""Text from a file to points: names of files, choices, missing rows, faults. Rules: text/."""

import gzip

import numpy as np
import pyarrow as pa
import pytest
from tabular import check, numbered, read

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import read_table

XY = [[1.0, 2.0], [3.0, 4.5], [-5e-3, 6.0]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.csv.gz", "a.TSV.GZ", "-d %d ü.csv"])
def test_text_files(tmp_path, name):
    mark = "\t" if ".tsv" in name.lower() else ","
    data = "x,y\n1,2\n3,4.5\n-5e-3,6\n".replace(",", mark).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.lower().endswith(".gz") else data)
    check(read_table(path), XY, ("x", "y"))
    check(read_table(str(path)), XY, ("x", "y"))


def test_columns_without_a_name_are_left_out_unless_chosen():
    text = ",a,b\n0,1,2\n1,3,4\n"
    check(read(text), [[1.0, 2.0], [3.0, 4.0]], ("a", "b"))
    check(read(text, columns=[0, "a"]), [[0.0, 1.0], [1.0, 3.0]], ("", "a"))
    check(read("a,b,\n1,2,\n3,5,\n"), [[1.0, 2.0], [3.0, 5.0]], ("a", "b"))


def test_quoted_line_breaks_in_other_columns():
    text = 'note,x\n"two\nlines",1\nplain,2\n'
    check(read(text, columns="x"), [[1.0], [2.0]], ("x",))


def test_faults_far_from_the_top_are_counted_from_there(fresh):
    points = np.random.default_rng(1).normal(size=(120_000, 2))
    path = fresh(".csv")
    pa.csv.write_csv(pa.table({"x": points[:, 0], "y": points[:, 1]}), path)
    assert path.stat().st_size > 2 << 20
    assert np.array_equal(read_table(path).points, points)
    lines = path.read_text().splitlines()
    for fault, words in (
        ("1,oops", r"column 'y' holds numbers, but 'oops' in row 100001"),
        ("1,2,3", "line 100002 has 3 cells"),
    ):
        lines[100_001] = fault
        path = fresh(".csv")
        path.write_text("\n".join(lines))
        with pytest.raises(InvalidInput, match=words):
            read_table(path)


def test_incomplete_rows_can_be_left_out():
    table = read("x,y\n1,2\n,3\n4,NA\n5,inf\n6,7\n", drop_missing=True)
    assert table.points.tolist() == [[1.0, 2.0], [6.0, 7.0]]
    assert table.kept.tolist() == [True, False, False, False, True]
    assert (table.rows_read, table.dropped) == (5, 3)
    assert read("x,y\n1,2\n,3\n", columns="y", drop_missing=True).kept is None
    # Blanks of any kind are missing values.
    assert read("a,b\n1,   \n2,3\n4,5\n", drop_missing=True).points.tolist() == [[2, 3], [4, 5]]
