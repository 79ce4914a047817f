"""Renderers: snapshots in, pictures out. Knows matplotlib and ffmpeg; never a distance.

::

    import renderers
    from kmeans_engine import Engine, initial_centroids, make_clusters

    points = make_clusters(12, 100, seed=1)
    engine = Engine(points)
    centroids = initial_centroids(points, 12, seed=1)
    renderers.save(engine.snapshots(centroids), "run.mp4", fps=2, theme="dark")
    renderers.show(engine.snapshots(centroids))

Importing this package imports no toolkit and no compiler; a renderer is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmeans_engine.runtime.lazy import lazily

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from kmeans_engine import Snapshot
    from kmeans_engine.choosing.rows import Sweep
    from kmeans_engine.runtime.atomic import AtomicFile
    from renderers.callback import Film
    from renderers.contract import Options, Renderer
    from renderers.errors import (
        InvalidOption,
        RendererBroken,
        RenderError,
        RendererUnavailable,
        UnknownRenderer,
    )
    from renderers.picture.painter import Painter
    from renderers.scene import Moment, Panel, Scene
    from renderers.stage.scenes import make_scene

    # Or steps of other algorithms: (centroids or None, labels), or labels.
    Run = Snapshot | Iterable[Any]
    Runs = Run | Mapping[str, Run] | Sweep

__all__ = [
    "AtomicFile",
    "Film",
    "InvalidOption",
    "Moment",
    "Options",
    "Painter",
    "Panel",
    "RenderError",
    "Renderer",
    "RendererBroken",
    "RendererUnavailable",
    "Scene",
    "UnknownRenderer",
    "make_scene",
    "save",
    "show",
]

_HOMES = {
    "AtomicFile": "kmeans_engine.runtime.atomic",
    "Film": "renderers.callback",
    "InvalidOption": "renderers.errors",
    "Moment": "renderers.scene",
    "Options": "renderers.contract",
    "Painter": "renderers.picture.painter",
    "Panel": "renderers.scene",
    "RenderError": "renderers.errors",
    "Renderer": "renderers.contract",
    "RendererBroken": "renderers.errors",
    "RendererUnavailable": "renderers.errors",
    "Scene": "renderers.scene",
    "UnknownRenderer": "renderers.errors",
    "make_scene": "renderers.stage.scenes",
}


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)


def save(
    snapshots: Runs,
    path: str | PathLike[str],
    *,
    points: Any = None,
    renderer: str | None = None,
    fps: float | None = None,
    smooth: bool = False,
    phases: bool = False,
    duration: float | None = None,
    size: tuple[int, int] | str | None = None,
    theme: str | None = None,
    overlays: Iterable[str] | str | None = None,
    title: str = "",
    axes: tuple[int, ...] | None = None,
    names: Sequence[str] = (),
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    aspect: str = "equal",
    limits: tuple[float, float, float, float] | str | None = None,
    log: str = "",
    view: str = "2d",
    palette: Sequence[str] | str | None = None,
    font: str | None = None,
    transparent: bool = False,
    quality: str = "standard",
    max_size: str | int | None = None,
    dpi: float = 100,
    max_points: int | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the snapshots of a run to a film or another picture.

    Parameters
    ----------
    snapshots : iterable of Snapshot, or Snapshot, or mapping of str to these, or Sweep
        What `Engine.snapshots` yields, consumed once; or one state, such as that of `Engine.fit`.
        A mapping is a race, drawn side by side. With `points` these are the steps of any algorithm.
        Of a sweep over K, a still is the figure of its curves, and a film shows K growing.
    path : path-like
        The file; its suffix chooses the renderer. Appears only when complete. A still such as
        ``frames_%04d.png`` becomes one file for each iteration.
    points : array_like, (M, N), optional
        What is drawn if `snapshots` is an iterable of pairs of centroids, (K, N) or None, and
        labels, (M,); or of labels alone. A label is the number of a centroid, or any integer where
        there are none; -1 is noise. All steps are taken before the first is drawn.
    renderer : str, optional
        Name of the renderer, for a plug-in.
    fps : float, optional
        By default 2, one frame for each snapshot; or 30 if `smooth` or `duration` is given.
    smooth : bool
        Move the centroids; linger on the first iterations, compress the long tail, hold the end.
    phases : bool
        Show each iteration in two steps: the points change cluster, then the centroids move.
    duration : float, optional
        Seconds of the whole film. All snapshots are taken, and kept, before the first is drawn.
    size : tuple of int, or str, optional
        Width and height in pixels, (640, 480) or "640x480"; the renderer's own if not given.
    theme : {"light", "dark", "classic"}, optional
        Colours and markers; by default light, and on a page what its reader's system prefers.
    overlays : iterable of str, or str, optional
        Some of numbers, trails, borders, changes, curve, sizes and legend, or "all" or "none"; by
        default all but the legend, and none in the classic theme.
    title : str
        Above the picture.
    axes : tuple of int, optional
        The two features to draw, three of a 3d view; by default all, projected if there are more.
    names : sequence of str
        Names of the features; by default those of the points, the columns of a DataFrame.
    offset, scale : array_like, shape (N,), optional
        Draw ``value * scale + offset`` where the points were standardised.
    aspect : {"equal", "auto"}
        Whether a unit is as long on both axes, so that distances and borders look as they are.
    limits : tuple of float, or str, optional
        ``(x0, x1, y0, y1)``, also as "x0,x1,y0,y1", or "all" for all points; by default a few far
        outliers stay outside.
    log : {"", "x", "y", "xy"}
        Axes that are drawn with a logarithmic scale.
    view : {"2d", "3d"}
        Whether the points are turned slowly, along three features or principal components.
    palette : str, or sequence of str, optional
        Colours of the clusters: the name of a matplotlib colour map, a file with one colour in each
        line, or colours, also as one string with commas.
    font : str, optional
        A font of this machine by name, or its file.
    transparent : bool
        Leave out the ground of a PNG, WebM or GIF.
    quality : {"draft", "standard", "best"}
        How much work the encoder of a film may spend.
    max_size : str or int, optional
        Largest file, such as "2MB": the film is laid out anew in the largest size that fits.
    dpi : float
        Dots per inch of a still, whose `size` counts hundredths of an inch.
    max_points : int, optional
        How many points a page holds one by one, by default 300,000; of more it holds so many,
        evenly spaced, over a picture of how densely all of them lie.
    overwrite : bool
        Replace a file that is there already; by default that is an error.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownRenderer, InvalidOption
        If an argument is wrong.
    InvalidInput
        If the file exists and `overwrite` is false, or cannot be written.
    RenderError, OSError
        If the file cannot be made; it is then as it was before.
    """
    given = dict(locals())  # the arguments, by name
    from renderers.stage import start

    return start.save(given.pop("snapshots"), given.pop("path"), **given)


