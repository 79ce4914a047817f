"""Labels on a cluster are lazy, and can be asked for when the run is over."""

import gc
import pickle

import clusters
import numpy as np
import pytest

from kmeans_engine import Engine

pytest.importorskip("distributed")


def test_labels_have_the_chunks_of_the_points(cluster):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(500, 2))
    chunks = clusters.cut(points, 6, rng)
    states = list(Engine(chunks).snapshots(points[:4], max_iterations=3))
    want = list(Engine(points).snapshots(points[:4], max_iterations=3))
    for a, b in zip(states, want, strict=True):
        assert a.labels.chunks == chunks.chunks[:1]
        assert a.labels.dtype == b.labels.dtype
        assert a.changed.dtype == np.intp
        assert np.array_equal(a.labels.compute(), b.labels)
        assert np.array_equal(a.changed.compute(), b.changed)
        # One chunk is made alone.
        assert np.array_equal(a.labels[:7].compute(), b.labels[:7])
        joined = np.bincount(a.labels.map_blocks(lambda some: some).compute(), minlength=4)
        assert joined.tolist() == b.counts.tolist()


def test_the_points_are_let_go_of_with_the_last_who_needs_them(cluster):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(500, 2))
    last = Engine(clusters.cut(points, 6, rng)).fit(points[:4])
    labels = last.labels
    del last
    assert np.array_equal(labels.compute(), Engine(points).fit(points[:4]).labels)


@pytest.mark.parametrize("sizes", [(500,), (0, 0, 0, 1), (0, 3, 0, 0, 0, 0, 2, 0), (7, 90, 0, 3)])
def test_a_pickled_state_gives_some_labels_whatever_the_chunks(cluster, sizes):
    import dask.array

    rng = np.random.default_rng(0)
    points = rng.normal(size=(sum(sizes), 2))
    last = Engine(dask.array.from_array(points, chunks=(sizes, 2))).fit(points[:4])
    kept, want = pickle.loads(pickle.dumps(last)), Engine(points).fit(points[:4])
    for rows in (rng.integers(len(points), size=9), np.arange(0)):
        got = kept.labels_at(rows)
        assert got.dtype == want.labels.dtype
        assert np.array_equal(got, want.labels[rows])


def test_a_pickled_state_outlives_its_engine(cluster):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(500, 2))
    want = list(Engine(points).snapshots(points[:4], max_iterations=4))[3]
    state = list(Engine(clusters.cut(points, 6, rng)).snapshots(points[:4], max_iterations=4))[3]
    kept = pickle.loads(pickle.dumps(state))
    del state
    gc.collect()
    assert np.array_equal(kept.labels.compute(), want.labels)
    assert np.array_equal(kept.changed.compute(), want.changed)
    got, wanted = (one.visit(clusters.Census(), changed=True) for one in (kept, want))
    assert sorted(row for row, *_ in got) == sorted(row for row, *_ in wanted)
