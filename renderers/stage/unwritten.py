"""Tells of characters that no font of this machine draws. Looks at words only, once per command."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from renderers.contract import Renderer
from renderers.picture.script import lacking
from renderers.scene import Scene

__all__ = ["unwritten"]

_NO_LETTERS = ("Cc", "Cs")  # control characters, half characters: no font was made for these
_NAMED = 6  # characters that a line of warning names


def unwritten(scene: Scene, font: str | None, renderers: Iterable[Renderer]) -> list[str]:
    """Return one line on the characters of a scene that will be missing on its pictures, or none.

    Parameters
    ----------
    scene : Scene
        Its titles and labels are looked at.
    font : str or None
        As in `Options`.
    renderers : iterable of Renderer
        Who draws it: a page has the fonts of its reader.
    """
    if not any("font" in renderer.honours for renderer in renderers):
        return []
    words = [scene.title]
    for panel in scene.panels:
        words += [panel.title, *panel.view.labels]
    found = dict.fromkeys(c for line in words for c in lacking(line, font))
    missing = [c for c in found if unicodedata.category(c[0]) not in _NO_LETTERS]
    if not missing:
        return []
    shown = " ".join(_shown(c) for c in missing[:_NAMED]) + " ..." * (len(missing) > _NAMED)
    return [
        f"no font on this machine can draw {shown}: install one that can, such as Noto's for that "
        "script, or name its file in font="
    ]


def _shown(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character[0]):04X}"
