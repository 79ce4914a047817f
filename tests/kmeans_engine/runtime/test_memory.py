"""What a budget gives out, and how much memory there is."""

import gc
import pickle

import numpy as np
import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.runtime.memory import SMALL, Budget, free_memory
from kmeans_engine.runtime.scratch import mapping_of


def test_what_fits_is_in_memory_and_comes_back(tmp_path):
    budget = Budget("3MiB", tmp_path)
    first = budget.empty((2, SMALL), np.uint8)
    assert mapping_of(first) is None
    assert budget.fits(SMALL)
    assert not budget.fits(SMALL + 1)
    second = budget.empty(SMALL // 4 + 1, np.float32)
    assert mapping_of(second) is not None
    assert second.flags.writeable
    assert second.flags.aligned
    view = first[1:]
    del first
    gc.collect()
    assert not budget.fits(SMALL + 1)  # the view holds it
    del view
    gc.collect()
    assert mapping_of(budget.empty(3 * SMALL, np.uint8)) is None
    assert not list(tmp_path.iterdir())


def test_small_arrays_are_not_counted(tmp_path):
    budget = Budget(1, tmp_path)
    assert mapping_of(budget.empty(SMALL - 1, np.uint8)) is None
    assert mapping_of(budget.zeros(SMALL, np.uint8)) is not None
    assert budget.empty((0, 7), np.float64).shape == (0, 7)


def test_zeros_copies_and_what_is_never_touched(tmp_path):
    for memory in (1, None):
        budget = Budget(memory, tmp_path)
        assert not budget.zeros((3, SMALL), np.int64).any()
        rows = np.random.default_rng(0).normal(size=(SMALL // 8, 3))
        assert np.array_equal(budget.copy(rows), rows)
        sparse = budget.empty((SMALL, 2), np.float32, sparse=True)
        sparse[5] = 3.0
        assert sparse[5, 1] == 3.0
        del sparse
    gc.collect()
    assert budget.fits(budget.limit)


@pytest.mark.parametrize("memory", ["much", "", "0", "-2GB", "2XB"])
def test_what_is_not_an_amount(memory):
    with pytest.raises(InvalidInput, match=r"^memory="):
        Budget(memory)


def test_folders(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist: name a folder"):
        Budget(1, tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="is not a folder"):
        Budget(1, tmp_path / "file")


def test_a_budget_that_is_sent_keeps_its_limit(tmp_path):
    assert pickle.loads(pickle.dumps(Budget("2GB", tmp_path))).limit == 2_000_000_000


def system(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = {"proc__meminfo": "MemTotal: 9000000 kB\nMemAvailable:    4000000 kB\n"}


def test_free_memory_of_a_system(tmp_path):
    assert free_memory(system(tmp_path, **MEMINFO)) == 4_096_000_000
    assert free_memory(tmp_path / "nothing") > 1 << 20


def test_free_memory_of_a_container_of_version_2(tmp_path):
    root = system(
        tmp_path, **MEMINFO,
        proc__self__cgroup="0::/box\n",
        proc__self__mountinfo="30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    )  # fmt: skip
    box = root / "sys/fs/cgroup/box"
    system(box, **{"memory.max": "2000000000", "memory.current": "1500000000"})
    system(box, **{"memory.stat": "anon 9\ninactive_file 100000000\nactive_file 200000000\n"})
    assert free_memory(root) == 800_000_000
    system(box, **{"memory.max": "max"})
    assert free_memory(root) == 4_096_000_000


def test_free_memory_of_a_container_of_version_1(tmp_path):
    root = system(
        tmp_path, **MEMINFO,
        proc__self__cgroup="4:memory:/box\n1:cpu:/\n",
        proc__self__mountinfo="30 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
    )  # fmt: skip
    box = root / "sys/fs/cgroup/memory/box"
    system(box, **{"memory.limit_in_bytes": "1000", "memory.usage_in_bytes": "900"})
    system(box, **{"memory.stat": "total_inactive_file 50\ntotal_active_file 25\n"})
    assert free_memory(root) == 175
