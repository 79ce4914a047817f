"""The points of one panel as pixels, kept up to date by what changed. Draws nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from renderers.picture import raster
from renderers.picture.marks import Mark, Markers
from renderers.picture.pixels import Colours, Dots, Pixels, Places
from renderers.picture.recent import Recent
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.plane.view import View

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Cloud", "marker_radius"]

_Number = TypeVar("_Number", np.float64, np.uint8)
_Counted = tuple[NDArray[np.intp], NDArray[np.int64]]  # pixels, and a number for each

_SMALLEST_MARKER = 0.75  # pixels; below it discs blur into each other and a count says more
_FAINTEST = 0.03  # of a point; what weighs less is still seen
_SPARSE = 0.3  # points per pixel; below it dots of one pixel are lost in the ground


def marker_radius(n_points: int, area: float, unit: float, theme: Theme) -> float:
    """Return the radius of markers in pixels, or 0 where the points are shown by their density.

    Parameters
    ----------
    n_points : int
        Number of points.
    area : float
        Pixels there are for them.
    unit : float
        Pixels per unit of the theme.
    theme : Theme
        Gives the largest radius.
    """
    radius = 0.16 * math.sqrt(area / n_points)
    if radius < _SMALLEST_MARKER and n_points > 1:
        return 0.0
    return max(_SMALLEST_MARKER, min(radius, theme.marker_size * unit))


def dot_side(n_points: int, area: int) -> int:
    """Return the pixels along each side of the dots of a density picture."""
    return 2 if n_points < _SPARSE * area else 1


class Fade(NamedTuple):
    """Pixels on their way from one picture to another.

    Attributes
    ----------
    pixels : ndarray, (P,), intp
        As row * width + column within the box.
    old : ndarray, (P, 3), uint8
        Their colours before.
    share : float
        How much of these there still is, 0..1.
    """

    pixels: NDArray[np.intp]
    old: NDArray[np.uint8]
    share: float


class _Fading(NamedTuple):
    """Where the pictures of two states differ, and the colours of the first there."""

    was: Snapshot | None
    now: Snapshot
    pixels: NDArray[np.intp]
    old: NDArray[np.uint8]


class Cloud:
    """The points of one panel: integer sums per pixel, and the labels they were made from.

    Parameters
    ----------
    view : View
        The points and where they are.
    box : Box
        Their pixels within the frame.
    radius : float
        Of the markers, in pixels; 0 for a density picture.
    colours : ndarray, (k, 3), uint8
        One per cluster.
    theme : Theme
        Shape and opacity of the markers.

    Attributes
    ----------
    tells_number : bool
        Class attribute: whether the size of a marker tells how many points lie there.
    """

    tells_number: ClassVar[bool] = False

    def __init__(
        self, view: View, box: Box, radius: float, colours: NDArray[np.uint8], theme: Theme
    ) -> None:
        self.view = view
        self.box = box
        self.placement = view.placed(box)
        self.radius = radius
        self._colours = _with_bare(colours)
        self._index: Callable[[NDArray[Any]], NDArray[np.intp]] | None = None
        self._theme = theme
        self._marker = "discs" if theme.marker == "disc" else "crosses"
        self._size = radius
        if radius == 0:
            self._marker = "dots"
            self._size = dot_side(view.n_seen, box.width * box.height)
        self._pixels = Pixels(box.height, box.width)
        self._alpha = np.zeros((box.height, box.width), dtype=np.uint8)
        # The pixels that the last two steps forward touched, and how many points moved in each.
        self._steps = Recent[_Counted]()
        self._places = Recent[NDArray[np.float64]]()
        self._begun = False
        self._held: Snapshot | None = None  # whose colours the sums have; None: bare
        self._shown: tuple[Snapshot | None] | None = None  # what is on the picture
        self._fading: _Fading | None = None

    def changed_places(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """Return where the points that just changed are, from the corner of the box, (R, 2)."""

        def find() -> NDArray[np.float64]:
            places = Places(self.view.plane, self.placement)
            return _in_order(self.view.points.visit(places, snapshot, changed=True), 2)

        return self._places.get(snapshot, find)

    def shapes(
        self, was: Snapshot | None, now: Snapshot | None, share: float, most: int
    ) -> list[Mark] | None:
        """Return all points as marks, colour by colour; None if that is not how they are shown.

        Parameters
        ----------
        was, now : Snapshot or None
            States whose colours are mixed; bare points for None.
        share : float
            How much there is of the former, 0..1.
        most : int
            Points that are still marks.
        """
        if self.radius == 0 or self.view.points.n_points > most:
            return None
        xy = _in_order(self.view.points.visit(Places(self.view.plane, self.placement)), 2)
        colours = self._colours_of(now, len(xy))
        if share:
            colours += (self._colours_of(was, len(xy)) - colours) * share
        reach = self.radius + 1
        inside = (xy > -reach) & (xy < np.add(self.box[2:], reach))
        order = np.flatnonzero(inside[:, 0] & inside[:, 1])
        order = order[np.lexsort(colours[order].T)]
        inks = np.rint(colours[order]).astype(np.uint8)
        theme = self._theme
        at = xy[order] + self.box[:2]
        return [Markers(at, self.radius, theme.marker, inks, theme.opacity)]

    def _colours_of(self, state: Snapshot | None, n_points: int) -> NDArray[np.float64]:
        """Return the colours that points have in a state, (M, 3)."""
        if state is None:
            return np.broadcast_to(np.array(self._theme.muted, float), (n_points, 3)).copy()
        visitor = Colours(self._colours[:-2, :3].astype(np.uint8))
        return _in_order(self.view.points.visit(visitor, state), 3).astype(np.float64)

    def changed_rings(self, snapshot: Snapshot) -> list[tuple[NDArray[np.float64], float]]:
        """Return where the points that just changed are, and the radius of the markers there."""
        return [(self.changed_places(snapshot), self.radius)]

    def paint(
        self, snapshot: Snapshot | None, still: NDArray[np.uint8], base: NDArray[np.uint8]
    ) -> None:
        """Bring the points up to date with `snapshot`.

        Parameters
        ----------
        snapshot : Snapshot or None
            Any state of any run on these points, with no more clusters than there are colours; None
            for bare points, in the ink of the axes.
        still : ndarray, (height, width, 4), uint8
            The frame without points.
        base : ndarray, (height, width, 4), uint8
            The frame with points, as this method left it; pixels of points that moved to another
            cluster are painted again.
        """
        self._draw(snapshot, still, base)

    def fade(
        self,
        was: Snapshot | None,
        now: Snapshot,
        share: float,
        still: NDArray[np.uint8],
        base: NDArray[np.uint8],
    ) -> Fade:
        """Bring the points up to date with `now`; return what shows them on their way from `was`.

        Parameters
        ----------
        was, now : Snapshot
            As in `paint`; where they differ the colour is that of both, mixed.
        share : float
            How much there is of the former, 0..1.
        still, base
            As in `paint`.
        """
        known = self._fading
        if known is None or known.was is not was or known.now is not now:
            self._draw(was, still, base)
            there = self.box.of(base)
            before = there.copy()
            pixels = self._draw(now, still, base)
            old = before.reshape(-1, 4)[pixels, :3]
            self._fading = known = _Fading(was, now, pixels, old)
        else:
            self._draw(now, still, base)
        return Fade(known.pixels, known.old, share)

    def recolour(
        self,
        colours: NDArray[np.uint8],
        index: Callable[[NDArray[Any]], NDArray[np.intp]] | None = None,
    ) -> None:
        """Have all points painted once more in other colours.

        Parameters
        ----------
        colours : ndarray, (n, 3), uint8
            One per cluster, or those that `index` counts.
        index : callable or None
            Tells which colours some points have, whatever their clusters are.
        """
        before, self._colours, self._index = self._index, _with_bare(colours), index
        if index is None and before is None:
            self._pixels.sums[..., :3] = 0  # which is what bare points have
        else:
            self._pixels, self._begun = Pixels(self.box.height, self.box.width), False
        self._held, self._shown, self._fading = None, None, None

    def crowd(self, snapshot: Snapshot) -> _Counted:
        """Return the pixels of a density picture whose points just changed, and their share.

        Parameters
        ----------
        snapshot : Snapshot
            A state of a run on these points, whichever was painted.

        Returns
        -------
        pixels : ndarray, (P,), intp
            As row * width + column within the box.
        share : ndarray, (P,), int32
            Of the points of the pixel, 0..255.
        """

        def find() -> _Counted:
            # Points without colour change nothing, but they count.
            self._move(np.zeros_like(self._colours), snapshot, changed=True)
            return self._pixels.take_touched()

        pixels, some = self._steps.get(snapshot, find)
        all_ = np.maximum(self._pixels.sums.reshape(-1, 4)[pixels, 3], 1)
        return pixels, (some * 255 // all_).astype(np.int32)

    def _draw(
        self, snapshot: Snapshot | None, still: NDArray[np.uint8], base: NDArray[np.uint8]
    ) -> NDArray[np.intp]:
        """Do what `paint` does; return the pixels that were painted again."""
        if self._shown is not None and self._shown[0] is snapshot:
            return np.empty(0, dtype=np.intp)
        sums = self._pixels.sums
        touched = np.empty(0, dtype=np.intp)
        if not self._begun:
            self._move(self._colours, snapshot)
            self._begun, self._held = True, snapshot
            self._pixels.take_touched()
            self._alpha = self._opacities(sums[..., 3])
        elif snapshot is not None and snapshot is not self._held:
            held = self._held
            self._move(self._colours, snapshot, held)
            counted = self._pixels.take_touched()
            if held is not None and snapshot.follows(held):
                self._steps.get(snapshot, lambda: counted)
            touched, self._held = counted[0], snapshot
        if self._shown is None or self._shown[0] is None or snapshot is None:
            touched = np.flatnonzero(sums[..., 3])
        if snapshot is None and self._index is None:  # the coverage alone
            ink = np.array([*self._theme.muted, 1])
            sums = sums[..., 3:] * ink
        raster.shade(sums, self._alpha, self.box.of(still), touched, self.box.of(base))
        self._shown = (snapshot,)
        return touched

    def _move(
        self,
        colours: NDArray[np.int64],
        now: Snapshot | None,
        before: Snapshot | None = None,
        *,
        changed: bool = False,
    ) -> None:
        """Add the colours of the labels of now, and take away those of before."""
        home = self._pixels
        come = len(colours) - (2 if self._begun else 1)  # from bare, or from nowhere
        where = self.view.plane, self.placement
        dots = Dots(
            *where, self._marker, self._size, colours, home, come, self._index, self.view.weighing
        )
        within = self.view.corners(self.placement, self._reach) if self.view.is_part else None
        found = self.view.points.visit(dots, now, before, changed=changed, within=within)
        if found is not home:
            home.add(found)

    @property
    def _reach(self) -> float:
        """How far a marker reaches beyond its point, in pixels."""
        return self.radius + 2.0

    def _opacities(self, cover: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the opacity of the points at each pixel; fixed, since points never move."""
        if self.radius > 0:
            layers = np.arange(cover.max(initial=0) + 1) / raster.FULL
            opacity = self._theme.opacity
            alpha = 1 - (1 - opacity) ** layers if opacity < 1 else layers.clip(0, 1)
            return np.rint(255 * alpha).astype(np.uint8)[cover]
        alpha = np.zeros(cover.shape, dtype=np.uint8)
        weighing = self.view.weighing
        filled = cover[cover > 0] / (1.0 if weighing is None else weighing.unit)
        if len(filled):
            sample = np.sort(filled[:: -(-len(filled) // 65_536)])
            # The fullest half per cent saturates: one crowded pixel must not dim all others.
            top = max(2.0, float(sample[int(0.995 * (len(sample) - 1))]))
            # A lone point must be seen: strongly where most pixels have no more than it does.
            lone = max(0.45, 1.0 - 0.14 * math.log2(top))
            # Logarithms alone leave heavy tails dark, ranks alone flatten even crowds: half each.
            rank = np.searchsorted(sample, filled) / len(sample)
            shades = 0.5 * rank + 0.5 * (np.log(filled) / math.log(top)).clip(0, 1)
            shades[filled >= top] = 1.0
            # Pixels with less than a point's mean weight are fainter than any other.
            faint = np.sqrt(filled.clip(_FAINTEST, 1.0))
            alpha[cover > 0] = np.rint(255 * (lone + (1 - lone) * shades) * faint)
        return alpha


def _with_bare(colours: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return colours as kernels take them, with two more rows.

    The first is bare, whose colour is that of no cluster; the second nowhere, where points are
    before they are drawn.
    """
    rows = np.zeros((len(colours) + 2, 4), dtype=np.int64)
    rows[:-2, :3], rows[:-1, 3] = colours, 1
    return rows


def _in_order(found: list[tuple[int, NDArray[_Number]]], columns: int) -> NDArray[_Number]:
    """Return what visitors found of points, in the order of the points, (M, columns)."""
    parts = [some for _, some in sorted(found, key=itemgetter(0))]
    return np.concatenate(parts) if parts else np.empty((0, columns), np.float64)
