"""The gap statistic and the agreement of halves."""

import math

import numpy as np
import pytest

from kmeans_engine import Engine, make_clusters
from kmeans_engine.choosing.climb import Climb
from kmeans_engine.choosing.reference import Gap, Halves
from kmeans_engine.choosing.sample import Some, engine_on

SEED = np.random.SeedSequence(1)


def some_of(points, weights=None):
    return Some(np.arange(len(points)), np.asarray(points, dtype=float), weights)


def climb_on(some, number):
    seed = np.random.SeedSequence([2, number + 1])
    return Climb(engine_on(some), "k-means++", 1, seed, {})


def test_the_gap_by_its_definition():
    points = np.random.default_rng(0).normal(size=(60, 2))
    gap, error = Gap(some_of(points), 6, climb_on, SEED).at(1)
    rng, logs = np.random.default_rng(SEED), []
    low, high = points.min(axis=0), points.max(axis=0)
    for _ in range(6):
        reference = low + (high - low) * rng.random((60, 2))
        logs.append(math.log(((reference - reference.mean(axis=0)) ** 2).sum()))
    own = math.log(((points - points.mean(axis=0)) ** 2).sum())
    assert gap == pytest.approx(np.mean(logs) - own, rel=1e-12)
    assert error == pytest.approx(np.std(logs) * math.sqrt(1 + 1 / 6), rel=1e-12)


def test_the_gap_is_largest_where_the_clusters_are():
    gap = Gap(some_of(make_clusters(4, 60, spread=0.005, seed=3)), 5, climb_on, SEED)
    found = {k: gap.at(k)[0] for k in range(1, 8)}
    assert max(found, key=found.get) == 4


def test_uniform_points_have_no_gap():
    gap = Gap(some_of(np.random.default_rng(5).random((600, 2))), 8, climb_on, SEED)
    for k in (1, 2, 3, 4):
        value, error = gap.at(k)
        assert abs(value) < 4 * error + 0.02


def test_what_cannot_be_told_is_none():
    points = make_clusters(3, 10, seed=0)
    assert Gap(some_of(points), 0, climb_on, SEED).at(2) == (None, None)
    assert Gap(some_of(points), 3, climb_on, SEED).at(4) == (None, None)  # 30 points
    same = some_of(np.zeros((50, 2)))
    assert Gap(same, 3, climb_on, SEED).at(2) == (None, None)
    assert Halves(some_of(points), 2, climb_on, SEED).at(2) is None
    assert Halves(some_of(points), 2, climb_on, SEED).at(1) is None


def test_halves_agree_on_clusters_and_on_nothing_else():
    halves = Halves(some_of(make_clusters(4, 60, spread=0.005, seed=3)), 3, climb_on, SEED)
    assert halves.at(4) > 0.97
    noise = Halves(some_of(np.random.default_rng(5).random((600, 4))), 3, climb_on, SEED)
    assert noise.at(5) < 0.6


def test_halves_are_cut_by_the_seed_alone():
    some = some_of(make_clusters(5, 60, spread=0.1, seed=3))
    one, same, other = (
        Halves(some, 2, climb_on, np.random.SeedSequence(seed)).at(3) for seed in (1, 1, 2)
    )
    assert one == same != other


def test_an_engine_on_some_points_does_not_warn_again():
    some = some_of(np.array([[0.0], [1e-300], [3e-300]]))
    with pytest.warns(match="vanish"):
        Engine(some.points)
    engine_on(some)
