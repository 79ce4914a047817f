"""The list of columns: which are drawn, and where the cursor is."""

import itertools

import pytest

from renderers.live.columns import ColumnList


@pytest.fixture
def columns() -> ColumnList:
    made = ColumnList()
    made.show(["a", "b", "c", "d"], (1, 2))
    return made


def test_the_cursor_begins_on_what_is_drawn_across(columns: ColumnList):
    assert columns.shown
    assert (columns.axis, columns.cursor, columns.axes) == (0, 1, (1, 2))
    columns.turn()
    assert (columns.axis, columns.cursor) == (1, 2)
    columns.close()
    assert not columns.shown


def test_the_cursor_stays_in_the_list(columns: ColumnList):
    for by, cursor in ((-1, 0), (-1, -1), (-1, -1), (9, 3), (1, 3)):
        columns.move(by)
        assert columns.cursor == cursor


def test_the_same_column_twice_changes_places(columns: ColumnList):
    columns.choose(0, 2)
    assert columns.axes == (2, 1)
    columns.choose(1, 2)
    assert columns.axes == (1, 2)


def test_components_and_back(columns: ColumnList):
    columns.choose(1, -1)
    assert columns.axes is None
    columns.choose(0, 1)
    assert columns.axes == (1, 0)


def test_two_different_columns_whatever_is_chosen():
    columns = ColumnList()
    columns.show(["a", "b", "c"], None)
    for axis, column in itertools.product((0, 1), (-1, 0, 1, 2)):
        for then in itertools.product((0, 1), (0, 1, 2)):
            columns.choose(axis, column)
            columns.choose(*then)
            assert columns.axes is not None
            assert len(set(columns.axes)) == 2
            assert columns.axes[then[0]] == then[1]
