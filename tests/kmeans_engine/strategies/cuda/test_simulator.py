"""All tests that need a device, in Numba's simulator: a process of its own, which asks for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba_cuda")

HERE = Path(__file__)
MARKED = {path for path in HERE.parents[3].rglob("test_*.py") if "mark.cuda" in path.read_text()}
# Those that compile most, and the others: two processes of about the same time, side by side.
COMPILED = {HERE.with_name("test_compiled.py"), HERE.with_name("test_cascade.py")}
PIECES = {"compiled": COMPILED, "others": MARKED - COMPILED - {HERE}}


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_everything_holds_in_the_simulator(piece, root):
    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":
        pytest.skip("this is the simulator")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "cuda",
         *map(str, sorted(PIECES[piece]))],
        cwd=root,
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "0"},
        capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
