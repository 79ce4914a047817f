"""Time the engine beside other libraries, interleaved, on the same arrays and starts.

End to end: checks, preparation, all snapshots consumed, the labels of the last one. A run to
convergence gives faiss, which has no such option, the number of iterations that it took us.

python benchmarks/engine.py [--rows TEXT] [--rounds N] [--libraries a,b] [--out FOLDER]

Writes engine.json, with the facts of the machine; report.py makes the table and the plot of it.
Libraries that are not installed are left out and named in the file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from peers import LIBRARIES
from works import WORKS, Work

from kmeans_engine import assign_points

HERE = Path(__file__).parent
# superkmeans is made for vectors of many features.
EVERYWHERE = tuple(name for name in LIBRARIES if name != "superkmeans")
# What the engine tells of itself.
FACTS = ("first", "prepared", "strategies")


class Peer:
    """A library in a process of its own."""

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        environment = os.environ | {
            f"{pool}_NUM_THREADS": str(threads) for pool in ("OMP", "OPENBLAS", "MKL")
        }
        self._process = subprocess.Popen(
            [sys.executable, HERE / "peers.py", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment,
        )  # fmt: skip
        self.version = self._answer()["version"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} is not installed or failed")
        return json.loads(line)

    def ask(self, **task: Any) -> dict[str, Any]:
        """Have the library do a task; return what it says of it."""
        assert self._process.stdin is not None
        print(json.dumps(task), file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def inertia(points: np.ndarray, centroids: np.ndarray) -> float:
    """Evaluate anybody's centroids in the same way."""
    centroids = np.asarray(centroids, dtype=np.float64)
    labels, total = assign_points(points, centroids), 0.0
    for start in range(0, len(points), 1 << 18):
        part = slice(start, start + (1 << 18))
        total += float(np.square(points[part] - centroids[labels[part]]).sum())
    return total


def measure(
    work: Work, names: list[str], rounds: int, threads: int, folder: Path
) -> dict[str, Any]:
    points = work.points()
    rng = np.random.default_rng(1)
    start = points[rng.choice(len(points), work.k, replace=False)]
    np.save(folder / "points.npy", points)
    np.save(folder / "start.npy", start)
    peers, missing = [], []
    for name in [name for name in names if name in (work.peers or EVERYWHERE)]:
        try:
            peers.append(Peer(name, threads))
        except RuntimeError:
            missing.append(name)
    results: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in peers}
    quality = {}
    try:
        for peer in peers:
            peer.ask(load=str(folder / "points.npy"), start=str(folder / "start.npy"))
            peer.ask(iterations=2, save=str(folder / "c.npy"))  # compile, start threads
        for turn in range(rounds):
            for peer in peers:
                iterations = work.iterations
                if peer.name == "faiss" and iterations is None:
                    iterations = results[names[0]][0]["iterations"]
                answer = peer.ask(iterations=iterations, save=str(folder / "c.npy"))
                results[peer.name].append(answer)
                if turn == 0:
                    quality[peer.name] = inertia(points, np.load(folder / "c.npy"))
                steady = peer.name not in ("ours", "brute", "superkmeans") and not work.vectors
                if work.iterations and steady and turn < 2:
                    half = peer.ask(iterations=work.iterations // 2, save=str(folder / "c.npy"))
                    rest = work.iterations - work.iterations // 2
                    answer["steady"] = (answer["seconds"] - half["seconds"]) / rest
    finally:
        for peer in peers:
            peer.close()
    row: dict[str, Any] = {
        "work": work.name, "target": work.target, "missing": missing, "vectors": work.vectors,
        "bytes": points.nbytes,
    }  # fmt: skip
    for name, answers in results.items():
        steady = [a["steady"] for a in answers if a.get("steady") is not None]
        row[name] = {
            "seconds": median(a["seconds"] for a in answers),
            "steady": median(steady) if steady else None,
            "iterations": answers[0]["iterations"],
            "inertia": quality[name],
            "peak": answers[0]["peak"],
            **{key: answers[0][key] for key in FACTS if key in answers[0]},
        }
    return row


def summary(row: dict[str, Any]) -> str:
    """Return a line to watch while the others run."""
    mine = row["ours"]
    peers = {n: v["seconds"] for n, v in row.items()
             if isinstance(v, dict) and n not in ("ours", "brute")}  # fmt: skip
    best = min(peers, key=lambda n: peers[n]) if peers else None
    ratio = f"{peers[best] / mine['seconds']:.1f} (target {row['target']}, {best})" if best else "-"
    return f"{row['work']}: {mine['seconds']:.4g} s, best peer / ours {ratio}"


def machine(threads: int) -> dict[str, Any]:
    model = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {"cpu": model, "threads": threads, "python": platform.python_version(),
            "system": platform.system()}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="only works whose name contains this")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--libraries", default=",".join(LIBRARIES))
    parser.add_argument("--out", type=Path, default=HERE / "results")
    args = parser.parse_args()
    names = args.libraries.split(",")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for work in WORKS:
            if args.rows in work.name:
                rounds = args.rounds if work.peers is None else 1 if work.vectors else 2
                rows.append(measure(work, names, rounds, args.threads, Path(folder)))
                print(summary(rows[-1]), flush=True)
                report = {"machine": machine(args.threads), "libraries": names, "rows": rows}
                args.out.mkdir(exist_ok=True)
                (args.out / "engine.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
