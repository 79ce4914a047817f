"""Names above columns: what is taken as names, what as data, and what is said where it is open."""

import pytest
from textual import columns, frame

from kmeans_engine.errors import InvalidInput

NAMES = "taken as names; if it is data, say header='no'"
DATA = "taken as data; if it names the columns, say header='yes'"


@pytest.mark.parametrize(
    ("text", "names", "values", "note"),
    [
        # What DataFrame(X).to_csv and R's write.csv write: the first column is no feature.
        (",0,1\n0,5,2\n1,6,3\n2,8,9\n", ("", "0", "1"), [[0, 1, 2], [5, 6, 8], [2, 3, 9]], ""),
        (",0,1\n0,0.5,2\n1,0.6,3\n", ("", "0", "1"), [[0, 1], [0.5, 0.6], [2, 3]], ""),
        ('"","1","2"\n"1",5,2\n"2",6,3\n', ("", "1", "2"), [[1, 2], [5, 6], [2, 3]], ""),
        (",400.5,401.5\na,1,2\nb,3,4\n", ("", "400.5", "401.5"), [["a", "b"], [1, 3], [2, 4]], ""),
        (
            "well,400.5,401.5\nA,0.1,0.2\nB,0.9,0.8\n",
            ("well", "400.5", "401.5"),
            [["A", "B"], [0.1, 0.9], [0.2, 0.8]],
            NAMES,
        ),
        (
            "name,2019,2020\nx,1,2\ny,3,4\n",
            ("name", "2019", "2020"),
            [["x", "y"], [1, 3], [2, 4]],
            NAMES,
        ),
        ("0,1\n5,2\n8,9\n", ("0", "1"), [[5, 8], [2, 9]], NAMES),
        ("0,1\n5.0,2.0\n8.0,1.0\n", ("0", "1"), [[5, 8], [2, 1]], NAMES),
        ("0,1\n0.5,2.5\n8.1,9.3\n", ("0", "1"), [[0.5, 8.1], [2.5, 9.3]], NAMES),
        (
            "2019,2020,2021\n5,3,2\n1,4,4\n",
            ("2019", "2020", "2021"),
            [[5, 1], [3, 4], [2, 4]],
            NAMES,
        ),
        ("2020-01,2020-02\n5,6\n7,8\n", ("2020-01", "2020-02"), [[5, 7], [6, 8]], ""),
        ("V1,V2\n1,2\n3,4\n", ("V1", "V2"), [[1, 3], [2, 4]], ""),
        ("RI,Na\n1.5,13\n1.6,14\n", ("RI", "Na"), [[1.5, 1.6], [13, 14]], ""),
        ("Unnamed: 0,a\n0,5\n1,6\n", ("Unnamed: 0", "a"), [[0, 1], [5, 6]], ""),
        ('"a","b"\n1,2\n3,4\n', ("a", "b"), [[1, 3], [2, 4]], ""),
        ("a,,c\n1,2,3\n4,5,6\n", ("a", "", "c"), [[1, 4], [2, 5], [3, 6]], ""),
    ],
)
def test_names(text, names, values, note):
    found = frame(text)
    assert (found.names, columns(found)) == (names, values)
    assert found.named
    assert [n for n in found.notes if note in n] == list(found.notes)
    assert bool(found.notes) == bool(note)
    assert found.indices == (frozenset({0}) if names[0] in ("", "Unnamed: 0") else frozenset())


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n", ""),
        ("Alice,3,4\nBob,5,6\nCarol,1,2\n", ""),
        ("1,2,3\n4,5,6\n7,8,9\n", ""),
        ("557921,595168\n541906,577402\n549880,568032\n", ""),
        ("0,1\n1,0\n1,1\n0,1\n", ""),
        ("0,1\n1,3\n2,5\n", ""),
        ("NA,5\n1,2\n3,4\n", ""),
        (",,3.73,10.7\nn,-1,4.5,2\nx,5,4,-3\n", ""),
        ('"466,023.1",a,"1,557,466.2"\n"1,5",b,"7,005.5"\n3,c,8\n', ""),
        (",5\n1,2\n3,4\n", ""),
        ("7\n8\n", ""),
        ("1,2\n5,1.5\n3,9\n", ""),
        ("1,2,3\n5,8,1\n8,3,9\n", DATA),
        ("0\n0.5\n0.7\n", DATA),
        ("1,2\n5,7\n8,3\n", DATA),
        ("-9,3,x\n5,1,y\n2,2,z\n", ""),
        ("2020-01-01,5\n2020-01-02,7\n", ""),
        ("true,5\nfalse,7\n", ""),
        ("3.5,Rome,16\n", ""),
    ],
)
def test_data(text, note):
    found = frame(text)
    assert found.n_rows == len(text.splitlines())
    assert not found.named
    assert found.names == tuple(f"x{index}" for index in range(len(found.names)))
    assert [n for n in found.notes if note in n] == list(found.notes)
    assert bool(found.notes) == bool(note)


