"""Runs on clusters whose workers die, come, stand still or run out of memory: the same bits."""

import contextlib
import itertools
import os
import signal
import threading
import time

import check
import clusters
import numpy as np
import problems
import pytest

from kmeans_engine import ClusterError, Engine
from kmeans_engine.cluster import parts

dask_array = pytest.importorskip("dask.array")
pytest.importorskip("distributed")


@pytest.fixture
def troubled():
    """A client of three worker processes that a test may do anything to."""
    with clusters.started(3) as client:
        yield client


@pytest.fixture(autouse=True)
def many_parts(monkeypatch):
    monkeypatch.setattr(parts, "LEAST", 64)
    monkeypatch.setattr(parts, "PER_THREAD", 2)


# Most iterations of a run.
MOST = 15


def same_states(got, want, rng):
    """Check all snapshots, and what is made on the workers of some of them."""
    total = 0
    for a, b in itertools.zip_longest(got, want):
        for name in ("centroids", "assigned_from", "counts", "n_changed", "shift", "converged"):
            x, y = getattr(a, name), getattr(b, name)
            assert np.asarray(x).tobytes() == np.asarray(y).tobytes(), (name, a.iteration)
        if rng.random() < 0.1:
            check.same_snapshot(a, b)
        total += 1
    check.same_snapshot(a, b)
    return total


def slow(points, start, seconds, **options):
    """The run of an engine, with some time between its states."""
    for snapshot in Engine(points, **options).snapshots(start, max_iterations=MOST):
        yield snapshot
        time.sleep(seconds)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_workers_that_are_killed_at_any_moment(troubled, seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(size=(3000, 2))
    start = points[:12].copy()
    want = list(Engine(points).snapshots(start, max_iterations=MOST))
    strategy = problems.strategies(2)[seed % len(problems.strategies(2))]

    def act(rng):
        # A nanny starts another one, unless it dies before it is ready.
        with contextlib.suppress(Exception):
            there = clusters.processes(troubled)
            if len(there) > 1:
                clusters.kill(int(rng.choice(there)))

    chunks = clusters.cut(points, 9, rng)
    with clusters.Nuisance(act, 1.2, seed) as nuisance:
        for _ in range(2):
            states = slow(chunks, start, 0.03, strategy=strategy)
            assert same_states(states, want, rng) == len(want)
    assert nuisance.acts > 1


@pytest.mark.slow
def test_workers_that_stand_still(troubled):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(3000, 2))
    start = points[:12].copy()

    def act(rng):
        clusters.stop(int(rng.choice(clusters.processes(troubled))), 0.7)

    with clusters.Nuisance(act, 0.5) as nuisance:
        states = slow(clusters.cut(points, 9, rng), start, 0.01)
        same_states(states, Engine(points).snapshots(start, max_iterations=MOST), rng)
    assert nuisance.acts


@pytest.mark.slow
def test_a_worker_that_comes_and_one_that_leaves(troubled):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(3000, 2))
    start = points[:12].copy()
    chunks = clusters.cut(points, 9, rng).persist()
    engine = Engine(chunks)
    states = engine.snapshots(start, max_iterations=MOST)
    want = list(Engine(points).snapshots(start, max_iterations=MOST))
    got = list(itertools.islice(states, 4))
    troubled.cluster.scale(4)
    troubled.wait_for_workers(4, timeout=60)
    got += itertools.islice(states, 4)
    troubled.retire_workers(list(troubled.nthreads())[:1])
    got += itertools.islice(states, 4)
    troubled.restart_workers(list(troubled.nthreads())[:1])
    got += states
    same_states(got, want, rng)
    troubled.cluster.scale(3)


def test_parts_that_are_spilled():
    # Half of the points fit: the rest is on the disk at any time.
    with clusters.started(1) as client:
        chunks = dask_array.random.default_rng(0).uniform(size=(100_000, 4), chunks=(9_999, 4))
        points = chunks.compute()
        client.run(_press, points.nbytes // 2)
        engine = Engine(chunks)
        assert max(client.run(_spilled).values()) > 0
        start = points[:6]
        got = engine.snapshots(start, max_iterations=5)
        want = Engine(points).snapshots(start, max_iterations=5)
        same_states(got, want, np.random.default_rng(0))


def _press(size, dask_worker):
    """Leave a worker only so many bytes in memory."""
    dask_worker.data.fast.n = size


def _spilled(dask_worker):
    return len(dask_worker.data.slow)


def test_nothing_is_left_of_a_run(cluster):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(3000, 2))
    engine = Engine(clusters.cut(points, 9, rng))
    before = set(cluster.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks)))
    states = engine.snapshots(points[:9])
    first = next(states)
    next(states)
    states.close()
    kept = cluster.run(_runs_kept)

    def left():
        return set(cluster.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks)))

    _until(lambda: left() <= before)
    _until(lambda: not any(cluster.run(_runs_kept).values()))
    assert kept is not None
    assert first.labels.compute().shape == (3000,)
    del engine, first, states
    _until(lambda: not [key for key in left() if "kmeans" in str(key)])


def _runs_kept(dask_worker):
    """How many runs are remembered on a worker."""
    from kmeans_engine.cluster.part import Part

    return sum(len(value._kept) for value in dask_worker.data.values() if type(value) is Part)


def _until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_several_runs_at_once(cluster):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(2000, 2))
    engine, here = Engine(clusters.cut(points, 9, rng)), Engine(points)
    starts = [points[:5], points[5:12], points[12:14]]
    got = [engine.snapshots(start, max_iterations=8) for start in starts]
    want = [here.snapshots(start, max_iterations=8) for start in starts]
    for states in zip(*got, *want, strict=True):
        for a, b in zip(states[:3], states[3:], strict=True):
            check.same_snapshot(a, b)
    assert os.getpid() not in clusters.processes(cluster)


def test_ctrl_c_ends_a_run_quietly(cluster, capfd):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(20_000, 2))
    engine = Engine(clusters.cut(points, 9, rng))
    start = points[:300].copy()
    seen = 0
    with pytest.raises(KeyboardInterrupt):
        for _ in engine.snapshots(start):
            seen += 1
            if seen == 3:
                timer = threading.Timer(0.004, os.kill, (os.getpid(), signal.SIGINT))
                timer.start()
        timer.join()
        time.sleep(1)
    _until(lambda: not any(cluster.processing().values()))
    check.same_snapshot(
        engine.fit(start, max_iterations=2), Engine(points).fit(start, max_iterations=2)
    )
    assert "never retrieved" not in capfd.readouterr().err


@pytest.mark.slow
def test_points_that_nobody_can_make_again():
    import dask

    points = np.random.default_rng(0).uniform(size=(300, 2))
    with clusters.started(1) as client:
        (sent,) = client.scatter([points])
        chunks = dask_array.from_delayed(dask.delayed(sent), shape=points.shape, dtype=points.dtype)
        engine = Engine(chunks)
        states = engine.snapshots(points[:5])
        next(states)
        next(states)
        client.restart_workers(list(client.nthreads()))
        with pytest.raises(ClusterError, match="nobody can make the points again"):
            list(states)
        engine = Engine(dask_array.from_array(points, chunks=(100, 2)))
        client.close()
        with pytest.raises(ClusterError, match="closed"):
            engine.fit(points[:5])
