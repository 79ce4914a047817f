"""Completion in a shell: what Tab offers, by argcomplete, which knows the shells."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Mapping

__all__ = ["complete", "script"]


def complete(
    parser: argparse.ArgumentParser, words: Callable[[], Mapping[str, Iterable[str]]]
) -> None:
    """Answer a shell that asks what could follow, and end the process; nothing for anybody else.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    words : callable
        Returns what options take, by their names; files for those that it leaves out.
    """
    if "_ARGCOMPLETE" in os.environ:
        from argcomplete import autocomplete
        from argcomplete.completers import ChoicesCompleter

        known = words()
        for action in parser._actions:
            if action.dest in known:
                completer = ChoicesCompleter(dict.fromkeys(known[action.dest], ""))
                action.completer = completer  # type: ignore[attr-defined]
        autocomplete(parser, always_complete_options="long")


def script(shell: str) -> str:
    """Return what a shell has to run once to complete the command.

    Parameters
    ----------
    shell : {"bash", "zsh", "fish"}
        Which one.
    """
    from argcomplete.shell_integration import shellcode

    return str(shellcode(["kmeans-engine"], shell=shell)).strip()
