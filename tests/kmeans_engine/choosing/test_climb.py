"""Starts for one K after the other: drawn ones, and the worst cluster of those before split."""

import numpy as np
import pytest

from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.choosing.climb import Climb

POINTS = make_clusters(6, 60, spread=0.01, seed=8)


def climb_on(points, runs=1, seed=0, **options):
    return Climb(Engine(points, **options), "k-means++", runs, np.random.SeedSequence(seed), {})


def split_off(before, after, parents):
    """Return the start that led from one state to the next, as far as it can be seen."""
    kept = [k for k in range(len(before.centroids)) if k not in parents]
    return before.centroids[kept], after.centroids[kept]


def test_one_cluster_first():
    climb = climb_on(POINTS)
    assert climb.last.centroids.tolist() == [[np.mean(column) for column in POINTS.T]] or (
        np.allclose(climb.last.centroids, POINTS.mean(axis=0), rtol=1e-15)
    )
    spread = climb.spread
    assert climb.to(1).best is climb.last
    assert climb.spread is spread  # that of the same state


def test_a_drawn_start_is_that_of_the_command():
    step = climb_on(POINTS, runs=3).to(4)
    ends = [
        Engine(POINTS).fit(
            initial_centroids(
                POINTS, 4, method="k-means++", seed=np.random.SeedSequence([0, 1, run])
            )
        )
        for run in range(3)
    ]
    assert step.best.inertia == min(end.inertia for end in ends)
    assert [end.inertia for end in step.others] == [
        end.inertia for end in ends if end.inertia != step.best.inertia
    ] or len(step.others) == 2


def test_the_worst_cluster_is_split_and_the_others_keep_their_numbers():
    climb = climb_on(POINTS, runs=0)
    climb.to(2)
    for k in range(3, 7):
        before, squares = climb.last, climb.spread.squares
        step = climb.to(k)
        assert step.parents == (int(squares.argmax()),)
        assert step.others == []
        was, now = split_off(before, step.best, step.parents)
        # Blobs stand far apart: a split leaves all other clusters nearly where they were.
        assert np.abs(was - now).max() < 0.5
        assert step.best.inertia < before.inertia


def test_several_clusters_are_split_where_k_jumps():
    climb = climb_on(POINTS, runs=0)
    climb.to(3)
    squares = climb.spread.squares
    step = climb.to(5)
    assert step.parents == tuple(sorted(np.argsort(-squares)[:2].tolist()))
    assert len(step.best.centroids) == 5


def test_a_jump_too_far_is_drawn():
    climb = climb_on(POINTS, runs=0)
    climb.to(2)
    step = climb.to(5)
    assert step.parents == ()
    assert len(step.best.centroids) == 5


def test_points_in_one_place_cannot_be_split():
    points = np.repeat([[0.0], [4.0], [9.0]], 5, axis=0)
    climb = climb_on(points)
    inertias = [climb.to(k).best.inertia for k in range(2, 6)]
    assert inertias == [40.0, 0.0, 0.0, 0.0]


@pytest.mark.kernels
def test_threads_parts_and_strategies_make_no_difference():
    def climbed(points, **options):
        climb = climb_on(points, **options)
        return [climb.to(k).best for k in (2, 3, 4, 7)]

    want = climbed(POINTS, threads=1, strategy="brute")
    for points, options in (
        (POINTS, {"threads": 3}),
        (POINTS, {"strategy": "blocks"}),
        ([POINTS[:100], POINTS[100:]], {}),
        (np.asfortranarray(POINTS), {}),
    ):
        for one, other in zip(climbed(points, **options), want, strict=True):
            assert one.centroids.tobytes() == other.centroids.tobytes()
            assert one.labels.tobytes() == other.labels.tobytes()
