"""Doubles of what the engine hands to the painter, small enough to check by eye; painters."""

from __future__ import annotations

import numpy as np

from kmeans_engine import Snapshot
from renderers import Moment, Options, make_scene
from renderers.contract import OVERLAYS
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES

BARE: frozenset[str] = frozenset()
ALL = frozenset(OVERLAYS)
THEME_NAMES = sorted(THEMES)


def state(points, labels, centroids, *, before=None, assigned_from=None, converged=False):
    """One state; `before` makes it the next one of the same run."""
    points, labels = np.asarray(points), np.asarray(labels, dtype=np.uint8)
    if before is None:
        changed = np.arange(len(labels))
    else:
        changed = np.flatnonzero(labels != before.labels)
        assigned_from = before.centroids
    centroids = np.array(centroids, dtype=np.float64)
    inside = labels < len(centroids)  # a test may have fewer centroids than labels
    return Snapshot(
        iteration=0 if before is None else before.iteration + 1,
        centroids=centroids,
        assigned_from=centroids if assigned_from is None else np.asarray(assigned_from),
        counts=np.bincount(labels[inside], minlength=len(centroids)),
        n_changed=len(changed),
        shift=0.0,
        converged=converged,
        strategy="none",
        points=points,
        compute_inertia=lambda: float(((points[inside] - centroids[labels[inside]]) ** 2).sum()),
        _labels=Array(labels, changed),
    )


class Array:
    """Labels that are an array."""

    def __init__(self, labels, changed):
        self._labels, self._changed = labels, changed

    def all(self):
        return self._labels

    def at(self, indices):
        return self._labels[indices]

    def changed(self):
        return self._changed


def lloyd(points, centroids, iterations):
    """The states of a run by the textbook."""
    points = np.asarray(points, dtype=np.float64)
    centroids = np.asarray(centroids, dtype=np.float64)
    states = []
    for _ in range(iterations + 1):
        distances = ((points[:, None] - centroids[None]) ** 2).sum(axis=2)
        labels = distances.argmin(axis=1)
        if states:
            centroids = np.array(
                [
                    points[labels == k].mean(axis=0) if (labels == k).any() else old
                    for k, old in enumerate(centroids)
                ]
            )
        states.append(state(points, labels, centroids, before=states[-1] if states else None))
    return states


def blobs(seed=1, clusters=12, each=100):
    """The tutorial's data."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-4, 4, (clusters, 1, 2))
    return (centres + rng.normal(0, 0.08**0.5, (clusters, each, 2))).reshape(-1, 2)


def at(*snapshots, phase="state", progress=1.0):
    """The moment of some snapshots."""
    return Moment(snapshots, seconds=1.0, phase=phase, progress=progress)


def painter(snapshot, size=(160, 120), theme="light", overlays=None, **scene):
    """A painter of a run."""
    options = Options(size=size, theme=theme, overlays=overlays)
    return Painter(make_scene(snapshot, **scene), options)


def painted(snapshot, size=(160, 120), theme="light", overlays=None, **scene):
    """One state as a new painter paints it."""
    return painter(snapshot, size, theme, overlays, **scene).paint(at(snapshot)).copy()


def has(image, colour):
    """Whether any pixel has exactly this colour."""
    return bool((image[..., :3] == np.asarray(colour)).all(axis=-1).any())
