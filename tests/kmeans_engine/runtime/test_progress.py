"""What is told of the work that is being done."""

import threading
import time
from itertools import groupby

import numpy as np
import pytest

from kmeans_engine import Engine, initial_centroids
from kmeans_engine.runtime import progress
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.progress import COMPILING, doing, listen


def told(calls):
    return listen(lambda phase, total: calls.append((phase, total)))


def test_nested_phases_give_way_and_come_back():
    calls = []
    with told(calls), doing("clustering"):
        with doing("painting", 3):
            pass
        with pytest.raises(ZeroDivisionError), doing("encoding"):
            raise ZeroDivisionError
    names = ["clustering", "painting", "clustering", "encoding", "clustering", ""]
    assert [phase for phase, _ in calls] == names
    assert [total for phase, total in calls if phase == "painting"] == [3]


def test_nobody_is_told_after_the_end():
    calls = []
    with told(calls):
        pass
    with doing("clustering"):
        pass
    assert calls == []


def test_a_phase_of_another_thread_that_ends_first():
    calls, ended = [], threading.Event()

    def work():
        with doing("sorting"):
            ended.wait()

    with told(calls):
        worker = threading.Thread(target=work)
        worker.start()
        while not calls:
            time.sleep(0.001)
        with doing("painting"):
            ended.set()
            worker.join()  # sorting is over; painting still goes on
    assert [phase for phase, _ in calls] == ["sorting", "painting", ""]


def test_what_an_engine_tells():
    calls = []
    points = np.random.default_rng(0).normal(size=(2000, 2))
    with told(calls):
        start = initial_centroids(points, 3, method="k-means++", seed=0)
        last = Engine(points, strategy="blocks").fit(start)
        assert calls[-1] == ("", None)
        assert last.inertia == last.inertia
    told_of = (phase for phase, _ in calls if phase != COMPILING)
    phases = [phase for phase, _ in groupby(told_of)]  # told again when compiling is over
    names = ["drawing 3 centroids", "clustering", "sorting 2,000 points", "measuring the inertia"]
    assert [phase for phase in dict.fromkeys(phases) if phase] == names
    assert phases.count("measuring the inertia") == 1
    assert phases[-1] == ""


def test_a_run_that_is_left_alone_ends_its_phase():
    calls = []
    with told(calls):
        run = Engine([[0.0], [1.0]]).snapshots([[0.0]])
        next(run)
        assert calls[-1] == ("clustering", None)
        run.close()
        assert calls[-1] == ("", None)


def test_compiling_is_told_and_counted_once():
    @kernel()
    def inner(x):
        return 2 * x

    @kernel()
    def outer(x):
        return inner(x) + 1

    inner._cache = outer._cache = type(outer)(lambda: 0)._cache  # no machine code from the disk
    calls, before, begin = [], progress.compiling.seconds(), time.perf_counter()
    with told(calls):
        workers = [threading.Thread(target=outer, args=(1.5,)) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    took = time.perf_counter() - begin
    assert calls == [(COMPILING, None), ("", None)]
    assert 0 < progress.compiling.seconds() - before <= took
    assert outer(2.0) == 5.0
    assert len(calls) == 2  # it is known now


def test_seconds_count_what_is_being_compiled():
    before = progress.compiling.seconds()
    progress.compiling.begin()
    progress.compiling.begin()
    time.sleep(0.002)
    during = progress.compiling.seconds()
    progress.compiling.end()
    progress.compiling.end()
    after = progress.compiling.seconds()
    assert before < during <= after
    assert progress.compiling.seconds() == after
