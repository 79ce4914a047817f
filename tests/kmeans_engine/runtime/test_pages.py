"""Memory that costs only where it is touched."""

import sys
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine.runtime.pages import sparse_empty


@pytest.mark.parametrize("n", [0, 1, 5000, 100_000])
def test_an_array_of_any_length_can_be_written(n):
    array = sparse_empty(n, np.float32)
    array[:] = np.arange(n)
    assert array.dtype == np.float32
    assert np.array_equal(array, np.arange(n))


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason=f"{sys.platform} has no smaps")
def test_only_touched_pages_are_there():
    def resident():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * 4096

    array = sparse_empty(1 << 26, np.float32)
    before = resident()
    array[:: 1 << 22] = 1.0
    assert resident() - before < 8 << 20
    assert array[0] == 1.0