def test_what_is_said_is_obeyed():
    assert columns(frame("0,1\n5,2\n8,9\n", header="no")) == [[0, 5, 8], [1, 2, 9]]
    assert frame("0,1\n5,2\n8,9\n", header="no").notes == ()
    found = frame("1,2\n3,4\n", header="yes")
    assert (found.names, columns(found)) == (("1", "2"), [[3], [4]])
    assert columns(frame("a,b\n1,2\n", header="no")) == [["a", "1"], ["b", "2"]]
    with pytest.raises(InvalidInput, match="a header but no rows"):
        frame("1,2\n", header="yes")


def test_row_names_as_r_writes_them():
    for text in ('"V1" "V2"\n"1" 5 2\n"2" 6 3\n', "V1 V2\n1 5 2\n2 6 3\n", "V1 V2\na 5 2\nb 6 3\n"):
        found = frame(text, ".txt")
        assert (found.names, found.indices) == (("", "V1", "V2"), frozenset({0}))
        assert columns(found)[1:] == [[5, 6], [2, 3]]
    found = frame('"a","b"\n"r1",5,2\n"r2",6,3\n')
    assert (found.names, found.indices) == (("", "a", "b"), frozenset({0}))
    # Row names are all different, and no row of theirs ends with an empty cell.
    for text in ("a,b\n1,2,\n3,4,5\n", "a,b\nr,5,2\nr,6,3\n"):
        with pytest.raises(InvalidInput, match=r"line 1 has 2 cells .* the rows below have 3"):
            frame(text)


@pytest.mark.parametrize("text", ["a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n", "a;b\n1;2;\n3;4;\n"])
def test_a_delimiter_at_the_end_of_each_line_is_no_column(text):
    found = frame(text)
    assert (found.names, columns(found)) == (("a", "b"), [[1, 3], [2, 4]])


def test_a_late_value_behind_the_last_delimiter():
    rows = "1,2,\n" * 1000
    with pytest.raises(InvalidInput, match="the header has 2 cells, but some rows have 3"):
        frame(f"a,b\n{rows}3,4,5\n")
    found = frame(f"a,b,\n{rows}3,4,5\n")
    assert found.names == ("a", "b", "")
    assert found.column(2)[1000].as_py() == 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_breaks_within_names(end):
    text = '"Pay\n(EUR)","b\r\n"\n1,2\n8,9\n'.replace("\n", end).replace("\r\r", "\r")
    found = frame(text)
    assert (found.names, columns(found)) == (("Pay (EUR)", "b"), [[1, 8], [2, 9]])


def test_names_in_a_comment():
    for text in ("# made by hand\n# x y\n1 2\n3 4\n", "#x,y\n1,2\n3,4\n", "# x y\n1,2\n3,4\n"):
        found = frame(text, ".txt")
        assert (found.names, columns(found)) == (("x", "y"), [[1, 3], [2, 4]])
    # The header itself wins, and other words are not names.
    assert frame("# u,v\nx,y\n1,2\n").names == ("x", "y")
    assert frame("# one two three\n1,2\n").names == ("x0", "x1")
    assert frame("# by hand\n1\n2\n").names == ("x0",)
    assert frame("# speed\n1\n2\n").names == ("speed",)
    assert frame("# 5 6\n1 2\n", ".txt").names == ("x0", "x1")


def test_names_separated_otherwise_than_the_cells():
    found = frame("a b\n1,2\n3,4\n")
    assert (found.names, columns(found)) == (("a", "b"), [[1, 3], [2, 4]])


def test_a_title_above_the_table():
    with pytest.raises(InvalidInput, match=r"line 1 has 1 cell .* remove what stands above"):
        frame("Report 2020\n\na,b\n1,2\n3,4\n")
