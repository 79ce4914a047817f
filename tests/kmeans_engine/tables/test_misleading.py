"""Tables that would be read into a wrong answer: left out and told, or refused with a remedy."""

import re

import pytest
from tabular import read

from kmeans_engine.errors import InvalidInput


def refused(text, words, **options):
    with pytest.raises(InvalidInput, match=words) as error:
        read(text, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_points_beside_decimal_commas_are_never_left_out_in_silence():
    text = "a;b\n1.234;2,5\n2.345;3,5\n999;4,1\n"
    refused(text, r"'a' holds points within numbers \('1.234' in row 1\).*say thousands='\.', or")
    assert read(text, thousands=".").points.tolist() == [[1234, 2.5], [2345, 3.5], [999, 4.1]]
    text = "a;b\n1.5;2,5\n2.25;3,5\n9.123;4,1\n"
    said = refused(
        text, r"'1\.5' in row 1\), others hold commas; leave the column out \(columns='b'\)"
    )
    assert "decimal=" not in said
    assert read(text, columns="b").points.tolist() == [[2.5], [3.5], [4.1]]
    assert read(text, columns="a", decimal=".").points.tolist() == [[1.5], [2.25], [9.123]]


@pytest.mark.parametrize(
    "text",
    [
        "time,voltage\ns,V\n0.1,1.5\n0.2,1.7\n0.35,1.9\n",
        "height,weight\n(cm),(kg)\n170,60\n180,80\n165,55\n",
        "name,height\n,cm\nanna,170\nbob,180\n",
        "Sales report,,\nsales,cost,n\n100,50,1\n120,60,4\n",
        "a,a,b\nmean,std,mean\n1,2,3\n5,6,7\n",
        "Price,Close,High\nTicker,AA,AA\nDate,,\n2024-01-02,5,8\n2024-01-03,4.2,5\n2024-01-04,1,3\n",
    ],
)
def test_titles_units_and_several_lines_of_names(text):
    said = refused(text, "begins with a title, units or several lines of names, keep only one line")
    assert "missing=" not in said


@pytest.mark.parametrize("title", ["Sales report\n\n", "Monthly report 2024\n"])
def test_a_title_is_never_split_into_names(title):
    words = "line 1 has 1 cell .* remove what stands above the table"
    refused(title + "sales,cost\n100,50\n120,60\n90,55\n", words)


def test_a_word_in_the_first_row_may_be_a_missing_value():
    text = "a,b\nunknown,2\n1,2\n3,5\n"
    refused(text, "'unknown' in row 1; if it is a missing value, say missing='unknown'")
    assert read(text, missing=("unknown",), drop_missing=True).points.tolist() == [[1, 2], [3, 5]]


@pytest.mark.parametrize("label", ["Total", "TOTAL:", "Grand total", "Sum", "Summe", "All"])
def test_a_last_row_that_sums_up_is_told(label):
    table = read(f"item,price,n\napple,1.5,3\npear,2.5,1\n{label},4,4\n")
    assert table.rows_read == 3
    assert table.notes[-1].startswith(f"the last row is called {label!r}; if it sums up the others")


def test_rows_that_are_called_total_throughout_are_rows():
    assert len(read("part,n\nTotal,3\nTotal,1\nTotal,7\n").notes) == 1


def test_variables_of_octave():
    matrix = "# name: {}\n# type: matrix\n# rows: 2\n# columns: 2\n 1.5 2\n 3 4.5\n\n\n"
    one = read("# Created by Octave 6.4.0\n" + matrix.format("A"))
    assert (one.points.tolist(), one.names) == ([[1.5, 2], [3, 4.5]], ("x0", "x1"))
    refused(matrix.format("A") + matrix.format("B"), r"2 variables of Octave \(A, B\)")


@pytest.mark.parametrize(
    "text",
    ["1 1:0.5 2:0.7\n0 1:0.1 2:0.9\n", "+1 3:1 7:1 9:1\n-1 4:1 7:2\n", "1.5 1:30.5\n2 1:45\n"],
)
def test_sparse_rows(text):
    refused(text, "holds sparse rows .* as LIBSVM writes them")


def test_clocks_are_not_sparse_rows():
    table = read("1 12:30\n2 13:45\n7 09:05\n")
    assert table.points.tolist() == [[1], [2], [7]]
    assert "x1 (dates)" in table.notes[-1] or "x1 (times)" in table.notes[-1]


def test_lines_that_are_quoted_as_a_whole():
    refused('"a,b"\n"1,2"\n"3,4"\n', "each line is quoted as a whole")
    refused('"1,2,3"\n"3,4,5"\n', "each line is quoted as a whole")
    assert read('"a"\n"1,5"\n"3,4"\n').points.tolist() == [[1.5], [3.4]]
    assert read('"1,234,567"\n"3,345,678"\n').points.tolist() == [[1234567], [3345678]]


def test_runs_of_blanks_before_a_tab():
    row = '{} 8   307.0      130.0\t"chevrolet {}"\n'
    table = read("".join(row.format(n, w) for n, w in ((18.0, "chevelle malibu"), (15.5, "nova"))))
    assert table.points.tolist() == [[18, 8, 307, 130], [15.5, 8, 307, 130]]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("h,w\n170 cm,60 kg\n180 cm,80 kg\n", "'h' holds text ('170 cm' in row 1), 'w' holds"),
        ("'a','b'\n'1','2'\n'3','4'\n", "holds text (\"'1'\" in row 1)"),
    ],
)
def test_text_throughout_shows_a_cell(text, cell):
    refused(text, f"no column of numbers to cluster: .*{re.escape(cell)}")


