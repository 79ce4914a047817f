"""How the threads of a team share a job, in machine code: no Python, and no GIL, per chunk.

A leader posts a job, a kernel and a task for each worker that it wants, and works at it itself.
Workers take chunk after chunk by an atomic counter. All of it lies in words of native memory:

- the board, of the process: who is idle, and which jobs want more workers than they got;
- a slot for each worker: the job that it is given, and what it sleeps on;
- a job: its kernel, its tasks, its next row, and how many workers are in it.

Who is woken wakes two others, so waking sixteen takes four steps and costs the leader one. A worker
that was not yet awake when the work was done is taken off the job and not waited for. Workers
between two jobs spin for a moment before they sleep, as long as there is a processor for each.
"""

import numpy as np

from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.native import (
    add,
    call,
    clock_gettime,
    cond_init,
    cond_signal,
    cond_wait,
    mutex_init,
    mutex_lock,
    mutex_unlock,
    pause,
    read,
    replace,
    sched_yield,
    write,
)

__all__ = [
    "BOARD",
    "CLOCK",
    "ERROR",
    "FUNCTION",
    "JOB",
    "MOST",
    "NEXT",
    "SEATS",
    "SLOT",
    "SPIN",
    "STATUS",
    "TASKS",
    "finish",
    "lead",
    "prepare",
    "serve",
]

# Workers of a process, and leaders at the same time that others may join.
MOST = 1 << 10
_OPEN = 1 << 6

# Words. All three begin with a mutex and a condition, for which any system takes 64 bytes at most.
_CONDITION = 8
# Of the board: how long a worker spins (nanoseconds), by which clock; idle workers, and open jobs.
SPIN, CLOCK, _IDLE, _N_OPEN = 16, 17, 18, 19
_STACK = 24
_LIST = _STACK + MOST
BOARD = _LIST + _OPEN
# Of a slot: the job that its worker is given, and as which of those that were.
_GIVEN, _ASLEEP, _RANK, _SLOT_TIME = 16, 17, 18, 20
SLOT = 24
# Of a job: a kernel's address, all rows, rows of a chunk, other workers that are wanted; a status
# and where it comes from; what the leader has set up. What all write to has lines of its own.
FUNCTION, _TOTAL, _ROWS, _WANTED, STATUS, ERROR = 16, 17, 18, 19, 20, 21
_SIZE, _JOINED, _LISTED, _JOB_TIME = 22, 23, 24, 26
NEXT, SEATS, _ACTIVE = 32, 40, 48
TASKS = 56
_CREW = TASKS + MOST
JOB = _CREW + MOST

# More rows than there are.
_OVER = 1 << 62


@kernel(counted=False)
def prepare(place):
    """Make a board, a slot or a job of zeroed memory."""
    mutex_init(place, 0)
    cond_init(place + 8 * _CONDITION, 0)


@kernel(counted=False, inner=True)
def _now(place, time, clock):
    """Return the time in nanoseconds; `time`, number of two words of scratch."""
    clock_gettime(np.int32(clock), place + 8 * time)
    return read(place, time) * 1_000_000_000 + read(place, time + 1)


@kernel(counted=False, inner=True)
def _rest():
    """Wait a moment, and let another thread of this processor go on.

    The system may have put the one that is waited for on the same processor.
    """
    for _ in range(16):
        pause()
    sched_yield()


@kernel(counted=False, inner=True)
def _wake(slot):
    """Wake a worker that has been given a job, if it sleeps."""
    if read(slot, _ASLEEP) != 0:
        mutex_lock(slot)
        cond_signal(slot + 8 * _CONDITION)
        mutex_unlock(slot)


@kernel(counted=False, inner=True)
def _work(job, seat, clock, until):
    """Run chunks of a job until there are no more, or the time is over; return whether it is.

    `seat`: the task to work at; -1 to take one with the first chunk.
    """
    function, total, rows = read(job, FUNCTION), read(job, _TOTAL), read(job, _ROWS)
    while True:
        start = add(job, NEXT, rows)
        if start >= total:
            return False
        if seat < 0:
            seat = add(job, SEATS, 1)
        task, stop = read(job, TASKS + seat), min(start + rows, total)
        status = call(function, task, start, stop, job + 8 * ERROR)
        if status != 0:
            write(job, STATUS, np.int64(status))
            write(job, NEXT, _OVER)
            return False
        if until > 0 and _now(job, _JOB_TIME, clock) >= until:
            return True


@kernel(counted=False, inner=True)
def _join(board, slot):
    """Return the open job with the fewest workers; 0 if there is none, and the worker is idle."""
    mutex_lock(board)
    best, fewest = 0, _OVER
    for j in range(read(board, _N_OPEN)):
        job = read(board, _LIST + j)
        active = read(job, _ACTIVE)
        wants = read(job, _JOINED) < read(job, _WANTED) and read(job, NEXT) < read(job, _TOTAL)
        if wants and active < fewest:
            best, fewest = job, active
    if best != 0:
        write(best, _JOINED, read(best, _JOINED) + 1)
        add(best, _ACTIVE, 1)
    else:
        idle = read(board, _IDLE)
        write(board, _STACK + idle, slot)
        write(board, _IDLE, idle + 1)
    mutex_unlock(board)
    return best


