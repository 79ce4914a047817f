"""How chunks are grouped to parts."""

import clusters
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import ClusterError, Engine, InvalidInput, InvalidType, initial_centroids
from kmeans_engine.cluster import parts

pytest.importorskip("distributed")


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.integers(1, 20))
def test_groups_are_even_and_in_order(sizes, count):
    rows = sum(sizes)
    groups = parts._cut(list(range(len(sizes))), sizes, rows, count)
    assert [chunk for group in groups for chunk in group] == list(range(len(sizes)))
    assert 0 < len(groups) <= count
    for group in groups:
        assert group
        # Its share, and a chunk that lies across the border on either side.
        assert sum(sizes[chunk] for chunk in group) <= rows / count + 2 * max(sizes)


def test_features_side_by_side_are_joined_with_a_warning_where_that_is_dear(cluster, monkeypatch):
    import dask.array

    points = np.random.default_rng(0).normal(size=(100, 4))
    chunks = dask.array.from_array(points, chunks=(50, 2))
    monkeypatch.setattr(parts, "_DEAR", 100)
    with pytest.warns(
        UserWarning, match=r"lie in 2 chunks side by side; joining them moves 0\.0 GB"
    ):
        Engine(chunks)


@pytest.mark.parametrize("method", ["random", "k-means++", "k-means||"])
def test_starts_are_those_of_memory(cluster, method):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(600, 3)).round(1)
    chunks = clusters.cut(points, 7, rng)
    for seed, k in ((0, 1), (1, 5)):
        want = initial_centroids(points, k, method=method, seed=seed)
        got = initial_centroids(chunks, k, method=method, seed=seed)
        assert got.tobytes() == want.tobytes()


def test_few_positions(cluster):
    rng = np.random.default_rng(0)
    points = np.array([[0.0, 1.0], [2.0, 3.0]])[rng.integers(0, 2, 90)]
    chunks = clusters.cut(points, 5, rng)
    for method in ("random", "k-means++", "k-means||"):
        want = initial_centroids(points, 4, method=method, seed=0)
        assert initial_centroids(chunks, 4, method=method, seed=0).tobytes() == want.tobytes()


@pytest.mark.parametrize("change", [lambda some: some[1:], lambda some: some[:, :1]])
def test_chunks_that_are_not_as_their_collection_says(cluster, change):
    import dask.array

    chunks = dask.array.from_array(np.random.default_rng(0).normal(size=(90, 2)), chunks=(30, 2))
    wrong = chunks.map_blocks(change, dtype=float, meta=np.empty((0, 2)))
    with pytest.raises(ClusterError, match=r"begins with row .* has shape .*, not \(30, 2\)"):
        Engine(wrong)


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
