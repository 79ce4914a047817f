"""The options of a command as its user types them, and the line that repeats it. Parses nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["flag", "spell_command", "spell_options"]


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
        value = "" if found[2] == "True" else found[2]
        return f"{flag(found[1])} {value}".rstrip()

    for name in names:
        message = re.sub(rf"\b({name})=('[^']*'|\([^)]*\)|[^\s,;()]*)", spell, message)
    return message


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
        if name in ("init", "race"):
            text = ",".join(Path(part.strip()).name for part in text.split(","))
        words += [f"{flag(name)}={text}"] if text.startswith("-") else [flag(name), text]
    return shlex.join(words)
