"""What is known of the chunks of a collection before anything is computed."""

import numpy as np
import pytest

from kmeans_engine import Engine, InvalidInput, InvalidType
from kmeans_engine.cluster import chunks as chunk_room

pytest.importorskip("distributed")


def test_features_side_by_side_are_joined_with_a_warning_where_that_is_dear(cluster, monkeypatch):
    import dask.array

    points = np.random.default_rng(0).normal(size=(100, 4))
    chunks = dask.array.from_array(points, chunks=(50, 2))
    monkeypatch.setattr(chunk_room, "_DEAR", 100)
    with pytest.warns(
        UserWarning, match=r"lie in 2 chunks side by side; joining them moves 0\.0 GB"
    ):
        Engine(chunks)


def test_a_collection_says_what_it_holds(cluster):
    import dask.array
    import dask.dataframe
    import pandas as pd

    points = dask.array.zeros((30, 2), chunks=(10, 2), dtype="float32")
    found = chunk_room.chunks_of(points)
    assert (found.sizes, found.n_features, found.dtype) == ([10, 10, 10], 2, np.float32)
    assert not found.futures
    assert len(chunk_room.chunks_of(points.persist()).futures) == 3
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5]})
    found = chunk_room.chunks_of(dask.dataframe.from_pandas(frame, npartitions=2))
    assert (found.sizes, found.names, found.dtype) == (None, ("a", "b"), np.float64)
    again = chunk_room.counted(found, cluster, "token")
    assert sum(again.sizes) == 3
    assert len(again.futures) == len(again.sizes)


@pytest.mark.parametrize("shape", [(60,), (60, 2, 3)])
def test_the_error_tells_the_shape_of_all_points(cluster, shape):
    import dask.array

    points = np.zeros(shape)
    with pytest.raises(InvalidInput) as here:
        Engine(points)
    with pytest.raises(InvalidInput) as there:
        Engine(dask.array.from_array(points, chunks=20))
    assert str(there.value) == str(here.value)


def test_collections_in_a_list_are_not_read_into_this_process(cluster):
    import dask.array

    chunks = dask.array.zeros((60, 2), chunks=20)
    for some in ([chunks, chunks], (np.zeros((3, 2)), chunks)):
        with pytest.raises(InvalidType, match=r"with Dask collections.* join them to one"):
            Engine(some)
