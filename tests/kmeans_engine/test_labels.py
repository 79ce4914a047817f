"""Labels that somebody holds: they stay, whatever becomes of the run."""

import threading
from functools import partial

import numpy as np
import pytest
from memory import peak_bytes

from kmeans_engine import Engine
from kmeans_engine.label_history import LabelHistory
from kmeans_engine.labels import IndexSet, Unchanged, join_labels, label_dtype
from kmeans_engine.runtime.memory import Budget


@pytest.mark.slow
def test_kept_snapshots_are_read_by_other_threads_while_the_run_goes_on():
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(40_000, 2))
    want = [s.labels.copy() for s in Engine(points, threads=1).snapshots(points[:50])]
    kept, wrong, over = [], [], threading.Event()

    def read(seed):
        own = np.random.default_rng(seed)
        while not over.is_set() or own.integers(3):
            if not kept:
                continue
            snapshot = kept[own.integers(len(kept))]
            rows = np.sort(own.choice(len(points), 30, replace=False))
            right = want[snapshot.iteration]
            match own.integers(3):
                case 0:
                    same = np.array_equal(snapshot.labels_at(rows), right[rows])
                case 1:
                    same = np.array_equal(snapshot.labels, right)
                case _:
                    before = want[max(snapshot.iteration - 1, 0)]
                    changed = np.flatnonzero(before != right)
                    same = snapshot.iteration == 0 or np.array_equal(snapshot.changed, changed)
            if not same:
                wrong.append(snapshot.iteration)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for reader in readers:
        reader.start()
    for snapshot in Engine(points, threads=2).snapshots(points[:50]):
        if snapshot.iteration % 3 != 1:
            kept.append(snapshot)
    over.set()
    for reader in readers:
        reader.join(30)
        assert not reader.is_alive()
    assert not wrong
    assert len(kept) > 10


def test_one_state_once_more_has_no_changes():
    history = LabelHistory(np.zeros(5, dtype=np.uint8))
    now = history.now()
    assert now.changed().tolist() == [0, 1, 2, 3, 4]
    again = Unchanged(history.now())
    assert again.changed().tolist() == []
    history.commit(np.array([3, 1]), np.array([2, 1], dtype=np.uint8))
    assert history.now().changed().tolist() == [1, 3]
    assert again.all().tolist() == now.all().tolist() == [0] * 5
    assert history.now().all().tolist() == [0, 1, 0, 2, 0]


def test_labels_of_parts_one_after_the_other():
    arrays = [np.arange(4, dtype=np.uint8), np.full(1, 9, np.uint8), np.arange(3, dtype=np.uint8)]
    histories = [LabelHistory(array.copy()) for array in arrays]
    histories[2].commit(np.array([1]), np.array([7], dtype=np.uint8))
    joined = join_labels([history.now() for history in histories], [4, 1, 3])
    assert joined.all().tolist() == [0, 1, 2, 3, 9, 0, 7, 2]
    assert not joined.all().flags.writeable
    assert joined.all() is joined.all()
    for rows in ([], [0, 4], [4], [3, 4, 5, 7], list(range(8))):
        found = joined.at(np.array(rows, dtype=np.intp))
        assert found.tolist() == joined.all()[rows].tolist()
    assert joined.changed().tolist() == [0, 1, 2, 3, 4, 6]


@pytest.mark.parametrize(("k", "dtype"), [(1, "u1"), (256, "u1"), (257, "u2"), (65_537, "u4")])
def test_the_type_of_labels(k, dtype):
    assert label_dtype(k) == np.dtype(dtype)


@pytest.mark.parametrize("by_points", [True, False])
def test_what_is_asked_of_kept_labels_takes_no_memory_but_that_of_the_budget(
    tmp_path, monkeypatch, by_points
):
    """Everything counts, nothing fits: only pieces are left, where NumPy would turn whole indices
    into another type, or make them.
    """
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    monkeypatch.setattr("kmeans_engine.label_history._PIECE", 1 << 15)
    monkeypatch.setattr("kmeans_engine.labels._LOOKED_UP", 1 << 15)
    m, rng = 4_000_000, np.random.default_rng(0)
    budget = Budget(1, tmp_path)
    order = rng.permutation(m).astype(np.uint32)

    def prepared():
        history = LabelHistory(np.zeros(m, np.uint8), by_points=by_points, budget=budget)
        states = [history.now()]
        for number in range(1, 3):
            rows = rng.choice(m, m // 8, replace=False).astype(np.uint32)
            changed = IndexSet(rows, m, None if by_points else order, budget)
            with history.lock:
                history.record(rows, lambda: budget.copy(np.zeros(m // 8, np.uint8)), changed)
            history.newest[rows] = number
            states.append(history.now())
        return partial(asked, history, states)

    def asked(history, states):
        if not by_points:
            with history.lock:
                history.reorder(order, lambda labels: budget.copy(labels))
        joined = join_labels(states, [m] * 3, budget)
        for labels in (*states, joined):
            assert len(labels.changed()) in (m, m // 8, m + m // 4)
            labels.all()

    assert peak_bytes(prepared(), prepared(), prepared()) < m // 2
