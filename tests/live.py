"""What the tests of the live window share: a clock and a painter that they hold, runs, sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from wait import eventually

from renderers import Moment, Options, Panel, Renderer, Scene
from renderers.live.frame import Frame
from renderers.live.seen import Look
from renderers.live.session import Session
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.stage.window import Commands, Job, Start

SIZE = (8, 6)  # pixels of the picture


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class FakePainter:
    """Paints black over the whole picture."""

    overlays = frozenset({"numbers"})

    def __init__(self, scene: Scene, options: Options) -> None:
        self.size = options.size
        self.boxes = (Box(0, 0, *options.size),)

    def centroid_radius(self, panel: int) -> float:
        return 5.0

    def colours_of(self, panel: int) -> np.ndarray:
        return np.zeros((3, 3), np.uint8)

    def turn(self, right: float, up: float) -> None:
        self.turned = right, up

    def paint(self, moment: Moment) -> np.ndarray:
        return np.zeros((*self.size[::-1], 4), np.uint8)


class Painting:
    """Stands in for `PaintThread`: paints at once, in the caller's thread."""

    def __init__(self) -> None:
        self.frame: Frame | None = None

    def want(self, scene: Scene, moment: Moment, look: Look, between: Any = None) -> None:
        frame = self.frame
        if frame is None or frame.moment is not moment or frame.look != look:
            painter = FakePainter(scene, Options(size=look.size))
            on = painter.overlays if look.overlays is None else look.overlays
            pixels = painter.paint(moment)
            boxes = painter.boxes
            pairs = zip(scene.panels, boxes, strict=False)
            wholes = tuple(panel.view.placed(box) for panel, box in pairs)
            self.frame = Frame(scene, scene, moment, look, pixels, boxes, (5.0,), on, wholes)

    def stop(self, seconds: float) -> None:
        pass


def moments(count: int, seconds: float = 1.0) -> list[Moment]:
    return [Moment((SimpleNamespace(iteration=i),), seconds) for i in range(count)]


def told(*lengths: int, phases: bool = False) -> list[Moment]:
    """The moments of a smooth film: so many for each state, two phases with half of them each."""
    run = []
    for i, count in enumerate(lengths):
        state = (SimpleNamespace(iteration=i, n_points=5_000_000),)
        for j in range(count):
            phase = "assignment" if phases and j < count // 2 else "update" if phases else "state"
            run.append(Moment(state, 0.1, phase, (j + 1) / count))
    return run


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def make_session(**given: Any) -> tuple[Session, Clock, list[str]]:
    """Return a session, its clock and what it notifies of."""
    clock, notes = Clock(), []
    given = {"commands": Commands(), "painting": Painting(), **given}
    commands = given.pop("commands")
    return Session(Options(size=SIZE), commands, notes.append, clock=clock, **given), clock, notes


def job_of(run: list[Moment], *, then: Exception | None = None) -> Job:
    """Return a job that plays moments, and then fails if it is given an error."""

    def job(seat: Renderer) -> None:
        seat.open(Scene((), "scene"))
        for moment in run:
            seat.draw(moment)
        if then is not None:
            raise then
        seat.close()

    return job


def shows(session: Session, moment: Moment) -> Callable[[], bool]:
    """Return what tells whether a moment is on display, after a tick."""

    def truth() -> bool:
        session.tick(SIZE)
        return session.frame is not None and session.frame.moment is moment

    return truth


def ticks(session: Session, truth: Callable[[], bool]) -> Callable[[], bool]:
    """Return what has the session tick, and tells whether something holds then."""

    def ticked() -> bool:
        session.tick(SIZE)
        return truth()

    return ticked


def has_picture(session: Session) -> Callable[[], bool]:
    """Return what has the session tick, and tells whether it shows anything."""
    return ticks(session, lambda: session.frame is not None)


def do(session: Session, *commands: str) -> None:
    """Have commands done, with a tick after each."""
    for command in commands:
        session.post(command)
        session.tick(SIZE)


def scene_of(features: int, k: int = 3) -> Scene:
    rng = np.random.default_rng(0)
    return Scene((Panel(k, View(rng.normal(size=(40, features)))),))


def begun(scene: Scene, **given: Any) -> tuple[Session, list[Start], list[str]]:
    """Return a session that shows a run, the starts that it asks for, and what it notifies of."""
    asked: list[Start] = []
    points = scene.panels[0].view.points.sample(1)
    states = [
        replace(
            moment,
            snapshots=(
                SimpleNamespace(iteration=i, centroids=points[:3], assigned_from=points[:3]),
            ),
        )
        for i, moment in enumerate(moments(3))
    ]

    def job(seat: Renderer) -> None:
        seat.open(scene)
        for moment in states:
            seat.draw(moment)

    def restart(start: Start) -> Job:
        asked.append(start)
        return job

    session, _, notes = make_session(commands=Commands(restart), **given)
    session.start(job)
    eventually(shows(session, states[0]))
    return session, asked, notes
