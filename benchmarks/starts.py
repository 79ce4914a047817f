"""How good starts are: the inertia at the end of runs from many seeds, on data with known answers.

python benchmarks/starts.py DATA [--seeds 50] [--out FOLDER]

DATA is a folder with s1.txt to s4.txt, unbalance.txt and birch1.txt, of the clustering benchmark of
Fränti and Sieranoja (2018). Writes starts.json and prints a table: the median and the worst inertia
of each method over the least that any method found.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median

import numpy as np

from kmeans_engine import Engine, initial_centroids
from kmeans_engine.starts.methods import METHODS

SETS = {"s1": 15, "s2": 15, "s3": 15, "s4": 15, "unbalance": 8, "birch1": 100}


def measure(points: np.ndarray, k: int, method: str, seeds: int) -> dict[str, list[float]]:
    """Return the final inertia, the iterations and the seconds of the start for each seed."""
    engine = Engine(points)
    found: dict[str, list[float]] = {"inertia": [], "iterations": [], "seconds": []}
    for seed in range(seeds):
        begin = time.perf_counter()
        start = initial_centroids(points, k, method=method, seed=seed)
        found["seconds"].append(time.perf_counter() - begin)
        last = engine.fit(start)
        found["inertia"].append(last.inertia)
        found["iterations"].append(last.iteration)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    results: dict[str, dict[str, dict[str, list[float]]]] = {}
    print("| data | method | median | worst | iterations | ms of the start |")
    print("|---|---|---|---|---|---|")
    for name, k in SETS.items():
        points = np.loadtxt(args.data / f"{name}.txt")
        runs = {method: measure(points, k, method, args.seeds) for method in METHODS}
        least = min(min(run["inertia"]) for run in runs.values())
        for method, run in runs.items():
            values = [value / least for value in run["inertia"]]
            print(
                f"| {name} | {method} | {median(values):.3f} | {max(values):.3f} | "
                f"{median(run['iterations']):.0f} | {1e3 * median(run['seconds']):.1f} |",
                flush=True,
            )
        results[name] = runs
    (args.out / "starts.json").write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
