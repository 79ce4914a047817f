"""Records: one argument for many arrays, read by kernels as plain Python reads them."""

import copy
import gc
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import numpy.typing as npt
import pytest

from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

pytestmark = pytest.mark.kernels


class Inner(Record):
    floats: npt.NDArray[np.floating]
    flags: npt.NDArray[np.bool_]
    factor: np.float32
    on: bool


class Outer(Record):
    X: npt.NDArray[np.floating]
    labels: npt.NDArray[np.integer]
    inner: Inner
    count: int
    root: float


@kernel(counted=False)
def use(outer, start):
    X, labels, inner = outer.X, outer.labels, outer.inner
    total = 0.0
    for i in range(start, X.shape[0]):
        for n in range(X.shape[1]):
            total += np.float64(X[i, n])
        labels[i] = outer.count
    inner.floats[0] = inner.factor
    inner.flags[1] = inner.on
    return total * outer.root


@kernel()
def views(outer):
    half = outer.X[: outer.X.shape[0] // 2]
    return half.sum() + outer.inner.floats[1:].sum()


def made(dtype=np.float64, order="C", on=True):
    X = np.asarray(np.arange(12).reshape(4, 3), dtype=dtype, order=order)
    inner = Inner(
        floats=np.ones(3, dtype=np.float32), flags=np.zeros(2, dtype=bool),
        factor=np.float32(2.5), on=on,
    )  # fmt: skip
    return Outer(X=X, labels=np.zeros(4, dtype=np.uint8), inner=inner, count=7, root=0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("on", [True, False])
def test_a_kernel_reads_every_kind_of_field(dtype, order, on):
    record = made(dtype, order, on)
    assert use(record, 1) == sum(range(3, 12)) * 0.5
    assert record.labels.tolist() == [0, 7, 7, 7]
    assert record.inner.floats.tolist() == [2.5, 1.0, 1.0]
    assert record.inner.flags.tolist() == [False, on]
    assert views(record) == sum(range(6)) + 2.0


def test_read_only_and_strided_arrays():
    X = np.arange(48.0).reshape(8, 6)[::2, ::2]
    X.flags.writeable = False
    record = Outer(X=X, labels=np.zeros(9, np.uint8)[::2], inner=made().inner, count=1, root=1.0)
    assert use(record, 0) == X.sum()
    assert record.labels.tolist() == [1, 1, 1, 1, 0]


def test_a_record_keeps_its_arrays_and_shares_them():
    labels = np.zeros(4, dtype=np.uint8)
    before = sys.getrefcount(labels)
    record = Outer(X=np.ones((4, 1)), labels=labels, inner=made().inner, count=3, root=1.0)
    gc.collect()
    assert use(record, 0) == 4.0
    assert labels.tolist() == [3, 3, 3, 3]
    del record
    gc.collect()
    assert sys.getrefcount(labels) == before


def test_records_of_many_threads():
    wrong = []

    def work(seed):
        for i in range(300):
            record = made()
            if use(record, 0) != 33.0 or record.labels[0] != 7:
                wrong.append((seed, i))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_cannot_be_a_field():
    if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0":
        with pytest.raises(TypeError, match=r"^factor='x' cannot be a field of a record$"):
            Inner(floats=np.ones(1), flags=np.zeros(1, bool), factor="x", on=True)
    with pytest.raises(AttributeError, match="frozen"):
        made().count = 3
    for fields in ({"factor": 1.0}, {**vars(made().inner), "more": 1}):
        with pytest.raises(TypeError, match=r"^Inner needs the fields floats, flags, factor, on$"):
            Inner(**fields)
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied"):
            copied(made())


@pytest.mark.slow
def test_machine_code_is_found_again_in_another_process(tmp_path):
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return
    code = """
import numpy as np
from kmeans_engine import assign_points
from kmeans_engine.kernels import assign
assign_points(np.random.default_rng(0).normal(size=(100, 3)), np.zeros((2, 3)))
print(sum(assign.assign_rows.stats.cache_hits.values()))
"""
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONHASHSEED": "1"}
    hits = []
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env=env | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        hits.append(int(run.stdout))
    assert hits == [0, 1]


class Optional(Record):
    values: npt.NDArray[np.floating] | None
    count: int


@kernel(counted=False, inner=True)
def read_or(values, count):
    if values is None:
        return count
    return values[count]  # which cannot be compiled for None


@kernel(counted=False)
def read_optional(task):
    return read_or(task.values, task.count)


def test_a_field_may_be_none():
    assert read_optional(Optional(values=None, count=2)) == 2
    assert read_optional(Optional(values=np.array([0.5, 1.5, 2.5]), count=2)) == 2.5
    assert read_optional(Optional(values=None, count=7)) == 7
