"""Files that are refused, over and over in one process: nothing piles up, and it ends in peace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

REFUSED = {
    "text.csv": b"a,b\n1,2\n2,3\n8,y\n",
    "ragged.csv": b"a,b\n1,2\n3\n",
    "late.csv": b"a,b\n" + b"1,2\n" * 400_000 + b"1,2,3\n",  # in a block that a thread reads
    "open.csv": b'a,b\n"1,2\n',
    "empty.csv": b"",
    "bytes.csv": b"\x00\xff\xfe" * 100,
    "cut.parquet": b"PAR1nonsense",
    "cut.npy": b"\x93NUMPY",
    "cut.npz": b"PK\x03\x04",
    "cut.png": b"\x89PNG\r\n",
    "cut.csv.gz": b"\x1f\x8b\x08garbage",
    "cut.bz2": b"BZh9",
    "cut.json": b"[{",
    "cut.feather": b"ARROW1",
    "cut.orc": b"ORC",
    "cut.zip": b"PK",
    "folder.csv": None,
}
MANY = """
import os, sys, threading
import pyarrow
from kmeans_engine.errors import KMeansError
from kmeans_engine.tables import read_table

names = sys.argv[1:]

def refuse(times):
    for i in range(times):
        try:
            read_table(names[i % len(names)])
        except (KMeansError, OSError):
            continue
        raise AssertionError(names[i % len(names)] + " was read")

def entries(folder):
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0

def count():
    return entries("/dev/fd"), threading.active_count(), entries("/proc/self/task")

pyarrow.set_cpu_count(1)  # of many, some would begin later on a busy machine
pyarrow.set_io_thread_count(1)
refuse(170)  # by now pyarrow has the threads that it keeps
before = count()
refuse(170)
print(before, count(), sep="\\n")
"""


@pytest.mark.slow
def test_hundreds_of_files_are_refused_in_one_process(tmp_path):
    for name, content in REFUSED.items():
        if content is None:
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MANY, *REFUSED],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    before, after = done.stdout.splitlines()
    assert before == after
