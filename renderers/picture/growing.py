"""What is told of K while it grows: the curves up to it, and the sizes of its clusters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.describing import listed
from renderers.picture.criteria import Criterion, criteria
from renderers.picture.dashboard import Parts, bar_marks, heading
from renderers.picture.marks import Mark
from renderers.picture.themes import Theme
from renderers.picture.ticks import short
from renderers.picture.versus_k import HEAD, Look, beside, has_room, plot_marks
from renderers.scene import Moment

if TYPE_CHECKING:
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["growing", "grown_caption"]


def growing(
    parts: Parts,
    sweep: Sweep,
    moment: Moment,
    theme: Theme,
    unit: float,
    size: float,
    colours: NDArray[np.uint8],
    *,
    numbered: bool,
) -> list[Mark]:
    """Return the curves of a sweep up to the K of a moment, and the sizes of the clusters.

    Parameters
    ----------
    parts : Parts
        Where it goes: the first two are curves.
    sweep : Sweep
        What was found.
    moment : Moment
        Its one snapshot has its K as iteration.
    theme, unit, size, colours, numbered
        As for `dashboard.dashboard`.
    """
    (snapshot,) = moment.snapshots
    k, until = snapshot.iteration, _reached(moment)
    chosen = sweep.best if moment.last else None
    look = Look(theme, unit, size, theme.text)
    boxes = [box for box in (parts.inertia, parts.changed) if box is not None]
    shown = [
        (box, one) for box, one in zip(boxes, criteria(sweep), strict=False) if has_room(box, size)
    ]
    room = max((beside(one, box.height, size) for box, one in shown), default=0.0)
    ks = sweep.rows[0].k, sweep.rows[-1].k
    marks: list[Mark] = []
    for box, one in shown:
        value = _value(one, k)
        marks += plot_marks(box, one, look, room, ks=ks, chosen=chosen, until=until, value=value)
    if parts.sizes is not None:
        top = round(HEAD * size)
        bars = parts.sizes._replace(top=parts.sizes.top + top, height=parts.sizes.height - top)
        marks += heading(parts.sizes, ("sizes of the clusters", "sizes"), "", theme, size)
        most = max([k, *(one.iteration for one in moment.before)])
        marks += bar_marks(bars, moment, theme, size, colours, numbered=numbered, most=most)
    return marks


def _reached(moment: Moment) -> float:
    """Return the K that curves have come to; at the end they are whole."""
    k = moment.snapshots[0].iteration
    before = moment.before[0].iteration if moment.before else k
    if moment.last or k < before:
        return math.inf
    return before * (1 - moment.progress) + k * moment.progress


def _value(criterion: Criterion, k: int) -> str:
    found = criterion.values[criterion.ks == k]
    return short(float(found[0])) if len(found) else ""


def grown_caption(sweep: Sweep, moment: Moment) -> tuple[str, ...]:
    """Return what a moment shows, in wordings from long to short; at the end the verdict."""
    (snapshot,) = moment.snapshots
    row = sweep[snapshot.iteration]
    if moment.last:
        words = sweep.verdict[:1].upper() + sweep.verdict[1:]
        end = "no K stands out" if sweep.best is None else f"K = {sweep.best} stands out"
        return words, end
    if moment.before and moment.before[0].iteration > row.k:
        return f"back to K = {row.k}", ""
    if row is sweep.rows[0] or row.drop is None:
        return f"{row.k:,} cluster{'' if row.k == 1 else 's'}", ""
    less = f"{row.drop:.0%} less inertia"
    if not row.split_from:
        return f"found from another start: {less}", less
    some = listed([str(number) for number in row.split_from])
    words = f"cluster {some} splits" if len(row.split_from) == 1 else f"clusters {some} split"
    return f"{words}: {less}", words, less
