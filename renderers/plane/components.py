"""The few directions in which points spread most. Knows no pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["component_label", "principal_components"]

_NOTHING = 1e-14  # of the largest variance: what roundings leave
_CHUNK = 1 << 16  # values at a time


def component_label(number: int, share: float, of: str) -> str:
    """Return the label of an axis."""
    percent = f" ({share:.0%})" if np.isfinite(share) else ""
    return f"principal component {number}{of}{percent}"


def principal_components(
    points: NDArray[np.float64], count: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean, the first principal directions (count, N) and their shares of the variance.

    Values are divided by a power of two near the largest one, so that squares neither overflow nor
    vanish. The loading of largest size is positive.
    """
    features = points.shape[1]
    step = max(1, _CHUNK // features)

    def chunks() -> Iterator[NDArray[np.float64]]:
        for start in range(0, len(points), step):
            yield points[start : start + step]

    largest = max(float(np.abs(part).max()) for part in chunks())
    unit = 2.0 ** max(-1022, int(np.frexp(largest)[1]) - 1) if largest > 0 else 1.0
    centre = np.sum([(part / unit).sum(axis=0) for part in chunks()], axis=0) / len(points)
    covariance = np.zeros((features, features))
    for part in chunks():
        part = part / unit - centre
        covariance += part.T @ part
    values, vectors = np.linalg.eigh(covariance)
    basis = np.ascontiguousarray(vectors[:, : -count - 1 : -1].T)
    for direction in basis:
        direction *= np.sign(direction[np.abs(direction).argmax()])
    basis[values[: -count - 1 : -1] < _NOTHING * values[-1]] = 0.0  # a grey image is a line
    total = values.clip(0).sum()
    shares = values[: -count - 1 : -1].clip(0) / total if total > 0 else np.full(count, np.nan)
    return centre * unit, basis, shares
