"""A photograph beside its colours as points, both in the colours of a moment.

In the colours of the centroids, which move, all points change in each state: so all are painted
once more.
"""

from __future__ import annotations

import copy
import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible
from renderers.picture import raster
from renderers.picture.cloud import Cloud, Fade
from renderers.picture.colours import Colour
from renderers.picture.overlays import Overlays
from renderers.picture.photo import OWN, Photo, colours_of, own_indices
from renderers.picture.solid import Turning
from renderers.plane.placement import Box
from renderers.scene import Moment, Panel

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Exposure"]

# Points that are painted of more: no pixel of a frame shows more, and 12 million take a second.
_MOST_POINTS = 1_000_000

Bytes = NDArray[np.uint8]


class _Seen(NamedTuple):
    """From which state to which, and what both boxes showed of the first where they differ."""

    was: Snapshot | None
    now: Snapshot | None
    cloud: tuple[NDArray[np.intp], Bytes]
    photo: tuple[NDArray[np.intp], Bytes]


class Exposure:
    """The photograph of a scene and its cloud of points.

    Parameters
    ----------
    panel : Panel
        Of the image whose pixels the points are.
    box : Box
        Where the image is on the frame.
    cloud : Cloud or Turning
        The points.
    over : Overlays or Turning
        What lies over them; the same if they turn.
    ground : Colour
        What is behind transparent pixels.

    Attributes
    ----------
    box : Box
        As given.
    colours : ndarray, (k, 3), uint8
        Of the centroids, in the state that was painted last.
    """

    def __init__(
        self,
        panel: Panel,
        box: Box,
        cloud: Cloud | Turning,
        over: Overlays | Turning,
        ground: Colour,
    ) -> None:
        self.box = box
        self.colours = np.zeros((panel.k, 3), np.uint8)
        if isinstance(cloud, Turning):
            cloud.image = panel
        elif panel.view.points.n_points > _MOST_POINTS and panel.image is not None:
            cloud.view = copy.copy(panel.view)
            cloud.view.points = cast(Visible, _Some(panel.view.points, panel.image[1]))
        self._panel, self._cloud, self._over = panel, cloud, over
        self._photo = Photo(panel, box, ground)
        self._shown: tuple[Snapshot | None] | None = None
        self._seen: _Seen | None = None
        self._fade: Fade | None = None

    def paint(self, moment: Moment, still: Bytes, base: Bytes) -> Fade | None:
        """Bring both up to date; return how the points are on their way from the state before.

        Parameters
        ----------
        moment : Moment
            What is shown.
        still, base : ndarray, (height, width, 4), uint8
            As in `Cloud.paint`.
        """
        was, now, share = moment.colours_of(0)
        self._fade = None
        known = self._seen
        if share and (known is None or known.was is not was or known.now is not now):
            self._expose(was, still, base)
            before = [box.of(base).copy() for box in (self._cloud.box, self.box)]
            self._expose(now, still, base)
            found = map(_differing, before, (self._cloud.box.of(base), self.box.of(base)))
            self._seen = known = _Seen(was, now, *found)
        self._expose(now, still, base)
        if moment.snapshots:
            self.colours = colours_of(self._panel, moment.snapshots[0].centroids)
            self._over.recolour(self.colours)
        if not share or known is None:
            return None
        self._fade = Fade(*known.photo, share)
        return Fade(*known.cloud, share)

    def mix(self, image: Bytes) -> None:
        """Have the photograph on an image on its way from the state before."""
        if self._fade is not None:
            raster.mix(*self._fade, self.box.of(image))

    def _expose(self, state: Snapshot | None, still: Bytes, base: Bytes) -> None:
        """Paint both in the colours of a state, or in their own."""
        if self._shown is None or self._shown[0] is not state:
            self.box.of(base)[..., :3] = self._photo.pixels(state)
            if isinstance(self._cloud, Turning):  # which is painted for each moment
                pass
            elif state is None:
                self._cloud.recolour(OWN, partial(own_indices, self._panel))
            else:
                self._cloud.recolour(colours_of(self._panel, state.centroids))
            self._shown = (state,)
        self._cloud.paint(state, still, base)


def _differing(before: Bytes, after: Bytes) -> tuple[NDArray[np.intp], Bytes]:
    """Return the pixels that differ, and their colours before."""
    pixels = np.flatnonzero((before[..., :3] != after[..., :3]).any(axis=-1))
    return pixels, before.reshape(-1, 4)[pixels, :3]


class _Some:
    """Some of the points of an image, evenly; for a cloud that is painted as a whole.

    Parameters
    ----------
    points : Visible
        All of them.
    width : int
        Of the image: each row gives others of its columns.
    """

    def __init__(self, points: Visible, width: int) -> None:
        step = -(-points.n_points // _MOST_POINTS)
        while math.gcd(step, width) > 1:
            step += 1
        self._all, self._step = points, step
        self._rows = np.arange(0, points.n_points, step)
        self._some: Visible | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._all, name)

    def visit(self, visitor: Any, now: Snapshot | None = None, *_: object, **__: object) -> Any:
        """See `points.visit.Visible`; of the states, `now` alone counts."""
        if self._some is None:
            self._some = open_visible(self._all.sample(self._step))
        labels: Any = None if now is None else _Labels(now.labels_at(self._rows))
        return self._some.visit(visitor, labels)


class _Labels(NamedTuple):
    """Labels of some points, all that a visit to all of them asks of a state."""

    labels: NDArray[np.unsignedinteger]
