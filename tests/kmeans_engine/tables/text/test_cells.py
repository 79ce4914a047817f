"""What a cell holds: the nearest float64, a missing value in any dress, truths, dates, text."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from textual import columns, frame

from kmeans_engine.tables.text import advise, first_text
from kmeans_engine.tables.text.cells import MISSING, Marks, kind_of


@settings(deadline=None, max_examples=100)
@given(
    points=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    mark=st.sampled_from(";\t|,"),
    decimal=st.sampled_from(".,"),
    header=st.booleans(),
)
def test_text_gives_the_nearest_float(points, mark, decimal, header):
    lines = [mark.join(f'"{x!r}"'.replace(".", decimal) for x in row) for row in points.tolist()]
    if header:
        lines.insert(0, mark.join(f"feature {n}" for n in range(points.shape[1])))
    said = "yes" if header else "no"
    found = frame("\n".join(lines) + "\n", delimiter=mark, decimal=decimal, header=said)
    got = np.array([found.column(index).to_numpy() for index in range(points.shape[1])])
    assert got.T.tobytes() == points.tobytes()


@pytest.mark.parametrize("grouped", ["1,234,567.8901234567", "9,007,199,254,740,991", "0.1"])
def test_grouped_numbers_are_the_nearest_float(grouped):
    found = frame(f"a;b\n{grouped};1\n2,000,000.5;2\n")
    assert found.column(0)[0].as_py() == float(grouped.replace(",", ""))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("+1", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E5", 1e5),
        ("-1.e-3", -1e-3),
        (" 1 ", 1.0),
        ("\t1", 1.0),
        ("\xa01\xa0", 1.0),
        ('"1"', 1.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("1e400", math.inf),
        ("1.0D+05", 1e5),
        ("-2.5d-3", -2.5e-3),
    ],
)
def test_numbers(cell, value):
    found = frame(f"a,b\n{cell},1\n2,2\n")
    assert columns(found) == [[value, 2.0], [1.0, 2.0]]
    assert str(found.types[0]) == "double"


@pytest.mark.parametrize(
    "cell", ["0x10", "1_0", "1e", "--1", "1d5", "$5", "5 EUR", "1.2.3", "x", "٣", "1 2", "yes"]
)
def test_text(cell):
    found = frame(f"a,b\n{cell},1\n2,2\n")
    assert str(found.types[0]) == "string"
    assert columns(found)[0] == [cell, "2"]
    assert first_text(found.column(0)) == (0, cell)


@pytest.mark.parametrize("cell", MISSING)
@pytest.mark.parametrize("around", ["{}", " {}", "{}  ", "\t{}", "\xa0{} ", '"{}"'])
def test_words_for_a_missing_value(cell, around):
    found = frame(f"a,b,c\n1,{around.format(cell)},x\n2,5,{around.format(cell)}\n")
    assert columns(found) == [[1, 2], [None, 5], ["x", None]]
    assert str(found.types[1]) == "double"


def test_missing_values_as_they_came_from_the_field():
    assert columns(frame("a,b\n1,   \n2,3\n4,5\n")) == [[1, 2, 4], [None, 3, 5]]
    assert columns(frame("a,b\n1,2\n2,?\n4,5\n")) == [[1, 2, 4], [2, None, 5]]
    assert columns(frame("x,y\nnan,2\n3,NAN\n5, NA\n")) == [[None, 3, 5], [2, None, None]]
    found = frame("a,b,c\n1,2,\n3,4,NA\n")
    assert [str(kind) for kind in found.types] == ["double", "double", "null"]
    assert found.column(2).null_count == 2


def test_words_that_are_said_to_be_missing():
    text = "a,b\n1,-999\n2, -999.0\n-,x x\n"
    found = frame(text, missing=("-999", "x x"))
    assert columns(found) == [[1, 2, None], [None, None, None]]
    assert columns(frame("a,b\n1,9\n-,8\n", missing=("9",))) == [[1, None], [None, 8]]


def test_truths():
    found = frame("a,b,c\ntrue,1,True\nFALSE,2,0\n,3,False\n NA ,4,1\n")
    assert [str(kind) for kind in found.types] == ["bool", "double", "string"]
    assert columns(found)[0] == [True, False, None, None]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("2020-01-02", "2020-12-31"), "date"),
        (("2020-1-2", "NA"), "date"),
        (("02/28/2020", "3/1/2020"), "date"),
        (("28.02.2020", "01.03.20"), "date"),
        (("2 Jan 2020", "28 February 2020"), "date"),
        (("Jan 2, 2020",), "date"),
        (("2020-01",), "date"),
        (("2020-01-02T03:04:05Z", "2020-01-02 03:04"), "time"),
        (("2020-01-02", "2020-01-02 03:04:05.123+01:00"), "time"),
        (("3/14/2020 5:06 PM",), "time"),
        (("12:30", "1:05:59.5"), "time"),
        (("20200102",), "number"),
        (("2020-01-02", "soon"), "text"),
        (("1-2-3",), "text"),
        (("1.5", "2020-01-02"), "text"),
        (("NA", " "), "empty"),
        ((), "empty"),
    ],
)
def test_kinds(cells, kind):
    assert kind_of(cells, Marks()) == kind


def test_dates_are_typed_and_stay_as_written():
    found = frame("d,t,x\n3/14/2020,12:30,1\n 3/15/2020 ,,2\n")
    assert [str(kind) for kind in found.types] == ["date32[day]", "timestamp[us]", "double"]
    assert columns(found)[:2] == [["3/14/2020", "3/15/2020"], ["12:30", None]]


def test_whole_numbers_that_float64_cannot_hold_are_said():
    found = frame("a,b\n1,9007199254740992\n2,9007199254740993\n")
    assert found.notes == (
        "column 'b' holds whole numbers beyond 2**53, which are rounded to the nearest float64: "
        "9007199254740993 in row 2 is 9007199254740992",
    )
    assert frame("a,b\n1,9007199254740992\n2,1e300\n").notes == ()


def test_the_first_cell_that_is_not_a_number():
    column = pa.chunked_array([["1", None, "2.5"], ["x", "y"]])
    assert first_text(column) == (3, "x")
    assert first_text(pa.chunked_array([["1,5"]]), Marks(",")) == (0, "1,5")
    assert first_text(pa.chunked_array([["12%", "0.5"]])) == (0, "12%")
    assert first_text(pa.chunked_array([[None, None]], pa.string())) is None


@pytest.mark.parametrize(
    ("cell", "words", "options", "value"),
    [
        ("1,234", "say decimal=',' or thousands=','", {"thousands": ","}, 1234.0),
        ("1,234.5", "say thousands=','", {"thousands": ","}, 1234.5),
        (
            "1.234,5",
            "say decimal=',' and thousands='.'",
            {"decimal": ",", "thousands": "."},
            1234.5,
        ),
        ("1,5", "say decimal=','", {"decimal": ","}, 1.5),
        (
            "unknown",
            "if it is a missing value, say missing='unknown'",
            {"missing": ("unknown",)},
            None,
        ),
        ("5 # x", "if '#' begins a comment, say comment='#'", {"comment": "#"}, 5.0),
        ("<b>", "", {}, "<b>"),
    ],
)
def test_advice_works(cell, words, options, value):
    assert advise(cell) == words
    found = frame(f"b;a\n1;{cell}\n2;7\n3;x\n"[: -4 if options else None], **options)
    assert found.column(1)[0].as_py() == value
