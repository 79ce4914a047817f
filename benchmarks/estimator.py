"""Our KMeans beside scikit-learn's: with the defaults of both, and on the shapes of engine.py.

python benchmarks/estimator.py [--least ROWS] [--most ROWS] [--seeds N] [--shapes] [--out FOLDER]
                               [--page]

Each library runs in a process of its own. With their defaults both draw their own starts, so each
time is the median over as many values of random_state, after a fit that does not count; the rounds
of the two alternate. On the shapes both begin with the same centres and stop where engine.py stops.
Rows that were timed before stay in the results; --page writes all of them to docs/estimator.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine
from page import fill
from works import WORKS, blobs

from kmeans_engine.runtime.processors import default_threads

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "estimator.md"
LIBRARIES = {"ours": "kmeans_engine.estimator", "scikit-learn": "sklearn.cluster"}
SIZES = [10**power for power in range(3, 8)]
FEATURES = (2, 16)
# Values that are clustered at most: beyond them scikit-learn takes minutes.
MOST = 4 * 10**7
NAMES = ("10 M x 2, f32", "1 M x 2", "1 M x 3", "1 M x 8", "1 M x 16", "500 k x 16", "1,200 x 2")


def serve(module: str) -> None:
    """Fit what lines of JSON on standard input ask for."""
    from importlib import import_module

    kmeans = import_module(module).KMeans
    points: Any = None
    for line in sys.stdin:
        task = json.loads(line)
        words = task["words"]
        if "load" in task:
            points = np.load(task["load"])
        if "start" in task:
            words["init"] = np.array(task["start"])
        model = kmeans(**words)
        begin = time.perf_counter()
        model.fit(points)
        seconds = time.perf_counter() - begin
        found = {"seconds": seconds, "iterations": model.n_iter_, "inertia": float(model.inertia_)}
        print(json.dumps(found), flush=True)


class Library:
    """A library in a process of its own."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-W", "ignore", __file__, "--serve", LIBRARIES[name]]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def fit(self, **task: Any) -> dict[str, Any]:
        """Return what a fit took and found."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()


def compare(
    libraries: dict[str, Library],
    name: str,
    points: np.ndarray,
    words: list[dict[str, Any]],
    start: np.ndarray | None = None,
) -> dict[str, Any]:
    """Return a row: medians of both libraries over fits with these parameters, each twice."""
    more: dict[str, Any] = {}
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in LIBRARIES}
    with tempfile.TemporaryDirectory() as folder:
        np.save(load := f"{folder}/points.npy", points)
        if start is not None:
            more["start"] = start.tolist()
        for library in libraries.values():
            library.fit(words=words[0], load=load, **more)
    rounds = max(min(int(2e6 / points.size), 10), 1)
    for some in words * rounds:
        for key, library in libraries.items():
            found[key].append(library.fit(words=some, **more))
    row: dict[str, Any] = {"work": name, "fits": len(words) * rounds}
    for key, fits in found.items():
        row[key] = {fact: median(fit[fact] for fit in fits) for fact in fits[0]}
    row["ratio"] = row["scikit-learn"]["seconds"] / row["ours"]["seconds"]
    print(f"{name:32} {row['ours']['seconds']:9.4f} s  {row['ratio']:6.1f} times", flush=True)
    return row


def defaults(
    libraries: dict[str, Library], least: int, most: int, seeds: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows of both with their defaults."""
    for n in FEATURES:
        for m in SIZES:
            if least <= m <= most and m * n <= MOST:
                words = [{"random_state": seed} for seed in range(seeds)]
                yield compare(libraries, f"{m:,} x {n}", blobs(m, n, 8, "float64"), words)


def shapes(libraries: dict[str, Library]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the shapes of engine.py, from the same centres."""
    for work in WORKS:
        if work.name.startswith(NAMES) and not work.vectors:
            points = work.points()
            start = points[np.random.default_rng(1).choice(len(points), work.k, replace=False)]
            limit = {"n_clusters": work.k, "n_init": 1, "tol": 0}
            limit["max_iter"] = work.iterations or 10_000
            yield compare(libraries, work.name, points, [limit], start)


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a table."""

    def shown(value: float) -> str:
        return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"

    lines = [
        "| rows x features | ours | scikit-learn | ratio | iterations |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        ours, theirs = row["ours"], row["scikit-learn"]
        both = f"{ours['iterations']:.0f}, {theirs['iterations']:.0f}"
        times = f"{shown(ours['seconds'])} | {shown(theirs['seconds'])}"
        lines.append(f"| {row['work']} | {times} | **{row['ratio']:.1f}** | {both} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--least", type=int, default=SIZES[0])
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--shapes", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    options.out.mkdir(exist_ok=True)
    path = options.out / "estimator.json"
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    report["machine"] = machine(default_threads())
    libraries = {name: Library(name) for name in LIBRARIES}
    timed = defaults(libraries, options.least, options.most, options.seeds)
    for part, rows in (
        ("defaults", timed),
        ("shapes", shapes(libraries) if options.shapes else ()),
    ):
        kept = {row["work"]: row for row in report.get(part, [])}
        report[part] = list((kept | {row["work"]: row for row in rows}).values())
    for library in libraries.values():
        library.close()
    path.write_text(json.dumps(report, indent=1) + "\n")
    lines = table(report["defaults"])
    if report["shapes"]:
        said = "From the same centres, on shapes of [the benchmarks](benchmarks.md), with `tol=0`:"
        lines += ["", said, "", *table(report["shapes"])]
    if options.page:
        facts = f"{report['machine']['cpu']}, {report['machine']['threads']} threads."
        fill(PAGE, "times", "\n".join(["", facts, "", *lines, ""]))
    return None


if __name__ == "__main__":
    main()