@pytest.mark.parametrize("mark", [":", "~", "^", " "])
def test_a_delimiter_that_is_not_known_is_named(mark):
    text = f"a{mark}b{mark}c\nx{mark}1{mark}2\ny{mark}3{mark}5\n"
    try:
        table = read(text)
    except InvalidInput as error:
        assert f"(delimiter={mark!r})" in str(error)
        table = read(text, delimiter=mark)
    assert table.points.tolist() == [[1, 2], [3, 5]]


def test_telephones_are_no_columns():
    for prefix in ("+49 30", "0049 30"):
        table = read(f"phone,n\n{prefix} 1234,5\n{prefix} 9999,9\n{prefix} 5555,1\n")
        assert (table.names, table.points.tolist()) == (("n",), [[5], [9], [1]])


def test_thousands_in_one_column_are_told():
    text = "pop\n1 234\n2 345\n9 999\n"
    assert "if it separates thousands, say thousands=' '" in "".join(read(text).notes)
    assert read(text, thousands=" ").points.tolist() == [[1234], [2345], [9999]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Instrument: X\nDate: 2024\nTime,V\n0,1\n1,2\n2,5\n", "line 3 has 2 cells"),
        ("Source,WDI,\n\nUpdated,2024,\n\nName,Code,1960,1961,\nA,B,1,2,\nC,D,3,5,\n", "line 5"),
    ],
)
def test_what_stands_above_a_table(text, words):
    refused(text, f"{words}.*as have the next.*remove what stands above the table")


def test_signs_of_comments_above_a_table():
    text = '!title\t"x"\n!type\t"y"\nid_ref\ts1\ts2\np\t1.5\t2\nq\t3\t4\n!end\n'
    refused(text, "if '!' begins a comment, say comment='!'")
    assert read(text, comment="!").points.tolist() == [[1.5, 2], [3, 4]]


@pytest.mark.parametrize("names", ["3,1,2", "1001,1002,1005"])
def test_numbers_beside_an_empty_corner_above_labels_are_names(names):
    table = read(f",{names}\na,1,2,3\nb,4,5,6\n")
    assert (table.names, len(table.points)) == (tuple(names.split(",")), 2)
    assert "was taken as names; if it is data, say header='no'" in table.notes[0]


@pytest.mark.parametrize("text", [",5.5,5\na,1,2\nb,4,5\n", ",5,5\na,1,2\nb,4,5\n"])
def test_an_open_row_with_an_empty_corner_is_told(text):
    table = read(text)
    assert len(table.points) == 3
    assert "was taken as data; if it names the columns, say header='yes'" in table.notes[0]


def test_per_cent_above_numbers_may_be_names():
    text = "5%,10%,20%\n1,2,3\n4,5,7\n2,2,2\n"
    refused(text, "'5%' in row 1; if the first row names the columns, say header='yes'")
    assert read(text, header="yes").names == ("5%", "10%", "20%")


@pytest.mark.parametrize("mark", ["*", "**", "#", "~"])
def test_a_sign_may_be_a_missing_value(mark):
    text = f"a,b\n1,2\n{mark},3\n4,5\n"
    refused(text, re.escape(f"if it is a missing value, say missing={mark!r}"), comment="%")
    table = read(text, comment="%", missing=(mark,), drop_missing=True)
    assert table.points.tolist() == [[1, 2], [4, 5]]


def test_a_column_without_a_name_that_counts_is_told():
    text = "".join(f"{i},{i * i % 7},{i * 3 % 5}\n" for i in range(12))
    table = read(text)
    assert table.names == ("x0", "x1", "x2")
    said = "column 'x0' counts the rows; if it is an index, leave it out (columns='1-')"
    assert table.notes == (said,)
    assert read(text, columns="1-").names == ("x1", "x2")
    assert read(text.replace("3,", "8,", 1)).notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "10,20,30\n6,1,5\n0,8,7\n3,3,3\n8,0,1\n1,6,8\n",
        "0.05,0.5,0.95\n10,20,30\n40,50,70\n25,26,29\n",
    ],
)
def test_a_first_row_beyond_all_below_is_told(text):
    table = read(text)
    assert table.rows_read == text.count("\n")
    assert "was taken as data; if it names the columns, say header='yes'" in table.notes[0]
    assert read(text, header="yes").names == tuple(text.split("\n")[0].split(","))
