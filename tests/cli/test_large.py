"""Files larger than the memory that a command may use: the same results, and clear refusals."""

import bz2
import itertools
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from command import facts

from kmeans_engine.tables import WRITABLE_ROWS

M = 5000


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(scale=3, size=(M, 3)).round(3)


@pytest.fixture
def files(tmp_path, points):
    columns = dict(zip("abc", points.T, strict=True))
    rows = pa.table({"name": [f"p{i}" for i in range(M)], **columns})
    np.save(tmp_path / "p.npy", points)
    pq.write_table(rows, tmp_path / "p.parquet", row_group_size=999)
    pa.feather.write_feather(rows, tmp_path / "p.feather")
    lines = ["name;a;b;c"] + [
        f"p{i};" + ";".join(f"{v:.3f}".replace(".", ",") for v in row)
        for i, row in enumerate(points.tolist())
    ]
    (tmp_path / "p.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "p.csv.bz2").write_bytes(bz2.compress((tmp_path / "p.csv").read_bytes()))
    (tmp_path / "folder").mkdir()
    for number, start in enumerate(range(0, M, 2000)):
        pq.write_table(rows[start : start + 2000], tmp_path / f"folder/part-{number}.parquet")
    return tmp_path


@pytest.fixture
def little(files, monkeypatch):
    """The options of a command that has hardly any memory."""
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    return "--memory", "20kB", "--scratch", files


NAMES = ["p.npy", "p.parquet", "p.feather", "p.csv", "p.csv.bz2", "folder"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", [[], ["--standardize"], ["--columns", "c,a"]])
def test_results_do_not_depend_on_memory(command, files, little, name, more):
    if name == "p.npy" and "c,a" in more:
        more = ["--columns", "2,0"]
    options = ["-k", 5, "--json", *more, "--max-iterations", 9, "--labels", "labels.npy"]
    if name.startswith("p.csv"):
        options += ["--decimal", ","]
    before = {file.name for file in files.iterdir()}
    results = []
    for memory in ((), little):
        done = facts(command.ok(files / name, *options, *memory, "--overwrite"))
        labels = np.load("labels.npy").tolist()
        results.append((done["inertia"], done["counts"], done["points"], labels))
        told = [line for line in done["warnings"] if "of scratch while this runs" in line]
        assert bool(told) == (memory == little and name != "p.npy")
    assert results[0] == results[1]
    assert {file.name for file in files.iterdir()} - {"labels.npy"} == before


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_labels_are_written_in_pieces(command, files, little, suffix):
    command.ok(files / "p.parquet", "-k", 3, "--labels", f"many.{suffix}", *little)
    command.ok(files / "p.parquet", "-k", 3, "--labels", f"one.{suffix}")
    assert Path(f"many.{suffix}").read_bytes() == Path(f"one.{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [*itertools.product(("p.parquet", "p.csv"), WRITABLE_ROWS), *((n, ".csv") for n in NAMES[2:])],
)
def test_tables_are_written_as_they_are_read(command, files, little, name, suffix):
    words = (files / name, "-k", 3, "--distances", "--max-iterations", 5)
    words += ("--decimal", ",") if name.startswith("p.csv") else ()
    command.ok(*words, "--table", f"many{suffix}", *little)
    command.ok(*words, "--table", f"one{suffix}")
    if suffix in (".csv", ".tsv", ".json", ".jsonl", ".ndjson"):
        assert Path(f"many{suffix}").read_bytes() == Path(f"one{suffix}").read_bytes()
        return
    read = {".parquet": pq.read_table, ".orc": pyarrow.orc.read_table}
    many, one = (
        read.get(suffix, pyarrow.feather.read_table)(f"{which}{suffix}")
        for which in ("many", "one")
    )
    assert many.equals(one)
    assert many.num_rows == M


def test_a_large_file_is_labelled(command, files, little, tmp_path):
    command.ok(files / "p.npy", "-k", 4, "--standardize", "--centroids", "c.json")
    words = (files / "p.npy", "--predict", "c.json", "--overwrite", "--labels")
    command.ok(*words, "few.npy")
    command.ok(*words, "many.npy", *little)
    assert Path("few.npy").read_bytes() == Path("many.npy").read_bytes()
    command.ok(files / "p.parquet", "-k", 4, "--centroids", "d.json", "--labels", "l.parquet")
    verified = ("--verify", "l.parquet", "--centroids", "d.json", "--json")
    few = facts(command.ok(files / "p.csv", "--decimal", ",", *verified))
    many = facts(command.ok(files / "p.csv", "--decimal", ",", *verified, *little))
    assert [few[name] for name in ("inertia", "counts")] == [
        many[name] for name in ("inertia", "counts")
    ]
    assert few["fixed_point"]


def refused(command, *args):
    done = command(*args, "-k", 3)
    assert (done.status, done.err.count("\n")) == (2, 1), done.err
    return done.err


def test_what_needs_the_whole_file_is_refused(command, files, little):
    at = files / "p.parquet"
    assert "--drop-missing" in refused(command, at, "--drop-missing", *little)
    numbered = pa.table({"id": np.arange(M), "x": np.arange(M) * 0.5, "y": np.ones(M)})
    pq.write_table(numbered, files / "ids.parquet")
    said = refused(command, files / "ids.parquet", *little)
    assert "should be clustered: choose the columns (--columns)" in said
    command.ok(files / "ids.parquet", "-k", 3, "--columns", "x", *little)


def test_missing_values_are_told_by_row(command, files, little):
    lines = (files / "p.csv").read_text(encoding="utf-8").splitlines()
    lines[4000] = "p;1,5;;2,5"
    (files / "p.csv").write_text("\n".join(lines), encoding="utf-8")
    said = refused(command, files / "p.csv", "--decimal", ",", *little)
    assert "column 'b' has missing values, the first in row 4000" in said


def test_what_cannot_be_memory_or_scratch(command, files):
    at = files / "p.npy"
    assert "argument --memory: 'much' is not an amount" in refused(command, at, "--memory", "much")
    assert "nowhere' does not exist" in refused(command, at, "--scratch", files / "nowhere")
