"""Files read by pieces on the workers: the bits of the same file in memory, results as folders."""

import signal
import time

import numpy as np
import pyarrow as pa
import pytest
from command import one_line, run, start
from pyarrow import feather, parquet

from kmeans_engine import ClusterError, InvalidInput, initial_centroids
from kmeans_engine.cluster import client, reading, whole
from kmeans_engine.cluster.writing import check_folder, write_folder
from kmeans_engine.tables.options import ReadOptions

pytest.importorskip("distributed")


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(700, 2))


def written(folder, points, kind):
    """Write points as a file or a folder of some kind, and return its path."""
    table = pa.table({"a": points[:, 0], "b": points[:, 1], "n": list(map(str, range(700)))})
    path = folder / f"points.{kind}"
    if kind == "npy":
        np.save(path, points)
    elif kind == "parquet":
        parquet.write_table(table, path, row_group_size=90)
    elif kind == "feather":
        feather.write_feather(table, path)
    else:
        path = folder / "parts"
        path.mkdir()
        for number, part in enumerate(np.array_split(points, 3)):
            lines = "\n".join(f"{a!r},{b!r}" for a, b in part.tolist())
            (path / f"{number}.csv").write_text(f"a,b\n{lines}\n")
    return str(path)


@pytest.fixture
def joined(cluster, monkeypatch):
    """The cluster of all tests, whatever --cluster says."""
    monkeypatch.setattr(client, "_ours", None)
    monkeypatch.setattr(reading, "summon", lambda word, threads: client.hold())
    return cluster


@pytest.mark.parametrize("kind", ["npy", "parquet", "csv"])
def test_a_column_may_hold_weights(kind, joined, points, tmp_path, monkeypatch):
    from kmeans_engine import Engine

    weights = np.random.default_rng(1).integers(0, 9, 700)
    table = pa.table({"a": points[:, 0], "w": weights, "b": points[:, 1]})
    path = tmp_path / f"points.{kind}"
    if kind == "npy":
        np.save(path, np.column_stack([points[:, 0], weights, points[:, 1]]))
    elif kind == "parquet":
        parquet.write_table(table, path, row_group_size=90)
    else:
        rows = zip(points.tolist(), weights.tolist(), strict=True)
        path.write_text("a,w,b\n" + "\n".join(f"{a!r},{w},{b!r}" for (a, b), w in rows))
    monkeypatch.setattr(reading, "_BYTES", 2000)
    read = reading.read_on_workers(str(path), ReadOptions(weights="1"), "tcp://x:1", 2)
    assert read.weighed_by == ("x1" if kind == "npy" else "w")
    assert read.names == (("x0", "x2") if kind == "npy" else ("a", "b"))
    last = Engine(read.points).fit(points[:4])
    want = Engine(points, weights=weights).fit(points[:4])
    assert last.centroids.tobytes() == want.centroids.tobytes()
    assert last.weights.tobytes() == want.weights.tobytes()


@pytest.mark.parametrize("kind", ["npy", "parquet", "feather", "csv"])
def test_a_command_gives_what_it_gives_in_memory(kind, joined, points, tmp_path, monkeypatch):
    path = written(tmp_path, points, kind)
    monkeypatch.setattr(reading, "_BYTES", 2000)
    table = reading.read_on_workers(path, ReadOptions(), "tcp://x:1", 2)
    assert table.rows_read == len(table.points) == 700
    assert table.names == (("x0", "x1") if kind == "npy" else ("a", "b"))
    there = table.points
    assert isinstance(there, whole.PartsThere)
    assert np.array_equal(there.take(np.arange(700)), points)
    from kmeans_engine import Engine

    start = initial_centroids(points, 4, seed=0)
    last, want = Engine(there).fit(start), Engine(points).fit(start)
    assert last.centroids.tobytes() == want.centroids.tobytes()
    write_folder(str(tmp_path / "labels"), last, name="label")
    got = parquet.read_table(tmp_path / "labels")
    assert got.column("label").to_numpy().tolist() == want.labels.tolist()
    write_folder(str(tmp_path / "rows"), last, name="cluster", rows=True)
    got = parquet.read_table(tmp_path / "rows")
    assert got.column("cluster").to_numpy().tolist() == want.labels.tolist()
    assert np.array_equal(got.column(table.names[1]).to_numpy(), points[:, 1])
    assert (kind in ("npy", "csv")) == ("n" not in got.schema.names)
    # Once more, over the older one; nothing else is left.
    check_folder(str(tmp_path / "rows"), overwrite=True)
    write_folder(str(tmp_path / "rows"), last, name="cluster", rows=True)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


