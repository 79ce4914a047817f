"""The thread that paints: the newest request at its size, none that was overtaken."""

from __future__ import annotations

import threading
import weakref

import numpy as np
import pytest
from live import SIZE, FakePainter, job_of, make_session, moments, scene_of, ticks
from wait import eventually

from renderers import Moment, Options, Scene
from renderers.live.painting import PaintThread
from renderers.live.seen import Look


def test_what_is_overtaken_is_skipped_and_the_size_followed():
    started, release, painted = threading.Event(), threading.Event(), []

    class Slow(FakePainter):
        def paint(self, moment: Moment) -> np.ndarray:
            started.set()
            release.wait(10)
            painted.append((moment.snapshots[0].iteration, self.size))
            return super().paint(moment)

    scene, run = Scene(()), moments(4)
    painting = PaintThread(Options(), Slow)
    painting.want(scene, run[0], Look((4, 4)))
    assert started.wait(10)
    painting.want(scene, run[1], Look((4, 4)))
    painting.want(scene, run[2], Look((4, 4)))
    painting.want(scene, run[3], Look((6, 2)))
    assert painting.frame is None
    release.set()
    eventually(lambda: painting.frame is not None and painting.frame.moment is run[3])
    assert painted == [(0, (4, 4)), (3, (6, 2))]
    assert painting.frame.pixels.shape == (2, 6, 4)
    painting.stop(10)


def test_moments_on_the_way_are_painted_too_until_something_else_is_wanted():
    reached, release, painted = threading.Event(), threading.Event(), []

    class Noting(FakePainter):
        def paint(self, moment: Moment) -> np.ndarray:
            painted.append(moment.snapshots[0].iteration)
            if painted == [0, 1]:
                reached.set()
                release.wait(10)
            return super().paint(moment)

    scene, run, look = Scene(()), moments(6), Look((4, 4))
    painting = PaintThread(Options(), Noting)
    painting.want(scene, run[0], look)
    eventually(lambda: painting.frame is not None)
    painting.want(scene, run[4], look, lambda one, other: run[1:4])
    assert reached.wait(10)
    painting.want(scene, run[5], Look((4, 4), frozenset()))
    release.set()
    eventually(lambda: painting.frame.moment is run[5])
    assert painted == [0, 1, 5]
    assert painting.frame.overlays == frozenset()
    painting.stop(10)


def test_an_equal_scene_and_other_overlays_need_no_other_painter():
    made = []

    class Counted(FakePainter):
        def __init__(self, scene: Scene, options: Options) -> None:
            super().__init__(scene, options)
            made.append(scene)

    run, painting = moments(4), PaintThread(Options(), Counted)
    scene = scene_of(3)
    looks = (Look(SIZE), Look(SIZE, frozenset()), Look(SIZE, None, (0, 2)), Look(SIZE))
    for moment, look in zip(run, looks, strict=True):
        same = Scene(scene.panels)
        painting.want(same, moment, look)
        eventually(lambda m=moment: painting.frame is not None and painting.frame.moment is m)
        assert painting.frame.asked is same
    assert [len(made), made[0] == made[2], made[0] == made[1]] == [3, True, False]
    assert made[1].panels[0].view.axes == (0, 2)
    painting.stop(10)


def test_stopping_frees_the_painter():
    made = []

    def make(scene: Scene, options: Options) -> FakePainter:
        painter = FakePainter(scene, options)
        made.append(weakref.ref(painter))
        return painter

    painting = PaintThread(Options(), make)
    painting.want(Scene(()), moments(1)[0], Look(SIZE))
    eventually(lambda: painting.frame is not None)
    painting.stop(10)
    assert [painter() for painter in made] == [None]


def test_a_painter_that_fails_is_raised_by_tick():
    def make(scene: Scene, options: Options) -> FakePainter:
        raise ValueError("no fonts")

    session, _, _ = make_session(painting=PaintThread(Options(), make))
    session.start(job_of(moments(1)))
    with pytest.raises(ValueError, match="no fonts"):
        eventually(ticks(session, lambda: False))
    session.end()
