"""Lists hold each point once, whichever threads of a block come first."""

import time

import numpy as np
import pytest

from kmeans_engine.strategies.cuda.device import missing

pytestmark = pytest.mark.cuda

if missing() is None:
    from numba import cuda

    from kmeans_engine.kernels.cuda.compiling import SIMULATED, THREADS
    from kmeans_engine.kernels.cuda.lists import sift
    from kmeans_engine.strategies.cuda.device import blocks_for


@pytest.mark.parametrize("rows", [1, 21, 1000])
def test_every_point_that_is_due_is_listed_once(rows, monkeypatch):
    if SIMULATED:
        make = np.empty
        # Threads ask for an array that they share while another makes it.
        monkeypatch.setattr(np, "empty", lambda *args: (time.sleep(1e-3), make(*args))[1])
    rows = min(rows, 100) if SIMULATED else rows
    expiry = np.arange(rows, dtype=np.float32) % 3
    due = cuda.to_device(np.full(rows, 99_999, dtype=np.uint32))
    total = cuda.to_device(np.zeros(1, dtype=np.uint32))
    labels, threshold = np.zeros(rows, dtype=np.uint8), np.ones(1, dtype=np.float32)
    sift[blocks_for(rows, THREADS), THREADS](
        *(cuda.to_device(array) for array in (labels, expiry, threshold)), due, total
    )
    count = int(total.copy_to_host()[0])
    assert sorted(due.copy_to_host()[:count].tolist()) == np.flatnonzero(expiry <= 1).tolist()
