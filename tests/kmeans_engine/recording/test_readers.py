"""Other programs read a recording, as its page says."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from recordings import large_run, record

from kmeans_engine import Engine, recording


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.arrows"
    points, start = large_run(m=100_000)
    run = record(Engine(points).snapshots(start, max_iterations=9), path, points=True)
    return run, points, path


def labels_from(rows, n_points):
    """Return the last labels; `rows` are mappings of numpy arrays, one for each row."""
    labels = np.empty(n_points, dtype=int)
    for row in rows:
        if row["labels"] is not None:
            points = row["first"] + (
                np.arange(len(row["labels"])) if row["gaps"] is None else np.cumsum(row["gaps"])
            )
            labels[np.asarray(points, dtype=int)] = row["labels"]
    return labels


def check_states(states, run):
    assert [len(row["centroids"]) for row in states] == [len(state.centroids) for state in run]
    for row, state in zip(states, run, strict=True):
        assert row["iteration"] == state.iteration
        assert row["inertia"] == state.inertia
        assert row["n_changed"] == state.n_changed
        assert row["converged"] == state.converged
        assert np.array_equal(np.stack([*row["centroids"]]), state.centroids)
        assert np.array_equal(row["counts"], state.counts)


def test_pyarrow(recorded):
    run, points, path = recorded
    rows = pa.ipc.open_stream(path).read_all().to_pylist()
    check_states([row for row in rows if row["centroids"] is not None], run)
    assert np.array_equal(labels_from(rows, len(points)), run[-1].labels)
    found = np.concatenate([row["points"] for row in rows if row["points"] is not None])
    assert np.array_equal(found.reshape(-1, 2).astype(np.float32), points)


def test_pandas(recorded):
    run, points, path = recorded
    frame = pa.ipc.open_stream(path).read_pandas()
    assert isinstance(frame, pd.DataFrame)
    check_states(frame.dropna(subset="centroids").to_dict("records"), run)
    assert np.array_equal(labels_from(frame.to_dict("records"), len(points)), run[-1].labels)
    found = np.concatenate([*frame["points"].dropna()]).reshape(-1, 2)
    assert found.dtype == points.dtype
    assert np.array_equal(found, points)


def test_polars(recorded):
    run, points, path = recorded
    frame = pl.read_ipc_stream(path)
    check_states(frame.filter(pl.col("centroids").is_not_null()).to_dicts(), run)
    assert np.array_equal(labels_from(frame.to_dicts(), len(points)), run[-1].labels)


def test_duckdb(recorded):
    duckdb = pytest.importorskip("duckdb")
    run, _, path = recorded
    states = pa.ipc.open_stream(path).read_all()
    with duckdb.connect() as connection:
        connection.register("states", states)
        names = ("iteration", "inertia", "n_changed", "converged", "centroids", "counts")
        found = connection.execute(
            f"SELECT {', '.join(names)} FROM states WHERE centroids IS NOT NULL ORDER BY iteration"
        ).fetchall()
        check_states([dict(zip(names, row, strict=True)) for row in found], run)
        changed = connection.execute(
            "SELECT iteration, coalesce(sum(len(labels)), 0) FROM states "
            "WHERE iteration > 0 GROUP BY iteration"
        ).fetchall()
        assert dict(changed) == {state.iteration: state.n_changed for state in run[1:]}


def test_a_stream_that_was_cut_is_read_to_its_last_state(recorded, tmp_path):
    _, _, path = recorded
    ends = [state[-1].end for state in recording.open(path)._stream.states]
    (tmp_path / "cut.arrows").write_bytes(path.read_bytes()[: ends[4]])
    table = pa.ipc.open_stream(tmp_path / "cut.arrows").read_all()
    assert table.column("iteration").drop_null()[-1].as_py() == 4
    assert pl.read_ipc_stream(tmp_path / "cut.arrows").height == table.num_rows
