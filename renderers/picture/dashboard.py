"""The course of a run beside its points: inertia, points that changed, sizes of the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import contrast, readable_on
from renderers.picture.course import (
    Curve,
    axis_marks,
    curve_marks,
    end_of_axis,
    reached,
    run_strokes,
)
from renderers.picture.marks import Fill, Group, Mark, Text
from renderers.picture.text import LEAST_TYPE, extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.picture.ticks import short
from renderers.plane.placement import Box
from renderers.scene import Moment

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = [
    "Parts",
    "amounts",
    "bar_marks",
    "dashboard",
    "divide",
    "inertia_of",
    "size_marks",
    "size_names",
]

_HEAD, _AXIS, _FIRST = 1.75, 1.9, 1.3  # heights of rows in sizes of the type
_LEAST_CONTRAST = 1.6  # of bars with the ground; if one has less, all get edges
_BARE = 0.3  # height below a curve without an axis
_LEAST_PLOT = 3.5
_PLAIN = 1e10  # from here on whole weights are written with an exponent
_BAR = 1.45  # height of a bar's row; at least ...
_LEAST_BAR = 1.2 * LEAST_TYPE  # ... pixels


class Parts(NamedTuple):
    """Where on the dashboard each part is; None for what there is no room for."""

    inertia: Box
    changed: Box | None
    sizes: Box | None
    shares_axis: bool


def divide(box: Box, k: int, size: float, *, bars: bool) -> Parts:
    """Divide a dashboard: its parts stand upon each other, or side by side if it is wide.

    Parameters
    ----------
    box : Box
        The whole.
    k : int
        Clusters; of many there is no room for bars.
    size : float
        Of the type.
    bars : bool
        Whether the sizes of the clusters are wanted.
    """
    left, top, width, height = box
    gap = round(1.4 * size)
    if width > 1.4 * height:
        bars = bars and _HEAD * size + k * _LEAST_BAR <= height
        columns = max(1, min(3 if bars else 2, width // round(12 * size)))
        bars = bars and columns > 1
        wide = (width - (columns - 1) * 2 * gap) // columns
        boxes: list[Box | None] = [
            Box(left + c * (wide + 2 * gap), top, wide, height) for c in range(columns)
        ]
        sizes = boxes.pop() if bars else None
        first, second = (*boxes, None)[:2]
        assert first is not None
        return Parts(first, second, sizes, False)
    high = _HEAD * size + k * _LEAST_BAR
    sizes, rest = None, height
    if bars and high <= 0.5 * height:
        high = min(0.5 * height, _HEAD * size + k * _BAR * size)
        sizes = Box(left, top + height - round(high), width, round(high))
        rest = height - round(high) - gap
    plots = rest - (2 * _HEAD + _FIRST + _AXIS) * size - gap
    if plots < 2 * _LEAST_PLOT * size + 2:
        return Parts(Box(left, top, width, rest), None, sizes, False)
    other = max(0.4 * plots, _LEAST_PLOT * size + 1)
    one = round(plots - other + (_HEAD + _FIRST) * size)
    changed = Box(left, top + one + gap, width, rest - one - gap)
    return Parts(Box(left, top, width, one), changed, sizes, True)


def dashboard(
    parts: Parts,
    moment: Moment,
    theme: Theme,
    unit: float,
    size: float,
    colours: NDArray[np.uint8],
    *,
    numbered: bool,
) -> list[Mark]:
    """Return what is told of one run up to a moment.

    Parameters
    ----------
    parts : Parts
        Where it goes.
    moment : Moment
        Its snapshot, and the history if it was recorded.
    theme : Theme
        Colours.
    unit : float
        Pixels per unit of the theme.
    size : float
        Of the type.
    colours : ndarray, (k, 3), uint8
        Of the clusters.
    numbered : bool
        Whether the clusters have numbers.
    """
    curves = _curves(moment, theme)
    end = end_of_axis(curves)
    told, latest = ("", ""), end
    n_points = moment.snapshots[0].n_points if moment.snapshots else 0
    most = f"{n_points:,} (99.9%)"  # a name must not change in mid-film
    if not moment.opening:
        (snapshot,) = moment.snapshots
        told = short(inertia_of(moment, 0)), _changed(snapshot)
        latest = max(end, snapshot.iteration)
    marks: list[Mark] = []
    for at, (box, name) in enumerate(
        ((parts.inertia, ("inertia",)), (parts.changed, ("points that changed", "changed")))
    ):
        if box is None:
            continue
        marks += _heading(box, name, told[at], theme, size, most if at else "")
        if not curves:
            continue
        curve, rows = curves[at], _rows(box, size, at == 0, not (at == 0 and parts.shares_axis))
        if rows is None:
            continue
        plot, first, axis = rows
        if first and len(curve.values):
            small = max(LEAST_TYPE, 0.9 * size)
            base = box.top + round(_HEAD * size) + rise(small)
            marks.append(Text(short(float(curve.values[0])), box.left, base, small, theme.muted))
        # Inertia never rises, so its first value is the largest; both scales begin at zero.
        highest = float(curve.values.max(initial=0.0))
        marks += curve_marks(plot, [curve], end, highest, theme, unit, size)
        if axis:
            marks += axis_marks(plot, latest, theme, size)
    if parts.sizes is not None:
        marks += _heading(parts.sizes, size_names(moment), "", theme, size)
        top = round(_HEAD * size)
        bars = parts.sizes._replace(top=parts.sizes.top + top, height=parts.sizes.height - top)
        if not moment.opening:
            marks += bar_marks(bars, moment, theme, size, colours, numbered=numbered)
    return [Group(_around(parts), tuple(marks))]


def _rows(box: Box, size: float, first: bool, axis: bool) -> tuple[Box, bool, bool] | None:
    """Return where a curve goes below its heading, and for which words there is room with it.

    Parameters
    ----------
    box : Box
        Of the curve and its heading.
    size : float
        Of the type.
    first, axis : bool
        Whether its first value is wanted above it, and the iterations below.

    Returns
    -------
    tuple of Box, bool and bool, or None
        None if there is no room for a curve. The iterations give way first.
    """
    for above, below in dict.fromkeys([(first, axis), (first, False), (False, False)]):
        top = (_HEAD + above * _FIRST) * size
        high = round(box.height - top - (_AXIS if below else _BARE) * size)
        if high >= _LEAST_PLOT * size:
            return Box(box.left, box.top + round(top), box.width, high), above, below
    return None


def _around(parts: Parts) -> Box:
    boxes = [box for box in parts[:3] if box is not None]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    foot = max(box.top + box.height for box in boxes)
    return Box(left, top, right - left, foot - top)


def _curves(moment: Moment, theme: Theme) -> list[Curve]:
    """Return the inertia and the points that changed; nothing without a history."""
    (stroke,) = run_strokes(1, theme)
    if moment.opening:
        return [Curve.until([], 0, -1.0, stroke)] * 2
    if not moment.histories:
        return []
    (snapshot,), (history,) = moment.snapshots, moment.histories
    # States 0 and 1 of a run have the same labels; the first steps of other algorithms need not.
    first = 1 if any(history.changed[1:2]) else 2
    return [
        Curve.until(history.inertia, 0, reached(moment, snapshot), stroke),
        Curve.until(history.changed, first, reached(moment, snapshot, changed=True), stroke),
    ]


def inertia_of(moment: Moment, run: int) -> float:
    """Return the inertia of a run: of the iteration before until the centroids have arrived."""
    snapshot = moment.snapshots[run]
    if not moment.histories:
        return snapshot.inertia
    known, at = moment.histories[run].inertia, snapshot.iteration  # computes each but once
    if at and not (moment.arrived or moment.is_over(snapshot)):
        at -= 1
    return known[at] if at < len(known) else snapshot.inertia


def _changed(snapshot: Snapshot) -> str:
    """Return how many points changed; in the first states of a run none can have."""
    if snapshot.iteration == 0 or (snapshot.iteration == 1 and not snapshot.n_changed):
        return "\N{EN DASH}"
    share = snapshot.n_changed / max(1, snapshot.n_points)
    return f"{snapshot.n_changed:,}" + (f" ({share:.1%})" if share >= 0.001 else "")


def _heading(
    box: Box, names: tuple[str, ...], value: str, theme: Theme, size: float, widest: str = ""
) -> list[Mark]:
    """Return a name at the left and a value at the right of the first row of a box.

    It is the first name that fits beside the `widest` value.
    """
    base = box.top + rise(size)
    number, fits = fitted(value, size, box.width)
    room = box.width - extent(number, fits).width - size
    least = min(room, box.width - extent(widest, size).width - size)
    name = next((name for name in names if extent(name, size).width <= least), names[-1])
    word, smaller = fitted(name, size, max(0.0, room))
    found = (
        Text(word, box.left, base, smaller, theme.muted),
        Text(number, box.left + box.width, base, fits, theme.text, "right"),
    )
    return [mark for mark in found if mark.words]


def size_names(moment: Moment) -> tuple[str, str]:
    """Return what bars are called, from long to short: weights, or numbers of points."""
    weighed = any(snapshot.weights is not None for snapshot in moment.snapshots)
    what = "weights" if weighed else "sizes"
    return f"{what} of the clusters", what


def bar_marks(
    box: Box,
    moment: Moment,
    theme: Theme,
    size: float,
    colours: NDArray[np.uint8],
    *,
    numbered: bool,
    most: int | None = None,
) -> list[Mark]:
    """Return a bar for each cluster, the largest first, with its number of points or its weight.

    While points change cluster, the bars glide to their new lengths: two change places when they
    are equally long. There are no bars for clusters with a number from `most` on.
    """
    (snapshot,) = moment.snapshots
    k = len(snapshot.counts)
    counts, part = amounts(snapshot), moment.faded
    if moment.before and part < 1:
        counts = amounts(moment.before[0]) * (1 - part) + counts * part
    order = np.argsort(-counts[:most], kind="stable").tolist()
    row = box.height / k
    type_size = min(size, row / 1.2)
    thick = 0.62 * row
    words = _amount_words(counts, snapshot)
    wide = max(extent(word, type_size).width for word in words)
    before = 0.0
    if numbered:
        before = max(extent(str(n), type_size).width for n in range(k)) + 0.5 * type_size
    room = (box.width - wide - before - 0.6 * type_size) / float(counts.max() or 1.0)
    # Of a photograph, or a palette that was chosen: black on black shows no length.
    # Of the theme's own ground, black or white: a transparent frame is painted upon two others.
    ground = readable_on(theme.text)
    edged = bool((contrast(colours, ground) < _LEAST_CONTRAST).any())
    marks: list[Mark] = []
    for rank, label in enumerate(order):
        count = float(counts[label])
        middle = box.top + (rank + 0.5) * row
        base, end = round(middle + 0.36 * type_size), box.left + before
        red, green, blue = colours[label].tolist()
        long = max(1.0, room * count) if count else 0.0
        if long:
            top = middle - thick / 2
            if edged:
                marks.append(Fill(end - 1, top - 1, long + 2, thick + 2, theme.muted))
            marks.append(Fill(end, top, long, thick, (red, green, blue)))
        if numbered:
            left = end - 0.5 * type_size
            marks.append(Text(str(label), left, base, type_size, theme.muted, "right"))
        right = box.left + box.width
        marks.append(Text(words[label], right, base, type_size, theme.text, "right"))
    return marks


def amounts(snapshot: Snapshot) -> NDArray[np.float64]:
    """Return how large each cluster is: what its points weigh, or how many there are."""
    sizes = snapshot.counts if snapshot.weights is None else snapshot.weights
    return sizes.astype(np.float64)


def _amount_words(amounts: NDArray[np.float64], snapshot: Snapshot) -> list[str]:
    """Return how large clusters are, in words: whole numbers, unless weights are anything else."""
    weights = snapshot.weights
    if weights is None or (weights.max() < _PLAIN and not np.mod(weights, 1.0).any()):
        return [f"{round(amount):,}" for amount in amounts.tolist()]
    return [short(amount) for amount in amounts.tolist()]


def size_marks(strip: Box, snapshot: Snapshot, colours: NDArray[np.uint8]) -> list[Mark]:
    """Return a strip of the clusters' colours, each as wide as its share of all points."""
    shares = np.cumsum(amounts(snapshot))
    ends = strip.width * (shares / (shares[-1] or 1.0))
    left, marks = 0.0, list[Mark]()
    for end, (r, g, b) in zip(ends.tolist(), colours.tolist(), strict=False):
        if end > left:
            wide = end - left
            marks.append(Fill(strip.left + left, strip.top, wide, strip.height, (r, g, b)))
        left = end
    return marks
