"""A run becomes a page, state by state. Knows no file: whoever has one gives the stream."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from renderers.contract import OVERLAYS, Options
from renderers.describing import counted, describe, listed_ks, told_points
from renderers.html import choosing, page
from renderers.html.density import Density, cells_of
from renderers.html.payload import Payload
from renderers.html.points import choose_points, straight
from renderers.html.watch import Watch
from renderers.picture.colouring import Colouring
from renderers.picture.colours import cluster_colours
from renderers.picture.growing import verdict_caption
from renderers.picture.themes import THEMES

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from renderers.plane.view import View
    from renderers.scene import History, Moment, Panel, Scene

__all__ = ["FORMAT", "VERSION", "Page"]

FORMAT, VERSION = "kmeans-engine run", 1
_MARKERS = 20_000  # points; the player draws more as dots that count alike
_SPARE = 16  # colours for clusters that are added in the page

_Section = dict[str, Any]


class Page:
    """Writes a page to a stream of bytes.

    Parameters
    ----------
    stream : binary file
        Where it goes, from now on.
    scene : Scene
        What stays the same.
    options : Options
        Theme, overlays, palette and how many points there may be.
    """

    def __init__(self, stream: IO[bytes], scene: Scene, options: Options) -> None:
        self._stream, self._scene, self._options = stream, scene, options
        title = scene.title or (
            "K-means, iteration by iteration" if scene.sweep is None else "Choosing K"
        )
        stream.write(page.beginning(title, _announced(scene)).encode("utf-8"))
        self._payload = Payload(stream.write)
        first = scene.panels[0]
        self._points = choose_points(first, options.max_points, self._payload)
        self._phases = False
        self._newest: Moment | None = None
        self._ks: list[int] = []  # of a sweep
        inertia = options.overlays is None or "curve" in options.overlays
        most = max(panel.k for panel in scene.panels)
        self._runs = []
        for panel in scene.panels:
            cells = None
            few = self._points.count < first.view.points.n_points
            if (few or self._is_crowded(panel)) and not self._points.image:
                cells = cells_of(panel.view, panel.k, most)
            weighing = None if cells is None else panel.view.weighing
            watch = Watch(self._points, cells, weighing)
            density = None
            if cells is not None:
                density = Density(cells, 1.0 if weighing is None else weighing.unit)
            self._runs.append(_Run(panel.view, watch, density, self._points.whole, inertia))

    def _is_crowded(self, panel: Panel) -> bool:
        """Return whether points of different weights are too many for the player's markers."""
        return self._points.count > _MARKERS and panel.view.weighing is not None

    @property
    def note(self) -> str:
        """What its user should know of the page; empty if everything is there."""
        shown, count = self._points.count, self._scene.panels[0].view.points.n_points
        if shown == count:
            return ""
        return (
            f"{shown:,} of {count:,} {'pixels' if self._points.image else 'points'} are on the "
            f"page{'' if self._points.image else ', over the density of all'}; K-means cannot go "
            "on there"
        )

    def add(self, moment: Moment) -> None:
        """Write what a moment shows for the first time."""
        if self._scene.sweep is not None:
            (state,) = moment.snapshots
            if self._ks and state.iteration < self._ks[-1]:
                return  # the reader goes back to the K that stands out
            self._ks = sorted({*self._ks, state.iteration})
        self._newest = moment
        self._phases = self._phases or moment.phase in ("assignment", "update")
        for run, snapshot in zip(self._runs, moment.snapshots, strict=True):
            run.add(snapshot, self._payload)

    def finish(self) -> None:
        """Write the head and the end of the page."""
        overlays = self._options.overlays
        sweep, told, more = self._scene.sweep, None, ""
        if sweep is not None:
            told = choosing.head_of(sweep, self._ks)
            more = choosing.below(self._scene, self._options)
        names = None if overlays is None else [name for name in OVERLAYS if name in overlays]
        view = self._scene.panels[0].view
        points = self._points.said
        histories = self._newest.histories if self._newest is not None else ()
        if self._runs[0].totals is not None:
            points = points | {"density": self._runs[0].totals}
        self._payload.finish(
            {
                "format": FORMAT,
                "version": VERSION,
                "title": self._scene.title,
                "description": describe(self._scene, self._newest) if self._newest else "",
                "facts": dict(self._scene.facts),
                "theme": self._options.theme,
                "overlays": names,
                "phases": self._phases,
                "points": points,
                "plane": _plane(view),
                "panels": [
                    {
                        "title": panel.title,
                        "k": panel.k,
                        "noise": panel.noise,
                        "steps": panel.steps,
                        "colours": _colours(panel, self._options, history),
                        **run.said,
                    }
                    for panel, run, history in zip(
                        self._scene.panels,
                        self._runs,
                        histories or [None] * len(self._runs),
                        strict=True,
                    )
                ],
                "sweep": told,
            }
        )
        self._stream.write(page.end(more).encode("utf-8"))


