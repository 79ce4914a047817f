"""The client to work with: the current one, or one of a cluster in this process; and its versions.

Knows nothing of points.
"""

from __future__ import annotations

import logging
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kmeans_engine._version import __version__
from kmeans_engine.errors import ClusterError
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.runtime.progress import doing

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Held", "ask", "check_versions", "find", "hold", "submit", "summon"]

# Seconds to wait for a scheduler that does not answer, and for the first worker.
_ANSWER, _WORKERS = 5, 30

_INCOMPLETE = "Dask is not complete here ({}): pip install kmeans-engine[dask]"

_lock = threading.Lock()


class Held:
    """A client that is used; one that was made here is closed when nobody holds this any more.

    Parameters
    ----------
    client : Client
    *made : object
        What was made for it and is closed after it, or None.
    """

    def __init__(self, client: Client, *made: Any) -> None:
        self.client = client
        if made:
            weakref.finalize(self, _close, client, *made)


_ours: weakref.ref[Held] | None = None


def _close(client: Client, cluster: Any) -> None:
    if client.asynchronous:  # garbage was collected in the thread of its loop, which cannot wait
        threading.Thread(target=_close, args=(client, cluster), name="dask-close").start()
        return
    client.close()
    if cluster is not None:
        cluster.close()


def hold() -> Held:
    """Return the current client, or that of a cluster that is started in this process.

    Raises
    ------
    ClusterError
        If Dask is not installed, no worker comes, or a worker cannot take part.
    """
    global _ours
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ClusterError(_INCOMPLETE.format(error)) from error
    with _lock:
        held = _ours() if _ours is not None else None
        try:
            client = Client.current()
        except ValueError:
            threads = default_threads()
            warnings.warn(
                f"no Dask client is in use, so a local cluster is started: {threads} "
                f"thread{'s' * (threads != 1)} of this process, for as long as its engine lives; "
                "make a distributed.Client first to use another",
                stacklevel=2,
            )
            cluster = LocalCluster(
                n_workers=1, threads_per_worker=threads, processes=False, dashboard_address=":0"
            )
            held = Held(Client(cluster), cluster)
            _ours = weakref.ref(held)
            return held
        if held is not None and held.client is client:
            return held
    _wait(client)
    check_versions(client)
    return Held(client)


def summon(word: str, threads: int) -> Held:
    """Return a new client, which is the current one for as long as somebody holds this.

    Parameters
    ----------
    word : str
        ``local:4`` starts four worker processes here; else the address of a scheduler.
    threads : int
        Of all processes started here together.

    Raises
    ------
    ClusterError
        If nothing answers at the address within seconds, or Dask is not installed.
    """
    global _ours
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ClusterError(_INCOMPLETE.format(error)) from error
    # What it says of workers that come and go would stand between our own lines.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    kind, _, count = word.partition(":")
    if kind == "local":
        workers = int(count)

        def start() -> Held:
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=max(threads // workers, 1), processes=True,
                dashboard_address=":0", silence_logs=logging.CRITICAL,
            )  # fmt: skip
            return Held(Client(cluster), cluster)

        with doing(f"starting {workers} workers"):
            held = _undisturbed(start)
    else:
        try:
            with doing(f"connecting to {word}"):
                held = Held(Client(word, timeout=_ANSWER), None)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(
                f"no Dask scheduler answers at {word}: start one with 'dask scheduler', or correct "
                "the address"
            ) from error
        _wait(held.client)
        check_versions(held.client)
    _ours = weakref.ref(held)
    return held


def _undisturbed(start: Callable[[], Held]) -> Held:
    """Return what is started, in a thread of its own, since interrupts come to the main thread.

    A cluster that is half there cannot be closed; so an interrupt waits until it stands.
    """
    with ThreadPoolExecutor(1, "dask-start") as thread:
        return thread.submit(start).result()


