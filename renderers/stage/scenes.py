"""Scenes: where the points of a run lie, in which panels, under which names. Plays nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_engine.starts.methods import METHODS
from renderers.errors import InvalidOption
from renderers.scene import Panel, Scene

if TYPE_CHECKING:
    import numpy.typing as npt

    from kmeans_engine import Snapshot
    from kmeans_engine.command.source import Source
    from kmeans_engine.tables import Table
    from renderers.plane.view import View

__all__ = ["Scenes", "make_scene", "source_of"]


class Scenes:
    """Makes the scenes of runs; where the points are is found once for all runs on them.

    Parameters
    ----------
    title : str
        Of the whole picture.
    named : bool
        Whether the axes bear the names of the features, as far as there are any.
    **view
        Where points lie: axes, aspect, limits, log and view, as in `View`.
    """

    def __init__(self, title: str = "", *, named: bool = True, **view: Any) -> None:
        self._title, self._named, self._given = title, named, view
        self._newest: tuple[object, View] | None = None

    def of(
        self, runs: Sequence[tuple[str, Source]], facts: Mapping[str, str] | None = None
    ) -> Scene:
        """Return the scene of runs side by side on the same points.

        Parameters
        ----------
        runs : sequence of (str, Source)
            The name of each, empty if there is only one, and what it clusters.
        facts : mapping of str to str, optional
            Where the picture comes from; by default K and the version.

        Raises
        ------
        InvalidOption
            If the points have no such axes.
        """
        from kmeans_engine import __version__

        _, source = runs[0]
        view = self._view(source)
        # Three channels in their order are a colour, and one is grey.
        names = source.table.names
        alone = len(runs) == 1 and (len(names) == 1 or names == ("r", "g", "b"))
        alone = alone and not self._given.get("axes")
        image = source.table.shape if alone else None
        alpha, white = (None, 255.0) if image is None else _light(source.table)
        panels = tuple(Panel(one.k, view, _whole(name), image, alpha, white) for name, one in runs)
        if facts is None:
            facts = {"k": str(source.k), "version": __version__}
        if source.table.weighed_by:
            facts = {**facts, "weights": source.table.weighed_by}
        facts = {name: _whole(text) for name, text in facts.items()}
        return Scene(panels, _whole(self._title), facts)

    def _view(self, source: Source) -> View:
        from renderers.plane.view import View

        newest = self._newest
        if newest is not None and newest[0] is source.points:
            return newest[1]
        view = View(
            source.points,
            names=source.table.names if self._named else (),
            offset=source.offset,
            scale=source.scale,
            **self._given,
        )
        self._newest = source.points, view
        return view


def _light(table: Table) -> tuple[npt.NDArray[np.uint8] | None, float]:
    """Return the opacity of the pixels of an image, 0 for what is no point, and its white."""
    if table.kept is None:
        return table.alpha, table.white
    alpha = np.full(table.rows_read, 255, np.uint8) if table.alpha is None else table.alpha
    return np.where(table.kept, alpha, np.uint8(0)), table.white


def _whole(text: str) -> str:
    """Return text that every format holds; a file's name may have bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def source_of(
    snapshot: Snapshot,
    *,
    names: Sequence[str] = (),
    offset: npt.ArrayLike | None = None,
    scale: npt.ArrayLike | None = None,
) -> Source:
    """Return the points of a snapshot as a source, from which other runs can be started.

    Parameters
    ----------
    snapshot : Snapshot
        Any state of a run.
    names, offset, scale
        As in `View`; names are by default those of the points.
    """
    from kmeans_engine.command.source import Source
    from kmeans_engine.tables import Table

    units = _unit("offset", offset), _unit("scale", scale)
    try:
        table = Table(snapshot.points, tuple(map(str, names)) or snapshot.names, snapshot.n_points)
    except TypeError:
        message = f"names={names!r} is not a list of names; give one for each feature"
        raise InvalidOption(message) from None
    return Source(table, snapshot.visible, len(snapshot.centroids), METHODS[0], 0, *units)


def _unit(option: str, values: npt.ArrayLike | None) -> npt.NDArray[np.float64] | None:
    """Return an offset or a scale as an array, or None."""
    if values is None:
        return None
    try:
        array = np.asarray(values)
        if array.ndim == 1 and array.size and array.dtype.kind in "fiub":
            return array.astype(np.float64)
    except (TypeError, ValueError):
        pass
    raise InvalidOption(f"{option}= is not a list of numbers; give one for each feature")


def make_scene(
    snapshot: Snapshot,
    *,
    title: str = "",
    names: Sequence[str] = (),
    offset: npt.ArrayLike | None = None,
    scale: npt.ArrayLike | None = None,
    **view: Any,
) -> Scene:
    """Return the scene of one run: its points as `View` lays them out, in a single panel.

    Parameters
    ----------
    snapshot : Snapshot
        Any state of the run; its points and its number of clusters count.
    title : str
        Title of the picture.
    names, offset, scale
        As in `View`; names are by default those of the points.
    **view
        Where points lie: axes, aspect, limits, log and view, as in `View`.

    Raises
    ------
    InvalidOption
        If the points cannot be drawn like that.
    """
    source = source_of(snapshot, names=names, offset=offset, scale=scale)
    return Scenes(title, **view).of([("", source)], {})
