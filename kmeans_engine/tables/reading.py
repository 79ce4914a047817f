"""Files to points: one function for every format. What each format means is told elsewhere.

A file is bytes (`inputs`) of a kind (`kinds`). Most kinds are a frame of columns, some of which are
chosen; arrays and images have no columns to choose from and are left in one piece.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import choose, default_names, some_of
from kmeans_engine.tables.describe import ColumnFacts, facts_of
from kmeans_engine.tables.finding import find_reader
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.numbers import complete_rows, inexact, native, points_of
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.refusal import not_numeric, nothing_usable, refuse_strays
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.usable import (
    NUMERIC,
    counted,
    is_empty,
    kind_of,
    last_is_total,
    left_out,
    reasons,
)
from kmeans_engine.tables.weights import (
    check_kind,
    complete,
    features_of,
    find_weights,
    read_weights,
)
from kmeans_engine.tables.whole import framed, whole

# Rows that are handed on at a time.
_ROWS = 1 << 14

__all__ = [
    "Noted",
    "centroid_names",
    "describe_table",
    "read_centroids",
    "read_noted",
    "read_table",
]


def read_table(
    source: str | os.PathLike[str],
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
    *,
    stdin: BinaryIO | None = None,
) -> Table:
    r"""Read points from a file.

    Parameters
    ----------
    source : str or path-like
        A file, a folder of Parquet files, or a pipe; ``"-"`` is standard input. Its content says
        what it is, and its suffix where that leaves a choice; `READABLE` lists those that are
        known.
    options : ReadOptions
        What the user says about it.
    stdin : binary stream or None
        Read instead of standard input.

    Returns
    -------
    Table
        The points and where they come from.

    Raises
    ------
    InvalidInput, InvalidType
        If the file does not exist, cannot be opened, is damaged, or holds anything but a table of
        numbers.
    OSError
        If the device fails while it is read.
    """
    where, read, notes = find_reader(source, options, stdin)
    content = read()
    # Read again if it is asked for: few ask, and the columns would stay in memory.
    return replace(
        _chosen(content, where, options, notes), rows=lambda: whole(read()).to_reader(_ROWS)
    )


def describe_table(
    source: str | os.PathLike[str],
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
    *,
    stdin: BinaryIO | None = None,
) -> tuple[list[ColumnFacts], tuple[str, ...]]:
    """Return what the columns of a file hold, and which of them would be clustered.

    Parameters
    ----------
    source, options, stdin
        As in `read_table`.

    Returns
    -------
    list of ColumnFacts
        One for each column.
    tuple of str
        What should be said about the reading, as `Table.notes`.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        If the file cannot be read at all.
    """
    where, read, notes = find_reader(source, options, stdin)
    content = read()
    if isinstance(content, Table | Frame):
        notes += content.notes
    said = tuple(note for note in notes if note)
    return facts_of(framed(content), options, where), said


def read_centroids(
    path: str | os.PathLike[str], *, names: tuple[str, ...] | None = None
) -> npt.NDArray[np.float64]:
    """Read initial centroids, one per row, from any file that `read_table` reads.

    Parameters
    ----------
    path : str or path-like
        The file.
    names : tuple of str or None
        Names of the points' features. If the file has all of them they are taken by name, whatever
        their order there; otherwise columns count by position.

    Returns
    -------
    ndarray, (K, N), float64
        The centroids.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As in `read_table`.
    """
    return read_noted(path, names=names).centroids


def centroid_names(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the names of the features in a file of centroids, none if it does not tell them.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As in `read_table`.
    """
    _, read, _ = find_reader(path, ReadOptions(), None)
    frame = read()
    if not isinstance(frame, Frame) or not frame.named:
        return ()
    places = _centroid_columns(frame, None)
    return frame.names if places is None else tuple(frame.names[place] for place in places)


class Noted(NamedTuple):
    """Centroids, and what their file says of them.

    Attributes
    ----------
    centroids : ndarray, (K, N), float64
    names : tuple of str
        Of the features; empty if the file has none.
    about : mapping of str
        What `write_centroids` has noted there.
    """

    centroids: npt.NDArray[np.float64]
    names: tuple[str, ...]
    about: Mapping[str, Any]


def read_noted(path: str | os.PathLike[str], *, names: tuple[str, ...] | None = None) -> Noted:
    """Read centroids from any file, once, with all that it says of them.

    Parameters and errors are those of `read_centroids`.
    """
    where, read, _ = find_reader(path, ReadOptions(), None)
    content = read()
    is_frame = isinstance(content, Frame)
    columns = _centroid_columns(content, names) if is_frame else None
    table = _chosen(content, where, ReadOptions(columns=columns), [])
    named = is_frame and content.named
    centroids = np.array(table.points, dtype=np.float64, order="C")
    return Noted(centroids, table.names if named else (), content.about if is_frame else {})


