"""Sheets as people have them: numbers as names, titles, units, numbers that are stored as text."""

import pytest
from tabular import numbered

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import ReadOptions, read_table

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    fresh = numbered(tmp_path_factory.mktemp("workbooks"))

    def written(*sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"s{number}")
            for row in rows:
                sheet.append(row)
        path = fresh(".xlsx")
        book.save(path)
        return path

    return written


def test_years_above_numbers_are_names(write):
    path = write([["country", 2019, 2020, 2021], ["A", 1, 2, 3], ["B", 3, 4.5, 1]])
    table = read_table(path)
    assert table.names == ("2019", "2020", "2021")
    assert table.points.tolist() == [[1, 2, 3], [3, 4.5, 1]]
    assert "was taken as names; if it is data, say header='no'" in table.notes[0]
    assert len(read_table(path, ReadOptions(header="no")).points) == 3
    path = write([[None, 0, 1], [0, 5, 2], [1, 6, 3], [2, 8, 9]])
    assert read_table(path).points.tolist() == [[5, 2], [6, 3], [8, 9]]


def test_an_open_first_row_is_told(write):
    table = read_table(write([[0, 1, 2], [5.5, 2, 7], [8.5, 9, 1]]))
    assert table.rows_read == 3
    assert "was taken as data; if it names the columns, say header='yes'" in table.notes[0]


def test_numbers_that_are_stored_as_text(write):
    table = read_table(write([["a", "b", "code"], ["1", 2, "007"], [3, 4, "010"], ["NA", 5, "9"]]),
                       ReadOptions(drop_missing=True))  # fmt: skip
    assert (table.names, table.points.tolist()) == (("a", "b"), [[1, 2], [3, 4]])
    assert "column 'a' holds numbers that are stored as text" in table.notes


@pytest.mark.parametrize(
    "rows",
    [
        [["h", "w"], ["cm", "kg"], [170, 60], [180, 80]],
        [["Report", None], ["h", "w"], [170, 60], [180, 80]],
    ],
)
def test_titles_and_units(write, rows):
    with pytest.raises(InvalidInput, match="title, units or several lines of names, keep only one"):
        read_table(write(rows))


def test_a_sheet_of_remarks_names_another(write):
    path = write([["This workbook holds heights."]], [["h", "w"], [170, 60], [180, 81]])
    with pytest.raises(InvalidInput, match=r"choose another \(sheet='s1'\)"):
        read_table(path)
    assert read_table(path, ReadOptions(sheet="s1")).points.tolist() == [[170, 60], [180, 81]]
