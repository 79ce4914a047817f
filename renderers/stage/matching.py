"""Colours of a race: the same cluster has the same one in each panel. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kmeans_engine.race import match_clusters, overlap
from renderers.contract import Options
from renderers.picture.colouring import arranged
from renderers.picture.colours import cluster_colours
from renderers.scene import Scene

if TYPE_CHECKING:
    import numpy.typing as npt

    from kmeans_engine import Snapshot

__all__ = ["matched"]

_MOST = 256  # clusters; colours repeat beyond


def matched(
    scene: Scene,
    ends: Sequence[Snapshot],
    starts: Sequence[npt.NDArray[np.float64]],
    options: Options,
) -> Scene:
    """Return the scene of a race with an order of colours for each panel.

    A cluster has the colour of that of the winner with which it shares most points, one to one.
    Those of the winner are arranged as of a run that is alone.

    Parameters
    ----------
    scene : Scene
        As it is without.
    ends : sequence of Snapshot
        The last state of each run.
    starts : sequence of ndarray, (K, N)
        Its initial centroids.
    options : Options
        Theme and palette.
    """
    if len(ends) < 2 or max(panel.k for panel in scene.panels) > _MOST:
        return scene
    best = min(range(len(ends)), key=lambda run: ends[run].inertia)  # of equals the first
    winner = scene.panels[best]
    colours = np.arange(winner.k - winner.noise)  # noise has its own
    known = np.isfinite(starts[best]).all() and not winner.noise
    if known and winner.view.solid is None:
        table = cluster_colours(winner.k, options.theme, options.palette)
        colours = arranged(winner, starts[best], table)
    panels = []
    for panel, end in zip(scene.panels, ends, strict=True):
        shared = overlap(end, ends[best])
        if panel.noise:
            shared = shared[:-1]
        partners = match_clusters(shared[:, : len(colours)])
        # Clusters without a partner have colours that the winner has not.
        more = np.arange(len(colours), partners.max(initial=0) + 1)
        found = np.concatenate([colours, more])[partners]
        panels.append(replace(panel, order=np.append(found, np.zeros(int(panel.noise), np.intp))))
    return replace(scene, panels=tuple(panels))
