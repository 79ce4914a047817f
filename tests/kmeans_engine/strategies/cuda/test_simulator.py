"""All tests that need a device, in Numba's simulator: a process of its own, which asks for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from simulated_cores import COMPILER

pytest.importorskip("numba_cuda")


@pytest.mark.slow
def test_everything_holds_in_the_simulator(root):
    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":
        pytest.skip("this is the simulator")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "cuda",
         str(Path(__file__).parent), str(root / "tests/kmeans_engine/points/test_devices.py")],
        cwd=root, env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert "skipped" not in run.stdout or COMPILER is None
