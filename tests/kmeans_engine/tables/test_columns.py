"""Which columns are clustered: chosen in every way that is spelled, left out and said."""

import re
import shlex
import string

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabular import numbered, read

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import ReadOptions, read_table
from kmeans_engine.tables.columns import choose, spell

NAMES = ("id", "score_a", "score_b", "x", "3", "-y", "a,b")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (None, [0, 1, 2, 3, 4, 5, 6]),
        ("x", [3]),
        ("3", [4]),  # a name wins over an index
        ("0-2", [0, 1, 2]),
        ("5-", [5, 6]),
        ("score_*", [1, 2]),
        ("score_[b-z]", [2]),
        ("-id", [1, 2, 3, 4, 5, 6]),
        ("-0,-5-", [1, 2, 3, 4]),
        ("-score_*", [0, 3, 4, 5, 6]),
        ("-y", [5]),  # a name wins over leaving out
        ("--y", [0, 1, 2, 3, 4, 6]),
        ("x,-id", [3]),
        ("0-3,score_*", [0, 1, 2, 3]),  # overlaps are one
        ("0-3,-x", [0, 1, 2]),
        ('x,"a,b",id', [3, 6, 0]),
        (["score_*", 6], [1, 2, 6]),
    ],
)
def test_every_way_to_choose(columns, expected):
    assert choose(columns, NAMES, "t.csv") == expected


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("x,x", "'x' was chosen twice"),
        ("x\ny", "is not a list of columns"),
        ("5-9", "no columns 5-9; indices go from 0 to 6"),
        ("5-4", "no columns 5-4"),
        ("scor_*", r"no column of t.csv matches 'scor_\*'"),
        ("-scor_a", "no column 'scor_a'; did you mean 'score_a'"),
        ("-*", "no columns to cluster"),
        ("x,-x", "no columns to cluster"),
    ],
)
def test_choices_of_nothing(columns, words):
    with pytest.raises(InvalidInput, match=words):
        choose(columns, NAMES, "t.csv")


@settings(deadline=None)
@given(data=st.data())
def test_what_is_spelled_is_read_back(data):
    word = st.one_of(
        st.sampled_from(["0", "1-2", "1-", "x*", "-x", "x", "", " ", "a b", "it's", 'q"', "a,b"]),
        st.text(string.printable, max_size=4),
    )
    names = data.draw(st.lists(word, min_size=1, max_size=14))
    indices = data.draw(st.permutations(range(len(names))))
    indices = indices[: data.draw(st.integers(1, len(names)))]
    form = spell(indices, names)
    assert " ".join(form.split()) == form
    digits = {name for name in names if name.strip("-").isdigit() or not name.strip("0123456789-")}
    if not digits:  # Then an index means what it says.
        assert choose(form, names, "") == list(indices)


@pytest.mark.parametrize(
    ("text", "names", "note"),
    [
        ("id,a,b\n7,2,3\n3,3,5\n9,1,9\n", ("a", "b"), "id (looks like an id)"),
        ("student_no,a\n7,2\n3,3\n9,1\n", ("a",), "student_no (looks like an id)"),
        ("OBJECTID,FID,a\n1,7,2\n2,3,3\n3,9,1\n", ("a",), "OBJECTID, FID (looks like an id)"),
        ("covid,a\n7,2\n3,3\n9,1\n", ("covid", "a"), None),
        ("level_0,a\n7,2\n3,3\n9,1\n", ("a",), "level_0 (looks like an id)"),
        (
            "Unnamed: 0.1,Unnamed: 0,a\n5,0,2\n6,1,3\n9,2,1\n",
            ("a",),
            "Unnamed: 0.1, Unnamed: 0 (row index)",
        ),
        ("a,b,,\n1,2,,\n3,5,,\n", ("a", "b"), '"" (empty throughout)'),
        ("day,a\n20240131,2\n20240202,3\n20231231,1\n", ("a",), "day (dates written as numbers)"),
        ("zip,a\n01234,2\n02345,3\n99999,1\n", ("a",), "zip (codes with leading zeros)"),
        ("id,a,b\n7,2,3\n7,3,5\n9,1,9\n", ("id", "a", "b"), None),
        ("customerID,a\n7,2\n8,3\n1,4\n", ("a",), "customerID (looks like an id)"),
        ("grid,a\n7,2\n8,3\n1,4\n", ("grid", "a"), None),
        ("id\n7\n3\n9\n", ("id",), None),  # nothing else is left
        ("a,city\n7,rome\n3,oslo\n9,lima\n", ("a",), "city (text)"),
        ("a,k\n7,1\n3,1\n9,1\n", ("a",), "k (constant)"),
        ("a,k\n7,1\n3,1\n9,4\n", ("a", "k"), None),
        ("a,b,c\n1,2,\n4,5,\n5,5,\n", ("a", "b"), "c (empty throughout)"),
        ("a,when\n1,2024-01-02\n4,2024-02-03\n5,2024-03-05\n", ("a",), "when (dates)"),
        (",a,b\n0,5,2\n1,6,3\n2,8,9\n", ("a", "b"), '"" (row index)'),
        (",0,1\n0,5,2\n1,6,3\n2,8,9\n", ("0", "1"), '"" (row index)'),
        ("Unnamed: 0,a,b\n4,5,2\n1,6,3\n", ("a", "b"), "Unnamed: 0 (row index)"),
        (
            "t,a\n" + "".join(f"{i * 5},{i * i}\n" for i in range(12)),
            ("a",),
            "t (looks like an id)",
        ),
        ("t,a\n" + "".join(f"{i * 5},{i * i}\n" for i in range(9)), ("t", "a"), None),
        ("t,a\n" + "".join(f"{i / 2},{i * i}\n" for i in range(12)), ("t", "a"), None),
        ("flag,a\ntrue,1\nfalse,3\ntrue,4\n", ("flag", "a"), None),
    ],
)
def test_the_default_leaves_out_and_says(text, names, note):
    table = read(text)
    assert table.names == names
    said = [line for line in table.notes if line.startswith("left out")]
    assert said == ([f"left out: {note}; choose with columns="] if note else [])


