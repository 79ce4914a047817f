"""What runs on the workers is a function of its arguments, and leaves them as they are."""

import pickle

import clusters
import numpy as np

from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.part import Setting


def test_segments_join_what_follows(part):
    assert [len(segment.rows) for segment in part.segments] == [300]
    points = part.segments[0].rows
    apart = tasks.make_part(
        [(0, 50), (90, len(points) - 90)], 1, points.shape[1], points[:50], points[90:]
    )
    assert [(one.first, len(one.rows)) for one in apart.segments] == [(0, 50), (90, 210)]
    assert np.array_equal(tasks.take(apart, np.array([3, 95])), points[[3, 95]])
    assert np.array_equal(tasks.given(apart, 100, 5), points[100:105])
    assert apart.__sizeof__() >= 260 * 16


def test_what_was_found_is_not_changed_by_adding_it_up(part):
    setting = Setting(part.measured(), "auto")
    visitor = clusters.Census()
    found = [tasks.visit(part, setting, visitor, None, None) for _ in range(3)]
    before = pickle.dumps(found)
    merged = tasks.merge_found(visitor, *found)
    assert len(merged) == 900
    assert pickle.dumps(found) == before