def _wait(client: Client) -> None:
    """Wait for the first worker."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS)
    except TimeoutError as error:
        raise ClusterError(
            f"the cluster at {_address(client)} has no workers: start some, such as with "
            "'dask worker ADDRESS'"
        ) from error


def _address(client: Client) -> str:
    scheduler = client.scheduler
    return str(scheduler.address) if scheduler is not None else "?"


def _facts() -> tuple[str, str, str]:
    """Return the versions of this package, NumPy and Numba here."""
    import numba
    import numpy

    return __version__, numpy.__version__, numba.__version__


def check_versions(client: Client) -> None:
    """Raise `ClusterError` if the scheduler or a worker cannot take part, in one line."""
    mine = _facts()
    found: dict[str, Any] = client.run(_facts, on_error="return")
    for address, theirs in found.items():
        if isinstance(theirs, OSError):
            continue  # it is gone by now
        if isinstance(theirs, BaseException):
            raise ClusterError(
                f"the worker at {address} cannot load kmeans-engine "
                f"({' '.join(str(theirs).split())}): install version {mine[0]} on every worker"
            )
        if theirs[0] != mine[0]:
            raise ClusterError(
                f"the worker at {address} has kmeans-engine {theirs[0]}, this client {mine[0]}: "
                "install the same version on every worker"
            )
        for name, here, there in zip(("numpy", "numba"), mine[1:], theirs[1:], strict=True):
            if _series(here) != _series(there):
                raise ClusterError(
                    f"the worker at {address} has {name} {there}, this client {here}: install "
                    "the same release on every worker"
                )


def _series(version: str) -> list[str]:
    return version.split(".")[:2]


def submit(
    client: Client,
    tasks: Mapping[Any, Any],
    keys: Iterable[Any],
    homes: Mapping[Any, str] | None = None,
) -> list[Future[Any]]:
    """Have tasks done and return the futures of some, without waiting for them.

    Parameters
    ----------
    client : Client
    tasks : mapping
        By key; what they need and is not among them is known to the scheduler.
    keys : iterable
        Which are asked for.
    homes : mapping, optional
        The address of the worker that has what a task needs, where it is to be done if it can be.
    """
    from dask.highlevelgraph import HighLevelGraph, MaterializedLayer

    wanted = list(keys)
    annotations: dict[str, Any] | None = None
    if homes:
        annotations = {"workers": dict(homes).get, "allow_other_workers": True}
    layer = MaterializedLayer(dict(tasks), annotations=annotations)
    graph = HighLevelGraph({"kmeans": layer}, {"kmeans": set()})
    with explained():
        futures: list[Future[Any]] = client.get(graph, wanted, sync=False)
        return futures


@contextmanager
def explained() -> Iterator[None]:
    """Context: what Dask says of lost points and dead workers becomes one line of ours."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.client import ClosedClientError

    try:
        yield
    except ClosedClientError as error:
        raise ClusterError("the Dask client is closed; make another Engine with another") from error
    except CancelledError as error:
        raise ClusterError(
            "workers that held points are gone, and nobody can make the points again: they were "
            "sent there, not read there; or the Dask client is closed"
        ) from error
    except KilledWorker as error:
        raise ClusterError(
            f"workers keep dying at the same task ({' '.join(str(error).split())}): they may have "
            "too little memory"
        ) from error


def find(client: Client, futures: Sequence[Future[Any]]) -> Mapping[Any, Any]:
    """Return the workers that have the results of tasks, by key; errors as `ask`."""
    with explained():
        found: Mapping[Any, Any] = client.who_has(futures)
        return found


def ask(client: Client, futures: Sequence[Future[Any]]) -> list[Any]:
    """Return the results of tasks.

    Raises
    ------
    ClusterError
        If they were lost and cannot be made again.
    KMeansError
        As the tasks raised it.
    """
    from distributed import wait

    with explained():
        # Ctrl-C while one waits is quiet; while results are gathered, it leaves errors behind.
        wait(futures)
        found: list[Any] = client.gather(list(futures))
        return found
