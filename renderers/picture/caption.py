"""What a moment shows, in plain words: one line, in wordings from long to short. Draws nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kmeans_engine.race import verdict_of
from renderers.describing import counted, grouped
from renderers.picture.growing import grown_caption
from renderers.picture.ticks import short, telling_digits
from renderers.scene import Moment, Panel, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["caption", "status", "verdict"]

Wordings = tuple[str, ...]

_JOIN: Wordings = (
    "assign: every point joins its nearest centroid",
    "assign: points join their nearest centroids",
    "assign",
)
_UPDATE: Wordings = (
    "update: centroids move to the means of their points",
    "update: centroids move to the means",
    "update",
)


def caption(scene: Scene, moment: Moment) -> Wordings:
    """Return what happens at a moment: the same in several lengths, the longest first.

    Parameters
    ----------
    scene : Scene
        Tells how the centroids were found.
    moment : Moment
        What is shown.
    """
    if scene.sweep is not None:
        return grown_caption(scene.sweep, moment)
    if moment.opening:
        return _opening(scene, moment)
    if len(moment.snapshots) > 1:
        return _race(scene, moment)
    (snapshot,) = moment.snapshots
    if scene.panels[0].steps:
        return _any_step(scene.panels[0], moment, snapshot)
    after, before = counted(snapshot.iteration, "iteration"), "before convergence"
    if snapshot.converged and moment.phase != "assignment":
        return f"converged after {after}", f"converged after {snapshot.iteration:,}", "converged"
    # Without a history nobody knows that the run ended here.
    if moment.last and moment.histories and snapshot.iteration:
        return f"stopped after {after}, {before}", f"stopped after {after}", "stopped"
    return _step(moment, snapshot)


def _opening(scene: Scene, moment: Moment) -> Wordings:
    panel = scene.panels[0]
    if moment.phase == "points" or not any(one.centroids for one in scene.panels):
        points = counted(panel.view.points.n_points, "point")
        return f"{points}, not yet clustered", points
    if len(scene.panels) > 1:
        return f"{len(scene.panels)} choices of initial centroids", "initial centroids", "start"
    words = counted(panel.k, "initial centroid")
    start = scene.facts.get("init", "")
    short_words = (words, counted(panel.k, "centroid"), "start")
    return (f"{words}, {start}", *short_words) if start else short_words


def _step(moment: Moment, snapshot: Snapshot) -> Wordings:
    """Return what a state, or a phase of it, did to the points and the centroids."""
    if snapshot.iteration == 0:
        return _JOIN
    if snapshot.iteration == 1 or moment.phase == "update":  # state 1 has the labels of state 0
        return _UPDATE
    n, all_ = snapshot.n_changed, f"{snapshot.n_points:,}"
    change = "changes" if n == 1 else "change"
    if n == 0:
        words: Wordings = ("no point changes cluster", "no change")
    else:
        some = counted(n, "point")
        words = (f"{n:,} of {all_} points {change} cluster", f"{some} {change} cluster")
        words += (f"{n:,} {change}",)
    if moment.phase == "assignment":
        return (*(f"assign: {one}" for one in words), "assign")
    return (f"{words[0]}, centroids follow", *words)


def _any_step(panel: Panel, moment: Moment, snapshot: Snapshot) -> Wordings:
    """Return what a step of an algorithm that nobody knows has done."""
    step, n = f"step {snapshot.iteration:,}", snapshot.n_changed
    if moment.last and moment.histories:
        after = f"after {counted(snapshot.iteration, 'step')}"
        found = grouped(panel, snapshot)
        return (f"{found} {after}", after) if snapshot.iteration else (found,)
    if snapshot.iteration == 0:
        return f"{step}: points have their first clusters", step
    change = "changes" if n == 1 else "change"
    some = f"{n:,} of {snapshot.n_points:,}" if n else "no"
    words = f"{some} point{'s' if n else ''} {change if n else 'changes'} cluster"
    return f"{step}: {words}", words, f"{step}: {n:,} {change}", step


def _race(scene: Scene, moment: Moment) -> Wordings:
    iteration = max(snapshot.iteration for snapshot in moment.snapshots)
    if moment.last and all(panel.measured for panel in scene.panels):
        return _result(scene, moment)
    if any(panel.steps for panel in scene.panels):
        all_, step = f"{len(scene.panels)} clusterings side by side", f"step {iteration:,}"
        return (f"{all_}: {step}", step) if iteration else (all_,)
    if iteration == 0:
        words: Wordings = _JOIN
    elif iteration == 1 or moment.phase == "update":
        words = _UPDATE
    elif moment.phase == "assignment":
        words = ("assign: points join their nearest centroids", "assign")
    else:
        words = ("points change cluster, centroids follow", "points change cluster")
    done = sum(snapshot.converged for snapshot in moment.snapshots)
    if not done:
        return words
    ended = f"{done} of {len(moment.snapshots)} runs {'has' if done == 1 else 'have'} converged"
    return (*(f"{one}; {ended}" for one in words[:-1]), ended, words[-1])


def _result(scene: Scene, moment: Moment) -> Wordings:
    """Return who wins a race."""
    inertias = [snapshot.inertia for snapshot in moment.snapshots]
    best = [" ".join(p.title.split()) for p, i in zip(scene.panels, inertias, strict=True)
            if i == min(inertias)]  # fmt: skip
    value = short(min(inertias), telling_digits(inertias))
    if len(best) == 1:
        return (
            f"{best[0]} wins with the least inertia, {value}",
            f"{best[0]} wins, inertia {value}",
            f"{best[0]} wins",
        )
    if len(best) == len(inertias):
        some = "both runs" if len(best) == 2 else f"all {len(best)} runs"
        return f"{some} end at the same inertia, {value}", f"{some} tie"
    names = f"{', '.join(best[:-1])} and {best[-1]}"
    some = f"{len(best)} of {len(inertias)} runs tie"
    return f"{names} tie for the least inertia, {value}", f"{names} tie", some


def verdict(moment: Moment, snapshot: Snapshot) -> str:
    """Return what the end of a race says of one run: that it wins, ties, or nothing."""
    if not moment.last or len(moment.snapshots) < 2:
        return ""
    inertias = [other.inertia for other in moment.snapshots]
    if any(map(math.isnan, inertias)):  # not all clusters have centroids
        return ""
    return verdict_of(snapshot.inertia, inertias)


def status(moment: Moment, run: int) -> Wordings:
    """Return how far one run of a race is, and in the end who wins; the longest wording first."""
    if moment.opening:
        return ("",)
    snapshot = moment.snapshots[run]
    step, end = f"i = {snapshot.iteration}", verdict(moment, snapshot)
    if end:
        return f"{step}, {end}", end
    if snapshot.converged and moment.phase != "assignment":
        return f"{step}, converged", step, ""
    return step, ""
