"""What the tests of the live window share: a clock and a painter that they hold, and moments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from renderers import Moment, Scene
from renderers.live.painting import Frame, Look
from renderers.picture.layout import Box


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Painting:
    """Paints at once, in the caller's thread."""

    def __init__(self) -> None:
        self.frame: Any = None
        self.stopped = False

    def want(self, scene: Scene, moment: Moment, look: Look, between: Any = None) -> None:
        frame = self.frame
        if frame is None or frame.moment is not moment or frame.look != look:
            on = frozenset({"numbers"}) if look.overlays is None else look.overlays
            pixels = np.zeros((*look.size[::-1], 4), np.uint8)
            self.frame = Frame(scene, scene, moment, look, pixels, (Box(0, 0, *look.size),), on)

    def stop(self, seconds: float) -> None:
        self.stopped = True


def moments(count: int, seconds: float = 1.0) -> list[Moment]:
    return [Moment((SimpleNamespace(iteration=i),), seconds) for i in range(count)]


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
