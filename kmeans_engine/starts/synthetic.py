"""Made-up clusters, as in the tutorial."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.validation import check_count, check_seed, shown

__all__ = ["make_clusters"]

# Float64 numbers: more need more than 2^52 bytes, which no processor addresses.
_MOST = 1 << 49


def make_clusters(
    n_clusters: int,
    points_per_cluster: int,
    *,
    features: int = 2,
    bounds: Sequence[float] | Sequence[Sequence[float]] = (-4.0, 4.0),
    spread: float = 0.01,
    seed: int | np.random.SeedSequence | None = None,
) -> npt.NDArray[np.float64]:
    """Return points scattered normally around cluster centres that are drawn uniformly.

    Parameters
    ----------
    n_clusters, points_per_cluster : int
        At least 1 each.
    features : int
        Number of features N.
    bounds : pair of float, or N pairs
        Where the centres lie: one (low, high) for all features, or one per feature.
    spread : float
        Variance along each axis in units of the span of that axis: variance = spread * (high -
        low).
    seed : int or SeedSequence, optional
        The same seed gives the same bits; without one every call differs.

    Returns
    -------
    ndarray, (n_clusters * points_per_cluster, N), float64
        Cluster after cluster: row i belongs to centre ``i // points_per_cluster``.

    Raises
    ------
    InvalidInput, InvalidType
        If an argument is out of range.
    """
    n_clusters = check_count(n_clusters, "n_clusters", minimum=1)
    points_per_cluster = check_count(points_per_cluster, "points_per_cluster", minimum=1)
    features = check_count(features, "features", minimum=1)
    if n_clusters * points_per_cluster * features > _MOST:
        raise InvalidInput(
            f"{n_clusters} clusters of {points_per_cluster} points do not fit into memory; use "
            "fewer"
        )
    limits = _check_bounds(bounds, features)
    spread = _check_spread(spread)
    rng = check_seed(seed)
    span = limits[:, 1] - limits[:, 0]
    centres = limits[:, 0] + span * rng.random((n_clusters, features))
    points = rng.standard_normal((n_clusters * points_per_cluster, features))
    points *= np.sqrt(spread * span)
    points += np.repeat(centres, points_per_cluster, axis=0)
    return points


def _check_bounds(bounds: Any, features: int) -> npt.NDArray[np.float64]:
    try:
        array = np.asarray(bounds, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidType(f"bounds={shown(bounds)} are not numbers, need (low, high)") from None
    if array.shape not in ((2,), (features, 2)):
        raise InvalidInput(
            f"bounds have shape {array.shape}, need one pair (low, high) or one for each of the "
            f"{features} features"
        )
    limits = np.broadcast_to(array, (features, 2))
    if not np.isfinite(limits).all() or (limits[:, 0] > limits[:, 1]).any():
        raise InvalidInput(f"bounds={shown(bounds)} are out of range, need finite low <= high")
    return limits


def _check_spread(spread: Any) -> float:
    try:
        number = float(spread)
    except (TypeError, ValueError):
        raise InvalidType(
            f"spread={shown(spread)} is not a number, needs one of at least 0", options=("spread",)
        ) from None
    if not 0.0 <= number < float("inf"):
        raise InvalidInput(
            f"spread={number} is out of range, needs a finite number of at least 0",
            options=("spread",),
        )
    return number
