"""Whether standard input is the data of a command that names none. Reads none of it.

A command without DATA is the demo, on a terminal, under cron and in a script alike; but
``cat data.csv | kmeans-engine -k 3`` means the data. A pipe that is open and empty tells nothing:
it may be that of a slow program, or one that a service hands to all that it starts.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from typing import BinaryIO, NamedTuple

from kmeans_engine.errors import InvalidInput

__all__ = ["Piped", "look"]

_EMPTY = "standard input is empty; name a file of data, or add --clusters 12 for the demo"


class Piped(NamedTuple):
    """What is known of standard input.

    Attributes
    ----------
    is_data : bool
        It is to be read.
    note : str
        What should be said of it, in one line; empty if there is nothing to say.
    """

    is_data: bool
    note: str = ""


def look(stdin: BinaryIO | None, *, asked: bool) -> Piped:
    """Return whether standard input holds data.

    Parameters
    ----------
    stdin : binary stream or None
        Buffered; None if it is closed.
    asked : bool
        Whether the command is about data, as ``-k 3`` is: then a pipe is waited for.

    Raises
    ------
    InvalidInput
        If the command is about data and there is none, although something was handed over.
    """
    try:
        if stdin is None or stdin.isatty():
            return Piped(False)
        number = stdin.fileno()
        kind = os.fstat(number)
    except (OSError, ValueError):  # no file, or none any more
        return Piped(False)
    if stat.S_ISREG(kind.st_mode):
        filled = kind.st_size > os.lseek(number, 0, os.SEEK_CUR)
    elif stat.S_ISFIFO(kind.st_mode) or stat.S_ISSOCK(kind.st_mode):
        if not (asked or _ready(number)):
            return Piped(
                False,
                "standard input was empty so far and is not read; add - to cluster what will come "
                "through it",
            )
        filled = bool(stdin.peek(1))  # type: ignore[attr-defined]
    else:  # such as /dev/null
        return Piped(False)
    if asked and not filled:
        raise InvalidInput(_EMPTY)
    return Piped(filled)


def _ready(number: int) -> bool:
    """Return whether a read would return at once, with data or at the end of it."""
    if sys.platform == "win32":  # knows this of sockets only
        return False
    return bool(select.select([number], [], [], 0)[0])
