"""Points in Dask collections: a part of them stays on its worker, and everything is added up.

Tasks are pure functions of a part and of centroids; what a worker remembers between two of them is
a cache. So workers may come, go and start again, and no bit of the answer depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmeans_engine.runtime.lazy import lazily

if TYPE_CHECKING:
    from kmeans_engine.cluster.whole import open_visible, open_whole

__all__ = ["open_visible", "open_whole"]


__getattr__ = lazily(__name__, dict.fromkeys(__all__, ".whole"))
