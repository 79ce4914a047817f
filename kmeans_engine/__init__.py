"""K-means that can be watched: points go in, a snapshot of the exact state comes out per iteration.

>>> from kmeans_engine import Engine, initial_centroids, make_clusters
>>> points = make_clusters(12, 100, seed=1)
>>> engine = Engine(points)
>>> for snapshot in engine.snapshots(initial_centroids(points, 12, seed=1)):
...     print(snapshot.iteration, snapshot.n_changed, snapshot.inertia)  # doctest: +SKIP

Names: inside kernels ``X (M, N)`` are the points, ``C (K, N)`` the centroids, and ``i``, ``n``,
``k`` index points, features and clusters. Outside they are ``points``, ``centroids`` and ``labels
(M,)``.

This package knows numpy and numba; it never draws and never prints. Importing it loads neither:
each name is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from kmeans_engine._version import __version__
from kmeans_engine.runtime.lazy import lazily

if TYPE_CHECKING:
    from kmeans_engine.audit import Audit, verify
    from kmeans_engine.choosing.rows import Row, Sweep
    from kmeans_engine.choosing.sweep import sweep
    from kmeans_engine.engine import Engine
    from kmeans_engine.errors import (
        ClusterError,
        InvalidInput,
        InvalidType,
        KMeansError,
        PrecisionWarning,
        UnsupportedStrategy,
    )
    from kmeans_engine.race import match_labels
    from kmeans_engine.snapshot import Snapshot
    from kmeans_engine.starts.initial import initial_centroids
    from kmeans_engine.starts.synthetic import make_clusters
    from kmeans_engine.steps import assign_points, recalc_centroids
    from kmeans_engine.strategies import STRATEGIES

__all__ = [
    "STRATEGIES",
    "Audit",
    "ClusterError",
    "Engine",
    "InvalidInput",
    "InvalidType",
    "KMeansError",
    "PrecisionWarning",
    "Row",
    "Snapshot",
    "Sweep",
    "UnsupportedStrategy",
    "__version__",
    "assign_points",
    "initial_centroids",
    "make_clusters",
    "match_labels",
    "recalc_centroids",
    "sweep",
    "verify",
]

_HOMES = {
    "STRATEGIES": ".strategies",
    "Audit": ".audit",
    "ClusterError": ".errors",
    "Engine": ".engine",
    "InvalidInput": ".errors",
    "InvalidType": ".errors",
    "KMeansError": ".errors",
    "PrecisionWarning": ".errors",
    "Row": ".choosing.rows",
    "Snapshot": ".snapshot",
    "Sweep": ".choosing.rows",
    "UnsupportedStrategy": ".errors",
    "assign_points": ".steps",
    "initial_centroids": ".starts.initial",
    "make_clusters": ".starts.synthetic",
    "match_labels": ".race",
    "recalc_centroids": ".steps",
    "sweep": ".choosing.sweep",
    "verify": ".audit",
}


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