def test_a_column_with_missing_values_is_not_constant():
    with pytest.raises(InvalidInput, match=r"1 of 3 rows .*column 'k'"):
        read("a,k\n7,1\n3,\n9,1\n")
    assert read("a,k\n7,1\n3,\n9,1\n", columns="-k").names == ("a",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,city\n4,rome\n7,oslo\n1,lima\n", "'id' looks like an id, 'city' holds text"),
        ("k,city\n4,rome\n4,oslo\n4,lima\n", "'k' is constant, 'city' holds text"),
        ("Unnamed: 0,city\n0,rome\n1,oslo\n2,lima\n", "'Unnamed: 0' is a row index, 'city'"),
    ],
)
def test_what_is_left_beside_text_must_be_named(text, words):
    with pytest.raises(InvalidInput, match=f"no column of numbers to cluster: {words}") as error:
        read(text)
    remedy = re.search(r"columns='([^']*)'", str(error.value))[1]
    assert read(text, columns=remedy).points.shape == (3, 1)


def test_a_matrix_without_names_keeps_all_its_columns():
    text = "".join(f"{i} {i * i} 1\n" for i in range(20))
    assert read(text, header="no").points.shape == (20, 3)


def test_names_where_there_are_none():
    with pytest.raises(InvalidInput, match="nor names of columns at all; choose by index, 0 to 1"):
        read("1,2\n3,5\n4,4\n", columns="height")


def test_what_is_chosen_is_taken():
    text = "id,a,k,city\n1,2,1,x\n2,3,1,y\n3,1,1,z\n"
    assert read(text, columns="id,k").names == ("id", "k")
    assert read(text, columns="0-2").names == ("id", "a", "k")
    with pytest.raises(InvalidInput, match=r"'city' holds text \('x' in row 1\).*columns='a'"):
        read(text, columns="0-")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n2,x\n3,5\n4,7\n", r"'b' holds numbers, but 'x' in row 2; .*missing='x'"),
        ("a,b\n1,2\n2,x\n3,5\n4,7\n", r"columns='a'\)$"),
        ("a;b\n1,5;2,5\n2,5;x\n3,5;5,5\n4,5;7,5\n", "'b' holds numbers, but 'x' in row 2"),
        ("a,b\n1,2\n2,0x10\n3,5\n4,7\n", "'b' holds numbers, but '0x10' in row 2"),
        ("b\n1\nx\n3\n", "'b' holds numbers, but 'x' in row 2"),
    ],
)
def test_a_column_of_numbers_with_text_is_never_left_out_silently(text, words):
    with pytest.raises(InvalidInput, match=words):
        read(text)
    assert read(text, missing=("x", "0x10"), drop_missing=True).dropped == 1


def test_mostly_text_is_left_out():
    table = read("a,b\n1,2\n2,x\n3,y\n4,7\n")
    assert table.names == ("a",)
    table = read("a,b\n1,2\n2,x\n3,5\n4,7\n", columns="-b")
    assert table.names == ("a",)


def test_pandas_index_of_parquet_is_left_out(fresh):
    pd = pytest.importorskip("pandas")
    path = fresh(".parquet")
    frame = pd.DataFrame({"id": [5, 5, 9], "x": [1.0, 2.0, 5.0], "y": [3.0, 1.0, 2.0]})
    frame.set_index("id").to_parquet(path)
    table = read_table(path)
    assert table.names == ("x", "y")
    assert table.notes == ("left out: id (row index); choose with columns=",)
    assert read_table(path, ReadOptions(columns="x,id")).names == ("x", "id")


def test_nested_columns_are_left_out_and_named_when_chosen(fresh):
    path = fresh(".parquet")
    table = pa.table(
        {
            "m": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
            "l": [[1, 2], [3]],
            "s": [{"x": 1}, {"x": 2}],
            "a": [1.5, 2.5],
            "s.x": [4, 6],
        }
    )
    pq.write_table(table, path)
    found = read_table(path)
    assert found.names == ("a", "s.x")
    assert found.points.tolist() == [[1.5, 4.0], [2.5, 6.0]]
    assert found.notes == (
        "left out: m (maps); l (lists); s (nested columns); choose with columns=",
    )
    with pytest.raises(InvalidInput, match=r"'m' holds maps \(map<.*choose numeric columns"):
        read_table(path, ReadOptions(columns="m"))


def test_a_column_that_is_empty_in_all_rows_is_named():
    with pytest.raises(InvalidInput, match="'c' is empty throughout"):
        read("a,b,c\n1,2,\n4,5,\n", columns="a,c")
    text = "a,b,c\n1,2,\n4,,6\n,5,7\n"
    with pytest.raises(InvalidInput, match=r"all 3 rows have .* in 'a'.*columns='b,c'"):
        read(text, drop_missing=True)
    assert read(text, drop_missing=True, columns="b,c").points.tolist() == [[5.0, 7.0]]


def test_a_remedy_for_many_columns_is_whole():
    names = [f"column_{n}" for n in range(40)]
    lines = [["city", *names], *(["x", *(str(n * r * r) for n in range(40))] for r in range(3))]
    text = "\n".join(map(",".join, lines))
    with pytest.raises(InvalidInput) as error:
        read(text, columns="city")
    remedy = shlex.split(str(error.value).split("columns=")[1].rstrip(")"))[0]
    assert remedy == "2-40"
    assert read(text, columns=remedy).points.shape == (3, 39)
