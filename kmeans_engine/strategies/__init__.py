"""How points find their centroids. All strategies give the same bits; they differ in effort.

To add one, write the class (see `base.Strategy`) and enter it in `_CLASSES`; the tests run over
`STRATEGIES`.
"""

from collections.abc import Callable

from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.data import Data
from kmeans_engine.strategies.auto import Auto
from kmeans_engine.strategies.base import Strategy
from kmeans_engine.strategies.blocks import Blocks
from kmeans_engine.strategies.bounds import Bounds
from kmeans_engine.strategies.brute import Brute
from kmeans_engine.strategies.neighbours import Neighbours

__all__ = ["STRATEGIES", "make_strategy"]

_CLASSES: dict[str, Callable[[Data], Strategy]] = {
    "auto": Auto,
    "blocks": Blocks,
    "bounds": Bounds,
    "brute": Brute,
    "neighbours": Neighbours,
}

STRATEGIES = tuple(sorted(_CLASSES))
"""Names that `Engine` accepts; ``auto`` chooses by the shape of the points."""


def make_strategy(name: str, data: Data) -> Strategy:
    """Build the strategy `name` for these points."""
    if name not in _CLASSES:
        raise InvalidInput(f"strategy={name!r} is unknown, needs one of {', '.join(STRATEGIES)}")
    return _CLASSES[name](data)
