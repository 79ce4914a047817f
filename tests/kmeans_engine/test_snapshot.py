"""Snapshots that somebody keeps: frozen, right for ever, and small."""

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory import array_bytes, peak_bytes, traced

from kmeans_engine import Engine, initial_centroids, make_clusters


@pytest.mark.kernels
def test_kept_snapshots_equal_those_used_at_once():
    points = make_clusters(6, 80, seed=1)
    engine, start = Engine(points), initial_centroids(points, 6, seed=4)
    at_once = [(s.labels.copy(), s.changed.copy(), s.inertia) for s in engine.snapshots(start)]
    kept = list(engine.snapshots(start))
    for i in np.random.default_rng(0).permutation(len(kept)):
        labels, changed, inertia = at_once[i]
        assert np.array_equal(kept[i].labels, labels)
        assert np.array_equal(kept[i].changed, changed)
        assert kept[i].inertia == inertia


@pytest.mark.kernels
@check.examples(40)
@given(st.integers(0, 2**32), st.data())
def test_snapshots_kept_in_any_pattern_stay_right(seed, data):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(200, 2))
    reference = [s.labels.copy() for s in Engine(points).snapshots(points[:12])]
    kept = {}
    for snapshot in Engine(points).snapshots(points[:12]):
        kept[snapshot.iteration] = snapshot
        for iteration in list(kept):
            match data.draw(st.integers(0, 3)):
                case 0:
                    del kept[iteration]
                case 1:
                    assert np.array_equal(kept[iteration].labels, reference[iteration])
                case 2:
                    rows = np.flatnonzero(rng.random(200) < rng.random() ** 3)
                    found = kept[iteration].labels_at(rows)
                    assert np.array_equal(found, reference[iteration][rows])
        del snapshot
    for iteration, snapshot in kept.items():
        changed = snapshot.changed
        assert np.array_equal(snapshot.labels_at(changed), reference[iteration][changed])
        assert np.array_equal(snapshot.labels, reference[iteration])


def test_few_labels_of_many_are_looked_up_without_making_all():
    points = make_clusters(20, 50_000, seed=2)
    states = list(Engine(points).snapshots(points[:20], max_iterations=30))
    labels = [s.labels.copy() for s in Engine(points).snapshots(points[:20], max_iterations=30)]
    for before, state in zip([states[0], *states], states, strict=False):
        assert np.array_equal(
            state.labels_at(state.changed), labels[state.iteration][state.changed]
        )
        back = before.labels_at(state.changed)
        assert np.array_equal(back, labels[before.iteration][state.changed])
    del states[:20]
    looks = [lambda state=state: state.labels_at(state.changed) for state in states[1:4]]
    assert peak_bytes(*looks) < len(points) / 2


def test_one_kept_snapshot_holds_one_array_of_labels_at_most():
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(200_000, 2)).astype(np.float32)
    engine = Engine(points)
    engine.fit(points[:60], max_iterations=40)  # What all runs share is made by the first.
    with traced():
        for keep in (0, 3, 20):
            held = None
            before = array_bytes()
            for snapshot in engine.snapshots(points[:60], max_iterations=40):
                if snapshot.iteration == keep:
                    held = snapshot
            del snapshot
            used = array_bytes() - before
            assert held is not None
            assert len(points) < used < len(points) * (1 + 1 / 8) + 60_000, keep


def test_snapshots_are_frozen():
    snapshot = Engine([[0.0], [1.0]]).fit([[0.0], [1.0]])
    with pytest.raises(AttributeError):
        snapshot.iteration = 5  # type: ignore[misc]
    for name in ("centroids", "assigned_from", "labels", "changed", "counts"):
        array = getattr(snapshot, name)
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_points_are_the_callers_own():
    points = np.zeros((3, 2))
    assert Engine(points).fit(points[:1]).points is points


def test_labels_use_the_smallest_type():
    points = np.arange(300.0)[:, None]
    assert Engine(points).fit(points[:256], max_iterations=0).labels.dtype == np.uint8
    assert Engine(points).fit(points[:257], max_iterations=0).labels.dtype == np.uint16