@pytest.mark.slow
def test_the_command_line(points, tmp_path):
    path = written(tmp_path, points, "parquet")
    far = tmp_path / "far.csv"
    film = "-k", 4, "--init", "k-means||", "--size", "120x90", "--duration", 1, "-o"
    done = run(
        path, *film, tmp_path / "far.gif", "--cluster", "local:2", "--labels", tmp_path / "labels",
        "--centroids", far,
    )  # fmt: skip
    assert done.status == 0, done.err
    near = tmp_path / "near.csv"
    assert run(path, *film, tmp_path / "near.gif", "--centroids", near).status == 0
    assert (tmp_path / "near.gif").read_bytes() == (tmp_path / "far.gif").read_bytes()
    assert near.read_bytes() == far.read_bytes()
    assert parquet.read_table(tmp_path / "labels").num_rows == 700


def test_what_cannot_be_read_or_written(joined, tmp_path, points):
    def read(path):
        reading.read_on_workers(str(path), ReadOptions(), "tcp://x:1", 2)

    with pytest.raises(InvalidInput, match="does not exist"):
        read(tmp_path / "nothing.npy")
    (tmp_path / "a.xlsx").write_text("")
    with pytest.raises(InvalidInput, match=r"is of another kind: a cluster reads \.npy"):
        read(tmp_path / "a.xlsx")
    (tmp_path / "none").mkdir()
    with pytest.raises(InvalidInput, match="holds no such files: a cluster reads"):
        read(tmp_path / "none")
    (tmp_path / "gaps.csv").write_text("a,b\n1,2\n,4\n5,6\n")
    with pytest.raises(
        InvalidInput, match=r"the first is row 2 .*; leave those rows out"
    ) as caught:
        read(tmp_path / "gaps.csv")
    assert not caught.value.options  # not one that the command refuses
    (tmp_path / "b.npy").write_text("nothing")
    with pytest.raises(InvalidInput, match=r"b\.npy cannot be read"):
        read(tmp_path / "b.npy")
    table = pa.table({"a": [1.5, None, 2.5], "b": [1.0, 2.0, 3.0]})
    parquet.write_table(table, tmp_path / "c.parquet")
    with pytest.raises(InvalidInput, match="column 'a' has missing values, the first in row 1"):
        read(tmp_path / "c.parquet")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("")
    with pytest.raises(InvalidInput, match="exists; choose another"):
        check_folder(str(tmp_path / "mine"), overwrite=True)
    with pytest.raises(InvalidInput, match="folder of Parquet files"):
        check_folder(str(tmp_path / "labels.csv"), overwrite=True)


@pytest.mark.parametrize("kind", ["npy", "parquet", "csv"])
def test_a_name_that_is_taken_is_refused_at_once(kind, points, tmp_path, monkeypatch):
    def summon(word, threads):
        raise AssertionError("no cluster is needed for that")

    monkeypatch.setattr(reading, "summon", summon)
    path, taken = written(tmp_path, points, kind), "x1" if kind == "npy" else "b"
    with pytest.raises(InvalidInput, match=f"has a column '{taken}' already"):
        reading.read_on_workers(path, ReadOptions(columns="0"), "tcp://x:1", 2, taken)


def test_a_text_read_in_two_ways_at_the_same_time(joined, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("2.500,2\n1.500,3\n2.500,9\n")
    both = [
        reading.read_on_workers(
            str(path), ReadOptions(columns="0,1", **more), "tcp://x:1", 2
        ).points
        for more in ({}, {"thousands": "."})
    ]
    assert both[0].take([0, 2]).tolist() == [[2.5, 2.0], [2.5, 9.0]]
    assert both[1].take([0, 2]).tolist() == [[2500.0, 2.0], [2500.0, 9.0]]


def test_an_address_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(client, "_ANSWER", 0.5)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at tcp://127"):
        client.summon("tcp://127.0.0.1:9", 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_stopped_leaves_no_worker(number, points, tmp_path):
    import psutil

    path = written(tmp_path, points, "npy")
    arguments = "-k", 300, "--init", "random", "--runs", 10**6, "--cluster", "local:2"
    process = start(path, *arguments, "--labels", tmp_path / "labels", "--quiet")
    seen = psutil.Process(process.pid)
    deadline = time.monotonic() + 60
    while len(workers := seen.children(recursive=True)) < 3:  # and what watches their memory
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(2)
    process.send_signal(number)
    said = process.communicate(timeout=30)[1].decode()
    assert number == signal.SIGKILL or one_line(said) in ("interrupted", "terminated")
    endings = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}
    assert process.returncode == endings[number]
    assert not psutil.wait_procs(workers, timeout=20)[1]
    assert [file.name for file in tmp_path.iterdir()] == ["points.npy"]
