"""Time the strategy ``cuda`` on a GPU, and compare labels with what others make of the same points.

python benchmarks/gpu.py [--rows TEXT] [--rounds N] [--out FILE] [--tiles]

For each work, medians of the rounds in milliseconds, with its target for an H100 in brackets:

host      From an array of the host to the last labels there: 20 iterations, copies and all.
first     The first state, once the points are on the device: every point scored.
settled   An iteration of the last quarter of a run.

*share* is that of the labels for the initial centroids that another library, or a plain product in
float32 or TF32 by torch, finds wrong; ours are compared with the CPU's. Others are timed on tensors
that are there, for one assignment alone. Whatever is not installed is left out. Four minutes at
most. Writes JSON with the facts of the machine.

--tiles measures nothing but the first state, with other tiles for the tensor cores: which are best
on this device?

The file is not named after CUDA: whatever is imported beside it would find it in the place of the
package ``cuda``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine
from works import blobs

from kmeans_engine import Engine, assign_points
from kmeans_engine.strategies.cuda import tensor
from kmeans_engine.strategies.cuda.device import missing
from kmeans_engine.strategies.cuda.programs import why_not
from kmeans_engine.strategies.cuda.tiles import Tiles, tiles_for

HERE = Path(__file__).parent
ITERATIONS = 20
# Rows whose labels are compared with the CPU's.
CHECKED = 200_000
# Values of a matrix of scores that torch makes at once.
SCORES = 1 << 28
# Bytes of shared memory that a block may have on an H100.
ROOM = 227 << 10

Assign = Callable[[], Any]


class Row(NamedTuple):
    """A work, and its targets in milliseconds."""

    rows: int
    features: int
    k: int
    host: float | None = None
    first: float | None = None
    settled: float | None = None

    @property
    def name(self) -> str:
        """As in the table."""
        return f"{self.rows:,} x {self.features}, K={self.k}"


ROWS = (
    Row(10_000_000, 2, 12, host=120.0, first=0.29, settled=0.15),
    Row(100_000_000, 2, 12, first=5.0, settled=1.0),
    Row(1_000_000, 128, 1024, first=2.5, settled=0.5),
    Row(1_000_000, 16, 256, first=0.35, settled=0.1),
    Row(200_000, 128, 1000),
)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the milliseconds that something takes, and its result."""
    begin = time.perf_counter()
    result = work()
    return (time.perf_counter() - begin) * 1e3, result


