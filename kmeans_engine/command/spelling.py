"""The options of a command as its user types them, and the line that repeats it. Parses nothing."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["flag", "spell_command", "spell_options"]

# A value as Python writes it: a string, a tuple, a number or a word.
_VALUE = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\([^)]*\)|[^\s,;()]*"""


def flag(name: str) -> str:
    """Return an option as its user types it."""
    return "-k" if name == "k" else "--" + name.replace("_", "-")


def spell_options(message: str, names: Iterable[str]) -> str:
    """Return a message whose options are spelled as in Python, ``k=5``, as the command's: ``-k 5``.

    Parameters
    ----------
    message : str
        Of an error.
    names : iterable of str
        The options that it names.
    """

    def spell(found: re.Match[str]) -> str:
        option, value = flag(found[1]), found[2]
        if value == "True":
            return option
        if value[:1] not in ("'", '"'):
            return f"{option} {value}".rstrip()
        text = str(ast.literal_eval(value))
        quoted = "'" + text.replace("'", "'\"'\"'") + "'"
        return f"{option}={quoted}" if text.startswith("-") else f"{option} {quoted}"

    choice = "|".join(names)
    return re.sub(rf"\b({choice})=({_VALUE})", spell, message) if choice else message


def spell_command(data: str | None, options: Mapping[str, object]) -> str:
    """Return the command that reproduces a film, but for the film's name.

    It is for the folder of the files that it reads: folders of a user are nobody else's business.

    Parameters
    ----------
    data : str or None
        The file of data.
    options : mapping of str to object
        Those that change the film, by name; a size is a tuple.
    """
    words = ["kmeans-engine"]
    if data is not None:
        name = Path(data).name
        words.append(f"./{name}" if name.startswith("-") and name != "-" else name)
    for name, value in options.items():
        if value is True:
            words.append(flag(name))
            continue
        text = "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
        if isinstance(value, list):  # an option that may be repeated
            words += [f"{flag(name)}={one}" for one in value]
            continue
        if name in ("init", "race", "predict"):
            text = ",".join(Path(part.strip()).name for part in text.split(","))
        words += [f"{flag(name)}={text}"] if text.startswith("-") else [flag(name), text]
    return shlex.join(words)
