"""Points in files larger than the memory that is allowed: the same bits as in memory."""

import errno
import itertools
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput, PrecisionWarning, initial_centroids
from kmeans_engine.starts.methods import METHODS

pytestmark = pytest.mark.kernels

M = 60 if check.PLAIN_PYTHON else 40_000
# Nothing fits but what is smaller than an array that is counted.
LITTLE = 1


@pytest.fixture(autouse=True)
def everything_counts(monkeypatch):
    """Small arrays go to scratch as well."""
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)


def same_run(got, want, start, limit=25):
    kept = []
    for a, b in itertools.zip_longest(
        got.snapshots(start, max_iterations=limit), want.snapshots(start, max_iterations=limit)
    ):
        check.same_snapshot(a, b)
        kept.append((a, b))
    for a, b in kept:  # what was kept has not changed since
        check.same_snapshot(a, b)
    assert len(kept) > 2


def saved(folder, points):
    path = folder / "points.npy"
    np.save(path, points)
    return path


@pytest.mark.parametrize("layout", ["C", "F", "swapped"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("strategy", problems.strategies(2))
def test_files_of_numpy(tmp_path, strategy, dtype, layout):
    rng = np.random.default_rng(0)
    points = problems.make_layout(problems.make_points("clustered", rng, M, 2), dtype, layout)
    path = saved(tmp_path, points)
    start = points[:9].astype(float)
    want = Engine(points, threads=1, strategy="brute")
    got = Engine(path, threads=2, strategy=strategy, memory=LITTLE, scratch=tmp_path)
    assert got.points == path
    same_run(got, want, start)
    mapped = np.load(path, mmap_mode="r")
    got = Engine(mapped, threads=2, strategy=strategy, memory=LITTLE, scratch=tmp_path)
    assert got.points is mapped
    same_run(got, want, start, 3)
    assert [file.name for file in tmp_path.iterdir()] == ["points.npy"]


@pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")
@check.examples(60)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.integers(1, 12))
def test_any_points_in_any_files(tmp_path_factory, seed, kind, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(20, 80)), n)
    strategies = problems.strategies(n)
    strategy = strategies[rng.integers(len(strategies))]
    folder = tmp_path_factory.mktemp("files")
    cuts = np.sort(rng.choice(np.arange(1, len(points)), int(rng.integers(0, 3)), replace=False))
    start = problems.make_centroids(points, rng, int(rng.integers(2, 9)))
    parts = []
    for number, part in enumerate(np.split(points, cuts)):
        np.save(folder / f"{number}.npy", part)
        parts.append(np.load(folder / f"{number}.npy", mmap_mode="r"))
    want = Engine(points, strategy="brute").snapshots(start, max_iterations=10)
    got = Engine(parts, strategy=strategy, memory=LITTLE).snapshots(start, max_iterations=10)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


def test_initial_centroids_of_a_file(tmp_path):
    points = np.random.default_rng(0).normal(size=(M, 3))
    path = saved(tmp_path, points)
    for method in METHODS:
        want = initial_centroids(points, 9, method=method, seed=1)
        assert np.array_equal(initial_centroids(path, 9, method=method, seed=1), want)
        mapped = np.load(path, mmap_mode="r")
        assert np.array_equal(initial_centroids(mapped, 9, method=method, seed=1), want)


def changed(path, how):
    if how == "shrunk":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "written to":
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    elif how == "replaced":
        other = path.with_name("other.npy")
        shutil.copy(path, other)
        other.replace(path)
    else:
        path.unlink()


@pytest.mark.parametrize("how", ["shrunk", "written to", "replaced", "removed"])
def test_a_file_that_changes_in_the_middle_of_a_run(tmp_path, how):
    points = problems.make_points("random", np.random.default_rng(0), M, 2)
    path = saved(tmp_path, points)
    run = Engine(path, strategy="brute", memory=LITTLE).snapshots(points[:9])
    kept = list(itertools.islice(run, 3))
    changed(path, how)
    with pytest.raises(InvalidInput, match=f"^{path} has been changed, replaced or removed"):
        list(run)
    assert kept[2].labels.max() < 9  # what was yielded stays


def test_a_file_that_is_not_complete(tmp_path):
    path = saved(tmp_path, np.zeros((M, 2)))
    changed(path, "shrunk")
    with pytest.raises(InvalidInput, match="ends in the middle of its rows"):
        Engine(path)
    path.write_bytes(b"hello")
    with pytest.raises(InvalidInput, match="is not a file of NumPy"):
        Engine(path)
    np.save(path, np.zeros(3))
    with pytest.raises(InvalidInput, match=r"shape \(3,\)"):
        Engine(path)


