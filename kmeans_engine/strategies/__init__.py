"""How points find their centroids. All strategies give the same bits; they differ in effort.

To add one, write the class (see `base.Strategy`) and enter it in `_HOMES`; the tests run over
`STRATEGIES`. A strategy is imported when it is asked for.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kmeans_engine.validation import check_choice

if TYPE_CHECKING:
    from kmeans_engine.points.data import Data
    from kmeans_engine.points.fold import Points
    from kmeans_engine.strategies.base import Strategy

__all__ = ["STRATEGIES", "check_strategy", "make_strategy"]

# Module and class of each name.
_HOMES = {
    "auto": ("auto", "Auto"),
    "blocks": ("blocks", "Blocks"),
    "bounds": ("bounds", "Bounds"),
    "brute": ("brute", "Brute"),
    "cuda": ("cuda.strategy", "Cuda"),
    "neighbours": ("neighbours", "Neighbours"),
    "quantized": ("quantized", "Quantized"),
}

STRATEGIES = tuple(sorted(_HOMES))
"""Names that `Engine` accepts; ``auto`` chooses by the shape of the points."""


def make_strategy(name: str, points: Data) -> Strategy:
    """Prepare the strategy `name` for a part of the points.

    Raises
    ------
    InvalidInput
        If nothing has this name.
    UnsupportedStrategy
        If the strategy cannot serve these points on this machine.
    """
    check_strategy(name, points)
    made: Strategy = _load(name)(points)
    return made


def check_strategy(name: str, points: Points, k: int | None = None) -> None:
    """Raise as `make_strategy` does; see `base.Strategy.check`."""
    check_choice(name, "strategy", STRATEGIES)
    _load(name).check(points, k)


@lru_cache
def _load(name: str) -> Any:
    module, attribute = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)
