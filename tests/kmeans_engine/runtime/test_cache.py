"""Numba's cache of machine code, as `kernel` uses it: whole, damaged, swapped, out of reach."""

import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import FunctionCache

from kmeans_engine.runtime.cache import MachineCode, _stamp

ROOT = Path(__file__).parents[3]


def double(x):
    return 2 * x


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_code_is_loaded_is_not_lost(number, monkeypatch):
    # In LLVM's callbacks the exception of a handler would be swallowed.
    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    steps = []

    def load(self, sig, context):
        signal.raise_signal(number)
        steps.append("loaded")

    monkeypatch.setattr(FunctionCache, "load_overload", load)
    before = signal.signal(number, stop)
    try:
        with pytest.raises(Stopped):
            MachineCode(double).load_overload(None, None)
        assert steps == ["loaded"]
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("error", [OSError, EOFError, RuntimeError, ModuleNotFoundError])
def test_code_that_cannot_be_loaded_means_compiling_again(error, monkeypatch):
    def load(self, sig, context):
        raise error

    monkeypatch.setattr(FunctionCache, "load_overload", load)
    assert MachineCode(double).load_overload(None, None) is None


def test_a_change_in_any_kernel_outdates_them_all():
    before = _stamp()
    names = {name for name, _ in before}
    assert {"assign.py", "vector.py", "llvm.py", "jit.py", "cache.py", "compiler.py"} <= names
    stamp = MachineCode(double)._cache_file._source_stamp
    assert stamp[:-1] == before
    assert stamp[-1][0] == Path(__file__).name  # its own file, which may be a renderer's


# Two kernels of the same types: to take one for the other would not be noticed by LLVM.
KERNELS = """
from kmeans_engine.runtime.jit import kernel

@kernel()
def twice(x):
    return 2 * x

@kernel()
def thrice(x):
    return 3 * x

print(twice(7), thrice(7), twice(0.5), thrice(0.5))
print(*(sum(k.stats.cache_hits.values()) for k in (twice, thrice)))
"""
ALL = {"twice": 2, "thrice": 2}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    (folder / "kernels.py").write_text(KERNELS)
    assert hits(folder) == {"twice": 0, "thrice": 0}
    return folder


@pytest.fixture
def cache(compiled, tmp_path):
    """A folder with two kernels, compiled."""
    folder = tmp_path / "copy"
    shutil.copytree(compiled, folder)
    return folder


def hits(folder, **env):
    """Run the kernels, check what they say, and return how often each was found compiled."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "kernels.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    said, found = done.stdout.splitlines()
    assert said == "14 21 1.0 1.5"
    return dict(zip(ALL, map(int, found.split()), strict=True))


def of(folder, kernel, suffix):
    return sorted(folder.glob(f"__pycache__/kernels.{kernel}-*{suffix}"))


def empty(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def fill(path):
    path.write_bytes(os.urandom(1000))


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def outdate(path):
    """Leave what Numba itself would write, as an older version did."""
    path.write_bytes(pickle.dumps("0.1") + pickle.dumps(((), {})))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [empty, cut, fill, flip, outdate])
def test_a_damaged_file_is_compiled_and_written_again(damage, suffix, cache):
    for path in of(cache, "twice", suffix):
        damage(path)
    assert hits(cache) == {"twice": 0, "thrice": 2}
    assert hits(cache) == ALL


@pytest.mark.slow
def test_files_that_were_swapped_among_kernels(cache):
    for suffix in ("nbi", "nbc"):
        for one, other in zip(of(cache, "twice", suffix), of(cache, "thrice", suffix), strict=True):
            one_was, other_was = one.read_bytes(), other.read_bytes()
            one.write_bytes(other_was)
            other.write_bytes(one_was)
        assert hits(cache) == {"twice": 0, "thrice": 0}
        assert hits(cache) == ALL


@pytest.mark.slow
def test_files_that_were_swapped_among_types(cache):
    first, second = of(cache, "twice", "nbc")
    first_was = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_was)
    assert hits(cache) == {"twice": 0, "thrice": 2}
    assert hits(cache) == ALL


@pytest.mark.slow
def test_files_that_are_missing_or_folders(cache):
    for path in of(cache, "twice", "nbc"):
        path.unlink()
    assert hits(cache) == {"twice": 0, "thrice": 2}
    for suffix in ("nbi", "nbc"):
        for path in of(cache, "twice", suffix):
            path.unlink()
            path.mkdir()
        assert hits(cache)["thrice"] == 2
    assert list(cache.glob("__pycache__/*.tmp.*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_files_that_cannot_be_read_or_written(mode, cache):
    for path in (*of(cache, "twice", "nbi"), *of(cache, "thrice", "nbc")):
        path.chmod(mode)
    hits(cache)
    assert hits(cache) == ALL


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/none"])
def test_a_cache_folder_that_cannot_be(folder, compiled, tmp_path):
    shutil.copy(compiled / "kernels.py", tmp_path)
    (tmp_path / "file").write_text("in the way")
    assert hits(tmp_path, NUMBA_CACHE_DIR=folder) == {"twice": 0, "thrice": 0}


@pytest.mark.slow
def test_a_copy_with_other_times_is_as_good(cache):
    for path in (cache / "kernels.py", *of(cache, "twice", "nbi")):
        os.utime(path, (1, 1))
    assert hits(cache) == ALL


@pytest.mark.slow
def test_code_beside_the_source_is_only_read_if_it_cannot_be_written(cache, tmp_path):
    assert hits(cache, NUMBA_CACHE_DIR=str(tmp_path / "other")) == {"twice": 0, "thrice": 0}


# Folders cannot be written, as Numba finds out and as we do; root may write everywhere.
REFUSED = """
import os, sys, tempfile

def refuse(dir=None):
    if not dir.startswith(sys.argv[1]):
        raise PermissionError

    class File:
        def close(self):
            pass

    return File()

tempfile.TemporaryFile = refuse
os.access = lambda path, _: str(path).startswith(sys.argv[1])
import kernels
"""


@pytest.mark.slow
@pytest.mark.parametrize("writable", ["none", "other"])
@pytest.mark.parametrize("made", ["beside", "elsewhere"])
def test_code_is_read_where_it_cannot_be_written(made, writable, cache, tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    env["NUMBA_CACHE_DIR"] = str(tmp_path / writable)
    if made == "elsewhere":
        env["NUMBA_CACHE_DIR"] = str(tmp_path / "elsewhere")
        hits(cache, NUMBA_CACHE_DIR=env["NUMBA_CACHE_DIR"])
        for path in of(cache, "*", "nbi"):
            path.unlink()
    words = [sys.executable, "-W", "error", "-c", REFUSED, str(tmp_path / "other")]
    done = subprocess.run(words, cwd=cache, env=env, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1] == "2 2"
    assert list((tmp_path / "other").rglob("*.nbc")) == []


def test_an_index_that_is_newer_than_its_code(tmp_path, monkeypatch):
    cache = MachineCode(double)
    files = cache._cache_file
    monkeypatch.setattr(files, "_cache_path", str(tmp_path))
    files.save("float", b"for floats")
    assert files.load("float") == b"for floats"
    files._save_index({"int": files._data_name(1)})
    assert files.load("int") is None
    monkeypatch.setattr(files, "_source_stamp", ("another",))
    files._save_index({"float": files._data_name(1)})
    assert files.load("float") is None
