"""Engines on Dask collections: the bits of the same points in memory, whatever the chunks."""

import itertools
import pickle

import check
import clusters
import numpy as np
import pandas as pd
import problems
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput, InvalidType, UnsupportedStrategy
from kmeans_engine.cluster import open_visible

dask_array = pytest.importorskip("dask.array")
pytest.importorskip("distributed")


def same_run(got, want):
    """Check every field of all snapshots, while they are new and when the run is over."""
    kept = []
    for a, b in itertools.zip_longest(got, want):
        if a.iteration in (0, 1, 3):
            check.same_snapshot(a, b)
        kept.append((a, b))
    for a, b in kept[:: max(len(kept) // 2, 1)]:
        check.same_snapshot(a, b)
        rows = np.arange(0, len(b.labels), 7)
        assert a.labels_at(rows).tolist() == b.labels[rows].tolist()
    for (a, _), (b, _) in itertools.pairwise(kept):
        assert b.follows(a)
    assert len(kept) > 1


@pytest.mark.parametrize("strategy", problems.strategies(2))
def test_every_strategy_gives_the_bits_of_memory(cluster, strategy):
    rng = np.random.default_rng(0)
    points = problems.make_points("clustered", rng, 3000, 2)
    start = points[:9].copy()
    got = Engine(clusters.cut(points, 7, rng), strategy=strategy).snapshots(start)
    same_run(got, Engine(points, strategy=strategy).snapshots(start))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.integers(1, 9),
    st.sampled_from(["float64", "float32", "int16", "uint8"]),
)
def test_any_points_in_any_chunks(cluster, seed, kind, n, dtype):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(20, 200)), n)
    points = problems.make_layout(points, dtype, "C")
    chunks = clusters.cut(points, int(rng.integers(1, 30)), rng)
    strategy = rng.choice(problems.strategies(n))
    start = problems.make_centroids(points, rng, int(rng.integers(2, 9)))
    got = Engine(chunks, strategy=strategy).snapshots(start, max_iterations=6)
    same_run(got, Engine(points).snapshots(start, max_iterations=6))


def test_points_that_are_on_the_workers_stay_there(cluster):
    rng = np.random.default_rng(1)
    points = rng.normal(size=(2000, 3)).astype(np.float32)
    chunks = clusters.cut(points, 30, rng).persist()
    engine = Engine(chunks)
    assert engine.points is chunks
    assert len(engine._whole.parts.keys) > 1
    same_run(engine.snapshots(points[:5]), Engine(points).snapshots(points[:5]))


def test_features_in_several_chunks_are_joined(cluster):
    points = np.random.default_rng(2).normal(size=(500, 6))
    chunks = dask_array.from_array(points, chunks=(100, 2))
    same_run(Engine(chunks).snapshots(points[:4]), Engine(points).snapshots(points[:4]))


def test_chunks_of_unknown_sizes(cluster):
    points = np.random.default_rng(3).normal(size=(900, 2))
    chunks = dask_array.from_array(points, chunks=(100, 2))
    chunks = chunks[chunks[:, 0] > -0.5]
    want = points[points[:, 0] > -0.5]
    engine = Engine(chunks)
    assert engine.points.shape == want.shape
    assert np.array_equal(engine.points.compute(), want)
    same_run(engine.snapshots(want[:4]), Engine(want).snapshots(want[:4]))


def test_data_frames(cluster):
    dask_frame = pytest.importorskip("dask.dataframe")
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"a": rng.normal(size=700), "b": rng.integers(0, 9, 700)})
    engine, want = Engine(dask_frame.from_pandas(frame, npartitions=5)), Engine(frame)
    assert engine.names == want.names == ("a", "b")
    assert engine.points.dtype == want.points.dtype
    same_run(engine.snapshots(frame[["b", "a"]][:4]), want.snapshots(frame[:4]))


