"""Points in Dask collections: a part of them stays on its worker, and everything is added up.

Tasks are pure functions of a part and of centroids; what a worker remembers between two of them is
a cache. So workers may come, go and start again, and no bit of the answer depends on it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmeans_engine.cluster.whole import open_visible, open_whole

__all__ = ["open_visible", "open_whole"]


def __getattr__(name: str) -> Any:
    """Load `open_whole` and `open_visible` on first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.whole"), name)
