"""The host's side of a run, through all packages, on a driver without a device: see driver.c.

A process of its own, which loads it in the place of NVIDIA's.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("numba_cuda")

from kmeans_engine.strategies.cuda.tensor import Task

COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        COMPILER is None or not sys.platform.startswith("linux"),
        reason="it takes Linux and a C compiler",
    ),
    pytest.mark.skipif(
        os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0", reason="the simulator has no driver"
    ),
]

STEPS = """
import sys
import numpy as np
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies import make_strategy

for n in map(int, sys.argv[1:]):
    points = np.random.default_rng(0).normal(size=(5000, n)).astype(np.float32)
    assigner = make_strategy("cuda", prepare(points, 1)).begin()
    centroids = points[:40].astype(np.float64)
    assigner.first(centroids)
    print(type(assigner._stages[0]).__name__)
    for i in range(3):
        if i == 2:
            print("CU settled", file=sys.stderr, flush=True)
        assigner.step(centroids + i)
        found = assigner._centroids._packet.device[0].copy_to_host() if i < 2 else None
        assert found is None or (found == centroids + i).all()
    print("CU end", file=sys.stderr, flush=True)
    assigner.labels().all()
    assigner.finish()
"""

AUTO = """
import numpy as np
import kmeans_engine.whole
from kmeans_engine import Engine
from kmeans_engine.strategies import auto

auto._is_worth_a_device = lambda points, k: True
kmeans_engine.whole._PLAIN = ()
points = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
print(Engine(points).fit(points[:3].astype(np.float64), max_iterations=1).strategy)
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driver")
    source = Path(__file__).with_name("driver.c")
    library = folder / "libcuda.so.1"
    subprocess.run([COMPILER, "-w", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return folder


def run(driver, script, root, *arguments, **settings):
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(driver),
        "PYTHONPATH": str(root),
        "FAKE_HALF": str(Task.half.offset),
        "NUMBA_DISABLE_JIT": "0",
        **settings,
    }
    environment.pop("KMEANS_ENGINE_CUDA", None)
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_a_settled_step_is_one_launch_and_one_wait(driver, root):
    done = run(driver, STEPS, root, "2", "16", FAKE_LOG="1")
    assert done.stdout.split() == ["Float32", "TensorScores"]
    for part in done.stderr.split("CU settled\n")[1:]:
        calls = Counter(line.split()[1] for line in part.split("CU end")[0].splitlines())
        del calls["cuCtxGetCurrent"], calls["cuCtxGetDevice"]
        assert calls == {"cuGraphLaunch": 1, "cuStreamSynchronize": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"FAKE_FAIL": "cuInit"},
        {"FAKE_COUNT": "0"},
        {"FAKE_CC": "999"},
        {"FAKE_FAIL": "cuLaunchKernel", "FAKE_CODE": "700"},
    ],
    ids=str,
)
def test_auto_goes_on_without_a_gpu_that_fails(driver, root, fault):
    assert run(driver, AUTO, root, **fault).stdout.split() == ["brute"]


def test_a_step_that_cannot_be_recorded_goes_piece_by_piece(driver, root):
    done = run(driver, STEPS, root, "2", FAKE_LOG="1", FAKE_FAIL="cuStreamEndCapture")
    assert "cuGraphLaunch" not in done.stderr
