"""Sweeps over K that are made in a moment: the best of some starts for each, and plausible values.

Pictures are tested with these; what is true of the values is tested where they are computed.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from pictures import blobs

from kmeans_engine import Engine, initial_centroids
from kmeans_engine.choosing.rows import Row, Sweep

NONE = "no K stands out: the silhouettes are low, and halves of the points disagree"


def fits(points, ks, seed=0):
    """Return the end of the best of three runs for each K."""
    engine = Engine(points)
    return [
        min(
            (
                engine.fit(initial_centroids(points, k, method="k-means++", seed=seed + start))
                for start in range(3)
            ),
            key=lambda last: last.inertia,
        )
        for k in ks
    ]


def row_of(last, **values):
    """Return a row; what is not given is not known."""
    names = [one.name for one in fields(Row)]
    known = dict.fromkeys(names) | {"last": last, "split_from": (), "k": len(last.centroids)}
    return Row(**(known | {"inertia": last.inertia} | values))


def sweep_of(lasts, best=None, *, verdict=None):
    """Return a sweep with these ends, whose criteria agree on `best`."""
    rows, before = [], None
    for last in lasts:
        k, inertia = len(last.centroids), last.inertia
        away = abs(k - (best or 3.5)) / len(lasts)
        some = 1 / (1 + away)
        values = {"bic": 30_000 - 4000 * some, "gap": 1.1 - away, "gap_error": 0.04}
        if before:
            values["drop"] = 1 - inertia / before
        if k > 1:
            values |= {
                "silhouette": some - 0.07,
                "stability": some**2,
                "calinski_harabasz": 4000 * some**2,
                "davies_bouldin": 1.2 - 0.7 * some,
            }
        rows.append(row_of(last, **values))
        before = inertia
    if verdict is None:
        verdict = NONE if best is None else f"K = {best} stands out: silhouette and gap agree"
    return Sweep(tuple(rows), rows[0], best, verdict)


def a_sweep(high=10, best=5, seed=16, low=2):
    """Return a sweep over few points in five blobs."""
    points = blobs(seed=seed, clusters=5, each=60)
    return sweep_of(fits(points, range(low, high + 1)), best)


def fitted_noise(high=8):
    """Return a sweep in which no K stands out."""
    points = np.random.default_rng(0).random((400, 2))
    return sweep_of(fits(points, range(2, high + 1)))
