"""Labels of sorted rows: each state reads as if there were no order but that of the points."""

import itertools

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, label_order
from kmeans_engine.kernels.label_order import FAN, Moved, mark, mark_all, scatter_labels
from kmeans_engine.label_order import SortedLabels
from kmeans_engine.points.data import prepare
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.strategies.blocks import Blocks
from kmeans_engine.strategies.brute import Brute


def start(rng, m, block):
    """Return the labels of points in any order, as a strategy begins with them."""
    blocks = -(-m // block)
    return Moved(
        labels=rng.integers(0, 5, m).astype(np.uint8),
        order=rng.permutation(m).astype(np.uint32),
        bits=np.zeros((blocks, -(-block // 32)), dtype=np.uint32),
        changes=np.zeros(-(-blocks // FAN), dtype=np.int64),
        block=block,
    )


def turn(rng, moved):
    """Change some labels and mark them, as a sweep does; return the parents it looks at."""
    m, block, parents = len(moved.labels), moved.block, len(moved.changes)
    chosen = np.flatnonzero(rng.integers(0, 2, parents))
    share = rng.choice([0.0, 0.02, 1.0])
    for p in chosen.tolist():
        moved.changes[p] = 0
        for b in range(p * FAN, min((p + 1) * FAN, len(moved.bits))):
            first, size = b * block, min(block, m - b * block)
            rows = np.flatnonzero(rng.random(size) < share)
            moved.labels[first + rows] = (moved.labels[first + rows] + rng.integers(1, 5)) % 5
            moved.changes[p] += len(rows)
            if len(rows) == size:
                mark_all(moved.bits, b, size)
            else:
                for j in rows.tolist():
                    mark(moved.bits, b, j)
    return chosen


def by_points(moved):
    labels = np.empty_like(moved.labels)
    labels[moved.order] = moved.labels
    return labels


def check_state(kept, want, before, rng):
    rows = np.sort(rng.choice(len(want), len(want) // 3, replace=False))
    questions = [
        lambda: np.array_equal(kept.changed(), np.flatnonzero(want != before)),
        lambda: np.array_equal(kept.at(rows), want[rows]),
        lambda: np.array_equal(kept.all(), want) and not kept.all().flags.writeable,
    ]
    for question in rng.permutation(3).tolist():
        assert questions[question]()


@pytest.mark.kernels
@check.examples(60)
@given(st.integers(0, 2**32), st.sampled_from([1, 5, 32, 64, 70]), st.sampled_from([1, 3]))
def test_every_state_reads_as_without_an_order(seed, block, threads):
    rng = np.random.default_rng(seed)
    moved = start(rng, int(rng.integers(1, 40 * block)), block)
    labels, want, held = SortedLabels(moved, threads, Budget()), by_points(moved), []
    begins = rng.integers(0, 12)  # when somebody first asks for labels
    labels.now()
    for number in range(8):
        before = want
        labels.catch_up()
        noted = labels.note(turn(rng, moved))
        want = by_points(moved)
        assert noted == np.count_nonzero(want != before)
        if rng.integers(3):
            state = labels.now(), want, before
            if rng.integers(2):
                held.append(state)
            del state
        for state in held if number >= begins else ():
            check_state(*state, rng)
    labels.finish()
    for state in held:
        check_state(*state, rng)


def test_nothing_is_put_in_order_before_somebody_asks(monkeypatch):
    turned = []
    monkeypatch.setattr(SortedLabels, "turn", lambda self: turned.append(self))
    points = np.random.default_rng(0).normal(size=(3000, 2))
    for snapshot in Engine(points, strategy="blocks").snapshots(points[:5], max_iterations=5):
        assert snapshot.n_changed in (len(snapshot.changed), 0)
    assert not turned


@pytest.mark.parametrize("back", [False, True])
def test_another_strategy_takes_over(back):
    data = prepare(np.random.default_rng(0).normal(size=(2000, 2)), 2)
    centroids = [data.points[i : i + 7].copy() for i in range(4)]
    alone, first = Brute(data).begin(), Blocks(data).begin()
    kept, want = [], []
    assert np.array_equal(alone.first(centroids[0]).sums, first.first(centroids[0]).sums)
    now = first
    for number, c in enumerate(centroids[1:]):
        kept.append(now.labels())
        want.append(alone.labels().all().copy())
        assert now.step(c).n_changed == alone.step(c).n_changed
        if number == 0 or back:
            other = Brute(data).begin() if now is first or not back else Blocks(data).begin()
            other.adopt(c, now.assigned)
            now = other
    now.finish()
    assert all(np.array_equal(k.all(), w) for k, w in zip(kept, want, strict=True))


@pytest.mark.kernels
@pytest.mark.parametrize("moment", range(6))
def test_ctrl_c_leaves_the_labels_of_every_state_as_they_are(monkeypatch, moment):
    rng = np.random.default_rng(moment)
    moved = start(rng, 2000, 32)
    labels, want, held = SortedLabels(moved, 1, Budget()), [], []
    for _ in range(6):
        held.append(labels.now())
        want.append(by_points(moved))
        moved.labels[:] = (moved.labels + rng.integers(1, 5)) % 5  # all, so each is an array
        for b in range(len(moved.bits)):
            mark_all(moved.bits, b, min(32, 2000 - 32 * b))
        moved.changes[:] = np.diff(np.append(np.arange(0, 2000, 32 * FAN), 2000))
        labels.note(np.arange(len(moved.changes)))
    labels.now()
    calls = itertools.count()

    def interrupted(*arguments):
        if next(calls) == moment:
            raise KeyboardInterrupt
        scatter_labels(*arguments)

    monkeypatch.setattr(label_order, "scatter_labels", interrupted)
    with pytest.raises(KeyboardInterrupt):
        held[0].all()
    for kept, all_labels in zip(held, want, strict=True):
        assert np.array_equal(kept.all(), all_labels)
