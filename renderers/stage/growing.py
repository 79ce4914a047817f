"""A sweep over K becomes a run: K grows from state to state, and clusters split. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.labels import FixedLabels, Unchanged, label_dtype
from kmeans_engine.race import match_clusters, overlap
from renderers.contract import Renderer
from renderers.errors import InvalidOption
from renderers.picture.colours import cluster_colours
from renderers.picture.families import family_order
from renderers.scene import Scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.choosing.rows import Row, Sweep

    Array = NDArray[Any]

__all__ = ["Growth", "grown", "moves", "play_sweep", "refuse_on_sweep", "states_of"]

# How points are drawn, of which a figure has none.
_OF_POINTS = ("overlays", "axes", "aspect", "limits", "log", "view")
_HOLD = 3.5  # seconds that the end is shown: there is a verdict to read


class Growth(NamedTuple):
    """How the clusters of each K come from those of the K before.

    Attributes
    ----------
    rows : tuple of Row
        Those of the sweep, by ascending K; their splits are in the numbers of the film.
    numbers : list of ndarray, (K,)
        For each row, which number its clusters have in the film: a cluster keeps its number as
        long as it shares most points with itself, and new ones get the next numbers.
    parents : list of int
        The cluster that each comes from, -1 for those of the least K.
    """

    rows: tuple[Row, ...]
    numbers: list[NDArray[np.intp]]
    parents: list[int]


def grown(sweep: Sweep) -> Growth:
    """Return which clusters are the same from one K to the next, and which come from which."""
    first, *others = sorted(sweep.rows, key=lambda row: row.k)
    numbers = [np.arange(first.k)]
    parents = [-1] * first.k
    rows, before = [first], first
    for row in others:
        shared = overlap(row.last, before.last)
        partners = match_clusters(shared)
        own = np.empty(row.k, np.intp)
        known = partners < before.k
        own[known] = numbers[-1][partners[known]]
        for label in np.flatnonzero(~known).tolist():
            own[label] = len(parents)
            parents.append(int(numbers[-1][shared[label].argmax()]))
        splits = tuple(numbers[-1][list(row.split_from)].tolist())
        rows.append(replace(row, split_from=splits))
        numbers.append(own)
        before = row
    return Growth(tuple(rows), numbers, parents)


def states_of(growth: Growth, best: int | None) -> Iterator[Snapshot]:
    """Yield a state for each K, and at the end that of the best one.

    All of them have as many centroids as the largest K. A cluster that is not there yet has no
    points, and is where the one is that it will come from: so it comes out of its parent.
    """
    lineage = np.array(growth.parents)
    before: Snapshot | None = None
    chosen: Snapshot | None = None
    for row, numbers in zip(growth.rows, growth.numbers, strict=True):
        before = _state(row, numbers, lineage, before)
        if row.k == best:
            chosen = before
        yield before
    if chosen is not None and chosen is not before:
        yield replace(chosen, n_changed=0, _labels=Unchanged(chosen._labels))


def _state(
    row: Row, numbers: NDArray[np.intp], lineage: NDArray[np.intp], before: Snapshot | None
) -> Snapshot:
    """Return the state of a row with the numbers of the film; its iteration is K."""
    most, last = len(lineage), row.last
    # Who stands for each cluster: itself, or its nearest ancestor that is there.
    stands = np.arange(most)
    while (absent := stands >= row.k).any():
        stands[absent] = lineage[stands[absent]]

    def placed(centroids: NDArray[np.float64]) -> NDArray[np.float64]:
        there = np.empty((row.k, centroids.shape[1]))
        there[numbers] = centroids
        found: NDArray[np.float64] = there[stands]
        found.setflags(write=False)
        return found

    def of_clusters(values: Array) -> Array:
        found = np.zeros(most, values.dtype)
        found[numbers] = values
        found.setflags(write=False)
        return found

    own = last.labels
    if not isinstance(own, np.ndarray):
        raise InvalidOption(
            "the labels of a cluster stay there, so K cannot be seen to grow; write the figure of "
            "the sweep, such as elbow.png"
        )
    labels = numbers.astype(label_dtype(most))[own]
    changed = np.flatnonzero(labels != (labels if before is None else before.labels))
    return replace(
        last,
        iteration=row.k,
        centroids=placed(last.centroids),
        assigned_from=placed(last.assigned_from),
        counts=of_clusters(last.counts),
        weights=None if last.weights is None else of_clusters(last.weights),
        n_changed=len(changed),
        _labels=FixedLabels(labels, changed),
    )


def moves(kinds: Sequence[type[Renderer]]) -> bool:
    """Return whether clusters are seen to split: in whatever has a duration, such as a film."""
    return any("duration" in kind.honours for kind in kinds)


def refuse_on_sweep(kinds: Sequence[type[Renderer]], asked: Iterable[str]) -> None:
    """Raise `InvalidOption` for an option that changes nothing of what is drawn of a sweep.

    Parameters
    ----------
    kinds : sequence of type of Renderer
        Those that were chosen.
    asked : iterable of str
        Those of `renderers.contract.OPTIONS` that were given.
    """
    asked = set(asked)
    if "phases" in asked:
        raise InvalidOption(
            "phases= has no effect where several K are compared; leave it out", option="phases"
        )
    for option in _OF_POINTS:
        if option in asked and all(kind.charts for kind in kinds):
            raise InvalidOption(
                f"{option}= has no effect on the figure of several K, which shows no points; leave "
                "it out, or ask for a film, such as k.mp4",
                option=option,
            )


def play_sweep(sweep: Sweep, scene: Scene, renderers: Sequence[Renderer], pace: Pace) -> None:
    """Play a sweep: as a figure to who draws one, as a film of growing K to all others.

    Parameters
    ----------
    sweep : Sweep
        What was found.
    scene : Scene
        Of one panel.
    renderers : sequence of Renderer
        Where to.
    pace : Pace
        How the film is told.
    """
    if all(renderer.charts for renderer in renderers):
        last = replace(sweep.rows[-1].last, iteration=sweep.rows[-1].k)
        play(moments([last], pace), replace(scene, sweep=sweep), renderers)
        return
    growth = grown(sweep)
    options = renderers[0].options
    table = cluster_colours(len(growth.parents), options.theme, options.palette)
    panel = replace(
        scene.panels[0],
        k=len(growth.parents),
        order=family_order(growth.parents, table),
        steps=True,
    )
    told = replace(sweep, rows=growth.rows)
    scene = replace(scene, panels=(panel,), sweep=told)
    count = len(growth.rows) + (sweep.best not in (None, growth.rows[-1].k))
    film = moments(states_of(growth, sweep.best), replace(pace, hold=_HOLD), count=count)
    play(film, scene, renderers)
