"""Weights of the points of a Dask collection, chunk by chunk beside them. Looks into none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from kmeans_engine.cluster.chunks import Chunks
from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.points.opening import elsewhere
from kmeans_engine.points.weights import read_weights, wrong_length
from kmeans_engine.runtime.memory import Budget

__all__ = ["weighed"]


def weighed(chunks: Chunks, weights: Any) -> Chunks:
    """Return chunks of known sizes with their weights.

    Parameters
    ----------
    chunks : Chunks
    weights : dask.array.Array, dask.dataframe.Series or array_like
        (M,) or (M, 1). An array is rechunked like the points; a Series has to have as many
        partitions as they have.

    Raises
    ------
    InvalidInput, InvalidType
        If they cannot be the weights of these points.
    """
    import dask.array

    assert chunks.sizes is not None
    sizes, count = tuple(chunks.sizes), sum(chunks.sizes)
    if elsewhere(weights) is None:
        own, _ = read_weights(weights, Budget())
        if len(own) != count:
            raise wrong_length(len(own), count)
        weights = dask.array.from_array(own, chunks=(sizes,))
    if isinstance(weights, dask.array.Array):
        weights = _chunked_like(weights, sizes, count)
    elif type(weights).__name__ != "Series":
        raise InvalidType(
            f"weights are of type dask.{type(weights).__name__}, need a dask.array of one "
            "dimension, or a column of a dask.dataframe, such as df['weight']",
            options=("weights",),
        )
    else:
        weights = weights.optimize()
    keys = weights.__dask_keys__()
    if len(keys) != len(sizes):
        raise InvalidInput(
            f"weights have {len(keys)} partitions and points {len(sizes)}: take both from one "
            "DataFrame, df[features] and df['weight']",
            options=("weights",),
        )
    graph = weights.__dask_graph__()
    if hasattr(weights, "__dask_optimize__"):
        graph = weights.__dask_optimize__(graph, keys)
    return chunks._replace(graph={**chunks.graph, **dict(graph)}, weights=tuple(keys))


def _chunked_like(weights: Any, sizes: tuple[int, ...], count: int) -> Any:
    """Return an array in chunks of these sizes; of unknown ones, in as many as it has."""
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.ndim != 1:
        raise InvalidInput(
            f"weights have shape {weights.shape}, need one number for each point, (M,)",
            options=("weights",),
        )
    if np.isnan(weights.shape[0]) or weights.chunks == (sizes,):
        return weights
    if weights.shape[0] != count:
        raise wrong_length(weights.shape[0], count)
    if 0 not in sizes:
        return weights.rechunk((sizes,))
    # Dask does not rechunk to empty chunks.
    import dask.array

    ends = np.cumsum([0, *sizes]).tolist()
    pieces = [weights[a:b].rechunk(-1) for a, b in pairwise(ends)]
    return dask.array.concatenate(pieces)
