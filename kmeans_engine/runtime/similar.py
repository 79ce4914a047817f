"""Words that were meant: the nearest of a list to one that is not in it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "similar"]


def similar(word: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return up to `limit` of the known words that are spelled like `word`, the nearest first."""
    spelled: dict[str, list[str]] = {}
    for one in known:
        spelled.setdefault(one.lower(), []).append(one)
    close = difflib.get_close_matches(word.lower(), spelled, n=limit)
    return [one for lower in close for one in spelled[lower]][:limit]


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", *, limit: int = 3) -> str:
    """Return a question for the known words that are spelled like `word`.

    Parameters
    ----------
    word : str
        What was typed.
    known : iterable of str
        What could have been meant.
    otherwise : str
        Returned if nothing is like it.
    limit : int
        How many words are asked for at most.
    """
    close = similar(word, known, limit=limit)
    return f"did you mean {' or '.join(close)}?" if close else otherwise
