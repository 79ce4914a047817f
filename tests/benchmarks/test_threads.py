"""The benchmark of threads: it tells parallel from serial, and leaves no trace."""

import itertools
import json

import numpy as np
import pytest
import threads
import works

from kmeans_engine import Engine
from kmeans_engine.runtime import threads as runtime
from kmeans_engine.strategies import bounds

FEW = works.Work("few", 3000, lambda m: works.blobs(m, 3, 20, "float32"), 20, 6)


def test_a_region_counts_once_and_for_its_caller(monkeypatch):
    ticks, before = itertools.count(), runtime.run_chunks
    with threads.Watch() as watch:
        monkeypatch.setattr(threads.time, "perf_counter_ns", lambda: next(ticks))
        # Two looks at the clock, though one entry calls the other.
        runtime.run_chunks(lambda start, stop: None, 4, 1, 1)
        assert watch.region == 1
        runtime.run_chunks(lambda start, stop: runtime.run_chunks(print, 0, 1, 1), 4, 1, 2)
    assert watch.region == 2
    assert runtime.run_chunks is before


def test_kernels_are_watched_and_put_back():
    points = FEW.points()
    engine, start = Engine(points, threads=2, strategy="bounds"), points[:20].astype(np.float64)
    want = engine.fit(start, max_iterations=6)
    before = dict(vars(bounds))
    with threads.Watch() as watch:
        got = engine.fit(start, max_iterations=6)
    assert vars(bounds) == before
    assert np.array_equal(got.centroids, want.centroids)
    names = {kernel.py_func.__name__ for kernel, _ in watch.kernels}
    assert {"look_around", "list_due"} <= names
    assert {number for number, _ in watch.calls} == set(range(len(watch.kernels)))


@pytest.mark.slow
def test_a_record_and_a_plot(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(threads, "WORKS", (FEW,))
    monkeypatch.setattr(threads, "NAMES", ("few",))
    record, plot = tmp_path / "record.jsonl", tmp_path / "plot.svg"
    words = f"threads.py --threads 2,1 --rounds 1 --record {record} --plot {plot}"
    monkeypatch.setattr("sys.argv", words.split())
    threads.main()
    rows = [json.loads(text) for text in record.read_text().splitlines()]
    assert [row["threads"] for row in rows] == [1, 2]
    assert rows[0]["speed-up"] == rows[0]["efficiency"] == 1
    assert rows[1]["efficiency"] == rows[1]["speed-up"] / 2
    assert all(row["outside"] <= row["late"] or row["gil"] > 0 for row in rows)
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert "<svg" in plot.read_text()
