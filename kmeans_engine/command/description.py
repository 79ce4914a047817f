"""What the columns of DATA hold. Knows no engine, so that the answer comes at once."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from kmeans_engine.command.spelling import spell_options
from kmeans_engine.command.usage import READING, read_options, where
from kmeans_engine.runtime.progress import doing
from kmeans_engine.tables import ColumnFacts, describe_table

__all__ = ["describe", "is_recording"]

# What every Arrow stream begins with.
_STREAM = b"\xff\xff\xff\xff"


def describe(args: argparse.Namespace) -> tuple[list[ColumnFacts], list[str]]:
    """Return what the columns of DATA hold, and notes on the reading; errors as in `read_table`."""
    with doing(f"reading {where(args)}"):
        facts, notes = describe_table(args.data, read_options(args))
    return facts, [spell_options(note, READING) for note in notes]


def is_recording(path: str) -> bool:
    """Return whether DATA is a recording rather than a table."""
    with suppress(OSError, ValueError), Path(path).open("rb") as file:
        if file.read(len(_STREAM)) == _STREAM:
            from kmeans_engine.recording import stream

            return stream.is_recording(path)
    return False
