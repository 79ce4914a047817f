"""A text as a Frame: types by the whole file, columns when they are asked for, no thread left."""

import io
import subprocess
import sys

import pytest
from textual import columns, frame

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text import first_text, read_text

MANY = 600_000


def test_a_frame():
    found = frame("id,a,b,c,d,e\nx,1,true,2020-01-01,,5\ny,2,false,2020-01-02,,6\n")
    assert found.names == ("id", "a", "b", "c", "d", "e")
    assert [str(kind) for kind in found.types] == [
        *("string", "double", "bool", "date32[day]", "null", "double")
    ]
    assert (found.n_rows, found.named, found.notes, found.indices) == (2, True, (), frozenset())
    assert [str(found.column(i).type) for i in range(6)] == [
        *("string", "double", "bool", "string", "null", "double")
    ]
    assert columns(found)[4] == [None, None]


def test_a_text_far_from_the_top_makes_a_column_text():
    text = "a,b,c\n" + "1,2,\n" * MANY + "oops,3,x\n"
    found = frame(text)
    assert [str(kind) for kind in found.types] == ["string", "double", "string"]
    assert first_text(found.column(0)) == (MANY, "oops")
    assert found.column(0)[0].as_py() == "1"
    assert found.column(2).null_count == MANY
    assert found.column(1)[MANY].as_py() == 3


def test_numbers_far_from_the_top_below_empty_cells():
    found = frame("a,b\n" + "1,\n" * MANY + "2,7\n3, NA \n")
    assert str(found.types[1]) == "double"
    assert found.column(1)[MANY].as_py() == 7
    assert found.column(1).null_count == MANY + 1


def test_the_text_is_read_once_for_numbers_and_once_for_all_text():
    text = ("a,b,c,d\n" + "1,x,2,y\n" * MANY).encode()
    reads = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            reads.append(len(data := super().read(size)))
            return data

    found = read_text(lambda: Counted(text), "the text", ".csv", ReadOptions())
    head = 2 << 20
    assert sum(reads) <= len(text) + head
    assert found.column(0)[0].as_py() == 1
    assert found.column(1)[MANY - 1].as_py() == "x"
    assert found.column(3)[MANY - 1].as_py() == "y"
    assert sum(reads) <= 2 * len(text) + head


def test_only_chosen_columns_are_converted():
    found = frame("a,b,c\n1,2,x\n3,4,y\n", columns="b")
    assert [str(kind) for kind in found.types] == ["double", "double", "string"]
    assert columns(found) == [[1, 3], [2, 4], ["x", "y"]]
    found = frame("a,b\nx,2\ny,4\n", columns="a")
    assert (found.n_rows, columns(found)) == (2, [["x", "y"], [2, 4]])


def test_header_only():
    for text in ("x,y\n", "x,y", "x\n"):
        with pytest.raises(InvalidInput, match="a header but no rows; at least one row is needed"):
            frame(text)


REFUSED = """
import io
from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text import first_text, read_text
data = b"a,b\\n" + b"1,2\\n" * 300_000 + {end!r}
try:
    found = read_text(lambda: io.BytesIO(data), "the text", ".csv", ReadOptions())
    first_text(found.column(1))
except InvalidInput:
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("end", [b"1,oops\n", b"1,2,3\n", b'1,"2\n'])
def test_a_refused_text_ends_no_process(end):
    # A stream of Python in pyarrow's threads aborted one process of 250 (SIGABRT).
    for _ in range(10):
        done = subprocess.run(
            [sys.executable, "-c", REFUSED.format(end=end)], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
