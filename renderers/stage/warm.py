"""Every kernel is compiled before anybody waits for it: for `kmeans-engine --warm`.

Small runs of each kind, drawn in each way, have Numba compile what real ones need. What a kernel
is compiled for are the types of its arguments: points of float32 or float64, labels of one, two or
four bytes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine import (
    STRATEGIES,
    Engine,
    assign_points,
    initial_centroids,
    recalc_centroids,
    sweep,
)
from kmeans_engine.recording import record
from kmeans_engine.runtime.jit import KERNELS
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.strategies.cuda.device import missing
from renderers.errors import RenderError
from renderers.picture.ink import paint
from renderers.picture.marks import Disc
from renderers.stage.ahead import PLAIN
from renderers.stage.start import save

__all__ = ["Kept", "kept", "steps"]

_TYPES = ("float32", "float64", "uint8")  # the last as the integers that float32 holds
# Clusters, and points: labels of one, two and four bytes; too many points for a sprint.
_SIZES = ((12, 20_000), (300, 40_000), ((1 << 16) + 1, 1 << 17))
# An iteration in which fewer points than clusters change.
_LATE = 80
# Strategies that remember nothing of pairs of centroids, so that there may be that many.
_FOR_MANY = ("blocks", "brute")
# How the same points are drawn: with each suffix, of markers, of single pixels, and in 3-D.
_PICTURES: tuple[tuple[str, dict[str, Any]], ...] = (
    (".mp4", {"smooth": True, "overlays": "all"}),
    (".gif", {"phases": True, "theme": "dark", "size": (320, 240)}),
    (".png", {"theme": "classic"}),
)
_MANY_POINTS = 100_000


class Kept(NamedTuple):
    """The machine code of all kernels, on disk; none in plain Python.

    Attributes
    ----------
    folder : str
        They are here, or below.
    files, size : int
        How many files, and their bytes.
    complete : bool
        Whether everything could be written.
    """

    folder: str
    files: int
    size: int
    complete: bool


def steps() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what there is to do, in words and as functions."""
    for kind in _TYPES:
        for k, rows in _SIZES:
            for strategy in STRATEGIES if k <= 300 else _FOR_MANY:
                if strategy != "auto" and not _is_missing(strategy):
                    words = f"{strategy}, {kind}, {k:,} clusters"
                    points = _points(kind, rows, 2)
                    yield words, partial(_cluster, strategy, points, k)
                    weighed = partial(_cluster, strategy, points, k, _weights(rows))
                    yield f"weights, {words}", weighed
        for strategy in ("brute", "blocks"):
            yield (
                f"files, {strategy}, {kind}",
                partial(_read, strategy, _points(kind, 1 << 18, 2), 12),
            )
        yield f"starts, {kind}", partial(_start, _points(kind, 4096, 2))
        yield f"several K, {kind}", partial(_compare, _points(kind, 1200, 2))
        for suffix, options in _PICTURES:
            for k, rows, features in ((12, 1200, 2), (300, 1200, 2), (12, 1200, 3)):
                words = f"{suffix}, {kind}, {k} clusters, {features} features"
                yield words, partial(_draw, suffix, options, _points(kind, rows, features), k)
        for k in (12, 300):
            # All points once, then those that change.
            for suffix, size in ((".png", None), (".gif", (320, 240))):
                words = f"single pixels, {suffix}, {kind}, {k} clusters"
                points = _points(kind, _MANY_POINTS, 2)
                yield words, partial(_draw, suffix, {"size": size, "overlays": "all"}, points, k)
    for name, points, options in _kinds():
        yield name, partial(_draw, ".png", {"size": (320, 240), **options}, points, 3)
    clear = {"transparent": True, "size": (320, 240)}
    for suffix in (".png", ".gif"):
        words = f"no ground, {suffix}"
        yield words, partial(_draw, suffix, clear, _points("float64", 1200, 2), 12)
    few = partial(_cluster, "brute", _points("float64", 1200, 2), 12, _weights(1200))
    yield "few points with weights", few
    yield "a sweep over K", partial(sweep, _points("float64", 400, 2), (1, 2, 3), seed=0)
    icon = np.zeros((9, 9, 4), dtype=np.uint8)
    yield "the window", partial(paint, icon, [Disc(4.5, 4.5, 4.0, (0, 0, 0))])


