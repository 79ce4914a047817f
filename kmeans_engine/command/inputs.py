"""What a command clusters: its data read as it says, or the demo; and where its runs start."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import replace
from pathlib import Path

from kmeans_engine.command.files import read_sources
from kmeans_engine.command.ks import Ks
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.command.usage import LABEL_NAME, entrants, read_options, where
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.progress import doing
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.tables import Table, centroid_names, read_table
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.parts import read_parts
from kmeans_engine.tables.rows import check_names

__all__ = ["read", "read_data", "synthetic"]


def synthetic(args: argparse.Namespace, seed: int) -> Table:
    """Return the classic demo that was asked for."""
    spread = 0.01 if args.spread is None else args.spread
    return synthetic_table(args.clusters or 12, args.points_per_cluster or 100, spread, seed)


def read(args: argparse.Namespace) -> dict[str, Source]:
    """Read the points and the initial centroids of each run, or make them; return them by name.

    Those of `predict` are for `model`.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        If anything cannot be read.
    """
    # The same command on the same data gives the same answer; the demo is new each time.
    asked = args.seed if args.seed is not None else 0 if args.data is not None else "random"
    seed = secrets.randbits(32) if asked == "random" else int(asked)
    table = (
        synthetic(args, seed) if args.data is None else read_data(args, _names_of_centroids(args))
    )
    return read_sources(
        table,
        entrants(args),
        k=args.k.values[-1] if isinstance(args.k, Ks) else args.k,
        default_k=args.clusters or 12,
        seed=seed,
        standardized=args.standardize,
        budget=Budget(args.memory, args.scratch),
    )


def read_data(args: argparse.Namespace, names: tuple[str, ...]) -> Table:
    """Return DATA; without `columns`, those of these names are taken if it has them all."""
    with doing(f"reading {where(args)}"):
        options = replace(read_options(args), like=names)
        if args.cluster is not None:
            from kmeans_engine.cluster.reading import read_on_workers

            new = None if args.table is None else args.label_name or LABEL_NAME
            return read_on_workers(args.data, options, args.cluster, args.threads, new)
        table = read_parts(args.data, options, Budget(args.memory, args.scratch))
        if table is None:
            table = read_table(args.data, options)
        if len(names) == len(table.names) and set(names) != set(table.names):
            note = f"centroids count by place: {some_of(names)} are {some_of(table.names)}"
            table = replace(table, notes=(*table.notes, note))
        if args.table is None:
            return table
        assert table.rows is not None  # whatever was read has them
        # A name that is taken should not wait for the end.
        rows = table.rows()
        check_names(rows.schema.names, args.label_name or LABEL_NAME, distances=args.distances)
        return replace(table, rows=lambda: rows)


def _names_of_centroids(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the columns of the first file of centroids; a pipe can be read only once."""
    files = (one.init for one in entrants(args) if one.init not in METHODS)
    first = next(files, "")
    return centroid_names(first) if Path(first).is_file() else ()
