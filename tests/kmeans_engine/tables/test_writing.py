"""Labels and centroids in files: the same when read back, and complete or not there at all."""

import csv
import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import (
    WRITABLE,
    WRITABLE_CENTROIDS,
    ReadOptions,
    Table,
    check_result,
    read_centroids,
    read_noted,
    read_table,
    write_centroids,
    write_labels,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A new path at each call, since a mapped file cannot be replaced on Windows."""
    folder, number = tmp_path_factory.mktemp("results"), itertools.count()
    return lambda suffix: folder / f"{next(number)}{suffix}"


def table_of(count, kept=None):
    points = np.zeros((count if kept is None else int(kept.sum()), 1), dtype=np.uint8)
    return Table(points, ("x",), count, kept)


def labels_in(path):
    """Labels as another program reads them; None where a row has none."""
    if path.suffix == ".npy":
        return np.load(path).tolist()
    found = (pq.read_table if path.suffix == ".parquet" else pyarrow.csv.read_csv)(path)
    assert found.column_names == ["label"]
    return found.column(0).to_pylist()


@pytest.mark.parametrize("suffix", WRITABLE)
@settings(deadline=None, max_examples=25)
@given(
    labels=hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.uint32]),
        st.integers(1, 40),
        elements=st.integers(0, 255),
    )
)
def test_labels_come_back(fresh, suffix, labels):
    path = fresh(suffix)
    write_labels(path, labels, table_of(len(labels)))
    assert labels_in(path) == labels.tolist()
    if suffix == ".npy":
        assert np.load(path).dtype == labels.dtype


@pytest.mark.parametrize(("suffix", "absent"), [(".csv", None), (".parquet", None), (".npy", -1)])
def test_rows_left_out_have_no_label_and_shift_nothing(fresh, suffix, absent):
    kept = np.array([False, True, True, False, False, True, False])
    path = fresh(suffix)
    write_labels(path, np.array([200, 0, 255], dtype=np.uint8), table_of(7, kept))
    assert labels_in(path) == [absent, 200, 0, absent, absent, 255, absent]
    if suffix == ".csv":
        assert path.read_bytes() == b'label\n""\n200\n0\n""\n""\n255\n""\n'
        frame = pd.read_csv(path)["label"]
        assert frame.isna().tolist() == (~kept).tolist()
        with path.open(newline="") as file:
            assert len(list(csv.reader(file))) == 8


@pytest.mark.parametrize("largest", [10, 70_000])
def test_more_labels_than_one_piece(fresh, largest):
    labels = np.random.default_rng(1).integers(0, largest, (1 << 20) + 5).astype(np.uint32)
    path = fresh(".csv")
    write_labels(path, labels, table_of(len(labels)))
    found = pyarrow.csv.read_csv(path).column(0).to_numpy()
    assert np.array_equal(found, labels)
    assert path.read_bytes().count(b"\n") == len(labels) + 1


def test_labels_of_another_table_are_refused(fresh):
    path = fresh(".csv")
    with pytest.raises(InvalidInput, match=r"shape \(3,\), one for each of 2 points"):
        write_labels(path, np.zeros(3, dtype=np.uint8), table_of(2))
    assert not path.exists()


@pytest.mark.parametrize("suffix", WRITABLE_CENTROIDS)
@settings(deadline=None, max_examples=25)
@given(
    centroids=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_centroids_come_back_bit_for_bit(fresh, suffix, centroids):
    path, names = fresh(suffix), [f"a, {n}" for n in range(centroids.shape[1])]
    write_centroids(path, centroids, names)
    assert read_centroids(path).tobytes() == centroids.tobytes()
    if suffix != ".npy":
        assert read_table(path, ReadOptions(columns="0-")).names == tuple(names)


@pytest.mark.parametrize("suffix", [".json", ".parquet"])
def test_what_is_noted_beside_centroids(fresh, suffix):
    path, about = fresh(suffix), {"version": "1.0", "scale": [0.1, 1e300], "x": None}
    write_centroids(path, np.eye(2), ["a", "b"], about)
    found = read_noted(path)
    assert (found.centroids.tolist(), found.names, found.about) == (
        [[1, 0], [0, 1]], ("a", "b"), about,
    )  # fmt: skip
    plain = fresh(".npy")
    write_centroids(plain, np.eye(2), ["a", "b"], about)
    assert read_noted(plain)[1:] == ((), {})
    read = (
        pd.read_parquet
        if suffix == ".parquet"
        else lambda path: pd.DataFrame(
            **{k: v for k, v in json.loads(path.read_text()).items() if k in ("columns", "data")}
        )
    )
    assert read(path).equals(pd.DataFrame(np.eye(2), columns=["a", "b"]))


def test_centroids_are_written_short_under_the_columns_names(fresh):
    path = fresh(".CSV")
    centroids = np.asfortranarray([[0.1, -0.0], [1e300, 3.0]])
    write_centroids(path, centroids, ["x", 'the "y", in m'])
    text = path.read_bytes().decode()
    assert text == 'x,"the ""y"", in m"\n0.1,-0.0\n1e+300,3.0\n'
    with pytest.raises(InvalidInput, match="1 names do not fit centroids of shape"):
        write_centroids(path, centroids, ["x"])
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("name", ["a.txt", "a", "a.csv.gz"])
def test_other_suffixes_are_refused_before_anything_is_computed(tmp_path, name):
    path = tmp_path / name
    for write in (
        lambda: check_result(path, overwrite=True),
        lambda: write_labels(path, np.zeros(1, dtype=np.uint8), table_of(1)),
        lambda: write_centroids(path, np.zeros((1, 1)), ["x"]),
    ):
        with pytest.raises(InvalidInput, match=r"use one of \.csv, (\.json, )?\.npy, \.parquet"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_results_are_checked_beforehand(tmp_path):
    path = tmp_path / "a.csv"
    check_result(path, overwrite=False)
    path.write_text("older")
    check_result(path, overwrite=True)
    with pytest.raises(InvalidInput, match="exists; allow replacing it"):
        check_result(path, overwrite=False)
    with pytest.raises(InvalidInput, match="does not exist; create it"):
        check_result(tmp_path / "no" / "a.csv", overwrite=False)


FULL = """
import resource, sys
import numpy as np
from kmeans_engine.tables import WRITABLE, Table, write_labels
labels = np.random.default_rng(1).integers(0, 256, 100_000).astype(np.uint8)
table = Table(np.zeros((100_000, 1), np.uint8), ("x",), 100_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
for suffix in WRITABLE:
    try:
        write_labels(sys.argv[1] + suffix, labels, table)
    except OSError as error:
        print(suffix, error.strerror)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_failure_while_writing_leaves_the_older_file(tmp_path):
    names = [f"labels{suffix}" for suffix in WRITABLE]
    for name in names:
        (tmp_path / name).write_text("older")
    command = [sys.executable, "-c", FULL, str(tmp_path / "labels")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == [f"{suffix} File too large" for suffix in WRITABLE] + [""]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"older"}


CHILD = """
import sys
import numpy as np
from kmeans_engine.tables import Table, write_labels
table = Table(np.zeros((300_000, 1), np.uint8), ("x",), 300_000)
for run in range(100_000):
    write_labels(sys.argv[1], np.full(300_000, run % 7, np.uint8), table)
"""


@pytest.mark.parametrize("seconds", [0.0, 0.013, 0.05])
def test_a_kill_while_writing_leaves_a_complete_file(tmp_path, seconds):
    path = tmp_path / "labels.csv"
    with subprocess.Popen([sys.executable, "-c", CHILD, str(path)], cwd=ROOT) as process:
        try:
            while not path.exists():
                assert process.poll() is None
                time.sleep(0.005)
            time.sleep(seconds)
        finally:
            process.kill()
    found = pyarrow.csv.read_csv(path).column(0).to_numpy()
    assert found.shape == (300_000,)
    assert (found == found[0]).all()
    write_labels(path, np.zeros(1, dtype=np.uint8), table_of(1))
    assert list(tmp_path.iterdir()) == [path]
