"""Files larger than memory: against reading them, against memory, against MiniBatchKMeans.

python benchmarks/outofcore.py [--what 2,16,both] [--rows N] [--memory SIZE] [--folder FOLDER]

Each figure comes from a process of its own. Where the system lets us (Linux, as root), that process
lives in a control group whose limit counts the page cache as well, so the file really does not fit.
Writes outofcore.json; report.py makes its table.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine

HERE = Path(__file__).parent
ROWS = 1 << 22  # of a piece of a file that is made
READ = 8 << 20  # bytes of a plain read
GROUPS = Path("/sys/fs/cgroup/memory")


def make(path: Path, m: int, n: int, k: int) -> Path:
    """Write k clusters of m points in all, (m, n) float32, piece by piece."""
    if path.exists():
        return path
    rng = np.random.default_rng([m, n, k])
    centers = rng.uniform(-10, 10, (k, n)).astype(np.float32)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        head = {"descr": "<f4", "fortran_order": False, "shape": (m, n)}
        np.lib.format.write_array_header_1_0(file, head)
        for start in range(0, m, ROWS):
            rows = min(ROWS, m - start)
            piece = rng.standard_normal((rows, n), dtype=np.float32)
            piece += centers[rng.integers(0, k, rows)]
            piece.tofile(file)
    part.rename(path)
    return path


def forget(path: Path) -> None:
    """Have the system forget what it has cached of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read(path: Path) -> float:
    """Return the seconds of a plain sequential read."""
    buffer = bytearray(READ)
    begin = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.perf_counter() - begin


class Peak:
    """The most anonymous memory that this process holds at once, beyond what it holds now."""

    def __init__(self) -> None:
        self.before = self.most = self.now()
        self._done = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    @staticmethod
    def now() -> int:
        """Return the bytes that it holds now."""
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(x for x in lines if x.startswith("RssAnon")).split()[1]) << 10

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self.now())


def ours(spec: dict[str, Any]) -> dict[str, Any]:
    """Time each state of a run over a file, and a plain read before."""
    from kmeans_engine import Engine, initial_centroids

    path = Path(spec["path"])
    Engine(np.zeros((2000, spec["n"]), np.float32) + np.arange(2000)[:, None]).fit(
        np.zeros((2, spec["n"])), max_iterations=1
    )  # compiles the most of it
    forget(path)
    cold, warm = read(path), read(path)
    peak = Peak()
    points: Any = str(path) if spec["memory"] else np.load(path)
    begin = time.perf_counter()
    engine = Engine(points, threads=2, memory=spec["memory"], scratch=spec["scratch"])
    prepared = time.perf_counter() - begin
    start = initial_centroids(points, spec["k"], seed=1)
    times, names, changed, begin = [], [], [], time.perf_counter()
    for snapshot in engine.snapshots(start, max_iterations=spec["iterations"]):
        times.append(time.perf_counter() - begin)
        names.append(snapshot.strategy)
        changed.append(snapshot.n_changed)
        begin = time.perf_counter()
    digest = hashlib.sha256(snapshot.centroids.tobytes()).hexdigest()
    again = read(path)
    return {
        "read cold": cold, "read warm": warm, "read after": again, "prepared": prepared,
        "states": times, "strategies": names, "changed": changed, "digest": digest,
        "inertia": snapshot.inertia, "peak": peak.most - peak.before,
    }  # fmt: skip


def minibatch(spec: dict[str, Any]) -> dict[str, Any]:
    """Give the same pieces to MiniBatchKMeans.partial_fit, once; inertia over all of them."""
    from sklearn.cluster import MiniBatchKMeans

    from kmeans_engine import Engine, initial_centroids

    points = np.load(spec["path"], mmap_mode="r")
    start = initial_centroids(spec["path"], spec["k"], seed=1)
    model = MiniBatchKMeans(spec["k"], init=start, n_init=1)
    peak, begin = Peak(), time.perf_counter()
    for at in range(0, len(points), ROWS):
        model.partial_fit(np.asarray(points[at : at + ROWS]))
    seconds = time.perf_counter() - begin
    engine = Engine(spec["path"], memory=spec["memory"], scratch=spec["scratch"])
    last = engine.fit(model.cluster_centers_, max_iterations=0)
    return {"seconds": seconds, "inertia": last.inertia, "peak": peak.most - peak.before}


WORKS = {"ours": ours, "minibatch": minibatch}


@contextlib.contextmanager
def confined(limit: int | None) -> Iterator[list[str]]:
    """Yield words before a command that confine it to so many bytes, page cache included."""
    group = GROUPS / f"kmeans-engine-{os.getpid()}"
    if limit is None:
        yield []
        return
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(limit))
    except OSError:
        yield []
        return
    try:
        yield ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"]
    finally:
        group.rmdir()


def child(work: str, spec: dict[str, Any], limit: int | None = None) -> dict[str, Any]:
    with confined(limit) as words:
        command = [*words, sys.executable, __file__, "--child", work, json.dumps(spec)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
    found["confined"] = limit if words else None
    return found


def row(path: Path, m: int, n: int, k: int, args: argparse.Namespace) -> dict[str, Any]:
    """Time one work, alone with the machine and confined, beside MiniBatchKMeans."""
    make(path, m, n, k)
    spec = {"path": str(path), "n": n, "k": k, "memory": args.memory,
            "scratch": str(args.folder), "iterations": args.iterations}  # fmt: skip
    found = {"m": m, "n": n, "k": k, "memory": args.memory}
    for name, limit in (("ours", None), *([("confined", args.confine)] if args.confine else [])):
        found[name] = run = child("ours", spec, limit)
        print(f"{name}, {m:,} x {n}: prepared {run['prepared']:.2f} s, read {run['read cold']:.2f} "
              f"cold {run['read warm']:.2f} again, states", [round(t, 3) for t in run["states"]],
              run["strategies"][-1], f"peak {run['peak'] / 1e6:.0f} MB", flush=True)  # fmt: skip
    found["minibatch"] = child("minibatch", spec)
    print(found["minibatch"], flush=True)
    return found


def both(m: int, args: argparse.Namespace) -> dict[str, Any]:
    """Run over the same points in memory and in a file."""
    path = make(args.folder / f"points-{m}-2.npy", m, 2, 12)
    spec = {"path": str(path), "n": 2, "k": 12, "scratch": str(args.folder),
            "iterations": args.iterations}  # fmt: skip
    places = {"memory": None, "file": f"{m // 1000}KB"}
    return {"m": m, **{name: child("ours", {**spec, "memory": m}) for name, m in places.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--what", default="2,16,both", help="features of the works, and both")
    parser.add_argument("--rows", type=float, default=1e9, help="of two features; a tenth of 16")
    parser.add_argument("--memory", default="1GB")
    parser.add_argument(
        "--confine", type=int, default=3 << 29, help="bytes with the page cache; 0 leaves it out"
    )
    parser.add_argument("--iterations", type=int, default=30)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        work, spec = args.child
        print(json.dumps(WORKS[work](json.loads(spec))))
        return
    args.out.mkdir(exist_ok=True)
    file = args.out / "outofcore.json"
    report: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    report["machine"] = machine(2)
    for name in args.what.split(","):
        m, n, k = {"2": (int(args.rows), 2, 12), "16": (int(args.rows) // 10, 16, 64)}.get(
            name, (int(args.rows) // 20, 2, 12)
        )
        if name == "both":
            report[name] = both(m, args)
        else:
            path = args.folder / f"points-{m}-{n}.npy"
            report.setdefault("rows", {})[name] = row(path, m, n, k, args)
        file.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