def _centroid_columns(frame: Frame, names: tuple[str, ...] | None) -> list[int] | None:
    """Return the features: of centroids a column may well be constant or look like an id."""
    if names is not None and len(set(frame.names)) == len(frame.names):
        places = {name: index for index, name in enumerate(frame.names)}
        if all(name in places for name in names):
            return [places[name] for name in names]
    features = [
        place
        for place, kind in enumerate(map(kind_of, frame.types))
        if kind in (*NUMERIC, "empty throughout")
        and frame.names[place]
        and place not in frame.indices
    ]
    return features or None


def _chosen(content: Any, where: str, options: ReadOptions, notes: list[str]) -> Table:
    """Return the chosen columns of a frame, an array (M, N) or an image as points."""
    if isinstance(content, Table):
        return _with_columns(content, where, options)
    if isinstance(content, Frame):
        return _from_frame(content, where, options, notes)
    names = default_names(content.shape[1])
    weigher = find_weights(names, where, options)
    chosen = features_of(choose(options.columns, names, where), weigher, names)
    points = native(_take(content, chosen))
    weighed = None
    if weigher is not None:
        weighed = native(np.ascontiguousarray(content[:, weigher])), names[weigher]
    return _table(points, [names[index] for index in chosen], where, options, notes, weighed)


def _from_frame(frame: Frame, where: str, options: ReadOptions, notes: list[str]) -> Table:
    """Return the chosen columns of a frame as points."""
    said = [*notes, *frame.notes]
    weigher = find_weights(frame.names, where, options)
    if weigher is not None:
        check_kind(frame, weigher, where)

    def default() -> list[int]:
        if options.like and all(frame.names.count(name) == 1 for name in options.like):
            if len(options.like) < len(frame.names):
                said.append(f"as in the centroids, the columns are {some_of(options.like)}")
            return [frame.names.index(name) for name in options.like]
        why = reasons(frame)
        if weigher is not None:
            why[weigher] = ""  # is nothing to be said of; `features_of` leaves it out
        refuse_strays(frame, why, choose(options.columns, frame.names, where), where)
        usable = [index for index, reason in enumerate(why) if not reason]
        if not usable:
            raise nothing_usable(frame, why, where)
        said.extend((left_out(frame, why), last_is_total(frame, why), counted(frame, why)))
        return usable

    chosen = features_of(chosen_of(frame, where, options, default), weigher, frame.names)
    points = native(points_of(frame, chosen))
    rounded = inexact(frame, chosen, points.dtype)
    if rounded:
        said.append(
            f"whole numbers beyond 2^53 are rounded to the nearest float64: {some_of(rounded)}"
        )
    weighed = None
    if weigher is not None:
        weighed = read_weights(frame, weigher), frame.names[weigher]
    return _table(points, [frame.names[index] for index in chosen], where, options, said, weighed)


def chosen_of(
    frame: Frame, where: str, options: ReadOptions, default: Callable[[], list[int]]
) -> list[int]:
    """Return the columns that are clustered; raise `InvalidType` if one is not of numbers."""
    chosen = choose(options.columns, frame.names, where, default)
    for index in chosen:
        if kind_of(frame.types[index]) not in NUMERIC or is_empty(frame.column(index)):
            wanted = options.columns is None and frame.names[index] in options.like
            raise not_numeric(frame, index, where, wanted=wanted)
    return chosen


def _with_columns(image: Table, where: str, options: ReadOptions) -> Table:
    """Return an image with its chosen channels, complete."""
    if options.weights is not None:
        raise InvalidInput(
            f"{where} is an image, whose pixels count alike; leave out weights=",
            options=("weights",),
        )
    chosen = choose(options.columns, image.names, where)
    names = [image.names[index] for index in chosen]
    points = _take(image.points, chosen)
    complete = complete_rows(points, names, where, drop_missing=options.drop_missing)
    if complete is None:
        return replace(image, points=points, names=tuple(names))
    kept = np.ones(image.rows_read, dtype=np.bool_) if image.kept is None else image.kept.copy()
    kept[kept] = complete
    return replace(image, points=points[complete], names=tuple(names), kept=kept)


def _table(
    points: npt.NDArray[Any],
    names: list[str],
    where: str,
    options: ReadOptions,
    notes: list[str],
    weighed: tuple[npt.NDArray[Any], str] | None = None,
) -> Table:
    kept = complete_rows(points, names, where, drop_missing=options.drop_missing)
    weights, name = weighed or (None, "")
    kept = complete(kept, weights, name, where, drop_missing=options.drop_missing)
    rows_read = len(points)
    if kept is not None:
        points = np.ascontiguousarray(points[kept])
        weights = None if weights is None else weights[kept]
    said = tuple(note for note in notes if note)
    return Table(
        points, tuple(names), rows_read, kept, notes=said, weights=weights, weighed_by=name
    )


def _take(array: npt.NDArray[Any], chosen: list[int]) -> npt.NDArray[Any]:
    if chosen == list(range(array.shape[1])):
        return array
    return np.take(array, chosen, axis=1)
