"""How points find their centroids. All strategies give the same bits; they differ in effort.

A strategy is built once per engine from its `Data` and may serve several runs at the same time, so
it keeps nothing of a run. To add one, write the class and enter it in `_CLASSES`; the tests run
over `STRATEGIES`.
"""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.errors import InvalidInput
from kmeans_engine.strategies.brute import Brute

__all__ = ["STRATEGIES", "Strategy", "make_strategy"]


class Strategy(Protocol):
    """What the engine asks of a strategy."""

    def assign(self, centroids: npt.NDArray[np.float64], labels: npt.NDArray[Any]) -> None:
        """Write the label of every point to `labels` (M,), any unsigned dtype."""

    def changes(
        self, centroids: npt.NDArray[np.float64], labels: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
        """Return the points whose label differs from `labels`, ascending, and their new labels.

        `labels` is left as it is.
        """


_CLASSES = {"auto": Brute, "brute": Brute}

STRATEGIES = tuple(sorted(_CLASSES))
"""Names that `Engine` accepts; ``auto`` chooses by the shape of the points."""


def make_strategy(name: str, data: Data) -> Strategy:
    """Build the strategy `name` for these points."""
    if name not in _CLASSES:
        raise InvalidInput(f"strategy={name!r} is unknown, needs one of {', '.join(STRATEGIES)}")
    return _CLASSES[name](data)
