"""The engine against the oracle, and the promises of its contract."""

import itertools
import subprocess
import sys
import threading

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import (
    Engine,
    initial_centroids,
    make_clusters,
)

# Problems of every unpleasant kind.
pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning")

DTYPES = ("float64", "float32", "int64", "uint8", "float16")
LAYOUTS = ("C", "F", "reversed", "strided", "read_only", "swapped")


@st.composite
def runs(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    m = draw(st.integers(1, 40))
    n = draw(st.integers(1, 6))
    points = problems.make_points(draw(st.sampled_from(problems.KINDS)), rng, m, n)
    points = problems.make_layout(
        points, draw(st.sampled_from(DTYPES)), draw(st.sampled_from(LAYOUTS))
    )
    # More centroids than points, too: as few new points are labelled.
    k = draw(st.one_of(st.integers(1, min(m, 9)), st.integers(m, m + 30)))
    return points, problems.make_centroids(points, rng, k)


@pytest.mark.kernels
@pytest.mark.parametrize("strategy", problems.USABLE)
@check.examples(150)
@given(runs(), st.sampled_from([1, 2, 3, 8]))
def test_every_snapshot_equals_the_oracle(strategy, run, threads):
    points, centroids = run
    before = points.tobytes()
    check.like_oracle(Engine(points, threads=threads, strategy=strategy), centroids)
    assert points.tobytes() == before


@pytest.mark.kernels
@check.examples(30)
@given(runs(), st.integers(0, 4), st.sampled_from([0.0, 1e-3, 0.5, 10.0]))
def test_a_run_ends_where_the_oracle_ends(run, max_iterations, tolerance):
    points, centroids = run
    check.like_oracle(Engine(points), centroids, max_iterations=max_iterations, tolerance=tolerance)


@pytest.mark.kernels
def test_four_points_by_hand():
    points = [[0.0, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 3.0]]
    first, second, third, last = Engine(points).snapshots([[0.0, 0.0], [0.0, 1.0]])
    # (4, 3) is nearer to (0, 1), everything but (0, 1) itself to (0, 0).
    assert first.labels.tolist() == second.labels.tolist() == [0, 1, 0, 1]
    assert first.inertia == 0 + 0 + 16 + (16 + 4)
    assert second.centroids.tolist() == [[2.0, 0.0], [2.0, 2.0]]
    assert second.n_changed == 0
    assert second.shift == np.sqrt(5.0)
    assert second.inertia == 4 + (4 + 1) + 4 + (4 + 1)
    # (0, 1) is as far from the one as from the other: the lower label wins.
    assert third.labels.tolist() == [0, 0, 0, 1]
    assert third.changed.tolist() == [1]
    assert third.counts.tolist() == [3, 1]
    assert third.centroids.tolist() == [[4 / 3, 1 / 3], [4.0, 3.0]]
    assert not third.converged
    # (4, 0) is at 65/9 from the first mean and at 9 from the second: nothing moves any more.
    assert last.converged
    assert last.shift == 0.0
    assert last.n_changed == 0
    assert last.inertia == 34 / 3


@pytest.mark.parametrize("n", [1, 2, 3, 50, 784])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_number_of_features(n, dtype):
    rng = np.random.default_rng(n)
    points = problems.make_points("clustered", rng, 60, n).astype(dtype)
    assert check.like_oracle(Engine(points), points[:5], max_iterations=4) > 1


def test_same_bits_for_any_number_of_threads(monkeypatch):
    rng = np.random.default_rng(3)
    points = rng.normal(size=(5000, 3)).astype(np.float32)
    monkeypatch.setattr(
        "kmeans_engine.runtime.threads.CHUNK_WORK", 3 * 40 * 64
    )  # 64 rows: many chunks
    reference = list(Engine(points, threads=1).snapshots(points[:40]))
    for threads in (2, 3, 8):
        run = Engine(points, threads=threads).snapshots(points[:40])
        for got, want in itertools.zip_longest(run, reference):
            check.same_snapshot(got, want)


@pytest.mark.kernels
def test_an_empty_cluster_keeps_its_centroid():
    last = Engine([[0.0], [1.0], [9.0]]).fit([[0.0], [100.0], [9.0]])
    assert last.counts.tolist() == [2, 0, 1]
    assert last.centroids.tolist() == [[0.5], [100.0], [9.0]]


def test_duplicates_give_no_inertia_at_all_even_far_from_the_origin():
    points = np.repeat([[1e8 + 0.1, 3.3], [1e8 + 7.7, 1.1]], 1000, axis=0)
    assert Engine(points).fit(points[[0, 1000]]).inertia == 0.0


@pytest.mark.kernels
def test_float32_far_from_the_origin_is_clustered_right():
    rng = np.random.default_rng(5)
    points = (1e6 + 3.0 * rng.integers(0, 2, (400, 2)) + rng.normal(0, 0.3, (400, 2))).astype("f4")
    assert check.like_oracle(Engine(points), points[:4]) > 2


@pytest.mark.kernels
def test_the_run_that_cycles_under_sums_rounded_at_a_fixed_scale_ends():
    rng = np.random.default_rng(7)
    points = rng.normal(size=(60, 1))
    points[17] = 1e36
    assert check.like_oracle(Engine(points), points[:5], max_iterations=100) < 100


@pytest.mark.kernels
def test_wide_integers_round_once():
    points = np.array([[2**53 + 1], [2**53 + 3], [5]], dtype=np.int64)
    check.like_oracle(Engine(points), [[0.0], [2.0**53]])


def test_runs_of_one_engine_are_independent_also_in_threads():
    points = make_clusters(5, 200, seed=2)
    engine = Engine(points, threads=2)
    starts = [initial_centroids(points, 5, seed=seed) for seed in range(6)]
    want = [engine.fit(start) for start in starts]
    interleaved = list(itertools.zip_longest(*(engine.snapshots(start) for start in starts)))
    for i, last in enumerate(want):
        own = [row[i] for row in interleaved if row[i] is not None]
        check.same_snapshot(own[-1], last)
    found = {}

    def fit(i):
        found[i] = engine.fit(starts[i])

    workers = [threading.Thread(target=fit, args=(i,)) for i in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i, last in enumerate(want):
        check.same_snapshot(found[i], last)


@pytest.mark.kernels
@check.examples(30)
@given(st.integers(0, 2**32), st.integers(1, 8), st.integers(1, 3))
def test_inertia_never_rises(seed, k, n):
    points = np.random.default_rng(seed).normal(size=(60, n))
    values = [s.inertia for s in Engine(points).snapshots(points[:k])]
    assert all(b <= a * (1 + 1e-9) for a, b in itertools.pairwise(values))


@pytest.mark.kernels
@check.examples(30)
@given(st.integers(0, 2**32), st.sampled_from(["clustered", "lattice", "outlier"]))
def test_symmetries(seed, kind):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, 50, 2)
    start = points[:6]
    want = list(Engine(points).snapshots(start))
    order = rng.permutation(50)
    for a, b in itertools.zip_longest(Engine(points[order]).snapshots(start), want):
        assert np.array_equal(a.labels, b.labels[order])
        assert np.array_equal(a.centroids, b.centroids)
    for factor in (0.25, -1.0):
        for a, b in itertools.zip_longest(Engine(points * factor).snapshots(start * factor), want):
            assert np.array_equal(a.labels, b.labels)
            assert np.array_equal(a.centroids, b.centroids * factor)
            assert a.inertia == b.inertia * factor * factor


def test_a_data_frame_and_a_memmap(tmp_path):
    pandas = pytest.importorskip("pandas")
    points = make_clusters(3, 20, seed=0)
    want = Engine(points).fit(points[:3])
    frame = pandas.DataFrame(points, columns=["x", "y"])
    assert Engine(frame).fit(frame[:3]).inertia == want.inertia
    np.save(tmp_path / "points.npy", points)
    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")
    assert Engine(mapped).fit(points[:3]).inertia == want.inertia


@pytest.mark.parametrize("strategy", problems.USABLE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_offset_costs_no_label_in_any_layout(strategy, layout):
    # float32 keeps 2^-4 here, and centroids lie in between: the scores must count from one centre.
    rng = np.random.default_rng(0)
    points = (1e6 + rng.uniform(0, 64, (3000, 2))).astype(np.float32)
    # The middle of the range is not a float32.
    points[:2] = [[1e6, 1e6], [1e6 + 64.0625, 1e6 + 64.0625]]
    start = 1e6 + rng.uniform(0, 64, (20, 2))
    want = Engine(points.astype(np.float64), strategy="brute").fit(start, max_iterations=3)
    array = problems.make_layout(points, "float32", layout)
    got = Engine(array, strategy=strategy).fit(start, max_iterations=3)
    assert np.array_equal(got.labels, want.labels)
    assert np.array_equal(got.centroids, want.centroids)


@pytest.mark.parametrize("strategy", problems.USABLE)
def test_shifts_whose_squares_underflow_count(strategy):
    points = make_clusters(4, 150, seed=3)
    want = list(Engine(points, strategy="brute").snapshots(points[::80]))
    got = Engine(points * 2.0**-500, strategy=strategy).snapshots(points[::80] * 2.0**-500)
    for a, b in itertools.zip_longest(got, want):
        assert np.array_equal(a.labels, b.labels)


@pytest.mark.kernels
@pytest.mark.parametrize("strategy", ["brute", "neighbours"])
def test_long_rows(strategy):
    # From 64 features on, sums take a row at a time.
    rng = np.random.default_rng(0)
    points = problems.make_points("clustered", rng, 60, 70)
    check.like_oracle(Engine(points, strategy=strategy), points[:6] + rng.normal(size=(6, 70)))


def test_nothing_is_done_by_an_assertion(root):
    # Python leaves them out if it is asked to (-O).
    code = """
import numpy as np, renderers
from kmeans_engine import Engine, InvalidInput, initial_centroids
points = np.random.default_rng(0).normal(size=(3000, 2))
states = list(Engine(points).snapshots(initial_centroids(points, 5, method="k-means++", seed=0)))
renderers.make_scene(states[0])
try:
    Engine([[1.0, float("nan")]])
except InvalidInput:
    print(states[-1].converged, states[-1].inertia > 0)
"""
    done = subprocess.run(
        [sys.executable, "-O", "-c", code], cwd=root, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")