def test_a_snapshot_can_leave(cluster):
    points = np.random.default_rng(5).normal(size=(400, 2))
    engine = Engine(clusters.cut(points, 4, np.random.default_rng(0)))
    got = list(engine.snapshots(points[:3], max_iterations=4))
    want = list(Engine(points).snapshots(points[:3], max_iterations=4))
    for a, b in zip(pickle.loads(pickle.dumps(got)), want, strict=True):
        check.same_snapshot(a, b)
        assert a.labels_at(np.array([3, 5])).tolist() == b.labels[[3, 5]].tolist()
        assert sorted(a.visit(clusters.Census())) == sorted(b.visit(clusters.Census()))
    again = pickle.loads(pickle.dumps(engine))
    check.same_snapshot(again.fit(points[:3]), Engine(points).fit(points[:3]))


def test_visits_rows_and_samples(cluster):
    rng = np.random.default_rng(6)
    points = rng.normal(size=(600, 2))
    engine, here = Engine(clusters.cut(points, 9, rng)), Engine(points)
    visible = engine._whole
    assert sorted(visible.visit(clusters.Census())) == sorted(here._whole.visit(clusters.Census()))
    pairs = zip(engine.snapshots(points[:5]), here.snapshots(points[:5]), strict=True)
    before = None
    states = []
    for now in pairs:
        states.append(now)
        if now[0].iteration > 8:
            break
        for first in (None, before, states[0]):
            a, b = (
                now[i].visit(clusters.Census(), None if first is None else first[i]) for i in (0, 1)
            )
            assert sorted(a, key=repr) == sorted(b, key=repr)
        a, b = (state.visit(clusters.Census(), changed=True) for state in now)
        assert sorted(a) == sorted(b)
        before = now
    rows = rng.integers(0, 600, 50)
    assert np.array_equal(visible.take(rows), points[rows])
    for step in (1, 7, 1000):
        assert np.array_equal(visible.sample(step), points[::step])
        assert np.array_equal(visible.sample(step, 3), points[3::step])


def test_what_is_wrong_is_told_as_for_memory(cluster):
    points = np.zeros((40, 2))
    points[17, 1] = np.nan
    points[31] = np.inf
    with pytest.raises(InvalidInput, match=r"^points have 3 NaN or infinite values, .* row 17;"):
        Engine(dask_array.from_array(points, chunks=(5, 2)))
    with pytest.raises(InvalidInput, match="shape"):
        Engine(dask_array.zeros(5, chunks=2))
    with pytest.raises(InvalidType, match="complex"):
        Engine(dask_array.zeros((5, 2), chunks=2, dtype=complex))
    with pytest.raises(InvalidInput, match="at least one row"):
        Engine(dask_array.zeros((0, 2), chunks=2))
    for option in ({"memory": "1GB"}, {"scratch": "."}):
        with pytest.raises(InvalidInput, match="has no effect on points that are not in this"):
            Engine(dask_array.zeros((5, 2), chunks=2), **option)
    with pytest.raises(UnsupportedStrategy, match="blocks"):
        Engine(dask_array.zeros((50, 40), chunks=20), strategy="blocks")
    with pytest.raises(InvalidType, match=r"dask\.Delayed"):
        import dask

        Engine(dask.delayed(points))
    with pytest.raises(InvalidInput, match=r"^k=9 needs at least 9 points|centroids"):
        Engine(dask_array.zeros((5, 2), chunks=2)).fit(np.zeros((9, 3)))


def test_rows_are_taken_from_their_chunks_alone(cluster):
    def make(block_id=None):
        if block_id[0] != 1:
            raise AssertionError("this chunk was not asked for")
        return np.arange(20.0).reshape(10, 2)

    chunks = dask_array.map_blocks(
        make, chunks=((10, 10, 10), 2), dtype=float, meta=np.empty((0, 0))
    )
    visible = open_visible(chunks)
    assert (visible.n_points, visible.n_features) == (30, 2)
    assert visible.take([19, 12]).tolist() == [[18.0, 19.0], [4.0, 5.0]]
    with pytest.raises(AssertionError, match="not asked for"):
        assert visible.measure
