"""Frames painted in a thread of their own, so that a window answers however long a frame takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Moment, Options, Scene

__all__ = ["Frame", "PaintThread", "PaintsMoments"]


class PaintsMoments(Protocol):
    """What is needed of `renderers.painter.Painter`."""

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the picture, shape (height, width, 4), valid until the next call."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A painted moment.

    Attributes
    ----------
    scene : Scene
        What it belongs to.
    moment : Moment
        What it shows.
    pixels : ndarray, shape (height, width, 4), uint8
        Red, green, blue and alpha, the top row first; never written again.
    """

    scene: Scene
    moment: Moment
    pixels: NDArray[np.uint8]


def _painter(scene: Scene, options: Options) -> PaintsMoments:
    from renderers.painter import Painter

    return Painter(scene, options)


class PaintThread:
    """Paint the newest request; a request that a newer one overtakes is dropped.

    Parameters
    ----------
    options : Options
        Rate and theme; each request brings its size.
    make_painter : callable
        ``make_painter(scene, options)``; called in the thread, for each scene and each size.
    """

    def __init__(
        self,
        options: Options,
        make_painter: Callable[[Scene, Options], PaintsMoments] = _painter,
    ) -> None:
        self._options = options
        self._make_painter = make_painter
        self._changed = threading.Condition()
        self._wanted: tuple[Scene, Moment, tuple[int, int]] | None = None
        self._new = False
        self._stopped = False
        self._frame: Frame | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="live-painter", daemon=True)
        self._thread.start()

    @property
    def frame(self) -> Frame | None:
        """The newest frame; None before the first.

        Raises
        ------
        Exception
            What the painter raised, if it failed.
        """
        with self._changed:
            if self._error is not None:
                raise self._error
            return self._frame

    def want(self, scene: Scene, moment: Moment, size: tuple[int, int]) -> None:
        """Ask for a moment at a size in pixels; asking again for the same costs nothing."""
        with self._changed:
            wanted = self._wanted
            if (
                wanted is None
                or wanted[0] is not scene
                or wanted[1] is not moment
                or wanted[2] != size
            ):
                self._wanted, self._new = (scene, moment, size), True
                self._changed.notify_all()

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for a frame that is being painted."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(seconds)

    def _work(self) -> None:
        painter: PaintsMoments | None = None
        made_scene: Scene | None = None
        made_size: tuple[int, int] | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._new)
                if self._stopped:
                    return
                assert self._wanted is not None
                scene, moment, size = self._wanted
                self._new = False
            try:
                if painter is None or made_scene is not scene or made_size != size:
                    painter = None  # frees the old one's memory first
                    painter = self._make_painter(scene, self._options.with_size(size))
                    made_scene, made_size = scene, size
                pixels = painter.paint(moment).copy()
            except Exception as error:
                with self._changed:
                    self._error = error
                return
            with self._changed:
                self._frame = Frame(scene, moment, pixels)
