"""What is under the pointer: the right cluster, of the newest place, and no thread left."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from wait import eventually

from kmeans_engine import Engine
from renderers import Moment, Panel, Scene
from renderers.live.face import probe as module
from renderers.live.face.probe import Probe
from renderers.live.painting import Frame, Look
from renderers.picture.layout import Box
from renderers.plane.view import View

BOX = Box(10, 5, 400, 300)


def frame_of(features: int) -> Frame:
    points = np.random.default_rng(3).normal(size=(300, features))
    snapshot = list(Engine(points, threads=1).snapshots(points[:4]))[2]
    scene = Scene((Panel(4, View(points)),))
    pixels = np.zeros((320, 420, 4), np.uint8)
    moment = Moment((snapshot,), 1.0)
    return Frame(scene, scene, moment, Look((420, 320)), pixels, (BOX,), frozenset())


def places(frame: Frame) -> np.ndarray:
    view = frame.scene.panels[0].view
    xmin, xmax, ymin, ymax = view.limits
    xy = view.project_rows(0, len(view.points))
    across = (xy[:, 0] - xmin) / (xmax - xmin)
    down = (ymax - xy[:, 1]) / (ymax - ymin)
    return np.column_stack([BOX.left + across * BOX.width, BOX.top + down * BOX.height])


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


def test_points_too_many_to_index_are_not_looked_up(probe: Probe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "INDEXED_UP_TO", 299)
    frame = frame_of(6)
    probe.ask(frame, *places(frame)[0])
    eventually(lambda: not probe._new)
    assert probe.found is None


def test_an_index_that_nobody_waits_for_is_given_up(probe: Probe, monkeypatch: pytest.MonkeyPatch):
    first, second = frame_of(6), frame_of(6)
    begun, release, made = threading.Event(), threading.Event(), []
    project = View.project_rows

    def slow(view: View, start: int, stop: int) -> np.ndarray:
        if view is first.scene.panels[0].view:
            begun.set()
            release.wait(10)
        made.append((view, start))
        return project(view, start, stop)

    monkeypatch.setattr(View, "project_rows", slow)
    monkeypatch.setattr(View, "block_rows", lambda view: 100)
    probe.ask(first, 200, 100)
    assert begun.wait(10)
    monkeypatch.undo()
    there = places(second)[7]
    monkeypatch.setattr(View, "project_rows", slow)
    monkeypatch.setattr(View, "block_rows", lambda view: 100)
    probe.ask(second, *there)
    release.set()
    eventually(lambda: probe.found is not None)
    assert [start for view, start in made if view is first.scene.panels[0].view] == [0]
    assert probe.found.cluster == second.moment.snapshots[0].labels[7]


def test_a_probe_that_was_never_asked_has_no_thread():
    before = threading.active_count()
    Probe().stop(1)
    assert threading.active_count() == before
