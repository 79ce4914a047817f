"""Which client is used, when its cluster is closed, what is said of workers that cannot help."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time

import clusters
import numpy as np
import pytest
from wait import eventually

from kmeans_engine import ClusterError, Engine
from kmeans_engine.cluster import client

pytest.importorskip("distributed")

ALONE = """\
import sys, threading, warnings
import dask.array, numpy as np
from kmeans_engine import Engine, initial_centroids
points = np.random.default_rng(0).normal(size=(3000, 2))
chunks = dask.array.from_array(points, chunks=(500, 2))
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    engine = Engine(chunks)
    again = Engine(chunks)
print(*[str(one.message) for one in said], sep="|")
last, want = engine.fit(points[:5]), Engine(points).fit(points[:5])
assert last.centroids.tobytes() == want.centroids.tobytes()
assert np.array_equal(last.labels.compute(), want.labels)
from distributed import Client
one = Client.current()
del engine, last
import gc; gc.collect()
assert again.fit(points[:5]).inertia == want.inertia
del again; gc.collect()
print(one.status)
"""


def test_without_a_client_a_local_cluster_is_started_and_said(root):
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, status = done.stdout.splitlines()
    assert said.startswith("no Dask client is in use, so a local cluster is started")
    assert "|" not in said
    assert status == "closed"


def _lose():
    """Have this worker without Numba, as if it had never been installed."""
    sys.modules["before"], sys.modules["numba"] = sys.modules.get("numba"), None


def _find():
    sys.modules["numba"] = sys.modules.pop("before")


def test_a_worker_of_another_version(cluster, monkeypatch):
    rng = np.random.default_rng(0)
    chunks = clusters.cut(rng.normal(size=(100, 2)), 3, rng)
    engine = Engine(chunks)
    monkeypatch.setattr(client, "__version__", "9.9")
    with pytest.raises(
        ClusterError, match=r"kmeans-engine \S+, this client 9\.9: install the same"
    ):
        Engine(chunks)
    # One that comes later is found out by what it is asked to do.
    setting = engine._whole._setting._replace(version="9.9")
    engine._whole._setting = setting
    with pytest.raises(ClusterError, match=r"^a worker has version"):
        engine.fit(rng.normal(size=(3, 2)))


def test_a_worker_without_the_package(cluster):
    cluster.run(_lose)
    try:
        with pytest.raises(ClusterError, match=r"cannot load kmeans-engine .*: install version"):
            client.check_versions(cluster)
    finally:
        cluster.run(_find)
    client.check_versions(cluster)


def test_a_cluster_without_workers(monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(client, "_WORKERS", 0.2)
    with (
        LocalCluster(n_workers=0, dashboard_address=":0", processes=False) as cluster,
        Client(cluster),
        pytest.raises(ClusterError, match="has no workers: start some"),
    ):
        client.hold()


def test_a_client_that_is_closed_in_the_middle_of_a_run(lasting_cluster, monkeypatch):
    import dask.array
    from distributed import Client

    points = np.random.default_rng(0).normal(size=(300, 2))
    # The client of all tests is the current one again afterwards.
    with Client(lasting_cluster.scheduler.address) as mine:
        states = Engine(dask.array.from_array(points, chunks=100)).snapshots(points[:9])
        next(states)
        mine.close()
        with pytest.raises(ClusterError, match="the Dask client is closed"):
            list(states)


def test_a_client_that_nobody_holds_is_closed_from_whatever_thread_collects_garbage():
    from distributed import Client, LocalCluster

    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    )
    ours = Client(cluster)
    held = [client.Held(ours, cluster)]

    async def drop():  # in the thread of its loop, which cannot wait for itself
        held.clear()
        gc.collect()

    ours.sync(drop)
    eventually(lambda: ours.status == "closed" and cluster.status.name == "closed")
    gc.collect()


def test_an_interrupt_waits_for_a_cluster_that_starts_and_closes_it():
    said = []

    class Started:
        asynchronous = False

        def close(self):
            said.append("closed")

    def start():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.1)
        said.append("started")
        return client.Held(Started(), None)

    with pytest.raises(KeyboardInterrupt):
        client._undisturbed(start)
    gc.collect()
    assert said == ["started", "closed"]
