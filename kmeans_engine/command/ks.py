"""Several numbers of clusters in the words of a command: ``2-10`` or ``4,8,16``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kmeans_engine.errors import InvalidInput

__all__ = ["Ks", "read_ks"]

_MOST = 10_000  # numbers in a range


@dataclass(frozen=True)
class Ks:
    """Several numbers of clusters, as they were typed.

    Attributes
    ----------
    values : tuple of int
        Ascending and different, two at least.
    text : str
        What was typed.
    """

    values: tuple[int, ...]
    text: str

    def __str__(self) -> str:
        return self.text


def read_ks(text: str) -> int | Ks:
    """Return one number of clusters, or several.

    Raises
    ------
    InvalidInput
        If the words are neither.
    """
    values: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part)
        if found is None or int(found[1]) < 1:
            raise InvalidInput(
                f"{text!r} is not a whole number of at least 1, nor several, such as 2-10 or 4,8,16"
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise InvalidInput(f"{text!r} goes down from {first}; write {last}-{first}")
        if last - first > _MOST:
            raise InvalidInput(
                f"{text!r} are more numbers of clusters than anybody compares; give fewer"
            )
        values.update(range(first, last + 1))
    if len(values) == 1:
        return values.pop()
    return Ks(tuple(sorted(values)), text.strip())
