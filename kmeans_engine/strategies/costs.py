"""One model of time, in nanoseconds on one thread: of what strategies do."""

from __future__ import annotations

__all__ = ["looking", "scanning", "shipping", "sorting", "sweeping"]


def scanning(n_points: int, k: int, n_features: int) -> float:
    """Return about how long a step of `brute` takes that reads its points from a file."""
    return n_points * (1.3 + 0.4 * n_features + 0.06 * k * n_features)


def sorting(n_points: int, n_features: int) -> float:
    """Return about how long `blocks` takes to sort the points of a file into scratch."""
    return n_points * (20.0 + 11.0 * n_features)


def shipping(size: int) -> float:
    """Return about how long it takes to begin with a device and to send so many bytes there."""
    return 5e8 + 0.25 * size


def looking(n_points: int, looked: int, k: int, n_features: int) -> float:
    """Return about how long a look of `bounds` takes in which so many points are due."""
    return 1.5 * n_points + looked * (20.0 + k * n_features / 20.0)


def sweeping(contests: int, whole: int, mixed: int, scored: int) -> float:
    """Return about how long a sweep of `blocks` takes.

    Parameters
    ----------
    contests : int
        Distances of centroids to boxes of parents, times features.
    whole, mixed : int
        Blocks assigned whole, and others.
    scored : int
        Points scored in the latter.
    """
    return 2.0 * contests + 100.0 * whole + 250.0 * mixed + 6.0 * scored
