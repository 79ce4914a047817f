"""Points in files larger than the memory that is allowed: the same bits as in memory."""

import itertools

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine

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
