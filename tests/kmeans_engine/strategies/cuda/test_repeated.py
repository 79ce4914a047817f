"""Launches that are recorded; test_driver.py has the rest."""

import pytest

pytest.importorskip("numba_cuda")

from kmeans_engine.strategies.cuda import repeated
from kmeans_engine.strategies.cuda.device import missing


@pytest.mark.skipif(missing() is None, reason="there is a device")
def test_what_cannot_be_recorded_is_launched_each_time(monkeypatch):
    monkeypatch.setattr(repeated, "SIMULATED", False)
    launched = []
    work = repeated.Repeated("stream", launched.append)
    for _ in range(4):
        work.run()
    work.close()
    assert launched == ["stream"] * 4
