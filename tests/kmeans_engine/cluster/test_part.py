"""What is remembered of a part has no influence on what it gives."""

import gc
import pickle

import numpy as np
import pytest

from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.part import Run, Setting, Turn


def setting_of(part):
    return Setting(part.measured(), "auto")


def same(one, other):
    assert np.array_equal(one.sums, other.sums)
    assert np.array_equal(one.counts, other.counts)
    assert one.n_changed == other.n_changed


def test_tasks_in_any_order_and_repeated_give_the_same(part):
    rng = np.random.default_rng(0)
    setting = setting_of(part)
    run = Run("a", setting)
    turns = [Turn(rng.uniform(-4, 4, (6, 2))) for _ in range(4)]

    def fresh():
        return pickle.loads(pickle.dumps(part))

    want = {
        (i, j): tasks.step(fresh(), Run("b", setting), turns[i], turns[j])
        for i in range(4)
        for j in range(4)
    }
    starts = [tasks.first(fresh(), Run("c", setting), turn) for turn in turns]
    for _ in range(60):
        i, j = rng.integers(0, 4, 2).tolist()
        if rng.random() < 0.2:
            same(tasks.first(part, run, turns[i]), starts[i])
        same(tasks.step(part, run, turns[i], turns[j]), want[i, j])
        now, before = (tasks.labels(part, setting, turns[n], 0, 300) for n in (j, i))
        assert len(now) == 300
        got = tasks.changed(part, setting, turns[j], turns[i], 0, 300)
        assert np.array_equal(got, np.flatnonzero(now != before))
        assert want[i, j].n_changed == len(got)


def test_a_step_that_fails_leaves_nothing_wrong(part, monkeypatch):
    setting = setting_of(part)
    run = Run("a", setting)
    one, other = (Turn(part.segments[0].rows[rows].copy()) for rows in ([0, 1, 2], [3, 4, 5]))
    tasks.first(part, run, one)
    want = tasks.step(pickle.loads(pickle.dumps(part)), Run("b", setting), one, other)

    def fail(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("kmeans_engine.cluster.part._Kept._stand", fail)
        with pytest.raises(MemoryError):
            tasks.step(part, run, one, other)
    same(tasks.step(part, run, one, other), want)


def test_a_run_is_forgotten_with_its_name(part):
    setting = setting_of(part)
    run, turn = Run("a", setting), Turn(part.segments[0].rows[:3].copy())
    tasks.first(part, run, turn)
    other = pickle.loads(pickle.dumps(run))  # as it comes back from the disk
    tasks.first(part, other, turn)
    del run
    gc.collect()
    assert len(part._kept) == 1
    del other
    gc.collect()
    assert not part._kept
