"""Where a film comes from, as words for its metadata. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping

from renderers.scene import Scene

__all__ = ["comment", "metadata"]

_LONGEST = 30_000  # characters; an argument of a program holds 131,071 bytes on Linux


def comment(facts: Mapping[str, str], suffix: str) -> str:
    """Return the facts in one line: ``seed=69; k=12; kmeans-engine 0.1.0; command: ...``.

    Parameters
    ----------
    facts : mapping of str to str
        Those of a `Scene`.
    suffix : str
        Of the file; completes the command.
    """
    spelled = {"version": "kmeans-engine {}", "command": f"command: {{}} -o film{suffix}"}
    words = (spelled.get(key, f"{key}={{}}").format(value) for key, value in facts.items())
    return _printable("; ".join(words))


def metadata(scene: Scene, suffix: str) -> list[str]:
    """Return ffmpeg's arguments for the metadata of a film."""
    entries = {"title": _printable(scene.title), "comment": comment(scene.facts, suffix)}
    arguments = []
    for key, value in entries.items():
        if value:
            arguments += ["-metadata", f"{key}={value}"]
    return arguments


def _printable(text: str) -> str:
    """Return text as one line that every format and every operating system takes."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.encode("utf-8", "replace").decode("utf-8")[:_LONGEST]
