"""How long a sweep over K takes beside the single fits that it holds: at most 3 times as long.

A single fit is what a user would write for each K: an engine, a start by k-means++, and the run.
Both are measured in turn, on clusters and on normal noise, where runs are long; the least seconds
of each count. Of few points the samples of the gap and the halves take most of the time. Prints a
table and writes JSON with the machine's facts.
"""

import argparse
import json
import time

import numpy as np
from engine import machine

from kmeans_engine import Engine, initial_centroids, make_clusters, sweep
from kmeans_engine.runtime.processors import default_threads

KS = range(2, 11)
WORKS = {
    "1 M x 8, 10 blobs": lambda: make_clusters(10, 100_000, features=8, spread=0.05, seed=1),
    "100 k x 8, normal": lambda: np.random.default_rng(0).normal(size=(100_000, 8)),
    "10 k x 2, 10 blobs": lambda: make_clusters(10, 1000, spread=0.01, seed=1),
}


def single_fits(points):
    for k in KS:
        engine = Engine(points)
        seed = np.random.SeedSequence([0, 1, 0])
        engine.fit(initial_centroids(engine.visible, k, method="k-means++", seed=seed))


def seconds(work, *arguments):
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def measure(points, rounds):
    """Return the least seconds of both."""
    pairs = [
        (seconds(single_fits, points), seconds(lambda: sweep(points, KS, seed=0)))
        for _ in range(rounds)
    ]
    singles, sweeps = zip(*pairs, strict=True)
    return min(singles), min(sweeps)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("works", nargs="*", default=list(WORKS), metavar="WORK")
    args = parser.parse_args()
    sweep(make_clusters(3, 400, features=8, seed=0), range(2, 5), seed=0)  # compiles
    results = []
    print("| points | single fits, s | sweep, s | ratio |\n|---|---|---|---|")
    for name in args.works:
        singles, whole = measure(WORKS[name](), args.rounds)
        ratio = whole / singles
        results.append({"work": name, "single": singles, "sweep": whole, "ratio": ratio})
        print(f"| {name} | {singles:.2f} | {whole:.2f} | {ratio:.1f} |", flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump({"machine": machine(default_threads()), "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
