"""How chunks are grouped to parts."""

import itertools

import clusters
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import ClusterError, Engine, initial_centroids
from kmeans_engine.cluster import parts

pytest.importorskip("distributed")


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.integers(1, 20))
def test_groups_are_even_and_in_order(sizes, count):
    rows = sum(sizes)
    groups = parts._cut(list(range(len(sizes))), sizes, count)
    assert [chunk for group in groups for chunk in group] == list(range(len(sizes)))
    assert 0 < len(groups) <= count
    for group in groups:
        assert group
        # Its share, and a chunk that lies across the border on either side.
        assert sum(sizes[chunk] for chunk in group) <= rows / count + 2 * max(sizes)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1), st.integers(1, 3))
def test_chunks_stay_where_they_are_as_far_as_that_is_fair(chunks, workers):
    sizes = [size for size, _ in chunks]
    threads = {f"w{number}": 1 + number for number in range(workers)}
    where = {chunk: f"w{home}" for chunk, (_, home) in enumerate(chunks)}
    found = parts._evened(where, sizes, threads)
    assert sorted(itertools.chain(*found.values())) == list(range(len(chunks)))
    assert set(found) <= set(threads)
    for worker, mine in found.items():
        assert mine == sorted(mine)
        share = sum(sizes) * threads[worker] / sum(threads.values())
        assert sum(sizes[chunk] for chunk in mine) <= share + max(sizes)
        theirs = [chunk for chunk, home in where.items() if home == worker]
        if sum(sizes[chunk] for chunk in theirs) <= share:
            assert set(theirs) <= set(mine)


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
