"""The slow, obvious oracle: plain Python, distances by definition, means by fractions."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

Row = list[float]


@dataclass
class State:
    iteration: int
    centroids: list[Row]
    assigned_from: list[Row]
    labels: list[int]
    changed: list[int]
    counts: list[int]
    shift: float
    inertia: float
    converged: bool
    weights: list[float] | None = None


def rows(array) -> list[Row]:
    """Points and centroids count as their float64 values."""
    return [[float(value) for value in row] for row in np.asarray(array).tolist()]


def squared_distance(point: Row, centroid: Row) -> float:
    total = 0.0
    for x, c in zip(point, centroid, strict=True):
        total += (x - c) * (x - c)
    return total


def assign(points: list[Row], centroids: list[Row]) -> list[int]:
    labels = []
    for point in points:
        distances = [squared_distance(point, centroid) for centroid in centroids]
        labels.append(distances.index(min(distances)))
    return labels


def recalc(points: list[Row], labels: list[int], centroids: list[Row], weights=None) -> list[Row]:
    weights = [Fraction(w) for w in weights or [1] * len(points)]
    means = []
    for k, centroid in enumerate(centroids):
        members = [i for i, label in enumerate(labels) if label == k]
        total = sum(weights[i] for i in members)
        if not total:
            means.append(list(centroid))
            continue
        columns = range(len(centroid))
        sums = [sum(weights[i] * Fraction(points[i][n]) for i in members) for n in columns]
        means.append([float(column / total) for column in sums])
    return means


def inertia(
    points: list[Row], labels: list[int], centroids: list[Row], weights: list[float] | None = None
) -> float:
    total = Fraction(0)
    for point, label, w in zip(points, labels, weights or [1.0] * len(points), strict=True):
        for x, c in zip(point, centroids[label], strict=True):
            total += Fraction(w) * (Fraction(x) - Fraction(c)) ** 2
    return float(total)


def total_weights(labels: list[int], k: int, weights: list[float]) -> list[float]:
    exact = [Fraction(0)] * k
    for label, w in zip(labels, weights, strict=True):
        exact[label] += Fraction(w)
    return [float(total) for total in exact]


def shift(before: list[Row], after: list[Row]) -> float:
    return max(math.sqrt(squared_distance(b, a)) for a, b in zip(before, after, strict=True))


def snapshots(
    points, centroids, max_iterations=None, tolerance=0.0, weights=None
) -> Iterator[State]:
    """Yield every state, beginning with the initial one."""
    data, current = rows(points), rows(centroids)
    if weights is not None:
        weights = [float(w) for w in np.asarray(weights).reshape(-1).tolist()]
    labels = assign(data, current)
    everybody = list(range(len(data)))

    def state(iteration, new, used, labels, changed, moved, converged):
        counts = [labels.count(k) for k in range(len(new))]
        return State(
            iteration,
            new,
            used,
            labels,
            changed,
            counts,
            moved,
            inertia(data, labels, new, weights),
            converged,
            None if weights is None else total_weights(labels, len(new), weights),
        )

    yield state(0, current, current, labels, everybody, 0.0, False)
    seen = [current]
    iteration = 0
    while max_iterations is None or iteration < max_iterations:
        iteration += 1
        old_labels, labels = labels, assign(data, current)
        changed = [i for i in everybody if labels[i] != old_labels[i]]
        used, current = current, recalc(data, labels, current, weights)
        moved, converged = shift(used, current), current == used
        yield state(iteration, current, used, labels, changed, moved, converged)
        if converged or current in seen or 0.0 < tolerance >= moved:
            return
        seen.append(current)


def silhouettes(points: list[Row], labels: list[int], distance) -> list[float]:
    """Return the silhouette of each point, by all pairs; 0 for one that is alone."""
    found = []
    for i, point in enumerate(points):
        means = {}
        for k in set(labels):
            others = [j for j, label in enumerate(labels) if label == k and j != i]
            total = math.fsum(distance(point, points[j]) for j in others)
            means[k] = total / len(others) if others else None
        a = means.pop(labels[i])
        b = min(means.values())
        found.append(0.0 if a is None or max(a, b) == 0.0 else (b - a) / max(a, b))
    return found
