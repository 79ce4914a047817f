"""A Dask cluster on this machine: against memory, by parts, after a kill, beside dask-ml and Spark.

python benchmarks/cluster.py [--what memory,parts,kill,spark] [--out FOLDER]

Workers have one thread each. Writes cluster.json; report.py makes its table. Peers that are not
installed are left out and named in the file.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine
from works import blobs, uniform

from kmeans_engine import Engine, initial_centroids

HERE = Path(__file__).parent
SHAPES = ((20_000_000, 2, 12, 20), (2_000_000, 16, 64, 15))  # M, N, K, iterations


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """Yield the client of so many workers with one thread each."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(workers, threads_per_worker=1, dashboard_address=":0") as local,
        Client(local) as client,
    ):
        yield client


def collection(client: Any, points: np.ndarray, parts: int) -> Any:
    """Return the points as a Dask array whose parts are spread over the workers."""
    import dask.array as da
    from distributed import wait

    rows = -(-len(points) // parts)
    pieces = [points[start : start + rows] for start in range(0, len(points), rows)]
    homes = list(client.scheduler_info(n_workers=-1)["workers"])
    sent = [
        client.scatter(piece, workers=[homes[i * len(homes) // len(pieces)]])
        for i, piece in enumerate(pieces)
    ]
    blocks = [
        da.from_delayed(future, piece.shape, piece.dtype)
        for future, piece in zip(sent, pieces, strict=True)
    ]
    array = da.concatenate(blocks).persist()
    wait(array)
    return array


def run(engine: Engine, start: np.ndarray, iterations: int) -> tuple[list[float], Any]:
    """Return the seconds of each state, and the last one."""
    times, begin, last = [], time.perf_counter(), None
    for snapshot in engine.snapshots(start, max_iterations=iterations):
        times.append(time.perf_counter() - begin)
        last, begin = snapshot, time.perf_counter()
    return times, last


def against_memory() -> list[dict[str, Any]]:
    """Time iterations on 1, 2 and 4 workers and in memory, on one thread and on two."""
    rows = []
    for m, n, k, iterations in SHAPES:
        points = blobs(m, n, k, "float32", seed=3)
        start = initial_centroids(points, k, seed=1)
        here: dict[str, Any] = {}
        for threads in (1, 2):
            engine = Engine(points, threads=threads)
            run(engine, start, 2)
            times, want = run(engine, start, iterations)
            here[str(threads)] = times
        row = {"m": m, "n": n, "k": k, "memory": here, "workers": {}}
        for workers in (1, 2, 4):
            with cluster(workers) as client:
                array = collection(client, points, 2 * workers)
                begin = time.perf_counter()
                engine = Engine(array)
                prepared = time.perf_counter() - begin
                run(engine, start, 2)
                sent = wire(client)
                times, last = run(engine, start, iterations)
                assert np.array_equal(last.centroids, want.centroids)
                assert last.inertia == want.inertia
                found = {"prepared": prepared, "states": times}
                found["bytes"] = (wire(client) - sent) / len(times) / (2 * workers)
                found["dask-ml"] = dask_ml(array, start)
                row["workers"][str(workers)] = found
                print(m, n, workers, found, flush=True)
        rows.append(row)
    return rows


def wire(client: Any) -> int:
    """Return the bytes that workers have sent to each other and to the client so far."""

    def sent(dask_worker: Any) -> int:
        with Path("/proc/self/net/dev").open() as file:  # of the machine, not of a worker
            loop = next(line for line in file if line.strip().startswith("lo:"))
        return int(loop.split()[9])

    return int(next(iter(client.run(sent).values())))


def dask_ml(array: Any, start: np.ndarray) -> float | str:
    """Return the seconds of an iteration of dask-ml's Lloyd: the difference of two runs."""
    try:
        from dask_ml.cluster import KMeans
    except ImportError as error:
        return str(error)

    def fit(iterations: int) -> float:
        model = KMeans(len(start), init=start, max_iter=iterations, tol=0.0)
        begin = time.perf_counter()
        model.fit(array)
        return time.perf_counter() - begin

    fit(1)
    few, many = fit(1), fit(6)
    return (many - few) / 5


def by_parts() -> list[dict[str, Any]]:
    """Time iterations over many small parts, where nearly all is the scheduler's."""
    points = blobs(1_000_000, 2, 12, "float32", seed=3)
    start = initial_centroids(points, 12, seed=1)
    rows = []
    with cluster(2) as client:
        for parts in (10, 100, 1000, 5000):
            array = collection(client, points, parts)
            begin = time.perf_counter()
            engine = Engine(array)
            prepared = time.perf_counter() - begin
            run(engine, start, 1)
            with busy(client) as spent:
                times, _ = run(engine, start, 12)
            row = {"parts": parts, "prepared": prepared, "iteration": median(times[2:])}
            row["scheduler"] = spent[0] / len(times)
            rows.append(row)
            print(row, flush=True)
            del engine, array
    return rows


@contextmanager
def busy(client: Any) -> Iterator[list[float]]:
    """Yield a list that holds, afterwards, the processor seconds of the scheduler's process."""
    spent: list[float] = []
    # A local scheduler shares the process of the client, which waits meanwhile.
    before = time.process_time()
    yield spent
    spent.append(time.process_time() - before)


def after_a_kill() -> dict[str, Any]:
    """Time a run during which a worker is killed, against one that is left alone."""
    points = blobs(20_000_000, 2, 12, "float32", seed=3)
    start = initial_centroids(points, 12, seed=1)
    with cluster(2) as client:
        import dask.array as da

        # A part must be known to the scheduler as a recipe, or it would be lost with its worker.
        array = da.from_array(points, chunks=(len(points) // 8, 2))
        engine = Engine(array)
        run(engine, start, 2)
        plain, want = run(engine, start, 20)
        pids = client.run(os.getpid)
        timer = threading.Timer(
            sum(plain[:6]), os.kill, (next(iter(pids.values())), signal.SIGKILL)
        )
        timer.start()
        times, last = run(engine, start, 20)
        assert np.array_equal(last.centroids, want.centroids)
        return {"plain": plain, "killed": times, "recovery": max(times) - max(plain[1:])}


def spark() -> dict[str, Any]:
    """Time an iteration of Spark's KMeans on two local threads."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.linalg import Vectors
    from pyspark.sql import SparkSession

    found = {}
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    for m, n, k, _ in ((2_000_000, 2, 12, 0), (200_000, 16, 64, 0)):
        points = uniform(m, n, "float32")  # which does not converge soon
        frame = session.createDataFrame(
            ((Vectors.dense(row),) for row in points.tolist()), ["features"]
        ).repartition(4)
        frame.cache().count()
        times: dict[int, list[float]] = {2: [], 12: []}
        for iterations in (2, 12) * 4:
            begin = time.perf_counter()
            model = KMeans(k=k, maxIter=iterations, tol=0.0, initMode="random", seed=1).fit(frame)
            assert model.summary.numIter == iterations
            times[iterations].append(time.perf_counter() - begin)
        engine, start = Engine(points), initial_centroids(points, k, seed=1)
        run(engine, start, 2)
        found[f"{m} x {n}, K={k}"] = {
            "spark": (median(times[12][1:]) - median(times[2][1:])) / 10,
            "ours in memory": median(run(engine, start, 12)[0][2:]),
        }
        print(found, flush=True)
    session.stop()
    return found


WHAT = {"memory": against_memory, "parts": by_parts, "kill": after_a_kill, "spark": spark}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--what", default=",".join(WHAT))
    parser.add_argument("--out", type=Path, default=HERE / "results")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    file = args.out / "cluster.json"
    report = json.loads(file.read_text()) if file.exists() else {}
    report["machine"] = machine(2)
    for name in args.what.split(","):
        try:
            report[name] = WHAT[name]()
        except ImportError as error:
            report[name] = f"left out: {error}"
        file.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
