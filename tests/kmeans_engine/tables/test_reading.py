"""What all formats share: choosing columns, paths, damage, centroids, what is imported when."""

import gzip
import io
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tabular import check, numbered, read

from kmeans_engine.errors import InvalidInput, InvalidType, KMeansError
from kmeans_engine.tables import READABLE, ReadOptions, read_centroids, read_table

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ("Lenght", InvalidInput, "no column 'Lenght'; did you mean 'Length'"),
        ("length", InvalidInput, "did you mean 'Length'"),
        ("zzz", InvalidInput, "choose from Length, w, w, 1"),
        ("w", InvalidInput, "2 columns named 'w'; choose one by index: 1, 2"),
        ("4", InvalidInput, "indices go from 0 to 3"),
        ([-1], InvalidInput, "indices go from 0 to 3"),
        ("Length,0", InvalidInput, "'Length' was chosen twice"),
        ("", InvalidInput, "no columns to cluster"),
        ([1.5], InvalidType, "column 1.5 is a float"),
        ([True], InvalidType, "column True is a bool"),
        (3, InvalidType, "columns=3"),
    ],
)
def test_bad_columns(columns, error, words):
    with pytest.raises(error, match=words):
        read("Length,w,w,1\n1,2,3,4\n", columns=columns)


def test_columns_by_name_then_index_in_the_order_asked_for():
    text = 'Length,w,w,1,"a,b"\n1,2,3,4,5\n'
    assert read(text, columns="1,0").points.tolist() == [[4.0, 1.0]]  # the name "1" wins
    assert read(text, columns=[1, "Length"]).points.tolist() == [[2.0, 1.0]]
    assert read(text, columns='2, "a,b"').names == ("w", "a,b")


def damaged_files():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(2000, 2))
    csv = "\n".join(f"{x!r},{y!r}" for x, y in points.tolist()).encode()
    whole = {}
    for suffix, save in ((".npy", np.save), (".npz", np.savez), (".npz", np.savez_compressed)):
        buffer = io.BytesIO()
        save(buffer, points)
        whole[suffix + ("c" if save is np.savez_compressed else "")] = buffer.getvalue()
    buffer = io.BytesIO()
    pq.write_table(pa.table({"x": points[:, 0]}), buffer)
    whole[".parquet"] = buffer.getvalue()
    for suffix in (".png", ".jpg"):
        buffer = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(
            buffer, {".png": "PNG", ".jpg": "JPEG"}[suffix]
        )
        whole[suffix] = buffer.getvalue()
    whole[".csv.gz"] = gzip.compress(csv)
    return whole


@pytest.mark.parametrize("suffix", damaged_files().keys())
def test_a_damaged_file_is_one_clear_line(fresh, suffix):
    data = damaged_files()[suffix]
    suffix = suffix.removesuffix("c") if suffix == ".npzc" else suffix
    cuts = [0, 3, 8, 40, len(data) // 2, len(data) - 30]
    garbled = data[: len(data) // 2] + bytes(200) + data[len(data) // 2 + 200 :]
    variants = [data[:cut] for cut in cuts] + [b"garbage, not data\n" * 20]
    if suffix in (".npz", ".parquet", ".csv.gz"):  # They carry checksums, or a structure within.
        variants.append(garbled)
    for variant in variants:
        path = fresh(suffix)
        path.write_bytes(variant)
        try:
            read_table(path)
        except KMeansError as error:
            assert "\n" not in str(error)
            assert str(error).startswith(str(path))
        else:
            assert variant is garbled and suffix == ".parquet"


def test_pickles_are_never_loaded(fresh):
    path = fresh(".npy")
    np.save(path, np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(InvalidType, match="Python objects"):
        read_table(path)
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(InvalidInput, match="is a pickle of Python objects"):
        read_table(path)


def test_paths_that_lead_nowhere(tmp_path):
    (tmp_path / "points.csv").write_text("1,2\n")
    with pytest.raises(InvalidInput, match=r"no such file; did you mean .*points\.csv\?"):
        read_table(tmp_path / "point.csv")
    with pytest.raises(InvalidInput, match="no such file; check the path"):
        read_table(tmp_path / "zzz")
    with pytest.raises(InvalidInput, match="no such file, nor a folder"):
        read_table(tmp_path / "no" / "a.csv")
    with pytest.raises(InvalidInput, match="is a folder without Parquet files"):
        read_table(tmp_path)
    with pytest.raises(InvalidInput, match=r"^https://example\.com/a\.csv is a URL; download it"):
        read_table("https://example.com/a.csv")
    with pytest.raises(InvalidInput, match=r"^s3://bucket/a\.csv is a URL; download it"):
        read_table(Path("s3://bucket/a.csv"))
    np.save(tmp_path / "a.npy", np.ones((2, 2)))
    with pytest.raises(InvalidInput, match="is not text; leave out delimiter="):
        read_table(tmp_path / "a.npy", ReadOptions(delimiter=","))


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_a_pipe_in_place_of_a_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"a,b\n1,2\n3,4\n",))
    writer.start()
    table = read_table(path)
    writer.join()
    check(table, [[1.0, 2.0], [3.0, 4.0]], ("a", "b"))


def test_a_file_that_cannot_be_opened(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("1,2")

    def refused(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(InvalidInput, match=r"cannot be opened \(Permission denied\)"):
        read_table(path)


def test_paths_that_no_file_can_have(tmp_path):
    for name in ("x" * 300 + ".csv", "a\0b.csv"):
        with pytest.raises(InvalidInput, match=r"no file can have this path|no such file"):
            read_table(tmp_path / name)


def test_empty_files_of_every_kind(tmp_path):
    for suffix in READABLE:
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b"")
        with pytest.raises(InvalidInput):
            read_table(path)


def test_centroids_by_position_or_by_name(fresh):
    path = fresh(".csv")
    path.write_text("y,x\n1,2\n3,4\n")
    assert read_centroids(path).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert read_centroids(path, names=("x", "y")).tolist() == [[2.0, 1.0], [4.0, 3.0]]
    assert read_centroids(path, names=("x", "z")).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    path = fresh(".npy")
    np.save(path, np.array([[1, 2]], dtype=np.int16))
    centroids = read_centroids(path, names=("x", "y"))
    assert centroids.dtype == np.float64
    assert centroids.flags.writeable
    path = fresh(".csv")
    path.write_text("x,y\n1,nan\n")
    with pytest.raises(InvalidInput, match="'y' is empty throughout"):
        read_centroids(path)


def test_importing_loads_no_format():
    code = (
        "import sys, kmeans_engine.tables, kmeans_engine.runtime.atomic\n"
        "print([m for m in ('numba', 'pyarrow', 'PIL', 'matplotlib') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
