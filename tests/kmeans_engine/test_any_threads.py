"""Any number of threads, with any strategy: the same bits, whatever has how many chunks."""

import itertools

import check
import numpy as np
import problems
import pytest
import works

from kmeans_engine import Engine, assign_points, initial_centroids, recalc_centroids

THREADS = (2, 3, 5, 8, 16, 64)

# Points, features, clusters, type of the points, multiply-adds of a chunk: where one phase of an
# iteration has another number of chunks than the next (an index error at three threads, once).
EDGES = {
    "many centroids": (20_000, 16, 400, "f4", None),
    "many features": (5_000, 50, 100, "f4", None),
    "many features, float64": (5_000, 50, 100, "f8", None),
    "few points": (300, 3, 9, "f8", None),
    "one chunk": (1_500, 2, 5, "f4", None),
    "fewer rows than threads": (5, 2, 3, "f8", None),
    "integers": (30_000, 4, 20, "i2", None),
    "blocks": (40_000, 2, 30, "f4", None),
    "small chunks": (20_000, 16, 400, "f4", 1 << 20),
    "chunks smaller than pieces": (60_000, 8, 64, "f8", 1 << 18),
    "wide labels": (30_000, 8, 300, "f4", 1 << 21),
}


# What is timed is tested as well, with fewer points; those of published data have tests of theirs.
TIMED = {work.name: work for work in works.WORKS if "x" in work.name}


def a_problem(name):
    if name in TIMED:
        points = TIMED[name].points(3_000)
        return points, points[: min(TIMED[name].k, len(points) // 16)].astype(np.float64)
    m, n, k, dtype, _ = EDGES[name]
    rng = np.random.default_rng(len(name))
    points = problems.make_layout(problems.make_points("random", rng, m, n), dtype, "C")
    return points, points[:k].astype(np.float64)


def slowly(cases):
    return [pytest.param(*case, marks=pytest.mark.slow) for case in cases]


@pytest.mark.parametrize(
    ("name", "threads"),
    [
        *((name, 3) for name in EDGES),
        *slowly(itertools.product(EDGES, (n for n in THREADS if n != 3))),
        *slowly(itertools.product(TIMED, (3, 16))),
    ],
)
def test_same_bits_as_one_thread(name, threads, monkeypatch):
    if name in EDGES and EDGES[name][4]:
        monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", EDGES[name][4])
    points, start = a_problem(name)
    for strategy in problems.strategies(points.shape[1]):
        want = one_thread(name, strategy)
        got = Engine(points, threads=threads, strategy=strategy).snapshots(start, max_iterations=4)
        for a, b in itertools.zip_longest(got, want):
            check.same_snapshot(a, b)


_kept = {}


def one_thread(name, strategy):
    """Return the snapshots of one thread, made once for all numbers of threads."""
    if (name, strategy) not in _kept:
        points, start = a_problem(name)
        engine = Engine(points, threads=1, strategy=strategy)
        _kept[name, strategy] = list(engine.snapshots(start, max_iterations=4))
    return _kept[name, strategy]


@pytest.mark.parametrize("threads", THREADS)
def test_functions_follow_the_default_number_of_threads(threads, monkeypatch):
    points, start = a_problem("many features")
    found = []
    for number in (1, threads):
        monkeypatch.setenv("NUMBA_NUM_THREADS", str(number))
        labels = assign_points(points, start)
        means = recalc_centroids(points, labels, start)
        drawn = initial_centroids(points, 30, method="k-means++", seed=1)
        found.append([labels.tobytes(), means.tobytes(), drawn.tobytes()])
    assert found[0] == found[1]
