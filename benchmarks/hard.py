"""Inputs on which it does not pay to be clever, and those that are timed: `auto` beside the others.

python benchmarks/hard.py [--rounds N] [--rows TEXT]

To convergence or 30 iterations; medians of interleaved rounds. The time of `auto` over that of the
best single strategy should stay below 1.1, or within 20 microseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from kmeans_engine import STRATEGIES, Engine, UnsupportedStrategy

sys.path.insert(0, str(Path(__file__).parent))
from works import WORKS

Inputs = dict[str, tuple[Callable[[np.random.Generator], np.ndarray], int]]

INPUTS: Inputs = {
    "50 x 2, K=3": (lambda r: r.random((50, 2)), 3),
    "50 x 2, K=25": (lambda r: r.random((50, 2)), 25),
    "1,000 x 20, K=10": (lambda r: r.random((1000, 20)), 10),
    "20 k x 3, K=10,000": (lambda r: r.random((20_000, 3)), 10_000),
    "5 k x 10, K=2,500": (lambda r: r.random((5000, 10)), 2500),
    "uniform 1 M x 2, K=2": (lambda r: r.random((10**6, 2), dtype=np.float32), 2),
    "uniform 1 M x 2, K=64": (lambda r: r.random((10**6, 2), dtype=np.float32), 64),
    "uniform 300 k x 8, K=64": (lambda r: r.random((300_000, 8), dtype=np.float32), 64),
    "uniform 50 k x 100, K=100": (lambda r: r.random((50_000, 100), dtype=np.float32), 100),
    "normal 10 k x 784, K=10": (lambda r: r.normal(size=(10_000, 784)).astype(np.float32), 10),
    "one normal cluster, 1 M x 2, K=12": (lambda r: r.normal(size=(10**6, 2)), 12),
    "1 M x 2, K=1": (lambda r: r.normal(size=(10**6, 2)), 1),
    "all equal, 1 M x 2, K=8": (lambda r: np.ones((10**6, 2)), 8),
    "three values, 1 M x 2, K=8": (lambda r: r.random((3, 2))[r.integers(0, 3, 10**6)], 8),
    "far and one near, 500 k x 2, K=12": (
        lambda r: np.concatenate([r.normal(size=(499_999, 2)), [[1e9, 0.0]]]),
        12,
    ),
}


# The works of the other tables, where all strategies together take no more than a minute.
TIMED: Inputs = {
    work.name: (lambda _, work=work: work.points(), work.k)
    for work in WORKS
    if work.rows * work.points(16).shape[1] * work.k <= 5e10
}


def seconds(points: np.ndarray, start: np.ndarray, strategy: str) -> float:
    begin = time.perf_counter()
    _ = Engine(points, threads=2, strategy=strategy).fit(start, max_iterations=30).labels
    return time.perf_counter() - begin


def able(points: np.ndarray, start: np.ndarray) -> list[str]:
    """Return the strategies that can serve a problem; this warms them up."""
    names = []
    for strategy in STRATEGIES:
        with contextlib.suppress(UnsupportedStrategy):
            Engine(points, threads=2, strategy=strategy).fit(start, max_iterations=3)
            names.append(strategy)
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", default="", help="only inputs whose name contains this")
    args = parser.parse_args()
    for name, (make, k) in (INPUTS | TIMED).items():
        if args.rows not in name:
            continue
        rng = np.random.default_rng(0)
        points = make(rng)
        start = points[rng.choice(len(points), k, replace=False)]
        times: dict[str, list[float]] = {strategy: [] for strategy in able(points, start)}
        for _ in range(args.rounds):
            for strategy, found in times.items():
                found.append(seconds(points, start, strategy))
        middle = {strategy: median(found) for strategy, found in times.items()}
        auto = middle.pop("auto")
        best = min(middle, key=lambda strategy: middle[strategy])
        others = "  ".join(f"{strategy} {1e3 * value:.4g}" for strategy, value in middle.items())
        print(f"{name:36} auto {1e3 * auto:9.3f} ms  {auto / middle[best]:5.2f} of {best}: "
              f"{others}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
