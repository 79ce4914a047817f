"""One library in one process, told by lines of JSON on standard input what to run.

A process each, since the thread pools of these libraries disturb one another.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

# Points, initial centroids and iterations, or None to convergence; centroids, labels, facts.
Fit = Callable[[np.ndarray, np.ndarray, int | None], tuple[np.ndarray, np.ndarray, dict[str, Any]]]

MANY = 100_000


def ours(strategy: str) -> Fit:
    """Validate, prepare, consume all snapshots, materialise the last labels."""
    from kmeans_engine import Engine

    def fit(points, start, iterations):
        begin = time.perf_counter()
        times, last, strategies = [], None, {}
        engine = Engine(points, threads=THREADS, strategy=strategy)
        prepared = time.perf_counter() - begin
        for snapshot in engine.snapshots(start, max_iterations=iterations):
            last = snapshot
            strategies[snapshot.strategy] = strategies.get(snapshot.strategy, 0) + 1
            del snapshot
            times.append(time.perf_counter() - begin)
        assert last is not None
        labels = last.labels
        steps = np.diff(times)
        steady = float(np.median(steps[len(steps) // 2 :])) if len(steps) > 1 else None
        facts = {"steady": steady, "first": times[0], "prepared": prepared}
        facts["strategies"] = strategies
        return last.centroids, labels, facts | {"iterations": last.iteration}

    return fit


def sklearn(algorithm: str, module: str = "sklearn") -> Fit:
    from importlib import import_module

    KMeans = import_module(f"{module}.cluster").KMeans

    def fit(points, start, iterations):
        model = KMeans(
            len(start),
            init=start,
            n_init=1,
            tol=0,
            max_iter=iterations or MANY,
            algorithm=algorithm,
        )
        model.fit(points)
        facts = {"iterations": model.n_iter_, "inertia": float(model.inertia_)}
        return model.cluster_centers_, model.labels_, facts

    return fit


def faiss() -> Fit:
    import faiss as library

    library.omp_set_num_threads(THREADS)

    def fit(points, start, iterations):
        points = np.ascontiguousarray(points, dtype=np.float32)
        model = library.Kmeans(
            points.shape[1], len(start), niter=iterations or 100, max_points_per_centroid=10**9,
            min_points_per_centroid=1,
        )  # fmt: skip
        model.train(points, init_centroids=np.asarray(start, dtype=np.float32))
        _, labels = model.index.search(points, 1)
        return model.centroids, labels[:, 0], {"iterations": iterations or 100}

    return fit


def superkmeans() -> Fit:
    """Prunes by what is likely; starts from centroids of its own, which cannot be given."""
    from superkmeans import SuperKMeans

    def fit(points, start, iterations):
        model = SuperKMeans(
            len(start), points.shape[1], hierarchical=False, iters=iterations,
            sampling_fraction=1.0, n_threads=THREADS, tol=0.0, early_termination=False,
        )  # fmt: skip
        centroids = model.train(points)
        labels = model.assign_training_points(points, centroids)
        return centroids, np.asarray(labels), {"iterations": iterations}

    return fit


def peak() -> int:
    """Return the most memory that this process has held so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` counts the process that started this one as well
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) << 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


LIBRARIES: dict[str, tuple[str, Callable[[], Fit]]] = {
    "ours": ("kmeans-engine", lambda: ours("auto")),
    "brute": ("kmeans-engine", lambda: ours("brute")),
    "sklearn-lloyd": ("scikit-learn", lambda: sklearn("lloyd")),
    "sklearn-elkan": ("scikit-learn", lambda: sklearn("elkan")),
    "oneDAL": ("scikit-learn-intelex", lambda: sklearn("lloyd", "sklearnex")),
    "faiss": ("faiss-cpu", faiss),
    "superkmeans": ("superkmeans", superkmeans),
}

THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def main() -> None:
    package, make = LIBRARIES[sys.argv[1]]
    fit = make()
    print(json.dumps({"version": version(package)}), flush=True)
    points = start = None
    for line in sys.stdin:
        task = json.loads(line)
        if "load" in task:
            points, start = np.load(task["load"]), np.load(task["start"])
            print(json.dumps({}), flush=True)
            continue
        begin = time.perf_counter()
        centroids, labels, facts = fit(points, start, task["iterations"])
        seconds = time.perf_counter() - begin
        np.save(task["save"], centroids)
        if "labels" in task:
            np.save(task["labels"], labels)
        print(json.dumps({"seconds": seconds, "peak": peak()} | facts), flush=True)


if __name__ == "__main__":
    main()
