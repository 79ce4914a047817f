"""Runs on points of any place: one recording, which goes on wherever they are."""

import clusters
import numpy as np
import problems
import pytest
from elsewhere import Elsewhere
from recordings import check_same, check_same_run, record

from kmeans_engine import Engine, recording
from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.weights import open_weighted
from kmeans_engine.recording.points import digest_of


@pytest.fixture
def points():
    return problems.make_points("clustered", np.random.default_rng(1), 4000, 3)


def test_a_digest_does_not_depend_on_the_place(points):
    digest = digest_of(open_visible(points))
    for parts in (2, 3, 7):
        assert digest_of(Elsewhere(points, parts)) == digest
    assert digest_of(open_visible([points[:100], points[100:]])) == digest
    assert digest_of(open_visible(points[::-1])) != digest
    assert digest_of(open_visible(points.astype(np.float32))) != digest


def test_a_digest_of_weights_is_had_without_the_points(points, monkeypatch):
    weights = np.random.default_rng(2).exponential(size=len(points))
    digest = digest_of(open_visible(weights[:, None]))
    assert digest_of(Elsewhere(points, 3, weights), weights=True) == digest
    for given in (points, np.split(points, [7, 2500])):
        opened = open_weighted(given, weights)
        _ = opened.measure
        with monkeypatch.context() as patch:
            patch.setattr("kmeans_engine.points.data.Data.fold", None)
            assert digest_of(opened, weights=True) == digest


def test_a_file_that_is_larger_than_memory(points, tmp_path, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)
    points = points.astype(np.float32)
    np.save(tmp_path / "points.npy", points)
    run = list(Engine(points).snapshots(points[:5]))
    stored = Engine(str(tmp_path / "points.npy"), memory=1)
    for kept in (False, True):
        path = tmp_path / f"{kept}.arrows"
        record(stored.snapshots(points[:5]), path, points=kept)
        again = recording.open(path)
        check_same_run(run, again, strategy=False)
        assert again.points.dtype == np.float32
        assert np.array_equal(again.points, points)
    states = recording.record(stored.snapshots(points[:5]), tmp_path / "cut.arrows")
    for _ in range(3):
        next(states)
    states.close()
    cut = recording.open(tmp_path / "cut.arrows")
    check_same_run(run[3:], cut.extend(stored.resume(cut)), strategy=False)


@pytest.mark.slow
def test_a_cluster(cluster, points, tmp_path):
    run = list(Engine(points).snapshots(points[:5]))
    there = clusters.cut(points, 5, np.random.default_rng(0))
    engine = Engine(there)
    for kept in (False, True):
        path = tmp_path / f"{kept}.arrows"
        for _ in recording.record(engine.snapshots(points[:5]), path, points=kept):
            pass
        check_same_run(run, recording.open(path, points=points), strategy=False)
    assert np.array_equal(recording.open(tmp_path / "True.arrows").points, points)
    # What was begun here goes on there.
    states = recording.record(Engine(points).snapshots(points[:5]), tmp_path / "cut.arrows")
    for _ in range(3):
        next(states)
    states.close()
    cut = recording.open(tmp_path / "cut.arrows", points=there)
    for _ in cut.extend(engine.resume(cut)):
        pass
    again = recording.open(tmp_path / "cut.arrows", points=points)
    check_same_run(run, again, strategy=False)
    check_same(run[-1], again[-1], strategy=False)
