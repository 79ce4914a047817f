"""Run a function over fixed chunks on several threads. Knows nothing of clustering.

The kernels release the GIL, so plain threads suffice; a chunk lasts milliseconds, so Ctrl-C is
seen between two chunks. The calling thread works too, which makes one thread the same code without
a pool.
"""

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["WORTH_A_THREAD", "chunk_rows", "default_threads", "even_rows", "run_chunks"]

# A pool does not survive fork(), so it belongs to the process that made it.
_pools: dict[int, ThreadPoolExecutor] = {}
_pools_lock = threading.Lock()

# Multiply-adds of one chunk: 60 ms at worst, if every point needs the reference distance (1 ns
# each), and about 3 ms of scores. Ctrl-C must be seen within 200 ms.
CHUNK_WORK = 1 << 26

# Nanoseconds of work below which waking another thread costs more than it saves.
WORTH_A_THREAD = 2e5


def default_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chunk_rows(work_per_row: int) -> int:
    """Return how many rows make a chunk, given the multiply-adds of one row."""
    rows = CHUNK_WORK // max(work_per_row, 1)
    return int(min(max(rows, 64), 1 << 17))


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


def _pool() -> ThreadPoolExecutor:
    with _pools_lock:
        pid = os.getpid()
        if pid not in _pools:
            _pools.clear()
            _pools[pid] = ThreadPoolExecutor(64, thread_name_prefix="kmeans-engine")
        return _pools[pid]


def _after_fork_in_child() -> None:
    global _pools_lock
    _pools_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def run_chunks(work: Callable[[int, int, int], None], total: int, rows: int, threads: int) -> None:
    """Call ``work(worker, start, stop)`` for consecutive ranges of at most `rows` out of `total`.

    Parameters
    ----------
    work : callable
        Called with the number of the worker (0 <= worker < threads, never twice at the same time,
        so it may index scratch arrays) and a half-open range of rows.
    total, rows : int
        All rows, and the rows of one chunk.
    threads : int
        How many workers may run at the same time; the calling thread is one of them.

    Raises
    ------
    BaseException
        The first exception of a worker, or KeyboardInterrupt, after all workers have stopped.
    """
    n_chunks = -(-total // rows)
    workers = min(threads, n_chunks)
    if workers <= 1:
        for start in range(0, total, rows):
            work(0, start, min(start + rows, total))
        return
    tickets = itertools.count()
    stop = threading.Event()

    def loop(worker: int) -> None:
        try:
            while not stop.is_set():
                chunk = next(tickets)
                if chunk >= n_chunks:
                    return
                work(worker, chunk * rows, min((chunk + 1) * rows, total))
        except BaseException:
            stop.set()
            raise

    futures: list[Future[None]] = []
    try:
        pool = _pool()
        futures.extend(pool.submit(loop, worker) for worker in range(1, workers))
        loop(0)
    except BaseException:
        stop.set()
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
        if interrupted is not None:
            raise interrupted
    for future in started:
        future.result()
