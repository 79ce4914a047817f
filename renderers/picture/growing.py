"""What is told of K while it grows: the curves up to it, and the sizes of its clusters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.describing import counted, listed
from renderers.picture.criteria import Criterion, criteria
from renderers.picture.dashboard import Parts, bar_marks, size_names
from renderers.picture.marks import Mark
from renderers.picture.themes import Theme
from renderers.picture.ticks import short
from renderers.picture.versus_k import HEAD, Look, beside, has_room, name_marks, plot_marks
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
        marks += name_marks(parts.sizes, size_names(moment), "", look)
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
    k = moment.snapshots[0].iteration
    if moment.last and k == (sweep.best or sweep.rows[-1].k):
        return verdict_caption(sweep)
    if moment.before and moment.before[0].iteration > k:
        return f"back to K = {k}", ""
    return split_caption(sweep, k)


def verdict_caption(sweep: Sweep) -> tuple[str, ...]:
    """Return which K stands out, in wordings from long to short."""
    words = sweep.verdict[:1].upper() + sweep.verdict[1:]
    return words, "no K stands out" if sweep.best is None else f"K = {sweep.best} stands out"


def split_caption(sweep: Sweep, k: int) -> tuple[str, ...]:
    """Return how the clusters of one K come from those before, in wordings from long to short."""
    row = sweep[k]
    if row is sweep.rows[0] or row.drop is None:
        return counted(k, "cluster"), ""
    words = "found from another start"
    if row.split_from:
        some = listed([str(number) for number in row.split_from])
        words = f"cluster {some} splits" if len(row.split_from) == 1 else f"clusters {some} split"
    if row.drop <= 0:
        return words, ""
    less = f"{row.drop:.0%} less inertia"
    return f"{words}: {less}", words, less
