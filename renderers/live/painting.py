"""Frames painted in a thread of their own, so that a window answers however long a frame takes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.scene import Moment, Panel, Scene

if TYPE_CHECKING:
    from renderers.picture.layout import Box
    from renderers.plane.view import View

__all__ = ["OWN", "Frame", "Look", "PaintThread", "PaintsMoments", "projections"]

Axes = tuple[int, int] | None
OWN = "own"  # the axes that the caller chose for its scene


class PaintsMoments(Protocol):
    """What is needed of `renderers.picture.painter.Painter`."""

    overlays: frozenset[str]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The pixels of each panel's points in the picture painted last."""

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the picture, shape (height, width, 4), valid until the next call."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a moment is to be seen.

    Attributes
    ----------
    size : tuple of int
        Width and height in pixels.
    overlays : frozenset of str or None
        What is drawn on top; None for the theme's own.
    axes : tuple of int, None or "own"
        The features to draw, None for principal components.
    """

    size: tuple[int, int]
    overlays: frozenset[str] | None = None
    axes: Axes | str = OWN


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A painted moment.

    Attributes
    ----------
    asked : Scene
        What it belongs to.
    scene : Scene
        The same, along the axes that are drawn.
    moment : Moment
        What it shows.
    look : Look
        As it was asked for.
    pixels : ndarray, shape (height, width, 4), uint8
        Red, green, blue and alpha, the top row first; never written again.
    boxes : tuple of Box
        The pixels of each panel's points.
    overlays : frozenset of str
        What is drawn on top.
    """

    asked: Scene
    scene: Scene
    moment: Moment
    look: Look
    pixels: NDArray[np.uint8]
    boxes: tuple[Box, ...]
    overlays: frozenset[str]


def projections(scene: Scene) -> list[Axes | str]:
    """Return the ways to look at a scene, its own first; one if its points have no more."""
    views = [panel.view for panel in scene.panels]
    features = min((view.points.shape[1] for view in views), default=0)
    if features < 3:
        return [OWN]
    pairs: list[Axes] = [None, *itertools.combinations(range(features), 2)]
    own = views[0].axes
    return [OWN, *(axes for axes in pairs if axes != own)]


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
        make_painter: Callable[[Scene, Options], PaintsMoments] | None = None,
    ) -> None:
        self._options = options
        self._make_painter = make_painter or _painter
        self._changed = threading.Condition()
        self._wanted: tuple[Scene, Moment, Look] | None = None
        self._between: Callable[[Moment, Moment], list[Moment]] | None = None
        self._new = False
        self._stopped = False
        self._frame: Frame | None = None
        self._error: Exception | None = None
        self._views: dict[tuple[int, Axes | str], tuple[View, View]] = {}
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

    def want(
        self,
        scene: Scene,
        moment: Moment,
        look: Look,
        between: Callable[[Moment, Moment], list[Moment]] | None = None,
    ) -> None:
        """Ask for a moment; asking again for the same costs nothing.

        Parameters
        ----------
        scene : Scene
            What the moment belongs to.
        moment : Moment
            What to paint.
        look : Look
            How.
        between : callable, optional
            Returns the moments on the way from one to another, where painting them as well is less
            work: only the points that changed from state to state are then painted again.
        """
        with self._changed:
            wanted = self._wanted
            if (
                wanted is None
                or wanted[0] is not scene
                or wanted[1] is not moment
                or wanted[2] != look
            ):
                self._wanted, self._between, self._new = (scene, moment, look), between, True
                self._changed.notify_all()

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for a frame that is being painted."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(seconds)

    def _work(self) -> None:
        painter: PaintsMoments | None = None
        own: frozenset[str] = frozenset()
        made: tuple[Scene, tuple[int, int]] | None = None
        last: Moment | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._new)
                if self._stopped:
                    return
                assert self._wanted is not None
                asked, moment, look = self._wanted
                between, self._new = self._between, False
            try:
                scene = self._along(asked, look.axes)
                # Equal, not the same: another run on the same points needs no new painter.
                if painter is None or made != (scene, look.size):
                    painter = None  # frees the old one's memory first
                    painter = self._make_painter(scene, self._options.with_size(look.size))
                    own, made, last = painter.overlays, (scene, look.size), None
                overlays = own if look.overlays is None else look.overlays
                if painter.overlays != overlays:
                    painter.overlays = overlays
                way = between(last, moment) if last is not None and between is not None else []
                for step in (*way, moment):
                    pixels, last = painter.paint(step).copy(), step
                    frame = Frame(asked, scene, step, look, pixels, painter.boxes, overlays)
                    with self._changed:
                        self._frame = frame
                        if self._stopped or (self._new and self._wanted[2] != look):
                            break
            except Exception as error:
                with self._changed:
                    self._error = error
                return

    def _along(self, scene: Scene, axes: Axes | str) -> Scene:
        """Return the scene along other axes; those of the last few scenes are kept."""
        if axes == OWN or isinstance(axes, str):
            return scene
        panels: list[Panel] = []
        for panel in scene.panels:
            key = id(panel.view), axes
            if key not in self._views:
                while len(self._views) > 40:
                    del self._views[next(iter(self._views))]
                self._views[key] = panel.view, panel.view.with_axes(axes)  # keeps the id taken
            panels.append(replace(panel, view=self._views[key][1]))
        return replace(scene, panels=tuple(panels))


def _painter(scene: Scene, options: Options) -> PaintsMoments:
    from renderers.picture.painter import Painter

    return Painter(scene, options)
