"""How a user names columns, and how columns are named to a user. Knows names, no values.

A choice is a list of names, 0-based indices, ranges such as ``3-17`` and ``3-``, patterns such as
``score_*``, and any of these after ``-``, which leaves it out.
"""

import csv
import fnmatch
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.runtime.similar import similar

__all__ = ["Columns", "choose", "default_names", "some_of", "spell"]

Columns = str | Sequence[str | int] | None

_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})?")


def default_names(count: int) -> list[str]:
    """Return the names of columns that have none."""
    return [f"x{index}" for index in range(count)]


def choose(
    columns: Columns,
    names: Sequence[str],
    where: str,
    default: Callable[[], Sequence[int]] | None = None,
) -> list[int]:
    """Return the indices of the chosen columns, in the order of the choice.

    Parameters
    ----------
    columns : str, sequence of str or int, or None
        One string separated by commas, or one by one. The name of a column wins over every other
        reading of a word. If all words leave columns out, the rest of the default remains.
    names : sequence of str
        All columns of the table.
    where : str
        Name of the table for messages.
    default : callable or None
        Returns the columns that None takes; None takes all.

    Raises
    ------
    InvalidInput
        If a column is unknown, ambiguous or named twice, or if none is left.
    InvalidType
        If `columns` is of another type.
    """
    if columns is None:
        words: list[object] = []
    elif isinstance(columns, str):
        try:
            row = next(csv.reader([columns], skipinitialspace=True), [])
        except csv.Error as error:
            raise InvalidInput(f"columns={columns!r} is not a list of columns: {error}") from error
        words = [word.strip() for word in row]
    elif isinstance(columns, Iterable):
        words = list(columns)
    else:
        raise InvalidType(f"columns={columns!r} is not a list of columns; give names or indices")
    taken, left_out, named = list[int](), set[int](), Counter[int]()
    for word in words:
        if isinstance(word, str) and word[:1] == "-" and word not in names and len(word) > 1:
            left_out.update(_find(word[1:], names, where, ambiguous=True))
            continue
        found = _find(word, names, where)
        if len(found) == 1 and not _is_pattern(word, names):
            named.update(found)
        taken += found
    twice = next((index for index, times in named.items() if times > 1), None)
    if twice is not None:
        raise InvalidInput(f"{where}: column {names[twice]!r} was chosen twice; choose it once")
    if columns is None or (left_out and not taken):
        taken = list(range(len(names)) if default is None else default())
    chosen = [index for index in dict.fromkeys(taken) if index not in left_out]
    if not chosen:
        raise InvalidInput(f"{where} has no columns to cluster, at least one is needed")
    return chosen


def spell(indices: Sequence[int], names: Sequence[str]) -> str:
    """Write columns in the shortest way that `choose` reads back: ``x,y``, ``0-7,9``."""
    by_name = _quoted([names[index] for index in indices])
    runs = _runs(indices)
    forms = [by_name, ",".join(runs), ",".join(map(str, indices)), by_name]
    if len(indices) > 8:
        forms = sorted(forms[:2], key=len) + forms[2:]
    for form in forms:
        # A message is one line in which runs of blanks are one.
        if form == " ".join(form.split()) and form.isprintable() and form[:1] != "-":
            try:
                if choose(form, names, "") == list(indices):
                    return form
            except InvalidInput:
                continue
    return ",".join(map(str, indices))


def some_of(words: Sequence[str], most: int = 8) -> str:
    """Return the first words, and how many more there are."""
    more = len(words) - most
    if more <= 1:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {more} more"


def _runs(indices: Sequence[int]) -> list[str]:
    """Return ascending neighbours as ranges."""
    runs = list[list[int]]()
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]


def _quoted(words: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(words)
    return line.getvalue()


def _is_pattern(word: object, names: Sequence[str]) -> bool:
    if not isinstance(word, str) or word in names:
        return False
    return bool(_RANGE.fullmatch(word) or re.search(r"[*?\[]", word))


def _find(
    column: object, names: Sequence[str], where: str, *, ambiguous: bool = False
) -> list[int]:
    """Return the columns of one word; of a name that several have only if that is allowed."""
    if isinstance(column, str):
        found = [index for index, name in enumerate(names) if name == column]
        if len(found) == 1 or (found and ambiguous):
            return found
        if found:
            places = ", ".join(map(str, found))
            raise InvalidInput(
                f"{where} has {len(found)} columns named {column!r}; choose one by index: {places}"
            )
        if re.fullmatch("[0-9]{1,9}", column):
            column = int(column)
        elif _is_pattern(column, names):
            return _match(column, names, where)
    if isinstance(column, int) and not isinstance(column, bool):
        if 0 <= column < len(names):
            return [column]
        raise InvalidInput(f"{where} has no column {column}; indices go from 0 to {len(names) - 1}")
    if not isinstance(column, str):
        raise InvalidType(
            f"column {column!r} is a {type(column).__name__}; give a name or an index"
        )
    if list(names) == default_names(len(names)):
        raise InvalidInput(
            f"{where} has no column {column!r}, nor names of columns at all; choose by index, "
            f"0 to {len(names) - 1}"
        )
    if close := similar(column, names):
        hint = f"did you mean {' or '.join(map(repr, close))}?"
    else:
        hint = f"choose from {some_of(names, 12)}"
    raise InvalidInput(f"{where} has no column {column!r}; {hint}")


def _match(word: str, names: Sequence[str], where: str) -> list[int]:
    """Return the columns of a range or a pattern."""
    bounds = _RANGE.fullmatch(word)
    if bounds is None:
        found = [index for index, name in enumerate(names) if fnmatch.fnmatchcase(name, word)]
        if not found:
            raise InvalidInput(
                f"no column of {where} matches {word!r}; choose from {some_of(names, 12)}"
            )
        return found
    first, last = int(bounds[1]), int(bounds[2] or len(names) - 1)
    if first > last or last >= len(names):
        raise InvalidInput(
            f"{where} has no columns {word}; indices go from 0 to {len(names) - 1}, first to last"
        )
    return list(range(first, last + 1))
