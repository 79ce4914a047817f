"""Rows and their ends: quoted line breaks anywhere, stray quotes, blanks, long rows."""

import io
import random

import numpy as np
import pytest
from textual import columns, frame

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.text.lines import Shape, UnclosedQuote, blocks, count_lines, records

FAR = 150_000


def test_a_quoted_line_break_far_from_the_top():
    plain = "".join(f"{i},{i + 1},plain\n" for i in range(FAR))
    for end in ("\n", "\r\n", "\r"):
        broken = "".join(f'{i},{i + 1},"left\n7,7,town"\n' for i in range(FAR, FAR + 1000))
        text = ("i,j,place\n" + plain + broken).replace("\n", end)
        assert len(plain) > 2 << 20
        found = frame(text)
        assert found.n_rows == FAR + 1000
        assert found.column(0).to_numpy().tolist() == list(range(FAR + 1000))
        assert found.column(1).to_numpy().tolist() == list(range(1, FAR + 1001))
        assert found.column(2)[FAR].as_py() == f"left{end}7,7,town"


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_blocks_end_where_rows_end(size):
    rng = random.Random(size)
    cells = ["1", "a b", '"x"', '"a\nb"', '"a,""\n"""', '5" pipe', '""', 'x"', '"q" r']
    for end in ("\n", "\r\n", "\r"):
        rows = [",".join(rng.choices(cells, k=3)) for _ in range(200)]
        data = (end.join(rows).replace("\n", end) if end != "\n" else "\n".join(rows)).encode()
        shape = Shape()
        parts = list(blocks(io.BytesIO(data), shape, size))
        assert b"".join(parts) == data
        expected = [row.cells for row in records(data.decode(), shape)]
        assert len(expected) == 200
        got = [row.cells for part in parts for row in records(part.decode(), shape)]
        assert got == expected


def test_quotes_that_open_nothing():
    text = 'a,b\n"say ""hi""",1\nplain 5" pipe,2\n"x"y,3\n'
    assert columns(frame(text)) == [['say "hi"', 'plain 5" pipe', "xy"], [1, 2, 3]]
    text = 'a, b\n"x", "1"\n"y, z", "2"\n'
    assert columns(frame(text)) == [["x", "y, z"], [1, 2]]


def test_a_quote_that_is_never_closed():
    rows = '1,"x"\n' * 50_000
    for end in ('2,"y\n3,z\n', '2,"y\n"3,z\n', '2,5" "\n3,"z\n'):
        line = 50_002 if "y" in end else 50_003
        if end.count('"') == 2:
            continue
        with pytest.raises(InvalidInput, match=f"the quote that opens a cell in line {line} is"):
            frame(f"a,b\n{rows}{end}")
    with pytest.raises(UnclosedQuote):
        list(blocks(io.BytesIO(b'1,"2\n3'), Shape(), 2))


def test_lines_of_blanks_are_no_rows():
    for blank in ("", " ", "   ", "\t", " \t "):
        text = f"{blank}\na,b\n1,2\n{blank}\n3,4\n{blank}"
        assert columns(frame(text)) == [[1, 3], [2, 4]]
        assert columns(frame(f"x\n1\n{blank}\n2\n")) == [[1, 2]]
    rows = "1,2\n" * 300_000
    assert frame(f"a,b\n{rows}   \n3,4\n").n_rows == 300_001
    # A line of tabs is a row of missing cells where tabs separate them.
    assert columns(frame("a\tb\n1\t2\n\t\n3\t4\n")) == [[1, None, 3], [2, None, 4]]


@pytest.mark.slow
def test_rows_longer_than_a_block():
    rows = [",".join([str(x)] + ["w" * 1_000_000] * 3) for x in range(5)]
    assert frame("\n".join(rows), columns="0").column(0).to_pylist() == [0, 1, 2, 3, 4]
    wide = "\n".join(",".join(f"{x}" for x in range(i, i + 3_000)) for i in (5, 3))
    assert frame(wide, header="no").column(2_999).to_pylist() == [3_004, 3_002]


def test_mixed_line_ends():
    assert columns(frame("a,b\r\n1,2\n3,4\r5,6\r\n")) == [[1, 3, 5], [2, 4, 6]]


@pytest.mark.slow
def test_long_files_are_read_in_order():
    points = np.random.default_rng(1).normal(size=(250_000, 3))
    text = "\n".join(f"{x!r},{y!r},{z!r}" for x, y, z in points.tolist())
    assert len(text) > 12 << 20
    found = frame(text)
    assert np.array_equal(np.column_stack([found.column(i) for i in range(3)]), points)
    lines = text.splitlines()
    lines[200_001] = "1,2"
    with pytest.raises(InvalidInput, match="line 200002 has 2 cells separated by ',', the first"):
        frame("\n".join(lines))


def test_line_numbers_are_those_of_the_file():
    text = '# one\n\n"a\nb",c\n1,"\n"\n\n3,4,5\n'
    for end in ("\n", "\r\n", "\r"):
        with pytest.raises(InvalidInput, match="line 8 has 3 cells"):
            frame(text.replace("\n", end))
    shape = Shape()
    found = [(row.line, row.last) for row in records('a,b\n\n"x\r\ny",1\r\n2,3', shape)]
    assert found == [(1, 1), (3, 4), (5, 5)]
    assert count_lines(b"a\r\nb\rc\n") == 3


def test_a_quote_that_is_closed_in_another_cell():
    rows = "1\tx\n" * 1000
    for text, line in (
        (f'a\tb\n{rows}2\t"Rome\n3\tParis "la"\n4\tx\n5\t"y"\n', 1002),
        (f'a\tb\n2\t5" pipe\n{rows}2\t"Rome\n3\tParis "la"\n4\tx\n', 1003),
    ):
        with pytest.raises(InvalidInput, match=f"opens a cell in line {line} is closed in the mid"):
            frame(text)
    assert frame('a,b\n1,"x" y\n2,"z"z\n').n_rows == 2


def test_line_breaks_in_quotes_behind_a_blank():
    plain = "".join(f"{i}, plain\n" for i in range(FAR))
    broken = "".join(f'{i}, "left\n7, town"\n' for i in range(FAR, FAR + 100_000))
    found = frame("i, place\n" + plain + broken)
    assert found.n_rows == FAR + 100_000
    assert found.column(0).to_numpy().tolist() == list(range(FAR + 100_000))
