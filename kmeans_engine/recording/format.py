"""The columns of a recording: states become rows of them, and rows states again. No files.

A row holds one state; the columns that say which points got which label come last:

iteration : int64
centroids : list of lists of float64, (K, N)
counts : list of int64, (K,)
weights : list of float64, (K,)
    What the points of each cluster weigh; this column is there if they have weights.
inertia, shift : float64
n_changed : int64
converged : bool
strategy : string
first : int64
    The first point that got a label.
gaps : list of uint16
    From each such point to the next, beginning with 0; null if there are none, as in state 0:
    ``first + np.cumsum(gaps)``, or ``first + np.arange(len(labels))``.
labels : list of unsigned integers
    What they got.

A gap that does not fit begins another row, and so does every `PIECE` of points, which is a batch of
its own: nobody has to hold all labels of a billion points in this form. Of more than `FEW` changes,
the facts have a row to themselves, so that they can be read alone. In further rows of a state the
columns before `first` are null, but for `iteration`: ``WHERE centroids IS NOT NULL`` selects one
row for each state.

Recorded points come in rows of their own before state 0, where `iteration` is null: column
`points`, a list of R N values, row by row, and `weights`, the R of these points. Types that Arrow
lacks are stored as unsigned integers of the same bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kmeans_engine.arrays import Floats, Indices, Integers, LabelArray
from kmeans_engine.labels import label_dtype
from kmeans_engine.recording.messages import Damaged, spell

__all__ = [
    "FEW",
    "KEY",
    "PIECE",
    "VERSION",
    "Changes",
    "Facts",
    "columns",
    "decode_changes",
    "decode_facts",
    "decode_points",
    "decode_weights",
    "encode",
    "encode_points",
    "named_dtype",
    "read_about",
    "spell_about",
]

KEY = "kmeans_engine.recording"
"""Where, in the metadata of the schema, the facts of a recording are."""

VERSION = 2
"""Of the columns and the facts that are known here."""

# A recording tells the first version that has its columns: this one, if points have no weights.
_WITHOUT_WEIGHTS = 1

PIECE = 1 << 22
"""Most points of one batch."""

FEW = 1 << 10
"""Most changes that are not worth compressing: that takes 10 us for each of 20 buffers."""

_FARTHEST = (1 << 16) - 1


class Facts(NamedTuple):
    """What a state is beside its labels; see `Snapshot`."""

    iteration: int
    centroids: Floats
    counts: Integers
    inertia: float
    shift: float
    n_changed: int
    converged: bool
    strategy: str
    weights: Floats | None = None


class Changes(NamedTuple):
    """Points that got labels.

    Attributes
    ----------
    points : range or ndarray, (R,)
        Ascending.
    labels : ndarray, (R,)
    """

    points: range | Indices
    labels: LabelArray


def columns(k: int, dtype: np.dtype[Any] | None, *, weighted: bool = False) -> pa.Schema:
    """Return the columns of a recording of K clusters; with points if a type is given."""
    fields = [
        ("iteration", pa.int64()),
        ("centroids", pa.list_(pa.list_(pa.float64()))),
        ("counts", pa.list_(pa.int64())),
        *([("weights", pa.list_(pa.float64()))] if weighted else []),
        ("inertia", pa.float64()),
        ("shift", pa.float64()),
        ("n_changed", pa.int64()),
        ("converged", pa.bool_()),
        ("strategy", pa.string()),
        ("first", pa.int64()),
        ("gaps", pa.list_(pa.uint16())),
        ("labels", pa.list_(pa.from_numpy_dtype(label_dtype(k)))),
    ]
    if dtype is not None:
        fields.append(("points", pa.list_(pa.from_numpy_dtype(_stored(dtype)))))
    return pa.schema(fields)


def _stored(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that values of another are stored as, bit by bit."""
    if dtype.kind in "fiu":
        return dtype.newbyteorder("=")
    return np.dtype(f"u{dtype.itemsize}")


