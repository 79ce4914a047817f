"""Frames painted in a thread of their own, so that a window answers however long a frame takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.live.frame import Frame
from renderers.live.newest import Newest
from renderers.live.seen import OWN, Axes, Look
from renderers.scene import Moment, Panel, Scene

if TYPE_CHECKING:
    from renderers.plane.placement import Box, Limits
    from renderers.plane.view import View

__all__ = ["MakePainter", "PaintThread", "Painting", "PaintsMoments"]

KEPT_VIEWS = 40  # each has found the limits of all points along its axes


class PaintsMoments(Protocol):
    """What is needed of `renderers.picture.painter.Painter`."""

    overlays: frozenset[str]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The pixels of each panel's points in the picture painted last."""

    def centroid_radius(self, panel: int) -> float:
        """Return the radius of a panel's centroids, in pixels."""

    def colours_of(self, panel: int) -> NDArray[np.uint8]:
        """Return the colours of a panel's clusters, (k, 3)."""

    def turn(self, right: float, up: float) -> None:
        """Turn solids by hand, in degrees."""

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the picture, shape (height, width, 4), valid until the next call."""


MakePainter = Callable[[Scene, Options], PaintsMoments]
Between = Callable[[Moment, Moment], list[Moment]]


class Painting(Protocol):
    """What a session needs of a `PaintThread`."""

    @property
    def frame(self) -> Frame | None:
        """The newest frame; None before the first."""

    def want(
        self, scene: Scene, moment: Moment, look: Look, between: Between | None = None
    ) -> None:
        """Ask for a moment; asking again for the same costs nothing."""

    def stop(self, seconds: float) -> None:
        """End the painting; wait up to `seconds` for it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    scene: Scene
    moment: Moment
    look: Look
    between: Between | None


class PaintThread:
    """Paint the newest request; a request that a newer one overtakes is dropped.

    Parameters
    ----------
    options : Options
        Rate and theme; each request brings its size.
    make_painter : callable, optional
        ``make_painter(scene, options)``; called in the thread, for each scene and each size.
        Default: the painter of all pictures.
    """

    def __init__(self, options: Options, make_painter: MakePainter | None = None) -> None:
        self._easel = _Easel(options, make_painter or _painter)
        self._newest: Newest[_Request, Frame] = Newest("live-painter", self._paint)

    @property
    def frame(self) -> Frame | None:
        """The newest frame; None before the first.

        Raises
        ------
        Exception
            What the painter raised, if it failed.
        """
        return self._newest.result

    def want(
        self, scene: Scene, moment: Moment, look: Look, between: Between | None = None
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
        last = self._newest.wanted
        if (
            last is None
            or last.scene is not scene
            or last.moment is not moment
            or last.look != look
        ):
            self._newest.ask(_Request(scene, moment, look, between))

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for a frame that is being painted."""
        self._newest.stop(seconds)
        self._easel.clear()

    def _paint(self, request: _Request) -> Iterator[Frame]:
        for frame in self._easel.paint(request):
            yield frame
            newest = self._newest.wanted
            if newest is not None and newest.look != request.look:
                return


class _Easel:
    """The painter that is at work, and what it painted last. Belongs to the thread."""

    def __init__(self, options: Options, make_painter: MakePainter) -> None:
        self._options = options
        self._make_painter = make_painter
        self._painter: PaintsMoments | None = None
        self._made: tuple[Scene, Options] | None = None  # what for
        self._own: frozenset[str] = frozenset()  # its overlays, while nobody chose others
        self._last: Moment | None = None
        self._views: dict[tuple[int, Axes | Limits], tuple[View, View]] = {}

    def paint(self, request: _Request) -> Iterator[Frame]:
        """Yield the frames on the way to the moment that is asked for, and its own."""
        asked, moment, look = request.scene, request.moment, request.look
        whole = self._along(asked, look.axes)
        scene = whole if look.limits is None else self._within(whole, look.limits)
        options = replace(self._options, size=look.size, theme=look.theme or self._options.theme)
        painter = self._painter_of(scene, options)
        overlays = self._own if look.overlays is None else look.overlays
        if painter.overlays != overlays:
            painter.overlays = overlays
        if scene.panels and any(panel.view.solid is not None for panel in scene.panels):
            painter.turn(*look.turned)
        way: list[Moment] = []
        if self._last is not None and request.between is not None:
            way = request.between(self._last, moment)
        for step in (*way, moment):
            pixels, self._last = painter.paint(step).copy(), step
            boxes = painter.boxes
            radii = tuple(painter.centroid_radius(panel) for panel in range(len(boxes)))
            pairs = zip(whole.panels, boxes, strict=False)
            wholes = tuple(
                panel.view.placed(box) for panel, box in pairs if panel.view.solid is None
            )
            colours = tuple(painter.colours_of(panel).copy() for panel in range(len(boxes)))
            yield Frame(asked, scene, step, look, pixels, boxes, radii, overlays, wholes, colours)

    def clear(self) -> None:
        """Free the memory: files may still be written when the window is closed."""
        self._painter = self._made = self._last = None
        self._views.clear()

    def _painter_of(self, scene: Scene, options: Options) -> PaintsMoments:
        # Equal, not the same: another run on the same points needs no new painter.
        if self._painter is None or self._made != (scene, options):
            self._painter = self._last = None  # frees the old one's memory first
            self._painter = self._make_painter(scene, options)
            self._own, self._made = self._painter.overlays, (scene, options)
        return self._painter

    def _along(self, scene: Scene, axes: Axes) -> Scene:
        """Return the scene along other axes."""
        if axes == OWN:
            return scene
        return self._seen(scene, axes, lambda view: view.with_axes(axes))

    def _within(self, scene: Scene, limits: Limits) -> Scene:
        """Return the scene of a part of the plane."""
        return self._seen(scene, limits, lambda view: view.within(limits))

    def _seen(self, scene: Scene, how: Axes | Limits, change: Callable[[View], View]) -> Scene:
        """Return the scene with other views of the points; the last few of these are kept."""
        panels: list[Panel] = []
        for panel in scene.panels:
            key = id(panel.view), how
            if key not in self._views:
                while len(self._views) >= KEPT_VIEWS:
                    del self._views[next(iter(self._views))]
                self._views[key] = panel.view, change(panel.view)  # keeps the id taken
            panels.append(replace(panel, view=self._views[key][1]))
        return replace(scene, panels=tuple(panels))


def _painter(scene: Scene, options: Options) -> PaintsMoments:
    from renderers.picture.painter import Painter

    return Painter(scene, options)
