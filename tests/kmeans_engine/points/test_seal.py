"""Whoever changes the points gets an error, or the answer for the points as they were."""

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput, make_clusters
from kmeans_engine.points.data import Data, measure_together, prepare

CHANGED = "have been changed since Engine"


@pytest.fixture
def points():
    return make_clusters(6, 60, seed=1)


@pytest.mark.kernels
@check.examples(200)
@given(st.data())
def test_every_change_of_every_bit_is_seen(data):
    dtype = data.draw(st.sampled_from(["f4", "f8", "i2", "u1", "f2"]))
    shape = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 5))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    points = problems.make_layout(
        rng.integers(-9, 9, shape).astype(float), dtype, data.draw(st.sampled_from("CF"))
    )
    part = prepare(points, data.draw(st.sampled_from([1, 3])))
    assert part.is_as_measured()
    at = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    before = points[at].copy()
    points[at] = before ^ 1 if dtype in ("i2", "u1") else before + data.draw(st.floats(1, 9))
    assert not part.is_as_measured()
    points[at] = before
    assert part.is_as_measured()


@pytest.mark.kernels
@check.examples(100)
@given(st.integers(0, 2**32), st.sampled_from(["f4", "f8"]))
def test_an_exchange_is_seen(seed, dtype):
    # Whole numbers, whose low bits are all zero, at distances that are powers of two.
    rng = np.random.default_rng(seed)
    points = rng.permutation(1 << 12 if not check.PLAIN_PYTHON else 64).astype(dtype)[:, None]
    part = prepare(points, 2)
    distance = 1 << int(rng.integers(0, len(points).bit_length() - 1))
    i = int(rng.integers(0, len(points) - distance))
    points[[i, i + distance]] = points[[i + distance, i]]
    assert not part.is_as_measured()


def test_the_smallest_change_of_one_value_among_many_is_seen(monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", 1 << 14)
    points = np.random.default_rng(0).normal(size=(30_001, 3)).astype("f4")
    for threads in (1, 2, 7):
        part = prepare(points, threads)
        for row in (0, 15_000, 30_000):
            before = points[row, 1]
            points[row, 1] = np.nextafter(before, np.float32(9))
            assert not part.is_as_measured()
            points[row, 1] = before
        assert part.is_as_measured()


def test_parts_of_both_kinds_of_float():
    points = np.random.default_rng(0).normal(size=(50, 2))
    parts = [Data.of(points[:20].astype("f4"), 2), Data.of(points[20:], 2)]
    measure_together(parts)
    assert all(part.is_as_measured() for part in parts)
    parts[0].points[3] += 1
    assert not parts[0].is_as_measured()


@pytest.mark.parametrize("strategy", problems.USABLE)
def test_points_that_change_before_a_run(points, strategy):
    engine = Engine(points, strategy=strategy)
    points[7] *= 1.5
    with pytest.raises(InvalidInput, match=CHANGED):
        engine.fit(points[:6])


@pytest.mark.parametrize("dtype", ["f4", "u1", "i4"])
@pytest.mark.parametrize("strategy", problems.USABLE)
def test_points_that_change_before_a_run_and_back_after_it(strategy, dtype):
    # What an engine has made of the points as they were meanwhile must not serve the next run.
    rng = np.random.default_rng(0)
    points = rng.integers(0, 200, (300, 8)).astype(dtype)
    before, start = points.copy(), points[:20].astype(np.float64)
    engine = Engine(points, strategy=strategy)
    points[:] = rng.integers(0, 200, points.shape)
    with pytest.raises(InvalidInput, match=CHANGED):
        engine.fit(start)
    points[:] = before
    got, want = (e.fit(start, max_iterations=9) for e in (engine, Engine(before, strategy="brute")))
    check.same_snapshot(got, want)


@pytest.mark.parametrize("strategy", problems.USABLE)
def test_points_that_change_during_a_run(points, strategy):
    start = points[::60].copy()
    want = [(s.labels, s.centroids, s.inertia) for s in Engine(points.copy()).snapshots(start)]
    got = []
    try:
        for snapshot in Engine(points, strategy=strategy).snapshots(start):
            got.append(snapshot)
            points[5:50] += 0.25
    except InvalidInput as error:
        assert CHANGED in str(error)
    else:
        # It cannot matter to one who has a copy.
        assert strategy in ("blocks", "cuda")
        for snapshot, (labels, centroids, _) in zip(got, want, strict=True):
            assert np.array_equal(snapshot.labels, labels)
            assert np.array_equal(snapshot.centroids, centroids)
    for snapshot in got:
        with pytest.raises(InvalidInput, match=CHANGED):
            _ = snapshot.inertia


@pytest.mark.parametrize("strategy", problems.USABLE)
def test_points_that_change_after_a_run(points, strategy):
    start = points[::60].copy()
    engine = Engine(points, strategy=strategy)
    unread = engine.fit(start)
    points[5] += 1
    with pytest.raises(InvalidInput, match=CHANGED):
        _ = unread.inertia
    points[5] -= 1
    engine = Engine(points, strategy=strategy)
    last = engine.fit(start)
    inertia = last.inertia
    points[5] += 1
    assert last.inertia == inertia  # from exact sums, which are known


@pytest.mark.parametrize("strategy", ["brute", "bounds", "neighbours", "quantized"])
def test_no_inertia_of_a_state_that_saw_a_change(points, strategy):
    run = Engine(points, strategy=strategy).snapshots(points[::60].copy())
    first = next(run)
    inertia = first.inertia
    points[5] += 1
    later = next(run)
    with pytest.raises(InvalidInput, match=CHANGED):
        _ = later.inertia
    assert first.inertia == inertia


def test_inertia_that_is_read_at_each_state(points):
    engine, start = Engine(points, strategy="bounds"), points[::60]
    states = [(s, s.inertia) for s in engine.snapshots(start)]
    assert [s.inertia for s, _ in states] == [inertia for _, inertia in states]


def test_points_that_change_while_they_are_sorted(points, monkeypatch):
    from kmeans_engine.points import blocks

    engine, make_grid = Engine(points, strategy="blocks"), blocks._make_grid

    def change(data):
        points[0] = points[1]
        return make_grid(data)

    monkeypatch.setattr(blocks, "_make_grid", change)
    with pytest.raises(InvalidInput, match=CHANGED):
        next(engine.snapshots(points[:3]))
