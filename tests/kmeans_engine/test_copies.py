"""Engines, snapshots and errors leave their process, and are copied."""

import copy
import itertools
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import check
import numpy as np
import pandas as pd
import pytest

import kmeans_engine
import renderers
from kmeans_engine import Engine, InvalidInput, KMeansError, initial_centroids, make_clusters


def pickled(value):
    return pickle.loads(pickle.dumps(value))


@pytest.fixture
def engine():
    frame = pd.DataFrame(make_clusters(5, 40, seed=2), columns=["length", "width"])
    return Engine(frame, threads=2, strategy="bounds")


@pytest.fixture
def start(engine):
    return initial_centroids(engine.points, 5, seed=3)


@pytest.mark.parametrize("remake", [pickled, copy.copy, copy.deepcopy])
def test_an_engine_is_its_points_and_settings(engine, start, remake):
    other = remake(engine)
    assert repr(other) == repr(engine) == "Engine(M=200, N=2, strategy='bounds', threads=2)"
    assert other.names == ("length", "width")
    assert np.shares_memory(other.points, engine.points) == (remake is copy.copy)
    for got, want in zip(other.snapshots(start), engine.snapshots(start), strict=True):
        check.same_snapshot(got, want)


@pytest.mark.parametrize("remake", [pickled, copy.deepcopy])
def test_the_snapshots_of_a_run(engine, start, remake):
    states = list(engine.snapshots(start))
    others = remake(states)
    for got, want in zip(others, states, strict=True):
        check.same_snapshot(got, want)
        assert got.names == want.names == ("length", "width")
        assert np.array_equal(got.points, want.points)
        assert not np.shares_memory(got.points, engine.points)
        rows = want.changed
        assert np.array_equal(got.labels_at(rows), want.labels_at(rows))
        for name in ("centroids", "assigned_from", "labels", "changed", "counts", "points"):
            assert not getattr(got, name).flags.writeable
    assert all(b.follows(a) for a, b in itertools.pairwise(others))
    assert not others[1].follows(states[0])
    assert others[0].points is others[1].points


def test_a_snapshot_in_the_middle_of_a_run_outlives_it(engine, start):
    run = engine.snapshots(start)
    next(run)
    state = next(run)
    other = pickled(state)
    list(run)
    check.same_snapshot(other, state)
    check.same_snapshot(pickled(other), state)
    assert not other.follows(state)


def test_a_snapshot_stays_what_it_is_when_copied(engine, start):
    last = engine.fit(start)
    assert copy.copy(last) is last


def test_many_clusters_and_one_point():
    points = np.arange(400.0)[:, None]
    check.same_snapshot(pickled(Engine(points).fit(points[:300])), Engine(points).fit(points[:300]))
    check.same_snapshot(
        pickled(Engine(points[:1]).fit(points[:1])), Engine(points[:1]).fit(points[:1])
    )


def test_a_memory_map_arrives_as_an_array(tmp_path):
    np.save(tmp_path / "points.npy", make_clusters(2, 9, seed=0))
    other = pickled(Engine(np.load(tmp_path / "points.npy", mmap_mode="r")))
    assert type(other.points) is np.ndarray


def test_changed_points_leave_with_no_snapshot():
    points = make_clusters(2, 9, seed=0)
    last = Engine(points).fit(points[:2])
    points += 1
    with pytest.raises(InvalidInput, match="have been changed"):
        pickle.dumps(last)


def test_short_reprs(engine, start):
    state = list(engine.snapshots(start))[1]
    text = "Snapshot(iteration=1, K=5, N=2, M=200, n_changed=0, converged=False)"
    assert repr(state) == repr(pickled(state)) == text


@pytest.mark.slow
def test_results_come_out_of_a_process_pool(engine, start):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        got = pool.submit(engine.fit, start).result()
        failed = pool.submit(engine.fit, start, max_iterations=-1).exception()
    check.same_snapshot(got, engine.fit(start))
    assert isinstance(failed, InvalidInput)
    assert failed.options == ("max_iterations",)


@pytest.mark.parametrize("remake", [pickled, copy.copy, copy.deepcopy])
@pytest.mark.parametrize(
    "error",
    [
        *(
            getattr(kmeans_engine, name)("what came; what to do", options=("k",))
            for name in kmeans_engine.__all__
            if isinstance(getattr(kmeans_engine, name), type)
            and issubclass(getattr(kmeans_engine, name), KMeansError)
        ),
        renderers.InvalidOption("fps=0 is too small", option="fps"),
        renderers.RenderError("no picture"),
        renderers.RendererBroken("no renderer"),
        renderers.RendererUnavailable("no display"),
        renderers.UnknownRenderer("no such thing"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_keep_what_they_say(error, remake):
    other = remake(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert vars(other) == vars(error)
