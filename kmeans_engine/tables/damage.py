"""Errors that every binary format raises, a line each."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from kmeans_engine.errors import InvalidInput, InvalidType, KMeansError

__all__ = ["damaged", "unharmed"]


@contextmanager
def unharmed(where: str, what: str) -> Iterator[None]:
    """Turn whatever a library raises over damaged bytes into one line.

    Which errors these are no library says: for 4,000 damaged files they were of twelve kinds,
    `tokenize.TokenError` and `NotImplementedError` among them.

    Parameters
    ----------
    where : str
        Name of the file.
    what : str
        What it should be.

    Raises
    ------
    InvalidInput, InvalidType
        If it is something else.
    OSError
        If the device fails.
    """
    try:
        yield
    except (KMeansError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.EIO, errno.EACCES, errno.EMFILE):
            raise
        words = str(error)
        if "Python objects" in words or "Object arrays" in words:
            raise InvalidType(
                f"{where} holds Python objects, needs real numbers; convert it first"
            ) from error
        raise damaged(where, what, error) from error


def damaged(where: str, what: str, error: BaseException) -> InvalidInput:
    """Return the error for a file that is not what it should be."""
    reason = " ".join(str(error).split("\n")[0].split()) or type(error).__name__
    if "pickle" in reason or "magic string is" in reason:
        reason = "it does not start like one"
    reason = reason if len(reason) <= 120 else reason[:117] + "..."
    return InvalidInput(f"{where} is not a complete {what} ({reason}); create or copy it again")
