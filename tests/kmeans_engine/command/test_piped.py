"""Whether standard input is data: what it is, what is in it, and what was asked for."""

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.command.piped import look

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="cannot look into a pipe")


@contextlib.contextmanager
def pipe(data=b"", *, closed=True):
    ours, theirs = os.pipe()
    os.write(theirs, data)
    if closed:
        os.close(theirs)
    with open(ours, "rb") as stream:  # noqa: PTH123 (a descriptor)
        yield stream
    if not closed:
        os.close(theirs)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("closed", [False, True])
def test_a_pipe_with_something_in_it(asked, closed):
    with pipe(b"1,2\n", closed=closed) as stream:
        assert look(stream, asked=asked) == (True, "")
        if closed:
            assert stream.read() == b"1,2\n"  # nothing is lost


def test_a_pipe_that_is_waited_for():
    with pipe(closed=False) as stream:
        is_data, note = look(stream, asked=False)
        assert not is_data
        assert "add - to cluster" in note


def test_a_pipe_with_nothing_in_it():
    with pipe() as stream:
        assert look(stream, asked=False) == (False, "")
        with pytest.raises(InvalidInput, match=r"is empty; .* --clusters 12 for the demo"):
            look(stream, asked=True)


def test_files(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"1,2\n")
    with path.open("rb") as stream:
        assert look(stream, asked=False).is_data
        stream.read()
        assert not look(stream, asked=False).is_data
        with pytest.raises(InvalidInput, match="is empty"):
            look(stream, asked=True)


@pytest.mark.parametrize("asked", [False, True])
def test_nothing_was_handed_over(asked):
    import pty

    with Path(os.devnull).open("rb") as stream:
        assert look(stream, asked=asked) == (False, "")
    assert look(None, asked=asked) == (False, "")
    assert look(io.BytesIO(b"1,2\n"), asked=asked) == (False, "")
    ours, theirs = pty.openpty()
    with open(theirs, "rb") as stream:  # noqa: PTH123
        assert look(stream, asked=asked) == (False, "")
    os.close(ours)
