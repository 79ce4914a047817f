"""Fonts of this machine: the one that a name or a file means, and those that draw what it lacks.

By default words are set in DejaVu Sans, which comes with matplotlib. fontconfig knows which font
draws a character in a few milliseconds; without it matplotlib's list of fonts is gone through.
Nothing is looked for until a character is lacking.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from renderers.errors import InvalidOption

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

__all__ = ["Face", "base", "check_font", "chosen", "covers", "fallback", "has_outlines", "typeset"]

#: Beginnings of the names of fonts that draw many scripts well, where nothing else chooses.
_PREFERRED = (
    *("noto sans", "segoe ui", "arial unicode", "pingfang", "hiragino", "apple sd", "microsoft ya"),
    *("yu gothic", "malgun", "nirmala", "leelawadee", "kohinoor", "thonburi", "apple symbols"),
)
_FILES = (".ttf", ".otf", ".ttc", ".otc")

_chosen: ContextVar[str | None] = ContextVar("font", default=None)


class Face(NamedTuple):
    """A font in a file.

    Attributes
    ----------
    path : str
        The file.
    number : int
        Which of those in the file.
    family : str
        Its name, as other programs know it.
    """

    path: str
    number: int = 0
    family: str = "DejaVu Sans"


@contextmanager
def typeset(font: str | None) -> Iterator[None]:
    """Context: words are measured and painted in a font; None for the default.

    Parameters
    ----------
    font : str or None
        As for `check_font`.
    """
    token = _chosen.set(font)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen() -> str | None:
    """Return the font that words are set in; None for the default."""
    return _chosen.get()


def check_font(font: str) -> str:
    """Return a font as `typeset` takes it.

    Parameters
    ----------
    font : str
        The name of a font of this machine, or its file.

    Raises
    ------
    InvalidOption
        If there is no such font.
    """
    base(str(font), False)
    return str(font)


@lru_cache(maxsize=64)
def base(font: str | None, bold: bool) -> Face:
    """Return the face of a font; of a file there is but one."""
    if font is None:
        import matplotlib

        name = f"DejaVuSans{'-Bold' * bold}.ttf"
        return Face(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    if font.lower().endswith(_FILES) or Path(font).is_file():
        return _of_file(font)
    return _named(font, bold)


def _of_file(font: str) -> Face:
    from PIL import ImageFont

    if not Path(font).is_file():
        raise InvalidOption(
            f"font={font!r} does not exist; give the name of a font, or its file", option="font"
        )
    try:
        family, _ = ImageFont.truetype(font, 12).getname()
    except OSError:
        raise InvalidOption(
            f"font={font!r} is not a font that can be read; give a .ttf, .otf or .ttc file",
            option="font",
        ) from None
    return Face(str(Path(font).resolve()), 0, family or Path(font).stem)


def _named(font: str, bold: bool) -> Face:
    found = _asked("fc-match", f"{_quoted(font)}{':bold' * bold}")
    if found is None:
        names = {face.family for face in _listed(False)}
        faces = [face for face in _listed(bold) if face.family.lower() == font.lower()]
    else:
        known = _asked("fc-list", ":scalable=true") or []
        names = {name for _, families in known for name in families}
        faces = [face for face, families in found if font.lower() in map(str.lower, families)]
    if faces:
        return faces[0]
    near = {name.lower(): name for name in sorted(names)}
    hint = "give another name, or the file of a font"
    close = get_close_matches(font.lower(), near, 3)
    if close:
        hint = f"did you mean {' or '.join(repr(near[name]) for name in close)}?"
    raise InvalidOption(f"font={font!r} is not a font of this machine: {hint}", option="font")


def _quoted(font: str) -> str:
    """Return a name as a part of fontconfig's patterns."""
    return "".join(f"\\{c}" if c in "\\-:," else c for c in font)


@lru_cache(maxsize=64)
def _opened(path: str) -> FT2Font | None:
    from matplotlib.ft2font import FT2Font

    try:
        return FT2Font(path)
    except (OSError, RuntimeError):
        return None


@lru_cache(maxsize=8192)
def covers(face: Face, character: str) -> bool:
    """Return whether a face has a glyph of a character; faces of one file have the same."""
    font = _opened(face.path)
    return font is not None and font.get_char_index(ord(character)) != 0


def has_outlines(face: Face) -> bool:
    """Return whether a face can be drawn at any size; some fonts of emoji are pictures."""
    font = _opened(face.path)
    return font is not None and bool(font.scalable)


@lru_cache(maxsize=1024)
def fallback(characters: str, bold: bool) -> Face | None:
    """Return the face of this machine that draws all of some characters best; None without one.

    One that has outlines if there is one, and the weight; else one that has coloured pictures.
    """
    plain = pictures = None
    for face in _candidates(characters, bold):
        font = _opened(face.path)
        if font is None or not all(covers(face, character) for character in characters):
            continue
        if not font.scalable:
            pictures = pictures or face
        elif ("bold" in font.style_name.lower()) == bold:
            return face
        else:
            plain = plain or face
    return plain or pictures


def _candidates(characters: str, bold: bool) -> Iterator[Face]:
    codes = " ".join(f"{ord(character):x}" for character in characters)
    found = _asked("fc-match", "-s", f"sans-serif:{'bold:' * bold}charset={codes}")
    return iter(_listed(bold)) if found is None else (face for face, _ in found)


def _asked(program: str, *arguments: str) -> list[tuple[Face, list[str]]] | None:
    """Return the faces that fontconfig finds, with all their names; None without fontconfig."""
    path = shutil.which(program)
    if path is None:
        return None
    command = [path, *arguments[:-1], "--format", "%{file}\t%{index}\t%{family}\n", arguments[-1]]
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = []
    for line in run.stdout.decode("utf-8", "replace").splitlines():
        file, index, families = line.split("\t")
        names = families.split(",")
        # The upper bits of an index name an instance of a variable font.
        found.append((Face(file, int(index) & 0xFFFF, names[0]), names))
    return found


@lru_cache(maxsize=2)
def _listed(bold: bool) -> tuple[Face, ...]:
    """Return the faces of matplotlib's list, those that are likely to serve first."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    # The list is kept from long ago.
    for path in sorted({*findSystemFonts()}.difference(one.fname for one in fontManager.ttflist)):
        with suppress(Exception):  # a font that matplotlib cannot read
            fontManager.addfont(path)

    def order(entry: tuple[str, bool, str]) -> tuple[int, bool, str, str]:
        name, heavy, path = entry
        starts = enumerate(map(name.lower().startswith, _PREFERRED))
        place = next((i for i, begins in starts if begins), len(_PREFERRED))
        return place, heavy != bold, name, path

    entries = {
        (one.name, one.weight in ("bold", 700), one.fname)
        for one in fontManager.ttflist
        if one.style == "normal" and "LastResort" not in one.fname  # it draws boxes
    }
    return tuple(Face(path, 0, name) for name, _, path in sorted(entries, key=order))
