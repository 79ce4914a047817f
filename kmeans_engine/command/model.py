"""Centroids that were saved: what their file says of them, and rows that they label."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from kmeans_engine._version import __version__
from kmeans_engine.arrays import Floats
from kmeans_engine.command.inputs import read_data
from kmeans_engine.command.scaling import Scaling
from kmeans_engine.command.source import Source
from kmeans_engine.command.usage import where
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.tables import read_noted
from kmeans_engine.tables.columns import default_names, some_of
from kmeans_engine.validation import check_centroids

__all__ = ["Model", "note", "read_model", "read_with"]

_FORMAT = 1


class Model(NamedTuple):
    """Saved centroids.

    Attributes
    ----------
    path : str
    names : tuple of str
        Of the features; empty if the file has none.
    centroids : ndarray, (K, N)
        In the units of the table.
    scaling : Scaling or None
        How the points were standardised that they were computed from.
    scaled : ndarray, (K, N), or None
        The centroids as they were computed, if those were standardised.
    """

    path: str
    names: tuple[str, ...]
    centroids: Floats
    scaling: Scaling | None
    scaled: Floats | None

    def of(self, names: tuple[str, ...], place: str, *, chosen: bool) -> Model:
        """Return the same with its features in the order of the columns of a table.

        Parameters
        ----------
        names : tuple of str
            Of the columns.
        place : str
            What messages call the table.
        chosen : bool
            Whether somebody has named them: as many as there are features may then stand for these.

        Raises
        ------
        InvalidInput
            If the table lacks a feature.
        """
        known, count = self.names, len(self.names)
        if len(set(known)) < count or not known:
            return self
        if set(names) == set(known) and len(names) == count:
            places = [known.index(name) for name in names]
            return self._replace(
                names=names,
                centroids=self.centroids[:, places],
                scaling=None if self.scaling is None else self.scaling.at(places),
                scaled=None if self.scaled is None else self.scaled[:, places],
            )
        unnamed = tuple(default_names(count)) in (names, known)
        if len(names) == count and (chosen or unnamed):
            return self
        if chosen:
            number = len(names)
            raise InvalidInput(
                f"{self.path} has the {count} columns {some_of(known)}, and {number} "
                f"{'other was' if number == 1 else 'others were'} chosen; leave out columns=, so "
                "that those of these names are taken",
                options=("columns",),
            )
        absent = [name for name in known if name not in names]
        twice = [name for name in known if names.count(name) > 1]
        if absent:
            reason = (
                f"no column {absent[0]!r}, which {self.path} has; rename its columns, or choose"
            )
        elif twice:
            reason = f"{names.count(twice[0])} columns {twice[0]!r}; choose by their numbers"
        else:
            reason = f"{len(names)} columns, more than {self.path}; choose"
        raise InvalidInput(
            f"{place} has {reason} {count} of them that stand for {some_of(known)} (columns=)",
            options=("columns",),
        )


def note(source: Source, centroids: Floats) -> dict[str, Any]:
    """Return what a file of centroids remembers, ready for JSON.

    Parameters
    ----------
    source : Source
        What was clustered.
    centroids : ndarray, (K, N)
        In the units of its points.
    """
    about: dict[str, Any] = {
        "format": _FORMAT,
        "version": __version__,
        "clusters": len(centroids),
        "standardized": None,
    }
    if source.offset is not None and source.scale is not None:
        zero = np.zeros(len(source.scale))
        # Of a recording that does not tell the steps, these give them but for the last digits.
        plain = Scaling(zero.astype(np.int64), source.offset, zero, source.scale)
        scaling = plain if source.scaling is None else source.scaling
        about["standardized"] = {**scaling.spelled(), "centroids": centroids.tolist()}
    return about


def read_model(path: str) -> Model:
    """Read centroids from any file, with what it remembers of them.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        If it cannot be read, or has been written by a later version of this project.
    """
    centroids, names, about = read_noted(path)
    if about.get("format", _FORMAT) != _FORMAT:
        raise InvalidInput(
            f"{path} was written by version {about.get('version')} of kmeans-engine, in a form "
            f"that version {__version__} does not know; install that one"
        )
    standardized = about.get("standardized")
    if about.get("clusters", len(centroids)) != len(centroids):
        raise _damaged(path, f"it holds {len(centroids)} of {about['clusters']} centroids")
    if standardized is None:
        return Model(path, names, centroids, None, None)
    try:
        scaling = Scaling.read(standardized)
        scaled = check_centroids(standardized["centroids"], len(scaling.spread))
        if scaled.shape != centroids.shape:
            raise ValueError("its centroids have different shapes")
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"{error}") from error
    return Model(path, names, centroids, scaling, scaled)


def _damaged(path: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{path} is damaged ({reason}); write it again (--centroids)")


def read_with(args: argparse.Namespace, path: str) -> Source:
    """Return DATA as saved centroids want it: their columns, by name, in their units.

    Parameters
    ----------
    args : Namespace
        Of the parser.
    path : str
        The file of centroids.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        If either cannot be read, or they do not fit each other.
    """
    model = read_model(path)
    table = read_data(args, model.names)
    if table.weighed_by in model.names:
        raise InvalidInput(
            f"column {table.weighed_by!r} is one that {path} has centroids for, so it cannot be "
            "the weights; leave out weights=, or name another column",
            options=("weights",),
        )
    model = model.of(table.names, where(args), chosen=args.columns is not None)
    width = table.points.shape[1]
    # Before any arithmetic: one column would silently serve as many.
    centroids = check_centroids(model.centroids, width)
    source = Source(
        table, table.points, len(centroids), centroids, 0, weights=table.weights, model=path
    )
    if model.scaling is None or model.scaled is None:
        return source
    if args.cluster is not None:
        raise InvalidInput(
            f"{path} holds centroids of standardised columns, which are not possible with "
            "--cluster; leave it out"
        )
    return replace(
        source,
        points=model.scaling.apply(table.points, Budget(args.memory, args.scratch)),
        init=check_centroids(model.scaled, width),
        offset=model.scaling.mean,
        scale=model.scaling.scale,
        scaling=model.scaling,
    )
