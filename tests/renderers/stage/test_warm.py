"""Everything is compiled before it is needed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine.runtime.cache import MachineCode
from renderers.stage import warm

ROOT = Path(__file__).parents[3]

# Says which kernels are compiled from here on.
LISTENER = """
import sys
from numba.core import event
class Listener(event.Listener):
    def on_start(self, happened):
        print(happened.data["dispatcher"].py_func.__name__)
    def on_end(self, _):
        pass
event.register("numba:compile", Listener())
"""
COMMAND = f"""{LISTENER}
import cli
sys.exit(cli.main(sys.argv[1:]))
"""
ESTIMATOR = f"""{LISTENER}
import numpy as np
from kmeans_engine.estimator import KMeans
points, weights = np.load("wide.npy"), np.arange(9000.0)
for some in (points[:300], points[:300, :2], points.astype(np.float32)):
    for own in (None, weights[: len(some)]):
        model = KMeans(5, n_init=2, random_state=0).fit(some, sample_weight=own)
        model.predict(some), model.transform(some), model.score(some, sample_weight=own)
"""


def run(words, folder, **env):
    env = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_nothing_is_left_to_compile(tmp_path):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "single.npy", rng.normal(size=(100_000, 2)).astype(np.float32))
    np.save(tmp_path / "wide.npy", rng.normal(size=(9000, 16)))
    np.save(tmp_path / "bytes.npy", rng.integers(0, 99, size=(40_000, 3)).astype(np.uint8))
    code = tmp_path / "code"
    told = run(["-m", "kmeans_engine", "--warm"], tmp_path, NUMBA_CACHE_DIR=str(code))
    files = [path for path in code.rglob("*.nb[ci]") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    assert told == f"{len(files)} files of machine code, {size:.1f} MB, in {code}\n"
    for words in (
        "--seed 1 -o a.mp4 --smooth",
        "--seed 1 -o a.gif --phases --theme dark --overlays all",
        "--seed 1 -o a.png --theme classic --race random,k-means++",
        "--seed 1 -o clear.gif --transparent",
        "--seed 1 -k 2-5 -o k.gif",
        "single.npy -k 2,3 -o elbow.png",
        "single.npy -k 300 -o b.png --max-iterations 4",
        "wide.npy -k 256 -o c.mp4 --max-iterations 9",
        "bytes.npy -k 200 --max-iterations 5 --runs 2",
        "bytes.npy -k 20 --weights 2 --max-iterations 9 -o w.png --standardize",
        "single.npy -k 12 --memory 1KB --scratch . --max-iterations 9 -o d.gif --record d.arrows",
    ):
        words = ["-c", COMMAND, *words.split(), "--quiet"]
        assert run(words, tmp_path, NUMBA_CACHE_DIR=str(code)) == "", words
    assert run(["-c", ESTIMATOR], tmp_path, NUMBA_CACHE_DIR=str(code)) == ""


def test_what_there_is_to_do():
    words = [words for words, _ in warm.steps()]
    assert len(set(words)) == len(words)
    for word in ("blocks, float32, 12 clusters", "brute, float64, 65,537 clusters"):
        assert word in words
    assert not any("auto" in word for word in words)


def test_what_is_kept_is_counted(tmp_path, monkeypatch):
    def triple(x):
        return 3 * x

    cache = MachineCode(triple)
    folder = cache.cache_path

    class Kernel:
        _cache = cache

    monkeypatch.setattr(warm, "KERNELS", [Kernel])
    monkeypatch.setattr(cache, "files", lambda: [tmp_path / "a", tmp_path / "b"])
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"123")
    assert warm.kept() == (folder, 2, 8, True)
    cache.is_kept = False
    assert warm.kept() == (folder, 2, 8, False)
    monkeypatch.setattr(warm, "KERNELS", [])
    assert warm.kept() == ("memory", 0, 0, True)
