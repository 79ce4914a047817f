"""Points in memory: folded chunk by chunk, read as kernels read them."""

import time

import numpy as np
import problems
import pytest
from memory import array_bytes, traced

from kmeans_engine import Engine
from kmeans_engine.points.data import prepare


@pytest.mark.parametrize("threads", [1, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", ">f4"])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "reversed"])
def test_a_fold_sees_every_row_once(threads, dtype, layout, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", 1 << 12)
    points = np.random.default_rng(0).normal(size=(20_000, 3)) * 100
    points = problems.make_layout(points, dtype, layout)
    data = prepare(points, threads)

    def add(part, start, X):
        assert X.dtype == data.row_dtype
        assert X.flags.c_contiguous
        assert not X.flags.writeable
        assert np.array_equal(X, points[start : start + len(X)])
        part.append((start, len(X)))
        assert len(X) <= part[0]

    parts = data.fold(lambda most: [most], add, work_per_row=3)
    assert 1 <= len(parts) <= threads
    chunks = sorted(chunk for part in parts for chunk in part[1:])
    assert [start for start, _ in chunks] == [0, *np.cumsum([n for _, n in chunks])[:-1].tolist()]
    assert sum(n for _, n in chunks) == len(points)


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int32"])
def test_compact_points_hold_the_same_values(dtype):
    points = problems.make_layout(np.random.default_rng(1).normal(size=(500, 4)), dtype, "F")
    data = prepare(points, 2)
    compact = data.compact()
    assert compact.compact() is compact
    assert compact.row_dtype == data.measure.dtype
    rows, which = compact.gather(np.array([3, 499, 0]))
    assert np.array_equal(rows[which], points[[3, 499, 0]])
    rows, which = data.gather(np.array([3, 499, 0]))
    assert np.array_equal(rows[which], points[[3, 499, 0]])


def test_few_workers_where_parts_are_larger_than_the_points():
    # 64 sums of many clusters cost more to merge than the points to add.
    data = prepare(np.random.default_rng(0).normal(size=(3200, 4)), 64)

    def workers(cells):
        return len(data.fold(lambda _: None, lambda *_: time.sleep(0.01), work_per_row=1 << 20,
                             cells_per_part=cells))  # fmt: skip

    assert workers(0) > 2
    assert workers(6_000) <= 2
    assert workers(10**9) == 1


def test_an_engine_keeps_no_copy_of_points_that_must_be_converted():
    points = np.random.default_rng(0).integers(0, 99, (100_000, 8), dtype=np.int32)
    with traced():
        engine = Engine(points, threads=8, strategy="brute")
        engine.fit(points[:3], max_iterations=2)
        assert array_bytes() < points.nbytes / 4
