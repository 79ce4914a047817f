"""Audit the results of other libraries for the works of the benchmark, each run to its own end.

Every library gets the same points and initial centroids, in a process of its own, without a
tolerance, and its last labels and centroids go through `kmeans_engine.verify`. superkmeans starts
from centroids of its own, and faiss, which knows no convergence, iterates as often as we needed.

python benchmarks/audit.py [--rows TEXT] [--libraries a,b] [--threads N] [--out FOLDER]

Adds each row to audit.json, with the facts of the machine, and makes the table of docs/verify.md of
it.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from engine import HERE, Peer, machine
from page import fill
from peers import LIBRARIES
from works import WORKS, Work

from kmeans_engine import verify

PAGE = HERE.parent / "docs" / "verify.md"
# Where to converge would take too long.
MOST = 2000
FEW = 16
# Another algorithm of the same library gives the same.
EVERYBODY = [name for name in LIBRARIES if name not in ("brute", "sklearn-elkan")]
# Works that most libraries end within a minute.
NAMES = (
    *("1,200 x 2", "birch1", "europe", "china", "1 M x 8"),
    "200 k x 128 like SIFT, K=1,000",
)


def look(
    peer: Peer, work: Work, points: np.ndarray, iterations: int, folder: Path
) -> dict[str, Any]:
    """Return what a library has found, and what an audit of that finds."""
    labels, centroids = folder / "labels.npy", folder / "c.npy"
    told = peer.ask(iterations=iterations, save=str(centroids), labels=str(labels))
    found, means = np.load(labels), np.load(centroids)
    audit = verify(points, found.astype(np.int64), means)
    own = told.get("inertia")
    return {
        "version": peer.version,
        "type": str(means.dtype),
        "iterations": told["iterations"],
        "wrong": audit.n_wrong,
        "tied": audit.n_tied,
        "worst": audit.worst_distance,
        "off": audit.n_off,
        "offset": audit.worst_offset,
        "fixed": audit.fixed_point,
        "inertia": audit.inertia,
        "told": None if own is None else abs(own / audit.inertia - 1),
    }


def title(work: Work) -> str:
    """Return the name of a work, without iterations where it runs to its end."""
    return work.name if work.vectors else re.sub(r", \d+ it$", "", work.name)


def measure(work: Work, names: list[str], threads: int, folder: Path) -> dict[str, Any]:
    """Return a row: every library on one work."""
    points = work.points()
    start = points[np.random.default_rng(1).choice(len(points), work.k, replace=False)]
    np.save(folder / "points.npy", points)
    np.save(folder / "start.npy", start)
    row: dict[str, Any] = {
        "work": title(work),
        "points": len(points),
        "k": work.k,
    }
    iterations = MOST if not work.vectors else work.iterations
    for name in names:
        if name == "superkmeans" and points.shape[1] < FEW:
            continue  # it is made for vectors of many features
        try:
            peer = Peer(name, threads)
        except RuntimeError:
            row.setdefault("missing", []).append(name)
            continue
        try:
            peer.ask(load=str(folder / "points.npy"), start=str(folder / "start.npy"))
            row[name] = look(peer, work, points, iterations, folder)
        finally:
            peer.close()
        if name == "ours":
            iterations = row[name]["iterations"] if not work.vectors else iterations
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table of the page."""
    lines = [
        "| work | library | iterations | points nearer to another centroid | farther by, at most |"
        " centroids that are not the exact mean | off by, at most | its inertia, relative error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        for name in (n for n in LIBRARIES if n in row):
            one = row[name]
            lines.append(
                f"| {row['work']} | {name} {one['version']}, {one['type']} | {one['iterations']} | "
                f"{one['wrong']:,}{_tied(one)} | {_number(one['worst'])} | "
                f"{one['off']:,} of {row['k']:,} | {_number(one['offset'])} | "
                f"{'' if one['told'] is None else _number(one['told'])} |"
            )
    return "\n".join(lines)


def _tied(one: dict[str, Any]) -> str:
    return f", {one['tied']:,} tie" if one["tied"] else ""


def _number(value: float) -> str:
    return f"{value:.1e}" if value else "0"


def report(rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    """Put the table into the page."""
    words = (
        f"{facts['cpu']}, {facts['threads']} threads, Python {facts['python']}.\n\n{table(rows)}"
    )
    fill(PAGE, "audit", words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="only works whose name contains this")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--libraries", default=",".join(EVERYBODY))
    parser.add_argument("--out", type=Path, default=HERE / "results")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    file = args.out / "audit.json"
    found = json.loads(file.read_text()) if file.exists() else {"rows": []}
    rows = {row["work"]: row for row in found["rows"]}
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            work = next(work for work in WORKS if work.name.startswith(name))
            if args.rows not in work.name:
                continue
            row = measure(work, args.libraries.split(","), args.threads, Path(folder))
            rows[row["work"]] = row
            print(table([row]).splitlines()[2:], flush=True)
            order = {title(WORKS[i]): i for i in range(len(WORKS))}
            kept = sorted(rows.values(), key=lambda row: order[row["work"]])
            facts = machine(args.threads)
            file.write_text(json.dumps({"machine": facts, "rows": kept}, indent=1) + "\n")
            report(kept, facts)


if __name__ == "__main__":
    main()
