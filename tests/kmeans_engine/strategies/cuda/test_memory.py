"""Pieces of a run's memory: their views of it, and what is brought over of them."""

import numpy as np
import pytest

from kmeans_engine.strategies.cuda.device import missing

pytestmark = pytest.mark.cuda

if missing() is None:
    from numba import cuda

    from kmeans_engine.strategies.cuda.memory import CHANGED, DUE, Memory


def put(array, values):
    array.copy_to_device(np.array(values, dtype=array.dtype))


def test_stages_read_what_the_one_before_has_left_and_write_elsewhere():
    section = Memory(10, 2, 3, 300).section(1, (4, 9))
    assert section.labels.dtype == np.uint16
    first, second, third = section.left
    put(section.due.points, [1, 2, 3, 4, 0])
    put(first.points, [5, 6, 7, 8, 9])
    assert section.due.points.copy_to_host().tolist() == [1, 2, 3, 4, 0]
    put(second.points, [3, 3, 3, 3, 3])  # the first stage has read what is due
    assert section.due.points.copy_to_host().tolist() == [3, 3, 3, 3, 3]
    assert third.points.copy_to_host().tolist() == [5, 6, 7, 8, 9]


def test_totals_of_each_piece_come_over_and_are_cleared():
    memory, stream = Memory(10, 2, 1, 3), cuda.stream()
    memory.clear(stream)
    section = memory.section(1, (4, 9))
    for listed, count in ((section.due, 5), (section.changed, 2), (section.left[0], 1)):
        put(listed.total, [count])
    memory.send(stream)
    stream.synchronize()
    assert memory.found.tolist() == [[0, 0, 0], [5, 2, 1]]
    assert (memory.found[1, DUE], memory.found[1, CHANGED]) == (5, 2)
    memory.clear(stream)
    memory.send(stream)
    stream.synchronize()
    assert not memory.found.any()


def test_changes_of_pieces_are_counted_from_the_first_point_of_all():
    memory, spans = Memory(10, 3, 1, 3), [(0, 4), (4, 9), (9, 10)]
    for p, span in enumerate(spans):
        section, rows = memory.section(p, span), span[1] - span[0]
        put(section.changed.points, np.arange(rows)[::-1])
        put(section.before, np.full(rows, p))
    points, before = memory.changes(spans, [2, 0, 1])
    assert (points.dtype, points.tolist()) == (np.uint32, [3, 2, 9])
    assert (before.dtype, before.tolist()) == (np.uint8, [0, 0, 2])
    points, before = memory.changes(spans, [0, 0, 0])
    assert (points.dtype, len(points), before.dtype, len(before)) == (np.uint32, 0, np.uint8, 0)
