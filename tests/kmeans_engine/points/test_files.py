"""Rows in a file are read as they would be from an array."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import InvalidInput
from kmeans_engine.points import files
from kmeans_engine.points.files import RowFile, file_of, open_npy


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch):
    monkeypatch.setattr(files, "_NEAR", 64)
    monkeypatch.setattr(files, "_PIECE", 512)


def opened(path, array, **options):
    """Return an array as a file, from some byte on."""
    by_columns = options.get("by_columns", False)
    path.write_bytes(b"head" + array.tobytes("F" if by_columns else "C"))
    file = os.open(path, os.O_RDONLY)
    return RowFile(file, str(path), array.shape, array.dtype, offset=4, **options)


@given(
    st.integers(0, 2**32),
    st.sampled_from(["<f4", ">f4", "<f8", ">f8", "<i2", "u1", "<f2"]),
    st.booleans(),
    st.sampled_from([None, [0], [2, 0], [1, 1, 2]]),
)
def test_rows(tmp_path_factory, seed, dtype, by_columns, columns):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 300))
    array = rng.integers(0, 200, (m, 3)).astype(dtype)
    path = tmp_path_factory.mktemp("rows") / "rows"
    store = opened(path, array, by_columns=by_columns, columns=columns)
    want = array if columns is None else array[:, columns]
    assert store.shape == want.shape
    assert len(store) == m
    for kind in (np.float32, np.float64):
        start, stop = np.sort(rng.integers(0, m + 1, 2))
        out = np.empty((stop - start, want.shape[1]), dtype=kind)
        store.read(int(start), int(stop), out)
        assert np.array_equal(out, want[start:stop])
    rows = rng.integers(0, m, int(rng.integers(0, 50)))
    assert np.array_equal(store.take(rows), want[rows])
    step, first = int(rng.integers(1, 20)), int(rng.integers(0, m))
    assert np.array_equal(store.sample(step, first), want[first::step])
    assert np.array_equal(store[first:], want[first:])
    whole = np.empty(want.shape, want.dtype)
    store.fill(whole)
    assert np.array_equal(whole, want)


def test_rows_that_are_not_there(tmp_path):
    store = opened(tmp_path / "rows", np.zeros((5, 2)))
    for rows in ([5], [-1], [0, 9]):
        with pytest.raises(IndexError):
            store.take(rows)


def test_pieces_are_as_long_as_they_may_be(tmp_path, monkeypatch):
    array = np.arange(2000.0).reshape(1000, 2)
    store = opened(tmp_path / "rows", array)
    read = []
    monkeypatch.setattr(
        store, "_raw", lambda start, stop: read.append((start, stop)) or array[start:stop]
    )
    store.take([0, 3, 7, 100, 101, 900])
    assert read == [(0, 8), (100, 102), (900, 901)]  # what lies near is read at once
    read.clear()
    store.take(np.arange(1000))
    assert len(read) == 1000 * 16 // 512 + 1


def test_versions_of_the_format(tmp_path):
    array = np.arange(6, dtype=np.float32).reshape(3, 2)
    for version in ((1, 0), (2, 0)):
        with (tmp_path / "v.npy").open("wb") as stream:
            np.lib.format.write_array(stream, array, version=version)
        assert np.array_equal(open_npy(str(tmp_path / "v.npy"))[:], array)


def test_what_is_not_rows_of_numbers(tmp_path):
    path = tmp_path / "x.npy"
    for array in (np.zeros((2, 2, 2)), np.zeros((0, 2)), np.array([["a"]]), np.zeros((2, 2), "c8")):
        np.save(path, array)
        with pytest.raises(InvalidInput, match="need real numbers of two dimensions"):
            open_npy(str(path))


def test_maps(tmp_path):
    array = np.arange(60_000.0).reshape(20_000, 3)
    np.save(tmp_path / "x.npy", array)
    for mode in ("r", "r+"):
        mapped = np.load(tmp_path / "x.npy", mmap_mode=mode)
        assert np.array_equal(file_of(mapped)[:], array)
        assert np.array_equal(file_of(mapped[5:-7])[:], array[5:-7])
        assert file_of(mapped[::2]) is None
        assert file_of(mapped[:, :2]) is None
    far = np.memmap(tmp_path / "x.npy", np.float64, "r", offset=128 + 24 * 9000, shape=(11_000, 3))
    assert np.array_equal(file_of(far)[:], array[9000:])
    assert file_of(np.load(tmp_path / "x.npy", mmap_mode="c")) is None
    (tmp_path / "x.npy").unlink()
    assert file_of(mapped) is None


def test_without_reads_at_a_place(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "preadv", raising=False)
    array = np.random.default_rng(0).normal(size=(500, 2))
    store = opened(tmp_path / "rows", array)
    assert np.array_equal(store[:], array)
    assert np.array_equal(store.take([400, 3]), array[[400, 3]])
