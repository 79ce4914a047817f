"""A picture in words, for those who cannot see it, and for the metadata of files. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kmeans_engine.race import verdict_of
from renderers.scene import Moment, Panel, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["counted", "describe", "grouped", "listed", "listed_ks", "outcome", "told_points"]


def describe(scene: Scene, moment: Moment) -> str:
    """Return one or two sentences that say what a picture shows.

    Parameters
    ----------
    scene : Scene
        Gives titles, names of the axes and facts.
    moment : Moment
        What is shown; of a film the last one.
    """
    many = len(scene.panels) > 1
    if scene.sweep is not None:
        said = _sweep(scene.panels[0], scene.sweep)
    else:
        said = _race(scene, moment) if many else _run(scene.panels[0], moment)
    title = " ".join(scene.title.split())
    return f"{title}: {said}" if title else said[:1].upper() + said[1:]


def counted(n: int, thing: str) -> str:
    """Return a number of things: ``1 point``, ``1,200 points``."""
    return f"{n:,} {thing}" + ("" if n == 1 else "s")


def listed(words: Sequence[str]) -> str:
    """Return words as a list: ``a, b and c``."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def outcome(snapshot: Snapshot, *, last: bool) -> str:
    """Return how far a run is: that it converged, stopped, or after how many iterations it is."""
    after = f"after {counted(snapshot.iteration, 'iteration')}"
    if snapshot.converged:
        return f"converged {after}"
    return f"stopped {after}, before convergence" if last and snapshot.iteration else after


def _run(panel: Panel, moment: Moment) -> str:
    across, upwards = panel.view.labels
    if panel.image is not None:
        height, width = panel.image
        words = [f"the pixels of an image, {width:,} wide and {height:,} high"]
    else:
        words = [told_points(panel)]
        named = [
            f"{' '.join(name.split())} {way}"
            for name, way in ((across, "from left to right"), (upwards, "from bottom to top"))
            if name.strip()
        ]
        if named:
            words.append(f"drawn by {' and '.join(named)}")
    if moment.phase == "points":
        words.append("not yet clustered")
    elif moment.phase == "start":
        words.append(f"not yet clustered, and {counted(panel.k, 'initial centroid')}")
    if moment.opening:
        return f"{', '.join(words)}."
    (snapshot,) = moment.snapshots
    if panel.steps:
        said = f"{', '.join(words)}, in {grouped(panel, snapshot)}"
        return f"{said}, after {counted(snapshot.iteration, 'step')}."
    said = f"{', '.join(words)}, in {_clusters(snapshot)}"
    # Without a history nobody knows that the run ended here.
    ended = moment.last and bool(moment.histories)
    return f"{said}; K-means {outcome(snapshot, last=ended)}."


def _sweep(panel: Panel, sweep: Sweep) -> str:
    ks = listed_ks([row.k for row in sweep.rows])
    return f"{told_points(panel)}, clustered by K-means with K = {ks}: {sweep.verdict}."


def listed_ks(ks: Sequence[int]) -> str:
    """Return several K in a few words: ``2 to 10``, or ``2, 4 and 8``."""
    if len(ks) > 2 and list(ks) == list(range(ks[0], ks[-1] + 1)):
        return f"{ks[0]} to {ks[-1]}"
    return listed([str(k) for k in ks])


def _race(scene: Scene, moment: Moment) -> str:
    steps = any(panel.steps for panel in scene.panels)
    what = "clusterings" if steps else "runs of K-means"
    said = f"{len(scene.panels)} {what} side by side on {told_points(scene.panels[0])}"
    if moment.opening:
        return f"{said}, not yet clustered."
    measured = moment.last and all(panel.measured for panel in scene.panels)
    inertias = [one.inertia for one in moment.snapshots] if measured else []
    runs = []
    for panel, snapshot in zip(scene.panels, moment.snapshots, strict=True):
        verdict = verdict_of(snapshot.inertia, inertias) if inertias else ""
        name = " ".join(panel.title.split()) or "one"
        ending = {"wins": ", wins", "ties": ", ties for the least inertia"}.get(verdict, "")
        if panel.steps:
            end = f"{grouped(panel, snapshot)}, after {counted(snapshot.iteration, 'step')}"
        else:
            end = f"{counted(panel.k, 'cluster')}, {outcome(snapshot, last=moment.last)}"
        runs.append(f"{name}, {end}{ending}")
    return f"{said}: {'; '.join(runs)}."


def told_points(panel: Panel) -> str:
    """Return how many points there are, and of how many features."""
    points = panel.view.points
    what = "weighted point" if points.weighted else "point"
    return f"{counted(points.n_points, what)} with {counted(points.n_features, 'feature')}"


def grouped(panel: Panel, snapshot: Snapshot) -> str:
    """Return how many clusters a step of any algorithm has, and how many points are in none."""
    own = snapshot.counts[: panel.k - panel.noise]
    words = counted(int(np.count_nonzero(own)), "cluster")
    noise = int(snapshot.counts[panel.k - panel.noise :].sum())
    return f"{words}, {counted(noise, 'point')} in none" if panel.noise else words


def _clusters(snapshot: Snapshot) -> str:
    """Return how many clusters there are, and how large they are."""
    counts = snapshot.counts
    filled = counts[counts > 0]
    words = counted(len(counts), "cluster")
    if len(filled) > 1:
        low, high = int(np.min(filled)), int(np.max(filled))
        words += f" of {low:,} points each" if low == high else f" of {low:,} to {high:,} points"
    empty = len(counts) - len(filled)
    return words + (f" ({empty:,} empty)" if empty else "")
