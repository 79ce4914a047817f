"""The threads of this process that run kernels, and how a kernel is given to them.

A kernel for a team is called ``kernel(task, start, stop)`` with a record that no other worker has
and a half-open range of rows. Its machine code is called by address, as `runtime.jobs` explains.
Under ``NUMBA_DISABLE_JIT``, and where a system has no POSIX threads, `runtime.threads` does the
same in Python.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import pickle
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from kmeans_engine.runtime import jobs
from kmeans_engine.runtime.native import AVAILABLE
from kmeans_engine.runtime.processors import processors
from kmeans_engine.runtime.records import Record
from kmeans_engine.runtime.threads import fold_chunks

__all__ = ["run_kernel"]

_DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
_NATIVE = AVAILABLE and not _DISABLED

# The leader looks for Ctrl-C after so many nanoseconds.
_GLANCE = 50_000_000
# Nanoseconds for which a worker looks out for the next job before it sleeps.
_SPIN = 100_000


class _Words:
    """Native memory that starts with a mutex, zeroed, in cache lines of its own; never freed.

    A thread may still be about to leave a mutex that another one has taken after it.
    """

    def __init__(self, size: int) -> None:
        memory = np.zeros(size + 16, dtype=np.int64)
        skip = -(memory.ctypes.data // 8) % 16
        self.words: npt.NDArray[np.int64] = memory[skip : skip + size]
        self.address = self.words.ctypes.data
        jobs.prepare(self.address)
        _kept.append(memory)


_kept: list[npt.NDArray[np.int64]] = []


class Team:
    """The workers of a process: threads that are started when a job first wants them."""

    def __init__(self) -> None:
        # A handler of a signal may run an engine, in the middle of anything.
        self._lock = threading.RLock()
        self._size, self._most = 0, jobs.MOST
        # Not in the threads, nor when a job has to be stopped: a fork must find no compiler at
        # work, and a second Ctrl-C none either.
        places = types.int64, types.int64
        work: Any
        for work, kinds in (
            (jobs.serve, places),
            (jobs.lead, (*places, types.boolean, types.int64)),
            (jobs.finish, places),
        ):
            work.compile(kinds)
        self._board = _Words(jobs.BOARD)
        self._board.words[jobs.CLOCK] = time.CLOCK_MONOTONIC
        self._jobs: list[_Words] = []

    def run(self, function: int, tasks: Sequence[Record], total: int, rows: int) -> int:
        """Have a kernel run by as many workers as there are tasks; see `run_kernel`."""
        others = len(tasks) - 1
        if others > self._size:
            self._grow(others)
        board, job = self._board.address, self._jobs.pop() if self._jobs else _Words(jobs.JOB)
        words, address = job.words, job.address
        words[jobs.FUNCTION : jobs.ERROR + 1] = function, total, rows, others, 0, 0
        words[jobs.NEXT], words[jobs.SEATS] = 0, 1
        words[jobs.TASKS : jobs.TASKS + len(tasks)] = [task.__dict__["_address"] for task in tasks]
        first = more = True
        try:
            while more:
                # Nothing comes between this and the call; the locks of another process stay locked.
                if _team is not self:
                    raise RuntimeError("a run cannot go on in a process forked in the middle of it")
                more = jobs.lead(board, address, first, _GLANCE)
                first = False
        except BaseException:
            # Python looks for signals when a call returns, so none comes before this one begins.
            if _team is self:
                jobs.finish(board, address)
            raise
        status, error, used = (int(words[word]) for word in (jobs.STATUS, jobs.ERROR, jobs.SEATS))
        self._jobs.append(job)
        if status:
            raise _exception(error)
        return used

    def _grow(self, size: int) -> None:
        """Start threads until there are so many, or no more can be started."""
        with self._lock:
            while self._size < min(size, self._most):
                slot = _Words(jobs.SLOT)
                self._size += 1  # before it starts: Ctrl-C may come as soon as it has
                try:
                    _thread.start_new_thread(jobs.serve, (self._board.address, slot.address))
                except RuntimeError:  # as in a small container: those that there are do the work
                    self._size -= 1
                    self._most = self._size
                    return
            # Where there are more threads than processors, one that spins keeps another from work.
            self._board.words[jobs.SPIN] = _SPIN if self._size < processors() else 0


_team: Team | None = None
_team_lock = threading.RLock()
_addresses: dict[tuple[Any, Any], int] = {}


def run_kernel(kernel: Callable[..., Any], tasks: Sequence[Record], total: int, rows: int) -> int:
    """Call ``kernel(task, start, stop)`` for consecutive ranges of at most `rows` out of `total`.

    Parameters
    ----------
    kernel : callable
        A kernel, without the GIL; what it returns is dropped.
    tasks : sequence of Record
        Of one type, and one for each worker that the work is worth; the calling thread is one of
        them. May be the same ones if they hold nothing that belongs to a worker.
    total, rows : int
        All rows, and the rows of one chunk.

    Returns
    -------
    int
        How many of the tasks were used at most: the first ones. It depends on who was awake.

    Raises
    ------
    BaseException
        What a kernel has raised, or KeyboardInterrupt, after all workers have stopped.
    """
    global _team
    workers = min(len(tasks), -(-total // rows), jobs.MOST)
    if workers < 1:
        return 0
    if workers == 1 and total <= rows:
        kernel(tasks[0], 0, total)
        return 1
    if not _NATIVE:
        spare = iter(tasks)
        return len(fold_chunks(lambda: next(spare), kernel, total, rows, workers))
    key = kernel, tasks[0].__dict__["_numba_type_"]
    address = _addresses.get(key) or _addresses.setdefault(key, _address(*key))
    if _team is None:
        with _team_lock:
            _team = _team or Team()
    return _team.run(address, tasks[:workers], total, rows)


def _address(kernel: Any, kind: types.Type) -> int:
    """Return the address of a kernel's machine code for tasks of this type."""
    signature = kind, types.int64, types.int64
    kernel.compile(signature)
    compiled = kernel.overloads[signature]
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


def _exception(address: int) -> BaseException:
    """Return what a kernel has raised, from Numba's description: a pickle, and its length."""
    memory = ctypes.c_void_p.from_address(address).value
    length = ctypes.c_int32.from_address(address + ctypes.sizeof(ctypes.c_void_p)).value
    kind, arguments, _ = pickle.loads(ctypes.string_at(memory or 0, length))
    raised = kind(*arguments)
    assert isinstance(raised, BaseException)
    return raised


def _after_fork_in_child() -> None:
    global _team, _team_lock
    _team, _team_lock = None, threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
