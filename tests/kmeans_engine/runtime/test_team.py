"""Kernels on a team of threads: every row once, errors, Ctrl-C, fork, many leaders, exit."""

import _thread
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import numpy.typing as npt
import pytest

from kmeans_engine.runtime import team
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record
from kmeans_engine.runtime.team import run_kernel

pytestmark = pytest.mark.kernels

NATIVE = pytest.mark.skipif(not team._NATIVE, reason="kernels are plain Python here")
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no fork and no such signals")


class Visit(Record):
    visits: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    bad: int


@kernel(counted=False)
def visit(task, start, stop):
    for i in range(start, stop):
        task.visits[i] += 1
        task.own[0] += 1
    if start <= task.bad < stop:
        raise ValueError("a bad row", 7)


def made(count, rows, bad=-1):
    visits = np.zeros(rows, dtype=np.int64)
    tasks = [Visit(visits=visits, own=np.zeros(1, dtype=np.int64), bad=bad) for _ in range(count)]
    return visits, tasks


@pytest.mark.parametrize("workers", [1, 2, 3, 16, 64, 300])
@pytest.mark.parametrize(("total", "rows"), [(0, 1), (1, 1), (10, 3), (5000, 7), (5, 100)])
def test_every_row_is_visited_once(workers, total, rows):
    for _ in range(3):
        visits, tasks = made(workers, total)
        used = run_kernel(visit, tasks, total, rows)
        assert (visits == 1).all()
        own = [int(task.own[0]) for task in tasks]
        # Those that were used come first.
        assert sum(own[:used]) == total
        assert min(total, 1) <= used <= min(workers, -(-total // rows))


@pytest.mark.parametrize("workers", [1, 2, 16, 64])
def test_what_a_kernel_raises_reaches_the_caller(workers):
    visits, tasks = made(workers, 3000, bad=1234)
    with pytest.raises(ValueError, match="a bad row") as caught:
        run_kernel(visit, tasks, 3000, 10)
    assert caught.value.args == ("a bad row", 7)
    # Nobody goes on; those after the bad one were taken by others, or by nobody.
    after = visits.copy()
    assert visits.max() == 1
    run_kernel(visit, made(workers, 500)[1], 500, 1)
    assert (visits == after).all()


@pytest.mark.parametrize("workers", [2, 16])
def test_many_leaders_at_once(workers):
    failed = []

    def lead():
        for total in range(1, 400):
            visits, tasks = made(workers, total)
            used = run_kernel(visit, tasks, total, 3)
            if not (visits == 1).all() or sum(int(t.own[0]) for t in tasks[:used]) != total:
                failed.append(total)

    leaders = [threading.Thread(target=lead) for _ in range(6)]
    for leader in leaders:
        leader.start()
    for leader in leaders:
        leader.join(100)
        assert not leader.is_alive()
    assert not failed


@NATIVE
def test_where_no_more_threads_can_be_started_the_caller_does_the_work(monkeypatch):
    started, start = [], _thread.start_new_thread

    def refuse(*arguments):
        if len(started) == 1:
            raise RuntimeError("can't start new thread")
        started.append(start(*arguments))

    monkeypatch.setattr(_thread, "start_new_thread", refuse)
    monkeypatch.setattr(team, "_team", None)
    for _ in range(3):
        visits, tasks = made(8, 1000)
        assert run_kernel(visit, tasks, 1000, 7) <= 2
        assert (visits == 1).all()


@NATIVE
def test_a_handler_of_a_signal_may_run_a_kernel_while_threads_are_started(monkeypatch):
    crew, start, calls = team.Team(), _thread.start_new_thread, itertools.count()
    visits, tasks = made(3, 100)

    def interrupted(*arguments):
        if next(calls) == 0:
            run_kernel(visit, tasks, 100, 7)
        return start(*arguments)

    monkeypatch.setattr(team, "_team", crew)
    monkeypatch.setattr(_thread, "start_new_thread", interrupted)
    grower = threading.Thread(target=crew._grow, args=(2,), daemon=True)
    grower.start()
    grower.join(20)
    assert not grower.is_alive()
    assert (visits == 1).all()


@NATIVE
def test_a_process_forked_off_just_before_a_job_is_posted_leaves_the_team_alone(monkeypatch):
    crew = team.Team()
    monkeypatch.setattr(team, "_team", crew)
    monkeypatch.setattr(team, "_team_lock", team._team_lock)
    monkeypatch.setattr(crew, "_grow", lambda size: team._after_fork_in_child())
    visits, tasks = made(3, 100)
    with pytest.raises(RuntimeError, match="forked"):
        run_kernel(visit, tasks, 100, 7)
    assert not visits.any()


SPIN = """
import os, signal, sys, threading, time, warnings
import numpy as np
import numpy.typing as npt
from kmeans_engine.runtime import team
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record
from kmeans_engine.runtime.team import run_kernel

warnings.simplefilter("ignore", DeprecationWarning)   # Python warns of threads and fork

class Spin(Record):
    turns: npt.NDArray[np.int64]
    length: int

@kernel(counted=False)
def spin(task, start, stop):
    for i in range(start, stop):
        x = i
        for j in range(task.length):
            x = x * 1664525 + 1013904223 + (x >> 3)
        task.turns[0] += 1
        task.turns[1] += x   # so that it is not left out

workers = int(sys.argv[1])
def tasks(length):
    return [Spin(turns=np.zeros(8, dtype=np.int64), length=length) for _ in range(workers)]

run_kernel(spin, tasks(1), 1000, 1)   # compile
"""


def python(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SPIN + textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(child):
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return out.split()


@NATIVE
@POSIX
@pytest.mark.parametrize("workers", [1, 2, 16])
def test_ctrl_c_stops_all_workers_within_a_chunk(workers):
    child = python(
        """
        mine = tasks(1_000_000)     # a chunk takes a millisecond, all of them an hour
        print("ready", flush=True)
        try:
            run_kernel(spin, mine, 1 << 22, 1)
        except KeyboardInterrupt:
            before = sum(int(task.turns[0]) for task in mine)
            time.sleep(0.1)
            print("stopped", before == sum(int(task.turns[0]) for task in mine), before > 0)
        again = tasks(1)
        run_kernel(spin, again, 1000, 1)
        print(sum(int(task.turns[0]) for task in again))
        """,
        str(workers),
    )
    assert child.stdout.readline() == "ready\n"
    threading.Event().wait(0.4)
    child.send_signal(signal.SIGINT)
    assert ended(child) == ["stopped", "True", "True", "1000"]


@NATIVE
@POSIX
def test_a_process_that_is_forked_off_makes_its_own_team():
    child = python(
        """
        def count():
            mine = tasks(1000)
            run_kernel(spin, mine, 1000, 1)
            return sum(int(task.turns[0]) for task in mine)

        stop = threading.Event()
        def lead():
            while not stop.is_set():
                count()
        others = [threading.Thread(target=lead) for _ in range(3)]
        for other in others:
            other.start()
        for _ in range(10):         # whatever the others hold just then
            pid = os.fork()
            if pid == 0:
                os._exit(0 if count() == 1000 else 1)
            print(os.waitpid(pid, 0)[1])
        stop.set()
        for other in others:
            other.join()
        """,
        "4",
    )
    assert ended(child) == ["0"] * 10


@NATIVE
@POSIX
def test_a_run_ends_in_a_process_that_is_forked_off_in_the_middle_of_it():
    child = python(
        """
        pids = []
        def fork(number, frame):
            pids.append(os.fork())
        signal.signal(signal.SIGALRM, fork)
        mine = tasks(1_000_000)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            run_kernel(spin, mine, 600, 1)
        except RuntimeError as error:
            os._exit(7 if "forked" in str(error) and pids == [0] else 1)
        print(sum(int(task.turns[0]) for task in mine), os.waitpid(pids[0], 0)[1] >> 8)
        """,
        "4",
    )
    assert ended(child) == ["600", "7"]


@NATIVE
def test_a_process_ends_while_workers_wait_and_while_they_work():
    child = python(
        """
        threading.Thread(target=run_kernel, args=(spin, tasks(1_000_000), 1 << 22, 1),
                         daemon=True).start()
        time.sleep(0.2)
        print("over")
        """,
        "3",
    )
    assert ended(child) == ["over"]
