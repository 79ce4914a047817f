"""Colours of clusters that come from one another: a child looks like its parent. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import distances, oklab

__all__ = ["family_order"]

_OF_LIGHTNESS = 0.5  # a light blue is more of a blue than a violet as dark as that


def family_order(parents: Sequence[int], colours: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return which of some colours each cluster has, so that families are told apart.

    The first clusters get colours that are as different as possible, each later one what is left
    that looks most like that of its parent: all are those of the table, which can be told apart.

    Parameters
    ----------
    parents : sequence of int, (K,)
        The cluster, of a lower number, that each comes from; -1 for those that were there first.
    colours : ndarray, (K, 3), uint8
        Those that are given out.

    Returns
    -------
    ndarray, (K,), intp
        Each of 0..K - 1 once.
    """
    k = len(parents)
    order = np.zeros(k, np.intp)
    left = np.ones(k, np.bool_)
    apart = distances(colours, colours)
    places = oklab(colours) * (_OF_LIGHTNESS, 1.0, 1.0)
    for number, parent in enumerate(parents):
        if number == 0:
            best = 0
        elif parent < 0:
            least = apart[:, order[:number]].min(axis=1)
            best = int(np.where(left, least, -1.0).argmax())
        else:
            away = np.linalg.norm(places - places[order[parent]], axis=1)
            best = int(np.where(left, away, np.inf).argmin())
        order[number], left[best] = best, False
    return order
