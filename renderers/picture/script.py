"""Lines of words as runs of one font and one direction, from left to right. Draws nothing.

Directions follow Unicode's bidirectional algorithm (UAX #9) without its explicit embeddings and
pairs of brackets. A line that one font can draw is a single run: Raqm, which shapes it, knows the
whole of the algorithm.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from PIL import features

from renderers.picture.fonts import Face, base, covers, fallback

__all__ = ["Run", "is_rightward", "lacking", "line_of", "runs_of", "whole_clusters"]

_JOINER = "\u200d"
_RIGHT = ("R", "AL", "AN")
REPLACEMENT = "\ufffd"
# Hebrew to Myanmar, Khmer and Mongolian, and the old forms of Arabic.
_JOINED = ((0x0590, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


class Run(NamedTuple):
    """A part of a line.

    Attributes
    ----------
    words : str
        In the order of reading.
    face : Face
        Its font.
    direction : {"ltr", "rtl"} or None
        Where it goes; None if Raqm finds out.
    """

    words: str
    face: Face
    direction: Literal["ltr", "rtl"] | None


@lru_cache(maxsize=4096)
def runs_of(text: str, font: str | None, bold: bool) -> tuple[Run, ...]:
    """Return the runs of a line as it is seen, the leftmost first.

    Line breaks and runs of spaces count as one space; characters that no font of this machine has
    become the replacement character.

    Parameters
    ----------
    text : str
        The line.
    font : str or None
        As for `fonts.base`.
    bold : bool
        Weight.
    """
    first = base(font, bold)
    words = " ".join(text.split())
    if words.isascii() and words.isprintable() and (font is None or _has(first, words)):
        return (Run(words, first, None),) if words else ()
    placed = [(c, face) for _, part, face in _set(words, first, bold) for c in part]
    if not placed:
        return ()
    words = "".join(c for c, _ in placed)
    right = any(unicodedata.bidirectional(c) in _RIGHT for c in words)
    if not right or (_shapes() and len({face for _, face in placed}) == 1):
        groups = groupby(placed, key=lambda one: one[1])
        return tuple(Run("".join(c for c, _ in some), face, None) for face, some in groups)
    return tuple(_as_seen(placed, _levels(words)))


def line_of(text: str, font: str | None, bold: bool = False) -> str:
    """Return a line as it is written, in the order of reading."""
    first = base(font, bold)
    return "".join(part for _, part, _ in _set(" ".join(text.split()), first, bold))


def lacking(text: str, font: str | None) -> list[str]:
    """Return the characters of a line that no font of this machine draws, each once."""
    words = " ".join(text.split())
    found = [
        letters
        for letters, written, _ in _set(words, base(font, False), False)
        if written == REPLACEMENT != letters
    ]
    return list(dict.fromkeys(found))


def is_rightward(text: str) -> bool:
    """Return whether a line begins at the right: its first letter tells."""
    strong = (unicodedata.bidirectional(c) for c in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def whole_clusters(text: str) -> list[int]:
    """Return where a line may be cut: lengths at which no letter loses its marks."""
    ends, at = [0], 0
    for cluster in _clusters(text):
        at += len(cluster)
        ends.append(at)
    return ends


def _shapes() -> bool:
    return bool(features.check("raqm"))


def _has(face: Face, words: str) -> bool:
    return all(covers(face, character) for character in words)


def _clusters(words: str) -> Iterator[str]:
    """Yield letters with their marks, and emoji with all that they are joined to."""
    cluster = ""
    for c in words:
        joins = cluster and (
            unicodedata.category(c).startswith("M")
            or _is_silent(c)
            or "\U0001f3fb" <= c <= "\U0001f3ff"  # the colour of a skin
            or cluster[-1] == _JOINER
            or (len(cluster) == 1 and _is_flag(c) and _is_flag(cluster))
        )
        if cluster and not joins:
            yield cluster
            cluster = ""
        cluster += c
    if cluster:
        yield cluster


def _is_joined(cluster: str) -> bool:
    """Tell whether letters of a script change with their neighbours, or could."""
    code = ord(cluster[0])
    return any(low <= code <= high for low, high in _JOINED)


def _is_flag(c: str) -> bool:
    return "\U0001f1e6" <= c <= "\U0001f1ff"


def _is_silent(c: str) -> bool:
    """Tell whether a character has no glyph: joiners, directions, and choices of a glyph."""
    return "\ufe00" <= c <= "\ufe0f" or (unicodedata.category(c) == "Cf" and ord(c) > 0xFF)


class _Set(NamedTuple):
    """Letters, how they are written, and their face."""

    letters: str
    written: str
    face: Face


def _set(words: str, first: Face, bold: bool) -> Iterator[_Set]:
    """Yield the letters of a line as they are set: whole words where letters join, else one each.

    Parameters
    ----------
    words : str
        The line.
    first : Face
        Draws what it can.
    bold : bool
        Weight.
    """
    faces = [first]
    for joins, group in groupby(_clusters(words), key=_is_joined):
        clusters = list(group)
        whole = "".join(clusters)
        face = _face_of(whole, faces, bold) if joins else None
        if face is not None:
            yield _Set(whole, whole, face)
            continue
        for cluster in clusters:
            face = _face_of(cluster, faces, bold) or _without_marks(cluster, faces, bold)
            if face is None:
                yield _Set(cluster, REPLACEMENT, first)
            else:
                yield _Set(cluster, cluster if _needed(cluster) else "", face)


def _needed(letters: str) -> str:
    return "".join(c for c in letters if not _is_silent(c))


def _face_of(letters: str, faces: list[Face], bold: bool) -> Face | None:
    """Return the face that draws all of some letters, one that is used already if it can."""
    needed = _needed(letters)
    kinds = {unicodedata.category(c) for c in needed}
    if not kinds.isdisjoint(("Cc", "Cs")):
        return None
    face = next((face for face in faces if _has(face, needed)), None)
    if face is None and "Co" not in kinds:  # of private use: each font has its own
        face = fallback(needed, bold)
    if face is not None and face not in faces:
        faces.append(face)
    return face


def _without_marks(cluster: str, faces: list[Face], bold: bool) -> Face | None:
    """Return a face of the letter of a cluster, if none has all of its marks as well."""
    return _face_of(cluster[0], faces, bold) if len(_needed(cluster)) > 1 else None


def _levels(words: str) -> list[int]:
    """Return the embedding level of each character; odd ones run to the left."""
    kinds = [unicodedata.bidirectional(c) for c in words]
    level = int(is_rightward(words))
    before, arabic = "LR"[level], False
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[i] = kind = before
        if kind in ("L", "R", "AL"):
            arabic = kind == "AL"
            kinds[i] = "R" if arabic else kind
        elif kind == "EN" and arabic:
            kinds[i] = "AN"
        before = kinds[i]
    for i in range(1, len(kinds) - 1):
        one, sign, other = kinds[i - 1 : i + 2]
        if one == other and (
            (sign in ("CS", "ES") and one == "EN") or (sign == "CS" and one == "AN")
        ):
            kinds[i] = one
    for way in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        before = ""
        for i in way:
            if kinds[i] == "ET" and before == "EN":
                kinds[i] = "EN"
            before = kinds[i]
    sides = {"L": "L", "R": "R", "EN": "R", "AN": "R"}
    i = 0
    while i < len(kinds):  # what has no direction follows its neighbours if they agree
        end = i
        while end < len(kinds) and kinds[end] not in sides:
            end += 1
        if end > i:
            one = sides[kinds[i - 1]] if i else "LR"[level]
            other = sides[kinds[end]] if end < len(kinds) else "LR"[level]
            kinds[i:end] = [one if one == other else "LR"[level]] * (end - i)
        i = end + 1
    if level:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def _as_seen(placed: list[tuple[str, Face]], levels: list[int]) -> Iterator[Run]:
    """Yield runs from left to right: from the highest level down, what has it is turned over."""
    order = list(range(len(levels)))
    for level in range(max(levels), 0, -1):
        i = 0
        while i < len(order):
            end = i
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[i:end] = reversed(order[i:end])
            i = end + 1
    shaped = _shapes()
    for (face, level), some in groupby(order, key=lambda i: (placed[i][1], levels[i])):
        left, places = level % 2 == 1, list(some)
        if shaped:  # Raqm turns a run itself
            places.sort()
        words = "".join(placed[i][0] for i in places)
        yield Run(words, face, ("rtl" if left else "ltr") if shaped else None)
