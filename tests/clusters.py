"""Clusters of worker processes for tests, and what goes to them."""

import contextlib
import os
import signal
import threading
import time

import numpy as np
import pytest

from kmeans_engine.cluster import parts

# As it is a plugin, its fixtures are those of all tests.


@contextlib.contextmanager
def started(workers, **options):
    """A client of new worker processes with one thread each, which are gone afterwards."""
    import dask
    from distributed import Client, LocalCluster

    options = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50} | options
    # A task that is new to a process takes seconds, and some tests kill one every second.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 99}),
        LocalCluster(n_workers=workers, **options) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def lasting_cluster():
    with started(2) as client:
        yield client


@pytest.fixture
def cluster(lasting_cluster, monkeypatch):
    """A client of two worker processes, with parts even of few points."""
    monkeypatch.setattr(parts, "LEAST", 8)
    monkeypatch.setattr(parts, "PER_THREAD", 2)
    return lasting_cluster


def cut(points, pieces, rng):
    """Return a Dask array of chunks of any sizes, some of them empty or of one row."""
    import dask.array

    at = np.sort(rng.integers(0, len(points) + 1, pieces - 1)).tolist()
    sizes = np.diff([0, *at, len(points)]).tolist()
    return dask.array.from_array(points, chunks=(tuple(sizes), points.shape[1]))


def processes(client):
    """Return the process of each worker."""
    return list(client.run(os.getpid).values())


class Nuisance(threading.Thread):
    """Does something to a process of a worker again and again, while a run goes on.

    Parameters
    ----------
    act : callable
        Gets a random generator.
    pause : float
        Seconds in between, about.
    """

    def __init__(self, act, pause, seed=0):
        super().__init__()
        self._act, self._pause, self._rng = act, pause, np.random.default_rng(seed)
        self._over = threading.Event()
        self.acts = 0

    def run(self):
        while not self._over.wait(self._pause * self._rng.uniform(0.5, 1.5)):
            self._act(self._rng)
            self.acts += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()


def kill(pid):
    """Kill a process as the system does when memory is out."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def stop(pid, seconds):
    """Have a process stand still for some time."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


class Census:
    """A visitor that notes all that it is shown."""

    work_per_row = 10
    cells = 0

    def begin(self):
        return []

    def add(self, found, rows, X, was, now, weights):
        was = [None] * len(X) if was is None else was.tolist()
        now = [None] * len(X) if now is None else now.tolist()
        found.extend(zip(list(rows), map(tuple, X.tolist()), was, now, strict=True))

    def merge(self, found):
        for other in found[1:]:
            found[0].extend(other)
        return found[0]
