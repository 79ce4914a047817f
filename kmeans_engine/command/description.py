"""What the columns of DATA hold. Knows no engine, so that the answer comes at once."""

from __future__ import annotations

import argparse

from kmeans_engine.command.spelling import spell_options
from kmeans_engine.command.usage import READING, read_options, where
from kmeans_engine.runtime.progress import doing
from kmeans_engine.tables import ColumnFacts, describe_table

__all__ = ["describe"]


def describe(args: argparse.Namespace) -> tuple[list[ColumnFacts], list[str]]:
    """Return what the columns of DATA hold, and notes on the reading; errors as in `read_table`."""
    with doing(f"reading {where(args)}"):
        facts, notes = describe_table(args.data, read_options(args))
    return facts, [spell_options(note, READING) for note in notes]
