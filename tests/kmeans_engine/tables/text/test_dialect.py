"""What separates cells, comments, marks within numbers: guessed where nothing else fits."""

import itertools

import pytest
from textual import columns, frame

from kmeans_engine.errors import InvalidInput

ROWS = [[1.0, 3.0, -5e-3], [2.0, 4.5, 6.0]]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", " ", "   ", " \t "])
@pytest.mark.parametrize("header", ["", "a,b\n", '"a","b"\n', "\n\na,b\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_headers_and_line_ends(mark, header, end):
    text = (header + "1,2\n3,4.5\n\n-5e-3,6").replace(",", mark).replace("\n", end)
    for suffix, byte_order in itertools.product((".csv", ".txt", ".dat", ""), ("", "\ufeff")):
        found = frame(byte_order + text, suffix)
        assert columns(found) == ROWS
        assert found.names == (("a", "b") if header else ("x0", "x1"))
    if len(mark) == 1:
        assert columns(frame(text, delimiter=mark)) == ROWS


def test_one_column():
    for suffix in (".csv", ".txt", ""):
        assert columns(frame("7", suffix)) == [[7]]
        assert columns(frame("x\n1\n2", suffix)) == [[1, 2]]
        assert columns(frame("first name\n1\n2\n", suffix)) == [[1, 2]]
        assert frame("first name\n1\n", suffix).names == ("first name",)


@pytest.mark.parametrize("text", ["1 2\n3\n", "1,2\n3,4,5\n", "x,y\n1,2\n3\n", "1;2\n3;4\n5\n"])
@pytest.mark.parametrize("suffix", [".csv", ".txt", ""])
def test_ragged_rows_are_no_column(text, suffix):
    with pytest.raises(InvalidInput, match=r"line [23] has [13] cells? separated by .*mend that"):
        frame(text, suffix)


def test_blanks_and_tabs_in_runs():
    text = b"\xef\xbb\xbf# made by hand\r\n   1   2\t \r\n\r\n3 \t 4.5 # good\n-5e-3   6 "
    for suffix in (".txt", ".dat", ".data", ".tab", ""):
        assert columns(frame(text, suffix)) == ROWS
    found = frame('name  v\n"a  b"  1\n"c # d"\t2\n', ".txt")
    assert columns(found) == [["a  b", "c # d"], [1, 2]]


def test_a_first_line_that_names_the_delimiter():
    for line in ("sep=;", '"sep=;"', "SEP=;"):
        for end in ("\n", "\r\n"):
            found = frame(f"{line}{end}a;b{end}1;2,5{end}3;4{end}")
            assert (found.names, columns(found)) == (("a", "b"), [[1, 3], [2.5, 4]])
    with pytest.raises(InvalidInput, match="line 4 has 3 cells"):
        frame("sep=,\na,b\n1,2\n3,4,5\n")


@pytest.mark.parametrize("delimiter", ["", "ab", "\n", '"', "e", "1", "é"])
def test_bad_delimiters(delimiter):
    with pytest.raises(InvalidInput, match="cannot separate numbers"):
        frame("1,2", delimiter=delimiter)


def test_delimiters_that_are_said():
    assert columns(frame("1\t2", delimiter=r"\t")) == [[1], [2]]
    assert columns(frame("1:2\n3:4\n", delimiter=":")) == [[1, 3], [2, 4]]
    assert columns(frame("1  2\n3 4\n", delimiter=" ")) == [[1, 3], [2, 4]]


COMMENTS = [
    ("# one\na,b\n1,2\n#3,4\n # x\n3,4\n", {}, [[1, 3], [2, 4]]),
    ("a,b\n1,2 ! good\n! 5,6\n3,4\n", {"comment": "!"}, [[1, 3], [2, 4]]),
    ("a,b\n1,2 // x\n// 5\n3,4\n", {"comment": "//"}, [[1, 3], [2, 4]]),
    ("%x\n1,2\n3,4\n", {"comment": "%"}, [[1, 3], [2, 4]]),
    ("% made by x\n% on Monday\na,b\n1,2\n3,4\n", {}, [[1, 3], [2, 4]]),
    ("// made by x\na,b\n1,2\n3,4\n", {}, [[1, 3], [2, 4]]),
    ("%fat,kg\n1,2\n3,4\n", {}, [[1, 3], [2, 4]]),
    ('a,b\n"x\n#y",2\n#z\n"#",4\n', {}, [["x\n#y", "#"], [2, 4]]),
    # Colours, tags and missing values are not comments.
    ("c,b\n#ff0000,2\n#00ff00,4\n", {}, [["#ff0000", "#00ff00"], [2, 4]]),
    ("c,b\n#one,2\ntwo,4\n", {}, [["#one", "two"], [2, 4]]),
    ("a,b\n#N/A,2\n3,4\n#NULL!,6\n", {}, [[None, 3, None], [2, 4, 6]]),
    ("#N/A 2\n3 4\n", {}, [[None, 3], [2, 4]]),
]


@pytest.mark.parametrize(("text", "options", "values"), COMMENTS)
def test_comments(text, options, values):
    assert columns(frame(text, **options)) == values


def test_a_comment_far_from_the_top():
    rows = "1,2\n" * 300_000
    assert frame(f"a,b\n{rows}# 5,6\n3,4\n").n_rows == 300_001
    assert frame(f"a,b\n{rows}#5,6\n3,4\n", columns="b").n_rows == 300_001
    with pytest.raises(
        InvalidInput, match=r"line 300002 has 1 cell .*if .%. begins a comment, say comment=.%."
    ):
        frame(f"a,b\n{rows}% 5\n3,4\n", comment="#")


MARKS = [
    ("a;b\n1,5;2\n2;3\n", [[1.5, 2], [2, 3]], "decimal commas (decimal=',', as in '1,5')"),
    ("1,5;2\n2,5;3\n", [[1.5, 2.5], [2, 3]], "decimal=','"),
    ("1,5 2,5\n3,5 4,5\n", [[1.5, 3.5], [2.5, 4.5]], "decimal=','"),
    ("a;b\n0,125;2\n1,234;3\n", [[0.125, 1.234], [2, 3]], "decimal=','"),
    ("a;b\n1,234E+05;2\n5,678;3\n", [[123400, 5.678], [2, 3]], "decimal=','"),
    ("x\n-7,1\n11,720\n", [[-7.1, 11.72]], "decimal=','"),
    ("a;b\n1.234,5;2\n2.000;3\n", [[1234.5, 2000], [2, 3]], "decimal=',', as in '1.234,5'"),
    ("a;b\n1.234.567;2\n2.000;3\n", [[1234567, 2000], [2, 3]], "thousands='.'"),
    ('a,b\n"1,234,567",2\n"5,678",3\n', [[1234567, 5678], [2, 3]], "thousands=','"),
    ('a,b\n"1,234.5",2\n"5,678",3\n', [[1234.5, 5678], [2, 3]], "thousands=','"),
    ("a;b\n1 234,5;2\n5\xa0678;3\n", [[1234.5, 5678], [2, 3]], "thousands=' '"),
    ("a;b\n1'234.5;2\n5'678;3\n", [[1234.5, 5678], [2, 3]], 'thousands="\'"'),
    (
        "a,b\n12%,2\n13 %,3\n,4\n",
        [[12, 13, None], [2, 3, 4]],
        "per cent signs were left out in 'a'",
    ),
    ("a;b\n12,5%;2\n13 %;3\n", [[12.5, 13], [2, 3]], "decimal=','"),
]


@pytest.mark.parametrize(("text", "values", "note"), MARKS)
def test_marks_within_numbers_are_proved(text, values, note):
    found = frame(text)
    assert columns(found) == values
    assert any(note in said for said in found.notes), found.notes
    assert set(map(str, found.types)) == {"double"}


@pytest.mark.parametrize(
    "text", ['a,b\n"1,234",2\n"5,678",3\n', "a;b\n1,234;2\n5,678;3\n", '"1,234","2"\n']
)
def test_a_number_that_is_two_is_refused(text):
    with pytest.raises(InvalidInput, match="two ways; say decimal=',' or thousands=','"):
        frame(text)
    assert frame(text, decimal=",").column(0)[0].as_py() == 1.234
    assert frame(text, thousands=",").column(0)[0].as_py() == 1234
    assert str(frame(text, columns=[1]).types[1]) == "double"


def test_marks_that_are_said():
    assert columns(frame("1,5\n2,5\n", decimal=",")) == [[1.5, 2.5]]
    assert columns(frame('"1,5","2"\n"2,5","3"\n', decimal=",")) == [[1.5, 2.5], [2, 3]]
    assert columns(frame("a;b\n1.234;1\n2.5;2\n", thousands="."))[0] == ["1.234", "2.5"]
    assert columns(frame("a;b\n1_234;1\n2;2\n", thousands="_")) == [[1234, 2], [1, 2]]
    # A point is a decimal point for all of a table that does not prove otherwise.
    assert columns(frame("a;b\n1.234;1\n2.345;2\n")) == [[1.234, 2.345], [1, 2]]
    # What contradicts is text.
    assert columns(frame("a;b\n1,5;1.5\n2,5;2\n"))[1] == ["1.5", "2"]
    assert columns(frame("a,b\n12%,1\n0.5,2\n"))[0] == ["12%", "0.5"]


def test_two_columns_that_may_be_one():
    found = frame("-2,4\n-4,291\n-5,149\n", ".txt")
    assert columns(found) == [[-2, -4, -5], [4, 291, 149]]
    assert any("say decimal=','" in note for note in found.notes)
    assert columns(frame("-2,4\n-4,291\n", ".txt", decimal=",")) == [[-2.4, -4.291]]
    assert frame("2,4\n4,291\n", ".txt").notes == ()
