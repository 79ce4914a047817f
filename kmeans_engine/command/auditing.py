"""What `--verify` does: labels and centroids of any program, against DATA. Prints nothing."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine._version import __version__
from kmeans_engine.audit import Audit, verify
from kmeans_engine.command.model import read_with
from kmeans_engine.command.spelling import spell_options
from kmeans_engine.command.usage import READING, where
from kmeans_engine.command.warned import warned
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.progress import doing
from kmeans_engine.tables import Table, read_labels

__all__ = ["audit", "facts_of"]


def audit(args: argparse.Namespace) -> tuple[Audit, list[str]]:
    """Return what `verify` finds, and what should be said beside.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        If a file cannot be read, or they do not fit each other.
    """
    with doing(f"reading {args.verify}"):
        found = read_labels(args.verify, name=args.label_name)
    source = read_with(args, args.centroids)
    labels = _of_points(found, source.table, args)
    notes = [*source.table.notes]
    with warned(notes):
        told = verify(
            source.points,
            labels,
            source.init,
            weights=source.weights,
            threads=args.threads,
            memory=args.memory,
            scratch=args.scratch,
        )
    return told, [spell_options(line, READING) for line in notes]


def _of_points(
    labels: npt.NDArray[np.int64], table: Table, args: argparse.Namespace
) -> npt.NDArray[np.int64]:
    """Return the labels of the rows that are points."""
    if len(labels) != table.rows_read:
        raise InvalidInput(
            f"{args.verify} has {len(labels):,} labels and {where(args)} {table.rows_read:,} rows; "
            "give one label for each row"
        )
    if table.kept is not None:
        labels = labels[table.kept]
    if (labels < 0).any():
        row = int(np.argmax(labels < 0))
        row = row if table.kept is None else int(np.flatnonzero(table.kept)[row])
        raise InvalidInput(
            f"{args.verify}: row {row + 1} has no label (it is empty, or negative); label every "
            "row, or leave those rows out of both files"
        )
    return labels


def facts_of(audit: Audit, notes: list[str]) -> dict[str, Any]:
    """Return an audit ready for JSON."""
    return {
        "points": audit.n_points,
        "features": audit.n_features,
        "k": audit.k,
        "fixed_point": audit.fixed_point,
        "wrong": audit.n_wrong,
        "tied": audit.n_tied,
        "worst_point": audit.worst_point,
        "worst_distance": audit.worst_distance,
        "worst_square": audit.worst_square,
        "centroids_off": audit.n_off,
        "offsets": audit.offsets.tolist(),
        "counts": audit.counts.tolist(),
        **({} if audit.weights is None else {"weights": audit.weights.tolist()}),
        "inertia": audit.inertia,
        "nearest_inertia": audit.nearest_inertia,
        "version": __version__,
        "warnings": notes,
    }