class _Run:
    """What is written of the states of one run."""

    def __init__(
        self, view: View, watch: Watch, density: Density | None, whole: bool, inertia: bool
    ) -> None:
        self._view, self._watch, self._density = view, watch, density
        self._whole, self._inertia = whole, inertia
        self._newest: Snapshot | None = None
        self._centroids: NDArray[np.float64] | None = None
        self.totals: _Section | None = None
        self.said: _Section = {"labels": None, "density": None, "states": []}

    def add(self, snapshot: Snapshot, payload: Payload) -> None:
        """Write a state, unless it was the one before."""
        before = self._newest
        if snapshot is before:
            return
        found = snapshot.visit(self._watch, before)
        shares = {"cells": None, "shares": None}
        if self._density is not None:
            shares = self._density.add(found.counts, payload)
        if before is None:
            self.said["labels"] = payload.add(found.all(self._watch.count), "raw")
            points, labels = np.empty(0, np.intp), np.empty(0, np.uint8)
            if self._density is not None:
                self.totals = self._density.said(payload)
                self.said["density"] = shares
                shares = {"cells": None, "shares": None}
        else:
            points, labels = found.sorted()
        self.said["states"].append(
            {
                "iteration": snapshot.iteration,
                "inertia": _number(snapshot.inertia) if self._inertia else None,
                "n_changed": snapshot.n_changed,
                "shift": _number(snapshot.shift),
                "converged": bool(snapshot.converged),
                "counts": snapshot.counts.tolist(),
                **({} if snapshot.weights is None else {"weights": snapshot.weights.tolist()}),
                **self._placed(snapshot, payload),
                "changed": payload.add(points.astype(np.uint32), "gaps"),
                "labels": payload.add(labels, "raw"),
                **shares,
            }
        )
        self._newest = snapshot

    def _placed(self, snapshot: Snapshot, payload: Payload) -> _Section:
        """Write where the centroids are, and those of the labels if they are not those before."""
        before, new = self._centroids, self._kept(snapshot.centroids)
        start = self._kept(snapshot.assigned_from)
        usual = new if snapshot.iteration == 0 else before
        section = payload.add_change(new, before)
        known = usual is not None and np.array_equal(start, usual, equal_nan=True)
        self._centroids = new
        return {
            "centroids": section,
            "assigned_from": None if known else payload.add(start, "planes"),
        }

    def _kept(self, centroids: NDArray[np.float64]) -> NDArray[np.float64]:
        return centroids if self._whole else straight(self._view.plane).project(centroids)


def _number(value: float) -> float | None:
    """Return a number; None where the steps of another algorithm have none."""
    return value if math.isfinite(value) else None


def _plane(view: View) -> _Section:
    """Return what the head says of the plane."""
    plane = view.plane
    centre, basis = (None, None) if plane.components is None else plane.components
    kind = "components" if centre is not None else "line" if plane.is_line else "columns"
    return {
        "kind": kind,
        "columns": list(plane.columns),
        "centre": None if centre is None else centre.tolist(),
        "basis": None if basis is None else basis.tolist(),
        "labels": list(view.labels),
        "limits": list(view.limits),
        "log": "".join(axis for axis, is_log in zip("xy", plane.logs, strict=True) if is_log),
        "units": None if view.units is None else list(view.units),
    }


def _colours(panel: Panel, options: Options, history: History | None) -> dict[str, list[str]]:
    """Return the colour of each cluster in each theme, as on a picture, and some more."""

    def spelled(name: str) -> list[str]:
        own = replace(options, theme=name)
        colouring = Colouring(panel, THEMES[name], own)
        colouring.follow(history)
        more = cluster_colours(panel.k + _SPARE, name, options.palette)[panel.k :]
        table = [*colouring.colours.tolist(), *more.tolist()]
        return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in table]

    return {name: spelled(name) for name in THEMES}


def _announced(scene: Scene) -> str:
    """Return what the page is, before its run is known."""
    runs = " and ".join(
        counted(panel.k, "cluster") + (f" ({panel.title})" if panel.title else "")
        for panel in scene.panels
    )
    what = told_points(scene.panels[0])
    if scene.sweep is not None:
        ks = listed_ks([row.k for row in scene.sweep.rows])
        return f"K-means with K = {ks}: {what}. {verdict_caption(scene.sweep)[0]}."
    return f"K-means, iteration by iteration: {what} in {runs}."
