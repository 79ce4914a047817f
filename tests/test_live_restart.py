"""New runs for the window: which points, which start, and what cannot be asked for."""

import numpy as np
import pytest

from kmeans_engine.run import Run
from kmeans_engine.source import Source, synthetic_table
from renderers.live.commands import ChoiceUnavailable, Start
from renderers.live.restart import Restarts


def make(seed):
    return synthetic_table(4, 25, 0.01, seed)


@pytest.fixture
def run():
    return Run(Source.of(make(3), 4, "random", 3, standardized=False), threads=1)


@pytest.fixture
def restarts(run):
    played = []
    restarts = Restarts(
        run, lambda *what: played.append(what), make=make, first=2, centroids_from="random"
    )
    return restarts, played


def test_new_centroids_on_the_same_points(run, restarts):
    restarts, played = restarts
    restarts.job(Start())()
    restarts.job(Start())()
    assert [which for which, _ in played] == [run, run]
    # Not starts 0 and 1, which were used.
    assert np.array_equal(played[0][1], run.source.start(2))
    assert np.array_equal(played[1][1], run.source.start(3))


def test_new_clusters_stay_until_newer_ones(run, restarts):
    restarts, played = restarts
    # Asked for one after another, done in another order.
    jobs = [restarts.job(Start(new_points=new)) for new in (True, False, True, False)]
    for job in reversed(jobs):
        job()
    fourth, third, second, first = (which for which, _ in played)
    assert first is second
    assert third is fourth
    assert not np.array_equal(first.source.points, run.source.points)
    assert not np.array_equal(first.source.points, third.source.points)
    assert len({start.tobytes() for _, start in played}) == 4


def test_points_from_a_file(run):
    restarts = Restarts(run, lambda *_: None, make="d.csv", first=1, centroids_from="random")
    restarts.job(Start())
    with pytest.raises(ChoiceUnavailable, match=r"the points come from d\.csv; choose new centr"):
        restarts.job(Start(new_points=True))


def test_centroids_from_a_file(run):
    source = Source.of(make(3), 4, run.source.points[:4], 3, standardized=False)
    restarts = Restarts(
        Run(source), lambda *_: None, make=make, first=1, centroids_from="start.csv"
    )
    for new in (False, True):
        with pytest.raises(ChoiceUnavailable, match=r"come from start\.csv; i draws them"):
            restarts.job(Start(new_points=new))
