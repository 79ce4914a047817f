"""Labels from any file of a table: of ours, or of another program's. Knows no clusters."""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.finding import find_reader
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.numbers import numbers_of
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.usable import NUMERIC, kind_of

__all__ = ["read_labels"]

# What columns of labels are called, here and elsewhere, where there are others as well.
_NAMES = ("label", "labels", "cluster", "clusters")
_NO_INDEX = ("", "Unnamed: 0")


def read_labels(path: str | os.PathLike[str], *, name: str | None = None) -> npt.NDArray[np.int64]:
    """Read one label for each row from any file that `read_table` reads.

    Parameters
    ----------
    path : str or path-like
        The file.
    name : str or None
        Of its column; by default the only one, or the one that is called like labels.

    Returns
    -------
    ndarray, (M,), int64
        -1 where a row has none.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As in `read_table`; also if it has several columns, or one that does not hold whole numbers.
    """
    where, read, _ = find_reader(path, ReadOptions(), None)
    content = read()
    if isinstance(content, Table):
        raise InvalidInput(f"{where} is an image; give a file with one label for each row")
    if isinstance(content, Frame):
        if content.cells is not None and len(content.names) == 1 and _is_number(content.names[0]):
            # The first label may look like a name, where no other row has it.
            content = find_reader(path, replace(ReadOptions(), header="no"), None)[1]()
        values = _values(content, where, name)
    else:
        if content.shape[1] != 1:
            raise InvalidInput(
                f"{where} has {content.shape[1]} columns, needs one: a label for each row"
            )
        values = np.asarray(content[:, 0])
    if values.dtype.kind == "f":
        absent = np.isnan(values)
        values = np.where(absent, -1.0, values)
    broken = values != np.floor(values)
    if broken.any():
        row = int(np.argmax(broken))
        raise InvalidType(
            f"{where}: row {row + 1} holds {values[row]}, needs the number of a cluster, which is "
            "whole"
        )
    return values.astype(np.int64)


def _is_number(word: str) -> bool:
    return word.strip().isdecimal()


def _values(frame: Frame, where: str, name: str | None) -> npt.NDArray[Any]:
    """Return the column of labels."""
    names = frame.names
    places = [
        place
        for place, one in enumerate(names)
        if place not in frame.indices and one not in _NO_INDEX
    ] or list(range(len(names)))
    if name is not None:
        places = [place for place in range(len(names)) if names[place] == name]
        if not places:
            raise InvalidInput(f"{where} has no column {name!r}; choose from {some_of([*names])}")
    elif len(places) > 1:
        called = [place for place in places if names[place].lower() in _NAMES]
        if len(called) != 1:
            example = names[(called or places)[-1]]
            raise InvalidInput(
                f"{where} has {len(places)} columns ({some_of([names[p] for p in places])}); say "
                f"which one holds the labels (label_name={example!r})",
                options=("label_name",),
            )
        places = called
    place = places[0]
    column, kind = frame.column(place), kind_of(frame.types[place])
    if kind not in NUMERIC:
        known = column.drop_null()
        example = f", such as {str(known[0].as_py())!r}" if len(known) else ""
        raise InvalidType(
            f"{where}: column {names[place]!r} holds {kind}{example}, needs the numbers of "
            "clusters, from 0 on; number them as the rows of the centroids"
        )
    return numbers_of(column)
