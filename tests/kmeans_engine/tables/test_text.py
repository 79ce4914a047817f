"""Points from text: delimiters, headers and line ends are found; other text is one clear line."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tabular import check, numbered, read

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import ReadOptions, read_table

XY = [[1.0, 2.0], [3.0, 4.5], [-5e-3, 6.0]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("header", ["", "a,b\n", '"a" , "b"\n', "\n\na,b\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_header_and_line_ends_are_found(mark, header, end):
    body = "1,2\n3, 4.5\n\n-5e-3,6"
    text = (header + body).replace(",", mark).replace("\n", end)
    names = ("a", "b") if header else ("x0", "x1")
    check(read(text), XY, names)
    check(read("\ufeff" + text), XY, names)
    check(read(text, delimiter=mark), XY, names)


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("7", ("x0",), [[7.0]]),
        ("x\n1\n2", ("x",), [[1.0], [2.0]]),
        ("1|2\n3|4", None, None),
        ('"1","2.5"\n', ("x0", "x1"), [[1.0, 2.5]]),
        ('"a;b;c",y\n1,2\n', ("a;b;c", "y"), [[1.0, 2.0]]),
        ("é,y\n1,2\n", ("é", "y"), [[1.0, 2.0]]),
        ("+1,.5\n1.,1E5\n", ("x0", "x1"), [[1.0, 0.5], [1.0, 1e5]]),
    ],
)
def test_small_texts(text, names, rows):
    if names is None:
        with pytest.raises(InvalidInput, match="name what separates the cells"):
            read(text)
        names, rows = ("x0", "x1"), [[1.0, 2.0], [3.0, 4.0]]
        check(read(text, delimiter="|"), rows, names)
    else:
        check(read(text), rows, names)


def test_a_row_of_data_with_a_word_is_no_header():
    text = "5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n"
    check(read(text, columns="0,1"), [[5.1, 3.5], [4.9, 3.0], [7.0, 3.2]])
    text = "1,u\n2,v\n3,u\n"
    check(read(text, columns="0"), [[1.0], [2.0], [3.0]], ("x0",))
    text = "name,2019,2020\na,1,2\nb,3,4\n"
    check(read(text, columns="2019,2020"), [[1.0, 2.0], [3.0, 4.0]], ("2019", "2020"))


def test_columns_without_a_name_are_left_out_unless_chosen():
    text = ",a,b\n0,1,2\n1,3,4\n"
    check(read(text), [[1.0, 2.0], [3.0, 4.0]], ("a", "b"))
    check(read(text, columns=[0, "a"]), [[0.0, 1.0], [1.0, 3.0]], ("", "a"))
    check(read("a,b,\n1,2,\n"), [[1.0, 2.0]], ("a", "b"))


def test_quoted_line_breaks_in_other_columns():
    text = 'note,x\n"two\nlines",1\nplain,2\n'
    check(read(text, columns="x"), [[1.0], [2.0]], ("x",))


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.csv.gz", "a.TSV.GZ", "-d %d ü.csv"])
def test_text_files(tmp_path, name):
    mark = "\t" if ".tsv" in name.lower() else ","
    data = "x,y\n1,2\n3,4.5\n-5e-3,6\n".replace(",", mark).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.lower().endswith(".gz") else data)
    check(read_table(path), XY, ("x", "y"))
    check(read_table(str(path)), XY, ("x", "y"))


def test_whitespace_files(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(
        b"\xef\xbb\xbf# made by hand\r\n   1   2\t \r\n\r\n3 \t 4.5 # good\n-5e-3   6 "
    )
    check(read_table(path), XY)
    path.write_text("x  y\n1 2\n")
    check(read_table(path), [[1.0, 2.0]], ("x", "y"))
    path.write_text("1,2\n3,4\n")
    with pytest.raises(InvalidInput, match="delimiter="):
        read_table(path)
    check(read_table(path, ReadOptions(delimiter=",")), [[1.0, 2.0], [3.0, 4.0]])


@settings(deadline=None, max_examples=60)
@given(
    points=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    mark=st.sampled_from(",;\t"),
    header=st.booleans(),
)
def test_text_gives_the_nearest_float(points, mark, header):
    lines = [mark.join(map(repr, row)) for row in points.tolist()]
    if header:
        lines.insert(0, mark.join(f"feature {n}" for n in range(points.shape[1])))
    table = read("\n".join(lines) + "\n")
    assert table.points.tobytes() == points.tobytes()


def test_long_files_are_read_in_order(fresh):
    points = np.random.default_rng(1).normal(size=(120_000, 2))
    path = fresh(".csv")
    pa.csv.write_csv(pa.table({"x": points[:, 0], "y": points[:, 1]}), path)
    assert path.stat().st_size > 2 << 20
    table = read_table(path)
    assert np.array_equal(table.points, points)
    # A fault far behind the first block is found and counted from the top.
    lines = path.read_text().splitlines()
    lines[100_001] = "1,oops"
    path = fresh(".csv")
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidInput, match=r"column 'y' holds text \('oops' in row 100001\)"):
        read_table(path)
    lines[100_001] = "1,2,3"
    path = fresh(".csv")
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidInput, match="line 100002 has 3 cells"):
        read_table(path)


def test_rows_longer_than_a_block(fresh):
    rows = [",".join([str(x)] + ["w" * 100_000] * 12) for x in range(5)]
    path = fresh(".csv")
    path.write_text("\n".join(rows))
    check(read_table(path, ReadOptions(columns="0")), [[0.0], [1.0], [2.0], [3.0], [4.0]], ("x0",))


def test_quotes_far_from_the_top_may_hold_line_breaks():
    text = "note,x\n" + "plain,1\n" * 100 + '"two\nlines",2\n'
    assert read(text, columns="x").points[:, 0].tolist() == [1.0] * 100 + [2.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "standard input is empty"),
        (" \n\n", "standard input is empty"),
        ("x,y\n", "header but no rows"),
        ("x,y", "header but no rows"),
        ("x,y\n1,2\n3\n", r"line 3 has 1 cells separated by ',', the first has 2"),
        ("1,2\n3,4,5\n", r"line 2 has 3 cells separated by ',', the first has 2"),
        ("1;2\n1,5;2\n", r"'x0' holds text \('1,5' in row 2\).*write decimal points"),
        ("1,5;2,5\n3,5;4,5\n", r"'1,5' in row 1.*write decimal points"),
        ('"1,234","2"\n', r"no thousands separators"),
        ("a,b,c\n1,u,2\n", r"'b' holds text \('u' in row 1\).*columns='a,c'"),
        ("a b,b,c\n1,u,2\n", r"columns='0,2'"),
        ("a,b\nu,v\n", "no column is numeric"),
        ("x,y\n1,0x10\n", "'0x10' in row 1"),
        ("x,y\n1,1_0\n", "'1_0' in row 1"),
        ("x,y\n1,2\n3,\n", r"1 of 2 rows .*first is row 2 \(column 'y'\).*drop_missing=True"),
        ("x,y\nnan,2\n3,-inf\n5, NA\n", r"3 of 3 rows .*first is row 1 \(column 'x'\)"),
        ("x,y\n1,1e400\n", "1 of 1 rows"),
        ("x,y\n1,2\n".encode("utf-16"), "not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8 text"),
        ('x\n"' + "b" * 200_000 + '"\n', "field larger than"),
    ],
)
def test_bad_text_is_one_clear_line(text, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("standard input")


@pytest.mark.parametrize("delimiter", ["", "ab", "\n", '"', "e", "1", "é"])
def test_bad_delimiters(delimiter):
    with pytest.raises(InvalidInput, match="cannot separate numbers"):
        read("1,2", delimiter=delimiter)


def test_a_tab_may_be_typed_as_two_characters():
    check(read("1\t2", delimiter=r"\t"), [[1.0, 2.0]])


def test_incomplete_rows_can_be_left_out(fresh):
    table = read("x,y\n1,2\n,3\n4,NA\n5,inf\n6,7\n", drop_missing=True)
    assert table.points.tolist() == [[1.0, 2.0], [6.0, 7.0]]
    assert table.kept.tolist() == [True, False, False, False, True]
    assert (table.rows_read, table.dropped) == (5, 3)
    # Only chosen columns count.
    assert read("x,y\n1,2\n,3\n", columns="y", drop_missing=True).kept is None
    with pytest.raises(InvalidInput, match="none is left"):
        read("x,y\n1,\n,3\n", drop_missing=True)