def show(
    snapshots: Runs,
    *,
    points: Any = None,
    fps: float | None = None,
    smooth: bool = False,
    phases: bool = False,
    duration: float | None = None,
    size: tuple[int, int] | str | None = None,
    theme: str | None = None,
    overlays: Iterable[str] | str | None = None,
    title: str = "",
    axes: tuple[int, ...] | None = None,
    names: Sequence[str] = (),
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    aspect: str = "equal",
    limits: tuple[float, float, float, float] | str | None = None,
    log: str = "",
    view: str = "2d",
    palette: Sequence[str] | str | None = None,
    font: str | None = None,
) -> None:
    """Show the snapshots of a run in a window, while they are computed; return when it is closed.

    In a notebook, show them below the cell instead, once all are computed: on a page that plays,
    answers and goes on, or as a film where one is asked for, by `smooth`, `fps` or `duration`. The
    parameters are those of `save`. The window is matplotlib's: ``MPLBACKEND`` chooses the toolkit.
    Its keys and its mouse start further runs on the same points; ``h`` explains them.

    Raises
    ------
    InvalidOption
        If an argument is wrong.
    RendererUnavailable
        If there is no display.
    """
    given = dict(locals())  # the arguments, by name
    from renderers.stage import start

    start.show(given.pop("snapshots"), start.viewer(given), **given)