def kept() -> Kept:
    """Return where the machine code is."""
    caches = [kernel._cache for kernel in KERNELS]
    files = [path for cache in caches for path in cache.files()]
    folder = os.path.commonpath({cache.cache_path for cache in caches}) if caches else "memory"
    complete = all(cache.is_kept for cache in caches)
    return Kept(folder, len(files), sum(path.stat().st_size for path in files), complete)


def _is_missing(strategy: str) -> bool:
    """Return whether this machine cannot use a strategy."""
    return strategy == "cuda" and missing() is not None


def _points(kind: str, rows: int, features: int) -> npt.NDArray[Any]:
    rng = np.random.default_rng(rows)
    return (250.0 * rng.random((rows, features))).astype(kind)


def _weights(rows: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(rows).random(rows)


def _kinds() -> Iterator[tuple[str, npt.NDArray[Any], dict[str, Any]]]:
    """Yield points that are drawn as something else than a cloud, and how that is asked for."""
    few, line = np.round(_points("float64", 1200, 2) / 60), _points("float64", 1200, 1)
    far = _points("float64", 1200, 2)
    far[0] = 1e6
    yield "discs", few, {}
    yield "a ridge", line, {}
    yield "outliers", far, {}
    yield "logarithms", far, {"log": "x"}
    yield "a solid", _points("float64", 1200, 3), {"view": "3d"}


def _cluster(
    strategy: str,
    points: npt.NDArray[Any],
    k: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> None:
    """Run a strategy until few points change cluster, with and without states that are kept."""
    engine, most = Engine(points, weights=weights, strategy=strategy), _LATE if k <= 300 else 3
    engine.fit(points[:k], max_iterations=2)
    *others, last = engine.snapshots(points[:k], max_iterations=most)
    _ = last.inertia, last.labels, last.changed
    for state in others[-3:]:  # what a picture asks of the state that it shows
        state.labels_at(np.arange(0, len(points), 7))


def _read(strategy: str, points: npt.NDArray[Any], k: int) -> None:
    """Record and draw a run on points in a file, none of which fits into memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "points.npy")
        np.save(path, points)
        engine = Engine(path, strategy=strategy, memory=1, scratch=folder)
        states = record(engine.snapshots(points[:k], max_iterations=3), Path(folder, "run.arrows"))
        save(states, Path(folder, "drawn.gif"), renderer=None, overwrite=False, **PLAIN)
        *others, last = engine.snapshots(points[:k], max_iterations=3)
        _ = last.inertia, last.labels, [state.changed for state in others]
        del engine, others, last  # the file is to be removed


def _start(points: npt.NDArray[Any]) -> None:
    for method in METHODS:
        centroids = initial_centroids(points, 12, method=method, seed=0)
    labels = assign_points(points, centroids)
    recalc_centroids(points, labels, centroids)


def _compare(points: npt.NDArray[Any]) -> None:
    """Compare a few K, and draw the figure of that."""
    with tempfile.TemporaryDirectory() as folder:
        found = sweep(points, (2, 3), seed=0)
        save(found, Path(folder, "k.png"), renderer=None, overwrite=False, **PLAIN)


def _draw(suffix: str, options: dict[str, Any], points: npt.NDArray[Any], k: int) -> None:
    """Draw a short run into a file that is removed."""
    states = Engine(points).snapshots(points[:k], max_iterations=3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"drawn{suffix}")
        try:
            save(states, path, renderer=None, overwrite=False, **{**PLAIN, **options})
        except RenderError:  # there is no ffmpeg, so there are no films
            states.close()
