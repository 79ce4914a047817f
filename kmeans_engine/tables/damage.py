"""Errors that every binary format raises, a line each."""

from kmeans_engine.errors import InvalidInput, InvalidType

__all__ = ["damaged", "objects"]


def damaged(where: str, what: str, error: BaseException) -> InvalidInput:
    """Return the error for a file that is not what it should be."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "pickle" in reason or "magic string is" in reason:
        reason = "it does not start like one"
    return InvalidInput(f"{where} is not a complete {what} ({reason}); create or copy it again")


def objects(where: str) -> InvalidType:
    """Return the error for an array of Python objects, which are never unpickled."""
    return InvalidType(f"{where} holds Python objects, needs real numbers; convert it first")
