"""Run a function over fixed chunks on several threads. Knows nothing of clustering.

The kernels release the GIL, so plain threads suffice; a chunk lasts milliseconds, so Ctrl-C is
seen between two chunks. The calling thread works too, which makes one thread the same code without
a pool. Whoever runs chunks says how the scratch of a worker is made, and nobody else knows how many
workers there are: so no array of scratch can be too short for them.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, NoReturn, TypeVar

from kmeans_engine.runtime.processors import default_threads

__all__ = [
    "chunk_rows",
    "default_threads",
    "even_rows",
    "fold_chunks",
    "run_chunks",
    "threads_for",
]

Part = TypeVar("Part")

# A pool does not survive fork(), so it belongs to the process that made it.
_pools: dict[int, ThreadPoolExecutor] = {}
_pools_lock = threading.Lock()

# Threads of a pool are started when all others are busy; this is only where it must end.
_MOST_THREADS = 1 << 12

# Multiply-adds of one chunk: 60 ms at worst, if every point needs the reference distance (1 ns
# each), and about 3 ms of scores. Ctrl-C must be seen within 200 ms.
CHUNK_WORK = 1 << 26

# Rows of a chunk, at least, where there are so many.
LEAST = 64

# Nanoseconds of work below which waking another thread costs more than it saves.
WORTH_A_THREAD = 5e4


def chunk_rows(work_per_row: int) -> int:
    """Return how many rows make a chunk, given the multiply-adds of one row."""
    rows = CHUNK_WORK // max(work_per_row, 1)
    return int(min(max(rows, LEAST), 1 << 17))


def threads_for(nanoseconds: float, threads: int) -> int:
    """Return how many threads a work is worth, given how long it takes one of them."""
    return max(min(int(nanoseconds / WORTH_A_THREAD), threads), 1)


def even_rows(total: int, rows: int, threads: int, least: int = 1 << 11) -> int:
    """Return at most `rows` rows for a chunk, so that each thread gets as many chunks.

    Three chunks on two threads take as long as four. Chunks have at least `least` rows, which are
    not worth another thread, and a multiple of 16 where that is a choice.
    """
    if total < 1:
        return rows
    chunks = -(-total // rows)
    chunks += -chunks % threads
    return max(min((-(-total // chunks) + 15) & -16, rows), min(least, rows))


def run_chunks(work: Callable[[int, int], None], total: int, rows: int, threads: int) -> None:
    """Call ``work(start, stop)`` as `fold_chunks` does, where no worker needs anything of its own.

    Parameters and errors are those of `fold_chunks`.
    """
    fold_chunks(_nothing, lambda _, start, stop: work(start, stop), total, rows, threads)


def fold_chunks(
    make: Callable[[], Part],
    work: Callable[[Part, int, int], None],
    total: int,
    rows: int,
    threads: int,
) -> list[Part]:
    """Call ``work(part, start, stop)`` for consecutive ranges of at most `rows` out of `total`.

    Parameters
    ----------
    make : callable
        Returns what belongs to one worker: its scratch and its part of the result. Called by the
        worker itself, before its first chunk.
    work : callable
        Called with the worker's part, never twice at the same time with the same one, and a
        half-open range of rows.
    total, rows : int
        All rows, and the rows of one chunk.
    threads : int
        How many workers may run at the same time; the calling thread is one of them.

    Returns
    -------
    list
        The parts of all workers that had a chunk, in no order; none for no rows.

    Raises
    ------
    BaseException
        The first exception of a worker, or KeyboardInterrupt, after all workers have stopped.
    """
    n_chunks = -(-total // rows)
    workers = min(threads, n_chunks)
    if workers <= 1:
        if n_chunks == 0:
            return []
        part = make()
        for start in range(0, total, rows):
            work(part, start, min(start + rows, total))
        return [part]
    crew = _Crew(make, work, total, rows)
    futures: list[Future[None]] = []
    try:
        _enlist(crew.loop, workers - 1, futures)
        crew.loop()
    except BaseException:
        crew.stop.set()
        raise
    finally:
        # Workers that never started are not needed any more; the others end within one chunk. A
        # second Ctrl-C must not leave them writing into arrays that their owner has given up.
        started = [future for future in futures if not future.cancel()]
        interrupted: BaseException | None = None
        for future in started:
            while not future.done():
                try:
                    future.exception()
                except KeyboardInterrupt as again:
                    interrupted = again
        parts = crew.dismiss()
        if interrupted is not None:
            raise interrupted
    for future in started:
        future.result()
    return parts


class _Crew(Generic[Part]):
    """The workers of one fold, who take chunk after chunk until there are no more."""

    def __init__(
        self,
        make: Callable[[], Part],
        work: Callable[[Part, int, int], None],
        total: int,
        rows: int,
    ) -> None:
        self.stop = threading.Event()
        self._make, self._work, self._total, self._rows = make, work, total, rows
        self._tickets = itertools.count()
        self._parts: list[Part] = []

    def loop(self) -> None:
        """Work as one of the crew; raise what goes wrong, and stop the others."""
        make, work, total, rows = self._make, self._work, self._total, self._rows
        try:
            start = next(self._tickets) * rows
            if start >= total or self.stop.is_set():
                return
            part = make()
            self._parts.append(part)
            while start < total and not self.stop.is_set():
                work(part, start, min(start + rows, total))
                start = next(self._tickets) * rows
        except BaseException:
            self.stop.set()
            raise

    def dismiss(self) -> list[Part]:
        """Return the parts. Nothing is kept: a cancelled call may stay in the pool's queue."""
        parts, self._parts = self._parts, []
        self._make = self._work = _gone
        return parts


def _gone(*_: object) -> NoReturn:
    raise AssertionError("a crew was dismissed")


def _nothing() -> None:
    return None


def _enlist(loop: Callable[[], None], count: int, futures: list[Future[None]]) -> None:
    """Have up to `count` threads of the pool run a loop; their futures are added to `futures`."""
    with _pools_lock:
        pid = os.getpid()
        if pid not in _pools:
            _pools.clear()
            _pools[pid] = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kmeans-engine")
        pool = _pools[pid]
        try:
            futures.extend(pool.submit(loop) for _ in range(count))
        except RuntimeError:  # no more threads, as in a small container: the caller works anyway
            pass
        except BaseException:
            # Ctrl-C while a thread is started: the pool does not know it, nobody would tell it to
            # end, and the process would wait for it forever.
            _pools.clear()
            pool.shutdown(wait=False)
            raise


def _after_fork_in_child() -> None:
    global _pools_lock
    _pools_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
