"""What is under the pointer: the right cluster, of the newest place, and no thread left."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from wait import eventually

from kmeans_engine import Engine
from kmeans_engine.points.visit import VisibleParts
from renderers import Moment, Panel, Scene
from renderers.live.face.probe import Probe
from renderers.live.frame import Frame
from renderers.live.seen import Look
from renderers.plane.placement import Box
from renderers.plane.view import View

BOX = Box(10, 5, 400, 300)


def frame_of(features: int) -> Frame:
    points = np.random.default_rng(3).normal(size=(300, features))
    snapshot = list(Engine(points, threads=1).snapshots(points[:4]))[2]
    scene = Scene((Panel(4, View(points)),))
    pixels = np.zeros((320, 420, 4), np.uint8)
    moment = Moment((snapshot,), 1.0)
    return Frame(scene, scene, moment, Look((420, 320)), pixels, (BOX,), (5.0,), frozenset())


def places(frame: Frame) -> np.ndarray:
    view = frame.scene.panels[0].view
    rows = np.arange(view.points.n_points)
    return frame.placement(0).on_frame(view.plane.project(view.points.sample(1), rows))


@pytest.fixture
def probe():
    probe = Probe()
    yield probe
    probe.stop(10)
    assert "live-probe" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("features", [1, 2, 6])
def test_the_point_under_the_pointer_tells_its_cluster(features: int, probe: Probe):
    frame = frame_of(features)
    snapshot = frame.moment.snapshots[0]
    for row in (0, 17, 123, 299):
        probe.forget()
        probe.ask(frame, *places(frame)[row])
        eventually(lambda: probe.found is not None)
        assert probe.found.cluster == snapshot.labels[row]
        assert probe.found.size == snapshot.counts[probe.found.cluster]


def test_nothing_is_found_beside_the_panel_or_far_from_projected_points(probe: Probe):
    frame = frame_of(6)
    probe.ask(frame, *places(frame)[0])
    eventually(lambda: probe.found is not None)
    probe.ask(frame, 2, 2)
    eventually(lambda: probe.found is None)
    probe.ask(frame, *places(frame)[0])
    eventually(lambda: probe.found is not None)
    probe.ask(frame, BOX.left + 1, BOX.top + 1)
    eventually(lambda: probe.found is None)


def test_points_too_many_to_index_are_not_looked_up():
    probe = Probe(indexed_up_to=299)
    frame = frame_of(6)
    probe.ask(frame, *places(frame)[0])
    eventually(lambda: probe.idle)
    probe.stop(10)
    assert probe.found is None


def test_an_index_that_nobody_waits_for_is_given_up(probe: Probe):
    begun, release, looked_at = threading.Event(), threading.Event(), []

    class Slow(VisibleParts):
        def visit(self, visitor, now=None, before=None, *, changed=False):
            found = visitor.begin()
            for start in range(0, self.n_points, 100):
                rows = range(start, start + 100)
                visitor.add(found, rows, self.take(rows), None, None, None)
                looked_at.append(start)
                begun.set()
                release.wait(10)
            return visitor.merge([found])

    def slowed(frame: Frame) -> Frame:
        points = frame.scene.panels[0].view.points
        assert isinstance(points, VisibleParts)
        return replace(frame, scene=Scene((Panel(4, View(Slow(points.parts))),)))

    second = frame_of(6)
    release.set()
    first = slowed(second)  # the limits of a view are found when it is made
    begun.clear()
    release.clear()
    looked_at.clear()
    probe.ask(first, 200, 100)
    assert begun.wait(10)
    probe.ask(second, *places(second)[7])
    release.set()
    eventually(lambda: probe.found is not None)
    assert looked_at == [0]
    assert probe.found.cluster == second.moment.snapshots[0].labels[7]


def test_a_probe_that_was_never_asked_has_no_thread():
    before = threading.active_count()
    Probe().stop(1)
    assert threading.active_count() == before
