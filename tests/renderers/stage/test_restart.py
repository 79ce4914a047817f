"""New runs for the window: which points, which start, and what cannot be asked for."""

import numpy as np
import pytest

from kmeans_engine import Engine, initial_centroids
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.command.trial import Run
from renderers.live.commands import ChoiceUnavailable, Start
from renderers.stage.restart import Again, Restarts

SEAT = object()  # where a job plays to


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
    restarts.job(Start())(SEAT)
    restarts.job(Start())(SEAT)
    assert [which for which, *_ in played] == [run, run]
    # Not starts 0 and 1, which were used.
    assert np.array_equal(played[0][1], run.source.start(2))
    assert np.array_equal(played[1][1], run.source.start(3))


def test_new_clusters_stay_until_newer_ones(run, restarts):
    restarts, played = restarts
    # Asked for one after another, done in another order.
    jobs = [restarts.job(Start(new_points=new)) for new in (True, False, True, False)]
    for job in reversed(jobs):
        job(SEAT)
    fourth, third, second, first = (which for which, *_ in played)
    assert first is second
    assert third is fourth
    assert not np.array_equal(first.source.points, run.source.points)
    assert not np.array_equal(first.source.points, third.source.points)
    assert len({start.tobytes() for _, start, _ in played}) == 4


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


def test_k_and_method_of_the_centroids(run, restarts):
    restarts, played = restarts
    restarts.job(Start(k=6, init="k-means++"))(SEAT)
    restarts.job(Start(new_points=True, k=2))(SEAT)
    restarts.job(Start())(SEAT)
    assert [len(start) for _, start, _ in played] == [6, 2, 4]
    seed = np.random.SeedSequence([3, 1, 2])
    expected = initial_centroids(run.source.points, 6, method="k-means++", seed=seed)
    assert np.array_equal(played[0][1], expected)


def test_centroids_by_hand_even_where_they_came_from_a_file(run):
    played = []
    source = Source.of(make(3), 4, run.source.points[:4], 3, standardized=False)
    restarts = Restarts(
        Run(source),
        lambda *what: played.append(what),
        make="d.csv",
        first=1,
        centroids_from="s.csv",
    )
    by_hand = np.array([[0.5, 0.5], [1.0, -1.0], [2.0, 0.0]])
    restarts.job(Start(centroids=by_hand))(SEAT)
    assert played[0][1] is by_hand
    restarts.job(Start(init="random"))(SEAT)
    assert len(played[1][1]) == 4


@pytest.fixture
def again():
    played = []
    points = make(3).points
    again = Again(lambda states, seat: played.append(list(states)))
    given = list(again.watch(Engine(points, threads=1).snapshots(points[:4])))
    assert len(given) > 1
    return again, played, points


def test_snapshots_start_anew_on_their_points(again, monkeypatch):
    import kmeans_engine

    again, played, points = again
    made = []
    engine = kmeans_engine.Engine
    monkeypatch.setattr(kmeans_engine, "Engine", lambda p: made.append(p) or engine(p))
    jobs = [again.job(Start()), again.job(Start(k=2)), again.job(Start(centroids=points[5:8]))]
    assert made == []
    for job in jobs:
        job(SEAT)
    assert len(made) == 1
    assert made[0] is points
    assert [len(states[0].centroids) for states in played] == [4, 2, 3]
    assert np.array_equal(played[2][0].centroids, points[5:8])
    assert played[0][-1].converged


def test_snapshots_have_no_other_points(again):
    again, _, _ = again
    with pytest.raises(ChoiceUnavailable, match="these points were given; c draws new centroids"):
        again.job(Start(new_points=True))


def test_nothing_starts_anew_before_the_first_snapshot():
    with pytest.raises(ChoiceUnavailable, match="the run has not begun"):
        Again(lambda states, seat: None).job(Start())