def test_bad_values_of_a_file(tmp_path):
    points = np.zeros((M, 2))
    points[M // 2, 1] = np.nan
    with pytest.raises(InvalidInput, match=f"the first in row {M // 2}, column 1;"):
        Engine(saved(tmp_path, points), memory=LITTLE)


def test_a_map_that_is_written_to_is_noticed(tmp_path):
    path = saved(tmp_path, np.random.default_rng(0).normal(size=(M, 2)))
    points = np.load(path, mmap_mode="r+")
    engine = Engine(points, strategy="brute", memory=LITTLE)
    run = engine.snapshots(points[:3].copy())
    next(run)
    points[5] += 1.0
    with pytest.raises(InvalidInput, match="has been changed"):
        list(run)


def test_rows_of_a_map_and_private_maps(tmp_path):
    points = np.random.default_rng(0).normal(size=(M, 2))
    path = saved(tmp_path, points)
    some = np.load(path, mmap_mode="r")[7:-3]
    same_run(Engine(some, memory=LITTLE), Engine(points[7:-3]), points[:4])
    private = np.load(path, mmap_mode="c")
    private[0] = 9.0
    want = Engine(np.array(private))
    same_run(Engine(private, memory=LITTLE), want, points[:4])


def test_whole_numbers_that_are_rounded_are_told(tmp_path):
    points = np.arange(2 * M).reshape(M, 2) + (1 << 53)
    with pytest.warns(PrecisionWarning, match=f"{M:,} whole numbers"):
        Engine(saved(tmp_path, points), memory=LITTLE)


def test_a_pickled_engine_reads_its_file_again(tmp_path):
    points = np.random.default_rng(0).normal(size=(M, 2))
    engine = Engine(saved(tmp_path, points), memory=LITTLE, scratch=tmp_path)
    data = pickle.dumps(engine)
    assert len(data) < 1000
    same_run(pickle.loads(data), Engine(points), points[:4])


def test_what_the_arrays_of_an_engine_take(tmp_path):
    # Ten times as many bytes as are allowed.
    if check.PLAIN_PYTHON or not Path("/proc/self/status").exists():
        pytest.skip("needs machine code, and the files of Linux")
    points = np.random.default_rng(0).normal(size=(2_000_000, 2)).astype(np.float32)
    path = saved(tmp_path, points)
    code = f"""
import threading, time, numpy as np
from kmeans_engine import Engine, InvalidInput, PrecisionWarning, initial_centroids
from kmeans_engine.starts.methods import METHODS
def taken():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
few = np.load({str(path)!r}, mmap_mode="r")[:40_000]
peak = [0]
def watch():
    while True:
        peak[0] = max(peak[0], taken())
        time.sleep(0.002)
for strategy in ("brute", "blocks", "bounds"):
    start = np.array(few[:9], dtype=float)
    Engine(few, strategy=strategy, memory=1, scratch={str(tmp_path)!r}).fit(start, max_iterations=4)
threading.Thread(target=watch, daemon=True).start()
before = taken()
for strategy in ("brute", "blocks", "bounds"):
    options = dict(threads=2, strategy=strategy, memory="1600kB", scratch={str(tmp_path)!r})
    engine = Engine({str(path)!r}, **options)
    for state in engine.snapshots(start, max_iterations=6):
        pass
    state.labels, state.inertia
print(peak[0] - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # Chunks of each thread, and what the allocator does not give back at once.
    assert int(done.stdout) < 30_000


@pytest.mark.skipif(check.PLAIN_PYTHON, reason="takes too many points for plain Python")
def test_auto_sorts_a_file_once_sweeps_have_cost_as_much(tmp_path):
    points = problems.make_points("random", np.random.default_rng(0), 50_000, 2)
    engine = Engine(saved(tmp_path, points), memory=LITTLE, scratch=tmp_path)
    start = points[:12].copy()
    states = list(engine.snapshots(start, max_iterations=20))
    names = [state.strategy for state in states]
    assert names[0] == "brute"
    assert names[-1] == "blocks"
    assert names == sorted(names, key=["brute", "blocks"].index)
    for got, want in zip(states, Engine(points).snapshots(start), strict=False):
        check.same_snapshot(got, want)
    assert [file.name for file in tmp_path.iterdir()] == ["points.npy"]
    # The next run of the same engine finds the sorted points.
    assert next(engine.snapshots(start)).strategy == "blocks"


@pytest.mark.skipif(check.PLAIN_PYTHON, reason="takes too many points for plain Python")
def test_auto_goes_on_where_there_is_no_room_to_sort(tmp_path, monkeypatch):
    points = problems.make_points("random", np.random.default_rng(0), 50_000, 2)
    engine = Engine(saved(tmp_path, points), memory=LITTLE, scratch=tmp_path)
    start = points[:12].copy()

    def full(*_):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("kmeans_engine.points.blocks.SortedPoints.__init__", full)
    want = list(Engine(points, strategy="brute").snapshots(start, max_iterations=30))
    for _ in range(2):
        states = list(engine.snapshots(start, max_iterations=30))
        assert {state.strategy for state in states} == {"brute"}
        for a, b in zip(states, want, strict=True):
            check.same_snapshot(a, b)


def test_several_files_follow_one_another(tmp_path):
    points = problems.make_points("clustered", np.random.default_rng(1), M, 2)
    paths = [tmp_path / f"{i}.npy" for i in range(3)]
    for path, part in zip(paths, np.array_split(points, 3), strict=True):
        np.save(path, part)
    start = initial_centroids(paths, 5, seed=2)
    assert np.array_equal(start, initial_centroids(points, 5, seed=2))
    for memory in (LITTLE, "1GB"):
        engine = Engine([str(path) for path in paths], memory=memory, scratch=tmp_path)
        same_run(engine, Engine(points), start)
