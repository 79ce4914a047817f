"""One curve against K as marks: its name, its axes, the curve, and which K stand out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.describing import listed
from renderers.picture.colours import Colour, mixed
from renderers.picture.criteria import Criterion
from renderers.picture.marks import Area, Disc, Fill, Mark, Polyline, Text
from renderers.picture.text import HALF_DIGIT, extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.picture.ticks import short, ticks
from renderers.plane.placement import Box

__all__ = ["HEAD", "Look", "beside", "has_room", "name_marks", "plot_marks"]

#: Height of the row of the name, in sizes of the type; of the row of K; least height between them.
HEAD, _FOOT, _LEAST_PLOT = 1.9, 1.8, 3.5
_LEAST_WIDTH = 11.0  # of the whole, in sizes of the type
_TINT = 0.1  # of what lies under a curve that begins at zero
_GRID = 0.12  # opacity of the lines at the ticks
_APART = 8.0  # pixels between dots; nearer ones are left out
_MARGIN = 0.06  # of the values, above and below the curve

Floats = NDArray[np.float64]


class Look(NamedTuple):
    """How plots are drawn.

    Attributes
    ----------
    theme : Theme
        Colours.
    unit : float
        Pixels per unit of the theme.
    size : float
        Of the type.
    accent : Colour
        Of the K that was chosen, and of the best by each criterion.
    """

    theme: Theme
    unit: float
    size: float
    accent: Colour


class _Axes(NamedTuple):
    """Where values lie on the frame."""

    plot: Box
    first: float
    last: float
    low: float
    high: float

    def x(self, ks: Floats) -> Floats:
        """Return pixels from the left; a lone K is in the middle."""
        pad = min(0.04 * self.plot.width, 12.0)
        wide = self.plot.width - 2 * pad
        share = (ks - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        at: Floats = self.plot.left + pad + share * wide + 0 * ks
        return at

    def y(self, values: Floats) -> Floats:
        """Return pixels from the top."""
        share = (values - self.low) / ((self.high - self.low) or 1.0)
        at: Floats = self.plot.top + self.plot.height * (1 - share)
        return at


def has_room(box: Box, size: float) -> bool:
    """Return whether a plot in a box can be read, in type of a size."""
    high = (HEAD + _FOOT + _LEAST_PLOT) * size
    return box.width >= _LEAST_WIDTH * size and box.height >= high


def beside(criterion: Criterion, height: int, size: float) -> float:
    """Return the room, in pixels, that the values beside the axis take.

    Parameters
    ----------
    criterion : Criterion
        What is drawn.
    height : int
        Of the whole plot.
    size : float
        Of the type.
    """
    return _width(_ticks(criterion, _inner(height, size), size), size)


def _width(found: list[tuple[float, str]], size: float) -> float:
    words = max((extent(words, size).width for _, words in found), default=0.0)
    return max(words, extent("K", size).width) + 0.6 * size


def _inner(height: int, size: float) -> int:
    """Return the height between the row of the name and that of K."""
    return max(1, height - round(HEAD * size) - round(_FOOT * size))


def plot_marks(
    box: Box,
    criterion: Criterion,
    look: Look,
    room: float,
    *,
    ks: tuple[int, int],
    chosen: int | None,
    until: float = math.inf,
    value: str | None = None,
) -> list[Mark]:
    """Return the marks of one plot.

    Parameters
    ----------
    box : Box
        All of it.
    criterion : Criterion
        What is drawn.
    look : Look
        Colours and sizes.
    room : float
        Pixels for the values beside the axis, at least as `beside` gives them.
    ks : tuple of int
        The ends of the axis.
    chosen : int or None
        The K that is marked.
    until : float
        The curve ends here; it may be between two K.
    value : str, optional
        What stands beside the name; by default which K is best.
    """
    size, theme = look.size, look.theme
    left, top = box.left + round(room), box.top + round(HEAD * size)
    plot = Box(left, top, max(1, box.width - round(room)), _inner(box.height, size))
    found = _ticks(criterion, plot.height, size)
    low, upper = _limits(criterion)
    axes = _Axes(plot, float(ks[0]), float(ks[1]), low, upper)
    if value is None:
        value = _outcome(criterion, chosen)
    marks = name_marks(box, criterion.names, value, look)
    marks += _ground(axes, criterion, until, look)
    if _width(found, size) <= room:
        marks += _y_axis(axes, found, look)
    marks += _x_axis(axes, chosen, look)
    if chosen is not None and chosen <= until:
        x = float(axes.x(np.array([float(chosen)]))[0])
        wide = max(1.0, 0.2 * look.unit)
        xy = np.array([[x, plot.top], [x, plot.top + plot.height]])
        marks.append(Polyline(xy, wide, look.accent, dash=(3 * wide, 2.5 * wide)))
    line = max(1, round(0.16 * look.unit))
    marks.append(Fill(plot.left, plot.top + plot.height, plot.width, line, theme.line))
    return marks + _curve(axes, criterion, until, look)


def _limits(criterion: Criterion) -> tuple[float, float]:
    """Return the lowest and the highest value of the axis."""
    errors = 0.0 if criterion.errors is None else criterion.errors
    low = float((criterion.values - errors).min())
    high = float((criterion.values + errors).max())
    if criterion.from_zero:
        low, high = min(0.0, low), max(0.0, high)
    span = high - low or abs(high) or 1.0
    above = high + _MARGIN * span if high > 0 or not criterion.from_zero else high
    below = low - _MARGIN * span if low < 0 or not criterion.from_zero else low
    return below, above


def _ticks(criterion: Criterion, height: float, size: float) -> list[tuple[float, str]]:
    low, high = _limits(criterion)
    return ticks(low, high, min(6, int(height / (2.2 * size))))


def _outcome(criterion: Criterion, chosen: int | None) -> str:
    """Return what a curve says in a few words: where it is best, or what the chosen K has."""
    if criterion.best:
        ks = [f"{k:g}" for k in criterion.ks[list(criterion.best)]]
        return f"{criterion.says} at {listed(ks)}"
    if chosen is None or chosen not in criterion.ks:
        return ""
    return f"{short(float(criterion.values[criterion.ks == chosen][0]))} at {chosen}"


def name_marks(box: Box, names: tuple[str, ...], value: str, look: Look) -> list[Mark]:
    """Return the name at the left, and what is said of it at the right."""
    size, theme = look.size, look.theme
    base, right = box.top + rise(size), box.left + box.width
    wide = extent(value, size).width + size if value else 0.0
    name = next((name for name in names if extent(name, size, True).width + wide <= box.width), "")
    if not name:  # the name is more than what is said of it
        name, value = names[-1], ""
    words, fits = fitted(name, size, box.width, bold=True)
    marks: list[Mark] = [Text(words, box.left, base, fits, theme.text, bold=True)] if words else []
    if value:
        marks.append(Text(value, right, base, size, theme.muted, "right"))
    return marks


def _y_axis(axes: _Axes, found: list[tuple[float, str]], look: Look) -> list[Mark]:
    plot, size, theme = axes.plot, look.size, look.theme
    line = max(1, round(0.12 * look.unit))
    marks: list[Mark] = []
    for value, words in found:
        y = float(axes.y(np.array([value]))[0])
        if plot.top <= y < plot.top + plot.height - line:
            marks.append(Fill(plot.left, round(y), plot.width, line, theme.text, _GRID))
        base = y + HALF_DIGIT * size
        marks.append(Text(words, plot.left - 0.5 * size, base, size, theme.muted, "right"))
    return marks


def _x_axis(axes: _Axes, chosen: int | None, look: Look) -> list[Mark]:
    """Return K and its values below the plot: the chosen one, and others that do not touch it."""
    plot, size, theme = axes.plot, look.size, look.theme
    base = plot.top + plot.height + round(0.45 * size) + rise(size)
    marks: list[Mark] = [Text("K", plot.left - 0.5 * size, base, size, theme.muted, "right")]
    first, last = int(axes.first), int(axes.last)
    wide = extent(str(last), size, True).width + 0.7 * size
    step = _step(last - first, max(1.0, plot.width / wide))
    wanted = [k for k in range(first, last + 1) if step == 1 or k % step == 0]
    taken: list[float] = []
    right = plot.left + plot.width
    for k in ([chosen] if chosen is not None else []) + [first, last, *wanted]:
        x = float(axes.x(np.array([float(k)]))[0])
        half = extent(str(k), size, k == chosen).width / 2
        x = min(max(x, plot.left + half), right + 0.5 * size - half)
        if all(abs(x - other) >= wide for other in taken):
            taken.append(x)
            ink = theme.text if k == chosen else theme.muted
            marks.append(Text(str(k), x, base, size, ink, "middle", bold=k == chosen))
    return marks


def _step(span: int, most: float) -> int:
    """Return the least round step of which a span has no more than so many."""
    step = 1
    while span / step > most:
        digits = str(step)
        step = step * 5 // 2 if digits[0] == "2" else step * 2
    return step


def _line(axes: _Axes, criterion: Criterion, until: float) -> tuple[Floats, Floats]:
    """Return the places of all values, (R, 2), and those of the line so far."""
    ks = criterion.ks
    x, y = axes.x(ks), axes.y(criterion.values)
    xy = np.stack([x, y], axis=1)
    seen = xy[ks <= until]
    if len(seen) and ks[len(seen) - 1] < until < ks[-1]:  # on the way to the next
        tip = np.interp(until, ks, x), np.interp(until, ks, y)
        seen = np.vstack([seen, [tip]])
    return xy, seen


def _ground(axes: _Axes, criterion: Criterion, until: float, look: Look) -> list[Mark]:
    """Return a tint below a line whose height means something."""
    _, seen = _line(axes, criterion, until)
    foot = float(axes.y(np.array([0.0]))[0])
    if not criterion.from_zero or len(seen) < 2 or foot < seen[:, 1].max():
        return []
    theme = look.theme
    return [Area(seen, foot, mixed(theme.background, theme.text, _TINT))]


def _curve(axes: _Axes, criterion: Criterion, until: float, look: Look) -> list[Mark]:
    """Return the curve, a dot for each K if these are apart, the best one larger."""
    theme, plot, ks = look.theme, axes.plot, criterion.ks
    xy, seen = _line(axes, criterion, until)
    inside = ks <= until
    if not len(seen):
        return []
    wide = max(1.25, 0.28 * look.unit)
    marks: list[Mark] = []
    if criterion.errors is not None:
        marks += _error_bars(axes, criterion, inside, look)
    if len(seen) > 1:
        marks.append(Polyline(seen, wide, theme.text))
    gap = plot.width / max(1.0, axes.last - axes.first)
    radius = min(max(2.0, 0.6 * look.unit), 0.3 * gap)
    rim = max(1.0, 0.25 * look.unit)
    if gap >= _APART or len(ks) == 1:
        radius = max(1.5, radius)
        marks += [Disc(px, py, radius, theme.text) for px, py in xy[inside].tolist()]
    for best in criterion.best if math.isinf(until) else ():
        (px, py), large = xy[best].tolist(), max(3.0, 0.9 * look.unit)
        marks.append(Disc(px, py, large, look.accent, ((large + rim, theme.background),)))
    if until < math.inf:  # where the film is
        (px, py), large = seen[-1].tolist(), max(2.5, 0.75 * look.unit)
        marks.append(Disc(px, py, large, theme.text, ((large + rim, theme.background),)))
    return marks


def _error_bars(
    axes: _Axes, criterion: Criterion, inside: NDArray[np.bool_], look: Look
) -> list[Mark]:
    """Return a line for each value from the least to the most that it may be, with its ends."""
    assert criterion.errors is not None
    gap = axes.plot.width / max(1.0, axes.last - axes.first)
    half, wide = min(0.7 * look.unit, 0.25 * gap), max(1.0, 0.16 * look.unit)
    ink = mixed(look.theme.text, look.theme.background, 0.35)
    x = axes.x(criterion.ks[inside])
    values, errors = criterion.values[inside], criterion.errors[inside]
    marks: list[Mark] = []
    for at, low, high in zip(x, axes.y(values - errors), axes.y(values + errors), strict=True):
        across, up = at + half * np.array([-1, 1, 0, 0, -1, 1]), [low] * 3 + [high] * 3
        marks.append(Polyline(np.stack([across, up], axis=1), wide, ink))
    return marks
