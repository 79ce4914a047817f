"""Scratch files: no name, reserved space, nothing left behind."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine import Engine, InvalidInput, InvalidType
from kmeans_engine.runtime import scratch
from kmeans_engine.runtime.scratch import (
    advise,
    check_folder,
    default_folder,
    grow_file,
    make_file,
    map_empty,
)


def test_files_have_a_size_and_no_name(tmp_path):
    file = make_file(str(tmp_path), 1 << 20)
    try:
        assert os.fstat(file).st_size == 1 << 20
        assert grow_file(file, str(tmp_path), 1 << 20, 1 << 16) == (1 << 20) + (1 << 16)
        assert os.fstat(file).st_size == (1 << 20) + (1 << 16)
        if hasattr(os, "posix_fallocate"):
            assert os.fstat(file).st_blocks * 512 >= 1 << 20
        assert not list(tmp_path.iterdir())
    finally:
        os.close(file)


def test_bytes_are_written_at_their_place(tmp_path, monkeypatch):
    file = make_file(str(tmp_path), 10)
    try:
        scratch.write_at(file, memoryview(b"abc"), 5)
        monkeypatch.delattr(os, "pwrite", raising=False)
        scratch.write_at(file, memoryview(b"xy"), 1)
        os.lseek(file, 0, os.SEEK_SET)
        assert os.read(file, 10) == b"\0xy\0\0abc\0\0"
    finally:
        os.close(file)


def test_mappings_are_zero_and_can_be_written_to(tmp_path):
    array = map_empty(str(tmp_path), 1 << 16)
    assert not array.any()
    array[:] = 7
    advise(array, "RANDOM")
    advise(array[5:], "WILLNEED", 5000, 100)
    advise(np.zeros(3), "RANDOM")
    assert array.sum() == 7 << 16
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _: usage._replace(free=5000))
    words = r"scratch needs 100 kB more in .*, which has 5\.0 kB free"
    with pytest.raises(OSError, match=words) as error:
        map_empty(str(tmp_path), 100_000)
    assert error.value.errno == errno.ENOSPC
    assert "scratch=" in str(error.value)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs posix_fallocate")
def test_a_disk_that_is_full_only_when_it_is_asked(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    points = np.random.default_rng(0).normal(size=(5000, 2))
    np.save(tmp_path / "points.npy", points)
    with pytest.raises(OSError, match="name a folder on a larger disk"):
        Engine(tmp_path / "points.npy", memory=1, scratch=tmp_path).fit(points[:3])
    assert [file.name for file in tmp_path.iterdir()] == ["points.npy"]

    def unknown(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unknown)
    assert len(map_empty(str(tmp_path), 5000)) == 5000


def test_the_folder_of_the_user_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(scratch.tempfile, "tempdir", None)
    assert default_folder() == str(tmp_path)
    monkeypatch.delenv("TMPDIR")
    assert Path(default_folder()).is_dir()


def test_what_is_not_a_folder(tmp_path):
    (tmp_path / "file").touch()
    for folder, error, words in (
        (3, InvalidType, "is not a path"),
        (tmp_path / "file", InvalidInput, "is not a folder"),
        (tmp_path / "none", InvalidInput, "does not exist"),
    ):
        with pytest.raises(error, match=words):
            check_folder(folder)
    assert check_folder(tmp_path) == str(tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_nothing_is_left_by_a_process_that_is_killed(tmp_path):
    code = f"""
import time
from kmeans_engine.runtime.memory import Budget
arrays = [Budget(1, {str(tmp_path)!r}).zeros(1 << 21, "u1") for _ in range(3)]
print("ready", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    assert not list(tmp_path.iterdir())
