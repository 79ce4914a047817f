"""Thousands of random keys and moves of the mouse, without a toolkit: nothing may fail."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import pytest
from wait import eventually

from kmeans_engine import Engine
from renderers import Options, Renderer, make_scene
from renderers.live.commands import KEYS
from renderers.live.face.surface import Surface
from renderers.live.session import Session
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stage.window import Commands, Job, Start

KEYS_TO_PRESS = sorted(set(KEYS.values()) - {"exit", "save", "save gif", "save picture"})
SIZES = [(640, 480), (320, 240), (200, 120), (480, 700), (900, 500), (1, 1)]
EVENTS = 1_000


@dataclass
class Desk:
    """A session on runs of a few hundred points, and its surface."""

    session: Session
    surface: Surface
    size: tuple[int, int] = SIZES[0]

    def look(self) -> None:
        self.session.tick(self.surface.picture_size(self.size))
        self.surface.layers(self.size)

    def act(self, rng: np.random.Generator) -> None:
        """Do what a hand might."""
        session, surface = self.session, self.surface
        width, height = self.size
        x, y = (float(v) for v in rng.uniform(-20, 20 + np.array([width, height])))
        deed = rng.integers(12)
        if deed < 3:
            session.post(KEYS_TO_PRESS[rng.integers(len(KEYS_TO_PRESS))])
        elif deed < 7:
            surface.move(x, y)
        elif deed == 7:
            if session.frame is not None and rng.random() < 0.5:  # where there is something to take
                x, y = session.frame.pixels_of(0, session.frame.centroids_of(0))[0].tolist()
            surface.press(x, y)
        elif deed == 8:
            surface.release(x, y)
        elif deed == 9:
            surface.scroll(x, y, float(rng.integers(-3, 4)))
        elif deed == 10:
            surface.press_again(x, y)
        elif rng.random() < 0.1:
            self.size = SIZES[rng.integers(len(SIZES))]
        else:
            surface.leave()


def job_of(engine: Engine, centroids: np.ndarray) -> Job:
    def job(seat: Renderer) -> None:
        states = engine.snapshots(centroids)
        first = next(engine.snapshots(centroids, max_iterations=0))
        play(moments(states, Pace(fps=30.0)), make_scene(first), [seat])

    return job


@pytest.mark.parametrize("features", [1, 2, 5])
def test_a_monkey_at_the_window(features: int):
    rng = np.random.default_rng(features)
    points = rng.normal(size=(300, features)) + rng.integers(0, 4, (300, 1)) * 3.0
    engine = Engine(points, threads=1)

    def restart(start: Start) -> Job:
        if start.centroids is not None:
            return job_of(engine, start.centroids)
        return job_of(engine, points[rng.choice(300, min(start.k or 4, 9), replace=False)])

    options = Options(size=SIZES[0])
    session = Session(options, Commands(restart, new_points=False))
    desk = Desk(session, Surface(session))
    session.start(job_of(engine, points[:4]))

    def there() -> bool:
        desk.look()
        return session.frame is not None

    eventually(there)
    try:
        for _ in range(EVENTS):
            desk.act(rng)
            desk.look()
        assert not session.closed
        # Still there for whoever looks again.
        session.post("cancel")
        frame, desk.size = session.frame, (500, 400)

        def painted() -> bool:
            desk.look()
            return session.frame is not frame and desk.surface.covers(desk.size)

        eventually(painted)
    finally:
        desk.surface.stop()
        session.end()
    eventually(_no_live_threads)


def _no_live_threads() -> bool:
    return not [thread for thread in threading.enumerate() if thread.name.startswith("live-")]