def spell_about(about: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a recording as metadata of a schema."""
    version = VERSION if "weights" in about else _WITHOUT_WEIGHTS
    return {KEY: spell({"version": version, **about})}


def read_about(schema: pa.Schema) -> dict[str, Any] | None:
    """Return the facts of a recording from the metadata of its schema; None if it is not one.

    Raises
    ------
    Damaged
        If they cannot be read.
    """
    text = (schema.metadata or {}).get(KEY.encode())
    if text is None:
        return None
    try:
        about = json.loads(text)
    except ValueError:
        raise Damaged from None
    if not isinstance(about, dict) or not isinstance(about.get("version"), int):
        raise Damaged
    return about


def encode(
    schema: pa.Schema, facts: Facts, changes: Iterator[Changes] | list[Changes]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a state: of few changes one, of many the facts and then the changes.

    Parameters
    ----------
    schema : Schema
        From `columns`.
    facts : Facts
    changes : iterable of Changes
        Of at most `PIECE` points each.
    """
    known = _encoded(facts)
    for change in changes:
        batch = _encoded_changes(facts.iteration, change)
        if known and len(change.labels) <= FEW and len(batch["first"]) == 1:
            known, batch = {}, {**known, **batch}
        elif known:
            yield _batch(schema, 1, known)
            known = {}
        yield _batch(schema, len(batch["first"]), batch)
    if known:
        yield _batch(schema, 1, known)


def _encoded_changes(iteration: int, changes: Changes) -> dict[str, pa.Array]:
    points, labels = changes
    if isinstance(points, range):
        first, starts = [points.start], np.zeros(1, dtype=np.int32)
        gaps = None
    else:
        gaps = np.diff(points, prepend=points[:1])
        far = np.flatnonzero(gaps > _FARTHEST)
        starts = np.concatenate([[0], far]).astype(np.int32)
        gaps[starts] = 0
        first = points[starts].tolist()
    ends = np.append(starts, np.int32(len(labels)))
    lists = pa.nulls(1, pa.list_(pa.uint16()))
    if gaps is not None:
        lists = pa.ListArray.from_arrays(ends, gaps.astype(np.uint16))
    return {
        "iteration": pa.array([iteration] * len(starts), pa.int64()),
        "first": pa.array(first, pa.int64()),
        "gaps": lists,
        "labels": pa.ListArray.from_arrays(ends, np.ascontiguousarray(labels)),
    }


def _encoded(facts: Facts) -> dict[str, pa.Array]:
    """Return the columns of the facts, in one row."""
    k, n = facts.centroids.shape
    rows = np.arange(k + 1, dtype=np.int32) * np.int32(n)
    ends = np.array([0, k], dtype=np.int32)
    weights = {}
    if facts.weights is not None:
        weights["weights"] = pa.ListArray.from_arrays(ends, facts.weights)
    return weights | {
        "iteration": pa.array([facts.iteration], pa.int64()),
        "centroids": pa.ListArray.from_arrays(
            ends, pa.ListArray.from_arrays(rows, facts.centroids.reshape(-1))
        ),
        "counts": pa.ListArray.from_arrays(ends, facts.counts),
        "inertia": pa.array([facts.inertia], pa.float64()),
        "shift": pa.array([facts.shift], pa.float64()),
        "n_changed": pa.array([facts.n_changed], pa.int64()),
        "converged": pa.array([facts.converged], pa.bool_()),
        "strategy": pa.array([facts.strategy], pa.string()),
    }


def _batch(schema: pa.Schema, rows: int, known: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Return a batch; the columns that are not known are null."""
    arrays = [known.get(field.name, pa.nulls(rows, field.type)) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def encode_points(
    schema: pa.Schema, points: npt.NDArray[Any], weights: Floats | None = None
) -> pa.RecordBatch:
    """Return some points, and their weights if they have any, as a batch."""
    flat = np.ascontiguousarray(points, dtype=points.dtype.newbyteorder("=")).reshape(-1)
    values = pa.array(flat.view(_stored(flat.dtype)))
    known = {"points": pa.ListArray.from_arrays(np.array([0, len(flat)], np.int32), values)}
    if weights is not None:
        ends = np.array([0, len(weights)], np.int32)
        known["weights"] = pa.ListArray.from_arrays(ends, np.ascontiguousarray(weights))
    return _batch(schema, 1, known)


def decode_points(batch: pa.RecordBatch, n_features: int, dtype: str) -> npt.NDArray[Any]:
    """Return the points of a batch."""
    flat = batch.column("points").flatten().to_numpy(zero_copy_only=True)
    points: npt.NDArray[Any] = flat.view(named_dtype(dtype)).reshape(-1, n_features)
    return points


def decode_weights(batch: pa.RecordBatch) -> Floats:
    """Return the weights of the points of a batch."""
    return _flat(batch.column("weights"))


def named_dtype(name: str) -> np.dtype[Any]:
    """Return a type by its name."""
    if name == "bfloat16":
        import ml_dtypes

        bfloat16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return bfloat16
    return np.dtype(name)


def decode_facts(batch: pa.RecordBatch, k: int, n_features: int) -> Facts:
    """Return the facts of a state from the first of its batches.

    Raises
    ------
    Damaged
        If they are not those of K clusters.
    """
    row = batch.slice(0, 1)
    values = {
        name: row.column(name)[0].as_py()
        for name in Facts._fields
        if name not in ("centroids", "counts", "weights")
    }
    centroids = _flat(row.column("centroids").flatten()).reshape(-1, n_features)
    counts = _flat(row.column("counts"))
    if centroids.shape != (k, n_features) or counts.shape != (k,) or None in values.values():
        raise Damaged
    weights = _flat(row.column("weights")) if "weights" in batch.schema.names else None
    if weights is not None and weights.shape != (k,):
        raise Damaged
    return Facts(centroids=centroids, counts=counts, weights=weights, **values)


def _flat(column: pa.Array) -> npt.NDArray[Any]:
    """Return the values of lists, one after the other, read-only."""
    array: npt.NDArray[Any] = column.flatten().to_numpy(zero_copy_only=True)
    return array


def decode_changes(batch: pa.RecordBatch, n_points: int, k: int) -> Changes:
    """Return the points that got labels, and these, from a batch.

    Raises
    ------
    Damaged
        If they are not those of so many points and clusters: kernels take them as they are.
    """
    labels = _flat(batch.column("labels"))
    if not len(labels):
        return Changes(np.empty(0, dtype=np.int64), labels)
    if int(labels.max()) >= k:
        raise Damaged
    first, gaps = batch.column("first").to_numpy(), batch.column("gaps")
    if gaps.null_count:
        points = range(int(first[0]), int(first[0]) + len(labels))
        if batch.num_rows != 1 or points.start < 0 or points.stop > n_points:
            raise Damaged
        return Changes(points, labels)
    offsets = gaps.offsets.to_numpy()
    ends = np.cumsum(_flat(gaps), dtype=np.int64)
    if len(ends) != len(labels) or not np.all(offsets[1:] > offsets[:-1]):
        raise Damaged
    ends += np.repeat(first - ends[offsets[:-1]], np.diff(offsets))
    if ends[0] < 0 or ends[-1] >= n_points or not np.all(ends[1:] > ends[:-1]):
        raise Damaged
    return Changes(ends.astype(np.uint32 if n_points < 1 << 32 else np.int64), labels)
