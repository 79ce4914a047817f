"""Inputs on which it does not pay to be clever: the time of `auto` over that of `brute`.

python benchmarks/hard.py [--rounds N]

To convergence or 30 iterations; medians of interleaved rounds. `auto` should stay below 1.1, or
within 20 microseconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from kmeans_engine import Engine

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


def seconds(points: np.ndarray, start: np.ndarray, strategy: str) -> float:
    begin = time.perf_counter()
    _ = Engine(points, threads=2, strategy=strategy).fit(start, max_iterations=30).labels
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for name, (make, k) in INPUTS.items():
        rng = np.random.default_rng(0)
        points = make(rng)
        start = points[rng.choice(len(points), k, replace=False)]
        times: dict[str, list[float]] = {"auto": [], "brute": []}
        for _ in range(rounds + 1):  # the first warms up
            for strategy, found in times.items():
                found.append(seconds(points, start, strategy))
        auto, brute = (median(found[1:]) for found in times.values())
        print(f"{name:36} auto {1e3 * auto:9.3f} ms  brute {1e3 * brute:9.3f} ms  "
              f"{auto / brute:5.2f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
