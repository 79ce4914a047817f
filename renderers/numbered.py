"""Files whose names count: ``frames_%04d.png``. Draws nothing."""

from __future__ import annotations

import re
from pathlib import Path

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import check_writable

__all__ = ["check_numbered", "is_pattern", "numbered", "those_there"]

_PLACE = re.compile(r"%(?:0[1-9])?d")


def is_pattern(path: Path) -> bool:
    """Return whether the name has one place for a number: ``%d``, or ``%04d`` for four digits."""
    return len(_PLACE.findall(path.name)) == 1


def numbered(path: Path, number: int) -> Path:
    """Return the file of a pattern that has this number."""
    place = _PLACE.search(path.name)
    assert place is not None
    before, after = path.name[: place.start()], path.name[place.end() :]
    return path.with_name(f"{before}{place[0] % number}{after}")


def those_there(path: Path) -> list[Path]:
    """Return the files of a pattern that exist, in the order of their numbers."""
    before, after = _PLACE.split(path.name)
    found = {}
    for file in path.parent.iterdir() if path.parent.is_dir() else ():
        digits = file.name[len(before) : len(file.name) - len(after)]
        if digits.isascii() and digits.isdecimal() and numbered(path, int(digits)) == file:
            found[int(digits)] = file
    return [found[number] for number in sorted(found)]


def check_numbered(path: Path, *, overwrite: bool) -> None:
    """Raise now what would otherwise stop the run when the files of a pattern are written.

    Raises
    ------
    InvalidInput
        As `check_writable`; if a file of this pattern exists although `overwrite` is false.
    """
    older = those_there(path)
    if older and not overwrite:
        others = f" and {len(older) - 1} more of {path.name}" if len(older) > 1 else ""
        raise InvalidInput(
            f"{older[0]}{others} exist{'s' if len(older) == 1 else ''}; allow replacing them "
            "(overwrite=True) or choose another path",
            options=("overwrite",),
        )
    for file in older or [numbered(path, 0)]:
        check_writable(file, overwrite=overwrite)
