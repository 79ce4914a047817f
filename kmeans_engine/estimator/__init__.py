"""K-means for scikit-learn: its `KMeans`, with exact answers and runs that can be watched.

>>> from kmeans_engine import make_clusters
>>> from kmeans_engine.estimator import KMeans
>>> X = make_clusters(12, 100, seed=1)
>>> model = KMeans(n_clusters=12, random_state=1).fit(X)
>>> model.labels_, model.inertia_  # doctest: +SKIP

Takes the place of ``sklearn.cluster.KMeans``: the same parameters, attributes and methods. Needs
scikit-learn, which nothing else here imports.
"""

from typing import TYPE_CHECKING

from kmeans_engine.runtime.lazy import lazily

if TYPE_CHECKING:
    from kmeans_engine.estimator.callbacks import EarlyStop, Record
    from kmeans_engine.estimator.history import Iteration
    from kmeans_engine.estimator.kmeans import KMeans

__all__ = ["EarlyStop", "Iteration", "KMeans", "Record"]

_HOMES = {
    "EarlyStop": ".callbacks",
    "Iteration": ".history",
    "KMeans": ".kmeans",
    "Record": ".callbacks",
}


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
