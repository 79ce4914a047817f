"""Chooses a strategy by the shape of the points."""

from kmeans_engine.data import Data
from kmeans_engine.strategies.base import Strategy
from kmeans_engine.strategies.blocks import Blocks
from kmeans_engine.strategies.brute import Brute

__all__ = ["make_auto"]

# Below this the sort costs more than it saves.
_WORTH_SORTING = 1 << 14


def make_auto(data: Data) -> Strategy:
    """Return the strategy that is expected to be the fastest for these points."""
    if data.n_features <= 8 and _WORTH_SORTING <= data.n_points < 1 << 32:
        return Blocks(data)
    return Brute(data)
