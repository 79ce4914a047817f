"""Sweeps over K that are made in a moment: the best of some starts for each, and plausible values.

Pictures are tested with these; what is true of the values is tested where they are computed.
"""

from __future__ import annotations

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


def sweep_of(lasts, best=None, *, verdict=None, gaps=True):
    """Return a sweep with these ends."""
    rows, before = [], None
    for last in lasts:
        k, inertia = len(last.centroids), last.inertia
        away = abs(k - (best or 3.5)) / len(lasts)
        some = 1 / (1 + away) if k > 1 else None
        rows.append(
            Row(
                k=k,
                inertia=inertia,
                drop=None if before is None or not before else 1 - inertia / before,
                simplified_silhouette=some,
                silhouette=None if some is None else some - 0.07,
                classical_silhouette=None,
                calinski_harabasz=None if some is None else 4000 * some**2,
                davies_bouldin=None if some is None else 1.2 - 0.7 * some,
                bic=30_000 - 4000 * (some or 0.3),
                aic=29_000 - 4000 * (some or 0.3),
                gap=(1.1 - away) if gaps else None,
                gap_error=0.04 if gaps else None,
                stability=None if some is None else some**2,
                agreement=None,
                last=last,
            )
        )
        before = inertia
    if verdict is None:
        verdict = NONE if best is None else f"K = {best} stands out: silhouette and gap agree"
    return Sweep(tuple(rows), best, verdict)


def a_sweep(high=10, best=5, seed=16, low=2):
    """Return a sweep over few points in five blobs."""
    points = blobs(seed=seed, clusters=5, each=60)
    return sweep_of(fits(points, range(low, high + 1)), best)


def fitted_noise(high=8):
    """Return a sweep in which no K stands out."""
    points = np.random.default_rng(0).random((400, 2))
    return sweep_of(fits(points, range(2, high + 1)))