@kernel(counted=False, inner=True)
def _wait(board, slot):
    """Return the next job that the worker is given, once it has woken two others for it."""
    while True:
        spin, clock = read(board, SPIN), read(board, CLOCK)
        if spin > 0:
            until = _now(slot, _SLOT_TIME, clock) + spin
            while read(slot, _GIVEN) == 0 and _now(slot, _SLOT_TIME, clock) < until:
                _rest()
        if read(slot, _GIVEN) == 0:
            mutex_lock(slot)
            write(slot, _ASLEEP, 1)
            while read(slot, _GIVEN) == 0:
                cond_wait(slot + 8 * _CONDITION, slot)
            write(slot, _ASLEEP, 0)
            mutex_unlock(slot)
        job = read(slot, _GIVEN)
        # Else it has been taken back.
        if job != 0 and replace(slot, _GIVEN, job, 0):
            first = 2 * read(slot, _RANK) + 1
            for rank in range(first, min(first + 2, read(job, _SIZE))):
                if read(job, NEXT) < read(job, _TOTAL):
                    _wake(read(job, _CREW + rank))
            return job


@kernel(counted=False)
def serve(board, slot):
    """Work as one of the team, for good."""
    while True:
        job = _join(board, slot)
        if job == 0:
            job = _wait(board, slot)
        _work(job, -1, 0, 0)
        if add(job, _ACTIVE, -1) == 1:
            mutex_lock(job)
            cond_signal(job + 8 * _CONDITION)
            mutex_unlock(job)


@kernel(counted=False, inner=True)
def _post(board, job):
    """Give a job to as many idle workers as it wants; if there are too few, others may join."""
    wanted = read(job, _WANTED)
    mutex_lock(board)
    idle = read(board, _IDLE)
    size = min(wanted, idle)
    for rank in range(size):
        slot = read(board, _STACK + idle - 1 - rank)
        write(slot, _RANK, rank)
        write(job, _CREW + rank, slot)
    write(board, _IDLE, idle - size)
    write(job, _SIZE, size)
    write(job, _JOINED, size)
    write(job, _ACTIVE, size)
    listed = read(board, _N_OPEN)
    if size < wanted and listed < _OPEN:
        write(board, _LIST + listed, job)
        write(board, _N_OPEN, listed + 1)
        write(job, _LISTED, 1)
    mutex_unlock(board)
    # The last one first: who takes the job wakes two of higher rank, who must have it by then, or
    # they would go on sleeping.
    for rank in range(size - 1, -1, -1):
        write(read(job, _CREW + rank), _GIVEN, job)
    if size > 0:
        _wake(read(job, _CREW))


@kernel(counted=False)
def finish(board, job):
    """Stop a job, and return when all workers have left it: within one chunk."""
    write(job, NEXT, _OVER)
    if read(job, _LISTED) != 0:
        mutex_lock(board)
        last = read(board, _N_OPEN) - 1
        for j in range(last):
            if read(board, _LIST + j) == job:
                write(board, _LIST + j, read(board, _LIST + last))
        write(board, _N_OPEN, last)
        mutex_unlock(board)
        write(job, _LISTED, 0)
    size = read(job, _SIZE)
    back = 0
    for rank in range(size):
        slot = read(job, _CREW + rank)
        if replace(slot, _GIVEN, job, 0):
            write(job, _CREW + back, slot)
            back += 1
    if back > 0:
        mutex_lock(board)
        idle = read(board, _IDLE)
        for j in range(back):
            write(board, _STACK + idle + j, read(job, _CREW + back - 1 - j))
        write(board, _IDLE, idle + back)
        mutex_unlock(board)
        add(job, _ACTIVE, -back)
    spin, clock = read(board, SPIN), read(board, CLOCK)
    if spin > 0 and read(job, _ACTIVE) > 0:
        until = _now(job, _JOB_TIME, clock) + spin
        while read(job, _ACTIVE) > 0 and _now(job, _JOB_TIME, clock) < until:
            _rest()
    if read(job, _ACTIVE) > 0:
        mutex_lock(job)
        while read(job, _ACTIVE) > 0:
            cond_wait(job + 8 * _CONDITION, job)
        mutex_unlock(job)
    write(job, _SIZE, 0)


@kernel(counted=False)
def lead(board, job, first, nanoseconds):
    """Work at a job, posted if this is the first call; return whether there is more to do.

    After so many nanoseconds it returns anyway, so that Python can look for Ctrl-C; else when all
    is done, and all workers have left the job.
    """
    clock = read(board, CLOCK)
    until = _now(job, _JOB_TIME, clock) + nanoseconds
    if first:
        _post(board, job)
    if _work(job, 0, clock, until):
        return True
    finish(board, job)
    return False
