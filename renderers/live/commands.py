"""The keys of a window. The commands that they give are in `renderers.stage.window`."""

from __future__ import annotations

from renderers.stage.window import Command

__all__ = ["KEYS", "command_of"]

# By matplotlib's names of the keys; the toolkits do not agree on the name of the space bar.
KEYS: dict[str, Command] = {
    " ": "pause",
    "space": "pause",
    "left": "back",
    "right": "forward",
    "home": "first",
    "end": "last",
    "up": "faster",
    "+": "faster",
    "=": "faster",
    "down": "slower",
    "-": "slower",
    "r": "new clusters",
    "c": "new centroids",
    "i": "next init",
    "]": "more clusters",
    "[": "fewer clusters",
    "m": "place",
    "f": "full screen",
    "t": "next theme",
    "a": "columns",
    ".": "closer",
    ",": "farther",
    "0": "whole view",
    "1": "numbers",
    "2": "trails",
    "3": "borders",
    "4": "changes",
    "5": "curve",
    "6": "sizes",
    "p": "next projection",
    "P": "previous projection",
    "s": "save",
    "g": "save gif",
    "e": "save picture",
    "h": "help",
    "?": "help",
    "escape": "cancel",
    "q": "exit",
}


def command_of(key: str | None) -> Command | None:
    """Return the command of a key; capitals count as small letters where they mean nothing else."""
    return KEYS.get(key or "") or KEYS.get((key or "").lower())
