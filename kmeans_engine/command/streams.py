"""Standard streams that are closed, full or left by their reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

__all__ = ["hold", "standard_output", "stdout", "tell"]


def hold() -> None:
    """Give standard streams that are closed a place: a file that is opened would take it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


@contextmanager
def standard_output(used: bool = True) -> Iterator[BinaryIO | None]:
    """Context: write there; what goes wrong is said in one line."""
    if not used:
        yield None
        return
    stream = stdout()
    try:
        yield stream
        stream.flush()
    except OSError as error:
        if error.errno is None:  # of another file, and in our words
            raise
        # Python would try again when it ends.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise OSError(f"standard output cannot be written ({error.strerror})") from error


def stdout() -> BinaryIO:
    """Return standard output, for bytes; raise `OSError` if it is closed."""
    if sys.stdout is None:
        raise OSError("standard output is closed; write to a file, or open it")
    return sys.stdout.buffer


def tell(text: str) -> None:
    """Print on standard output, where results go."""
    with standard_output() as stream:
        assert stream is not None
        stream.write(f"{text}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