def ours(points: np.ndarray, start: np.ndarray, rounds: int, strategy: str) -> dict[str, Any]:
    """Time the engine; return the labels for the initial centroids as well."""
    Engine(points, strategy=strategy).fit(start, max_iterations=2)  # compiles
    times: dict[str, list[float]] = {"host": [], "first": [], "settled": []}
    for _ in range(rounds):
        whole, _ = timed(
            lambda: Engine(points, strategy=strategy).fit(start, max_iterations=ITERATIONS).labels
        )
        times["host"].append(whole)
    engine = Engine(points, strategy=strategy)
    engine.fit(start, max_iterations=1)  # brings the points there
    for _ in range(rounds):
        run = engine.snapshots(start, max_iterations=ITERATIONS)
        elapsed, initial = timed(lambda run=run: next(run))
        times["first"].append(elapsed)
        labels = initial.labels
        del initial
        steps = []
        for _ in range(ITERATIONS):
            elapsed, snapshot = timed(lambda run=run: next(run, None))
            if snapshot is None:
                break
            del snapshot
            steps.append(elapsed)
        times["settled"].append(median(steps[-(len(steps) // 4 or 1) :]))
    part = slice(0, CHECKED)
    if not np.array_equal(labels[part], assign_points(points[part], start)):
        raise AssertionError("labels differ from the CPU's")
    return {name: median(values) for name, values in times.items()} | {"labels": labels}


def peers(points: np.ndarray, start: np.ndarray) -> dict[str, Assign]:
    """Return assignments by others on this device, each to labels on the host."""
    if importlib.util.find_spec("torch") is None:
        return {}
    import torch

    if not torch.cuda.is_available():
        return {}
    x = torch.from_numpy(points).cuda()
    c = torch.from_numpy(start.astype(points.dtype)).cuda()
    half = (c * c).sum(1) / 2
    rows = max(SCORES // len(start), 1)

    def product(tf32: bool) -> Any:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        parts = [torch.argmin(half - part @ c.T, 1) for part in torch.split(x, rows)]
        return torch.cat(parts)

    found: dict[str, Assign] = {
        "torch float32": lambda: product(False),
        "torch TF32": lambda: product(True),
    }
    if importlib.util.find_spec("flash_kmeans") is not None:
        from flash_kmeans.assign_euclid_triton import euclid_assign_triton

        squares = (x * x).sum(1)
        found["flash-kmeans"] = lambda: euclid_assign_triton(x[None], c[None], squares[None])[0]
    return found


def beside(
    others: dict[str, Assign], labels: np.ndarray, rounds: int, synchronize: Callable[[], None]
) -> dict[str, Any]:
    """Return the milliseconds of others, and the share of their labels that is wrong."""
    report: dict[str, Any] = {}
    for name, assign in others.items():

        def done(assign: Assign = assign) -> Any:
            result = assign()
            synchronize()
            return result

        done()  # compiles
        times = [timed(done)[0] for _ in range(rounds)]
        theirs = np.asarray(done().cpu())
        report[name] = {"ms": median(times), "wrong": float(np.mean(theirs != labels))}
    return report


def tilings(row: Row) -> list[Tiles]:
    """Return tiles that might be better than those that `tiles_for` chooses, these first."""
    found = [tiles_for(row.features, row.k, ROOM)]
    for bn, wm, wn in ((128, 2, 2), (128, 4, 2), (128, 2, 4), (64, 4, 1), (64, 2, 2), (256, 2, 4)):
        for bk in (16, 32):
            tiles = Tiles(-(-row.features // bk) * bk, 128, bn, bk, wm, wn)
            if tiles.shared <= ROOM and tiles not in found:
                found.append(tiles)
    return found


def compare_tiles(row: Row, rounds: int) -> None:
    """Print what the first state takes with each of several tiles."""
    points = blobs(row.rows, row.features, row.k, "float32")
    start = points[: row.k].astype(np.float64)
    engine = Engine(points, strategy="cuda")
    for tiles in tilings(row):
        with mock.patch.object(tensor, "tiles_for", lambda *_, tiles=tiles: tiles):
            next(engine.snapshots(start))  # compiles, and brings the points there
            times = [timed(lambda: next(engine.snapshots(start)))[0] for _ in range(rounds)]
        print(f"{row.name}: {median(times):.3g} ms, {tiles}", flush=True)


def device() -> dict[str, str]:
    """Return the facts of the GPU."""
    from numba import cuda

    gpu = cuda.get_current_device()
    name = gpu.name.decode() if isinstance(gpu.name, bytes) else str(gpu.name)
    return {
        "gpu": name,
        "capability": "{}.{}".format(*gpu.compute_capability),
        "tensor cores": why_not() or "used",
    }


def measure(row: Row, rounds: int, strategy: str = "cuda") -> dict[str, Any]:
    """Return what a work takes, by names of columns."""
    points = blobs(row.rows, row.features, row.k, "float32")
    rng = np.random.default_rng(1)
    start = points[rng.choice(row.rows, row.k, replace=False)].astype(np.float64)
    result = ours(points, start, rounds, strategy)
    labels = result.pop("labels")
    others = peers(points, start)
    if others:
        import torch

        result["others"] = beside(others, labels, rounds, torch.cuda.synchronize)
        others.clear()
        torch.cuda.empty_cache()
    return {"work": row.name, "targets": row._asdict(), **result}


def line(result: dict[str, Any]) -> str:
    """Return a line of the table."""
    cells = []
    for name in ("host", "first", "settled"):
        target = result["targets"][name]
        cells.append(f"{name} {result[name]:.3g}" + (f" ({target:g})" if target else ""))
    for name, other in result.get("others", {}).items():
        cells.append(f"{name} {other['ms']:.3g}, {other['wrong']:.2%} wrong")
    return f"{result['work']}: " + "; ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", default="", help="only works whose name contains this")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tiles", action="store_true", help="compare tiles of the tensor cores")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "gpu.json")
    args = parser.parse_args()
    reason = missing()
    if reason is not None:
        sys.exit(f"nothing measured: {reason}")
    report: dict[str, Any] = {"machine": machine(0) | device(), "rows": []}
    args.out.parent.mkdir(exist_ok=True)
    for row in ROWS:
        if args.rows not in row.name:
            continue
        if args.tiles:
            if row.features >= tensor.LEAST_FEATURES:
                compare_tiles(row, args.rounds)
        else:
            report["rows"].append(measure(row, args.rounds))
            print(line(report["rows"][-1]), flush=True)
            args.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
