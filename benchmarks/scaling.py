"""How the time of an iteration grows with points, centroids, features and threads.

python benchmarks/scaling.py [--quick] [--out FOLDER]

Steady seconds per iteration: of ours the median of the second half of a run, of scikit-learn the
difference of two runs. Writes scaling.json; report.py draws it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine
from works import blobs

from kmeans_engine import Engine

HERE = Path(__file__).parent
# Differences beyond which scikit-learn is not asked: half a minute.
PATIENCE = 3e9


def ours(points: np.ndarray, start: np.ndarray, threads: int, iterations: int = 24) -> float:
    """Return the steady seconds of an iteration."""
    engine = Engine(points, threads=threads)
    for _ in engine.snapshots(start, max_iterations=2):
        pass
    times, last = [time.perf_counter()], None
    for snapshot in engine.snapshots(start, max_iterations=iterations):
        last = snapshot  # one is kept, as by somebody who watches
        times.append(time.perf_counter())
    assert last is not None
    steps = np.diff(times[2:]) if len(times) > 4 else np.diff(times)
    return float(np.median(steps[len(steps) // 2 :]))


def theirs(points: np.ndarray, start: np.ndarray) -> float | None:
    """Return the same of scikit-learn's Lloyd."""
    from sklearn.cluster import KMeans

    if points.shape[0] * points.shape[1] * len(start) * 20 > PATIENCE * 20:
        return None

    def fit(iterations: int) -> float:
        model = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=iterations)
        begin = time.perf_counter()
        model.fit(points)
        return time.perf_counter() - begin

    few, many = 2, 12
    rounds = 15 if points.size < 1e6 else 3
    times = [(fit(many), fit(few)) for _ in range(rounds + 1)][1:]  # the first warms up
    difference = median(t for t, _ in times) - median(t for _, t in times)
    # Too small to be told from noise: no figure.
    return difference / (many - few) if difference > 0 else None


def row(m: int, n: int, k: int, threads: int = 2, *, peer: bool = True) -> dict[str, Any]:
    points = blobs(m, n, k, "float32", seed=7)
    start = points[np.random.default_rng(1).choice(m, k, replace=False)]
    found = {"m": m, "n": n, "k": k, "threads": threads, "ours": ours(points, start, threads),
             "scikit-learn": theirs(points, start) if peer else None}  # fmt: skip
    print(found, flush=True)
    return found


def labels_of_all() -> float:
    """Return the time with the labels of every snapshot over that of `fit`, 1 M x 2, K = 100."""
    points = blobs(10**6, 2, 100, "float32")
    start = points[np.random.default_rng(1).choice(len(points), 100, replace=False)]
    engine, times = Engine(points, threads=2), {"fit": [], "labels": []}
    for _ in range(6):
        begin = time.perf_counter()
        _ = engine.fit(start, max_iterations=50).labels
        times["fit"].append(time.perf_counter() - begin)
        begin = time.perf_counter()
        for snapshot in engine.snapshots(start, max_iterations=50):
            _ = snapshot.labels
        times["labels"].append(time.perf_counter() - begin)
    return float(np.median(times["labels"][1:]) / np.median(times["fit"][1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the largest")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    args = parser.parse_args()
    most = 7 if args.quick else 8
    report = {
        "machine": machine(2),
        "points": [row(10**e, 2, 12) for e in range(4, most)]
        + ([] if args.quick else [row(10**8, 2, 12, peer=False)]),
        "centroids": [row(10**6, 2, k) for k in (4, 16, 64, 256, 1024, 4096)],
        "features": [row(200_000, n, 64) for n in (1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512)],
        "threads": [row(*shape, t, peer=False)
                    for shape in ((10**7, 2, 12), (10**6, 16, 256)) for t in (1, 2)],
        "labels of all / fit": labels_of_all(),
    }  # fmt: skip
    args.out.mkdir(exist_ok=True)
    (args.out / "scaling.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
