"""Other starts for a window: which points, which centroids, and what cannot be asked for."""

import threading

import numpy as np
import pytest

from kmeans_engine import initial_centroids
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.command.trial import Trial
from renderers.stage.restart import Restarts
from renderers.stage.window import ChoiceUnavailable, Start

SEAT = object()  # what the window plays to: only handed on


def make(seed):
    return synthetic_table(4, 25, 0.01, seed)


@pytest.fixture
def trial():
    return Trial(Source.of(make(3), 4, "random", 3, standardized=False), threads=1)


@pytest.fixture
def played():
    """What was played: trial and centroids."""
    return []


@pytest.fixture
def begun(played):
    """Return a function that makes the restarts of a trial."""

    def begin(trial, make=make, first=1, centroids_from="random"):
        def play(trial, renderer, like):
            assert renderer is SEAT
            played.append((trial, trial.start))

        restarts = Restarts(play, make=make, first=first, centroids_from=centroids_from)
        restarts.begin(trial.source, lambda: trial)
        return restarts

    return begin


def fixed(trial):
    """The same points with centroids that are given."""
    return Trial(Source.of(make(3), 4, trial.source.points.sample(1)[:4], 3, standardized=False))


def test_new_centroids_on_the_same_points(trial, begun, played):
    restarts = begun(trial, first=2)
    restarts.job(Start())(SEAT)
    restarts.job(Start())(SEAT)
    assert all(which.source.points is trial.source.points for which, _ in played)
    # Not starts 0 and 1, which were used.
    assert np.array_equal(played[0][1], trial.source.start(2))
    assert np.array_equal(played[1][1], trial.source.start(3))


def test_new_clusters_stay_until_newer_ones(trial, begun, played):
    restarts = begun(trial, first=2)
    # Asked for one after another, done in another order.
    jobs = [restarts.job(Start(new_points=new)) for new in (True, False, True, False)]
    for job in reversed(jobs):
        job(SEAT)
    fourth, third, second, first = (which for which, _ in played)
    assert first.source.points is second.source.points
    assert third.source.points is fourth.source.points
    made = [one.source.points.sample(1) for one in (trial, first, third)]
    assert not np.array_equal(made[0], made[1]) and not np.array_equal(made[1], made[2])
    assert len({start.tobytes() for _, start in played}) == 4


def test_new_points_are_made_once_for_jobs_at_the_same_time(trial, played):
    made, together = [], threading.Barrier(2, timeout=10)

    def slowly(seed):
        made.append(seed)
        return make(seed)

    restarts = Restarts(lambda *what: played.append(what), make=slowly)
    restarts.begin(trial.source, lambda: trial)
    jobs = [restarts.job(Start(new_points=new)) for new in (True, False)]

    def work(job):
        together.wait()
        job(SEAT)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert played[0][0].source.points is played[1][0].source.points


def test_points_that_cannot_be_made(trial, begun):
    restarts = begun(trial, make="the points come from d.csv; choose new centroids only")
    restarts.job(Start())
    with pytest.raises(ChoiceUnavailable, match=r"the points come from d\.csv; choose new centr"):
        restarts.job(Start(new_points=True))


def test_centroids_from_a_file(trial, begun):
    restarts = begun(fixed(trial), centroids_from="start.csv")
    for new in (False, True):
        with pytest.raises(ChoiceUnavailable, match=r"come from start\.csv; i draws them"):
            restarts.job(Start(new_points=new))


def test_k_and_method_of_the_centroids(trial, begun, played):
    restarts = begun(trial, first=2)
    restarts.job(Start(k=6, init="k-means++"))(SEAT)
    restarts.job(Start(new_points=True, k=2))(SEAT)
    restarts.job(Start())(SEAT)
    assert [len(start) for _, start in played] == [6, 2, 4]
    seed = np.random.SeedSequence([3, 1, 2])
    expected = initial_centroids(trial.source.points, 6, method="k-means++", seed=seed)
    assert np.array_equal(played[0][1], expected)


def test_centroids_by_hand_even_where_they_came_from_a_file(trial, begun, played):
    restarts = begun(fixed(trial), make="none", centroids_from="s.csv")
    by_hand = np.array([[0.5, 0.5], [1.0, -1.0], [2.0, 0.0]])
    restarts.job(Start(centroids=by_hand))(SEAT)
    assert np.array_equal(played[0][1], by_hand)
    restarts.job(Start(init="random"))(SEAT)
    assert len(played[1][1]) == 4


def test_a_trial_is_prepared_by_the_first_job_only(trial, played):
    asked = []
    restarts = Restarts(lambda *what: played.append(what), make=make)
    restarts.begin(trial.source, lambda: asked.append(1) or trial)
    jobs = [restarts.job(start) for start in (Start(), Start(k=2))]
    assert asked == []
    for job in jobs:
        job(SEAT)
    assert asked == [1]


def test_nothing_starts_again_before_the_first_snapshot():
    with pytest.raises(ChoiceUnavailable, match="the run has not begun"):
        Restarts(lambda *_: None, make=make).job(Start())
