"""All tests that need a device, in Numba's simulator: a process of its own, which asks for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba_cuda")

HERE = Path(__file__).parent
COMPILED, WHOLE = HERE / "test_compiled.py", HERE / "test_cascade.py"
# In pieces, which run side by side.
PIECES = {
    "compiled": [COMPILED],
    "tensor cores": [WHOLE],
    "others": [HERE, HERE.parents[1] / "points", f"--ignore={COMPILED}", f"--ignore={WHOLE}"],
}


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_everything_holds_in_the_simulator(piece, root):
    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":
        pytest.skip("this is the simulator")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "cuda",
         *map(str, PIECES[piece])],
        cwd=root,
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "0"},
        capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
