"""Advice on what was clustered, a line each: for people, and for programs as warnings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kmeans_engine.command.source import Source
from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible
from kmeans_engine.snapshot import Snapshot

__all__ = ["advise", "advise_on_centroids", "advise_on_result"]

_RATIO = 100  # from here on, the narrower column counts for a ten-thousandth of a squared distance
_SAMPLE = 1 << 16  # rows that tell how widely a column spreads
_NAMED = 8  # clusters that are named one by one


def advise(source: Source, start: np.ndarray) -> list[str]:
    """Return what should be known before a run.

    Parameters
    ----------
    source : Source
        What is clustered.
    start : ndarray, (K, N)
        Where the run starts.
    """
    lines = []
    different = len(np.unique(start + 0.0, axis=0))
    if different < len(start):
        drawn = isinstance(source.init, str)
        lines.append(
            # A method takes the same position twice only if all were taken.
            f"there {'are' if different > 1 else 'is'} only {different} different "
            f"point{'s' * (different > 1)}, fewer than k = {len(start)}: clusters stay empty; "
            f"-k {different} gives each its own"
            if drawn
            else f"the {len(start)} initial centroids have only {different} different "
            f"position{'s' * (different != 1)}: of equal ones, all but the first start without "
            "points"
        )
    if source.table.shape is None and source.scale is None:
        lines += _scales(open_visible(source.points), source.table.names)
    return lines


def advise_on_centroids(path: str, source: Source) -> list[str]:
    """Return what should be known of the file that centroids are written to."""
    if source.scale is None or Path(path).suffix.lower() in (".json", ".parquet"):
        return []
    return [
        f"{path} does not hold how columns were standardised, without which --predict cannot label "
        "other rows; a file such as centroids.json does"
    ]


def _scales(points: Visible, names: Sequence[str]) -> list[str]:
    if points.n_features < 2:
        return []
    rows = points.sample(-(-points.n_points // _SAMPLE))
    peak = np.abs(rows).max(axis=0)
    peak[peak == 0] = 1.0
    spread = (rows / peak).std(axis=0) * peak  # squares neither overflow nor vanish
    widest = int(np.argmax(spread))
    narrowest = int(np.argmin(np.where(spread > 0, spread, np.inf)))
    ratio = spread[widest] / spread[narrowest] if spread[narrowest] > 0 else 1.0
    if not _RATIO < ratio < np.inf:
        return []
    return [
        f"column {names[widest]!r} spreads {float(f'{ratio:.2g}'):,.0f} times as widely as "
        f"{names[narrowest]!r} and outweighs it; --standardize gives all columns the same weight"
    ]


def advise_on_result(
    last: Snapshot, known: Sequence[str] = (), *, drawn: bool = True, standardized: bool = False
) -> list[str]:
    """Return what should be known after a run.

    Parameters
    ----------
    last : Snapshot
        Its last state. Of a run without iterations, which labels new points, nothing is expected.
    drawn : bool
        Whether its start was drawn; otherwise the centroids were given.
    standardized : bool
        Whether z-scores were clustered.
    known : sequence of str
        What was said before it.
    """
    if not last.iteration and standardized and not drawn:
        return [
            "--standardize scaled by these points, not by those that the centroids come from, so "
            "some may be labelled otherwise than there; leave it out in both runs"
        ]
    empty = np.flatnonzero(last.counts == 0)
    if last.weights is not None and last.iteration:
        idle = np.flatnonzero((last.weights == 0) & (last.counts > 0))
        if len(idle) == 1:
            return [f"cluster {idle[0]} has points that weigh nothing, so its centroid stays"]
        if len(idle):
            return [f"clusters {_numbers(idle)} have points that weigh nothing and stay there"]
    if not len(empty) or not last.iteration or any("different points" in line for line in known):
        return []
    if last.counts.sum() < len(last.counts):
        return [f"{len(empty)} clusters are empty: there are fewer points than centroids"]
    named = _numbers(empty)
    what = f"cluster {named} is" if len(empty) == 1 else f"clusters {named} are"
    remedy = (
        "try a smaller -k, or another start with --init k-means++ --runs 10"
        if drawn
        else f"try other centroids, such as those of -k {len(last.counts)} --runs 10 without --init"
    )
    return [f"{what} empty: no point is nearest to such a centroid; {remedy}"]


def _numbers(clusters: np.ndarray) -> str:
    """Return the numbers of some clusters, of the first ones if there are many."""
    return ", ".join(map(str, clusters[:_NAMED])) + (", ..." if len(clusters) > _NAMED else "")
