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

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from kmeans_engine import Snapshot
    from renderers.contract import Options, Renderer
    from renderers.errors import (
        InvalidOption,
        RendererBroken,
        RenderError,
        RendererUnavailable,
        UnknownRenderer,
    )
    from renderers.plane.view import make_scene
    from renderers.scene import Moment, Panel, Scene
    from renderers.stage.pace import Pace

    Runs = Iterable[Snapshot] | Mapping[str, Iterable[Snapshot]]

__all__ = [
    "InvalidOption",
    "Moment",
    "Options",
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
    "InvalidOption": "errors",
    "Moment": "scene",
    "Options": "contract",
    "Panel": "scene",
    "RenderError": "errors",
    "Renderer": "contract",
    "RendererBroken": "errors",
    "RendererUnavailable": "errors",
    "Scene": "scene",
    "UnknownRenderer": "errors",
    "make_scene": "plane.view",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def save(
    snapshots: Runs,
    path: str | PathLike[str],
    *,
    renderer: str | None = None,
    fps: float | None = None,
    smooth: bool = False,
    phases: bool = False,
    duration: float | None = None,
    size: tuple[int, int] | None = None,
    theme: str = "light",
    overlays: Iterable[str] | str | None = None,
    title: str = "",
    axes: tuple[int, int] | None = None,
    names: Sequence[str] = (),
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    quality: str = "standard",
    max_size: str | int | None = None,
    dpi: float = 100,
    overwrite: bool = True,
) -> Path:
    """Write the snapshots of a run to a film or another picture.

    Parameters
    ----------
    snapshots : iterable of Snapshot, or mapping of str to such iterables
        What `kmeans_engine.Engine.snapshots` yields; consumed once, none is kept. A mapping is a
        race: its runs on the same points are drawn side by side, under their names.
    path : path-like
        The file; its suffix chooses the renderer. Appears only when complete.
    renderer : str, optional
        Name of the renderer, for a plug-in.
    fps : float, optional
        Frames per second: 2, one for each snapshot, with the last one held for two seconds; or 30
        if `smooth` or `duration` is given.
    smooth : bool
        Move the centroids; linger on the first iterations, compress the long tail, hold the end.
    phases : bool
        Show each iteration in two steps: the points change cluster, then the centroids move.
    duration : float, optional
        Seconds of the whole film. All snapshots are taken, and kept, before the first is drawn.
    size : tuple of int, optional
        Width and height in pixels; the renderer's own if not given.
    theme : {"light", "dark", "classic"}
        Colours and markers.
    overlays : iterable of str, or str, optional
        What is drawn on top: some of numbers, trails, borders, changes, curve and sizes, or "all"
        or "none"; by default all, and none in the classic theme.
    title : str
        Shown above the picture.
    axes : tuple of int, optional
        The two features to draw; by default all of them, projected if there are more than two.
    names : sequence of str
        Names of the features.
    offset, scale : array_like, shape (N,), optional
        Draw ``value * scale + offset`` where the points were standardised.
    quality : {"draft", "standard", "best"}
        How much work the encoder of a film may spend.
    max_size : str or int, optional
        Largest file, such as "2MB": size and rate of a GIF, quality of an mp4 or webm are chosen to
        fit.
    dpi : float
        Dots per inch of a still, whose `size` counts hundredths of an inch.
    overwrite : bool
        Whether a file may be there already.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownRenderer, InvalidOption
        If an argument is wrong.
    RenderError, OSError
        If the file cannot be made; it is then as it was before.
    """
    from renderers.errors import InvalidOption
    from renderers.outputs import make_options, make_pace, plan
    from renderers.plane.view import make_scene

    pace = make_pace(fps=fps, smooth=smooth, phases=phases, duration=duration)
    outputs = plan([renderer] if renderer else [], [path], overwrite=overwrite)
    _, kind, file = outputs[0]
    if file is None:
        raise InvalidOption(f"renderer={renderer!r} writes no file; use one that does, or show()")
    options = make_options(
        kind,
        fps=pace.fps,
        size=size,
        theme=theme,
        overlays=overlays,
        quality=quality,
        max_size=max_size,
        dpi=dpi,
    )
    view: dict[str, Any] = {
        "title": title,
        "axes": axes,
        "names": names,
        "offset": offset,
        "scale": scale,
    }
    to_file = kind(file, options)
    to_file.drive(lambda: _play(snapshots, lambda first: make_scene(first, **view), to_file, pace))
    return file


def show(
    snapshots: Runs,
    *,
    fps: float | None = None,
    smooth: bool = False,
    phases: bool = False,
    duration: float | None = None,
    size: tuple[int, int] | None = None,
    theme: str = "light",
    overlays: Iterable[str] | str | None = None,
    title: str = "",
    axes: tuple[int, int] | None = None,
    names: Sequence[str] = (),
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
) -> None:
    """Show the snapshots of a run in a window, while they are computed; return when it is closed.

    In a notebook, show them in a player below the cell instead, once all are computed. The
    parameters are those of `save`. The window is matplotlib's: ``MPLBACKEND`` chooses the toolkit.
    Its keys and its mouse start further runs on the same points; ``h`` explains them.

    Raises
    ------
    InvalidOption
        If an argument is wrong.
    RendererUnavailable
        If there is no display.
    """
    from renderers.films import notebook
    from renderers.live.commands import Commands
    from renderers.outputs import make_options, make_pace, plan
    from renderers.plane.view import make_scene
    from renderers.stage.restart import Again

    inline = notebook.running()
    pace = make_pace(fps=fps, smooth=smooth, phases=phases, duration=duration)
    kind = notebook.Player if inline else plan(["live"], [])[0].renderer
    options = make_options(kind, fps=pace.fps, size=size, theme=theme, overlays=overlays)
    view: dict[str, Any] = {
        "title": title,
        "axes": axes,
        "names": names,
        "offset": offset,
        "scale": scale,
    }
    scenes: list[Scene] = []

    def scene_of(first: Snapshot) -> Scene:
        if not scenes:  # where the points are need not be found again
            scenes.append(make_scene(first, **view))
        panel = replace(scenes[0].panels[0], k=len(first.centroids))
        return replace(scenes[0], panels=(panel,))

    window: Any = kind(None, options)
    if isinstance(snapshots, Mapping):
        window.drive(lambda: _play(snapshots, scene_of, window, pace))
        return
    again = Again(lambda states, seat: _play(states, scene_of, seat, pace))
    window.commands = Commands(again.job)
    window.drive(lambda: _play(again.watch(iter(snapshots)), scene_of, window, pace))


def _play(
    snapshots: Runs,
    scene_of: Callable[[Snapshot], Scene],
    renderer: Renderer,
    pace: Pace,
) -> None:
    from kmeans_engine import __version__
    from kmeans_engine.race import side_by_side
    from renderers.errors import InvalidOption
    from renderers.stage.pace import moments
    from renderers.stage.play import play

    runs = snapshots if isinstance(snapshots, Mapping) else {"": snapshots}
    for run in runs.values():
        if not isinstance(run, Iterable):
            raise InvalidOption(
                f"a {type(run).__name__} is no run; pass engine.snapshots(centroids)"
            )
    states = side_by_side(list(runs.values()))
    first = next(states, ())
    if not all(hasattr(state, "assigned_from") for state in first):
        raise InvalidOption("what was given holds no snapshots; pass engine.snapshots(centroids)")
    if not first or len(first) < len(runs):
        raise InvalidOption("there are no snapshots to draw; pass engine.snapshots(centroids)")
    if any(state.points.shape != first[0].points.shape for state in first):
        raise InvalidOption("the runs of a race must be on the same points; use one Engine for all")
    scene = scene_of(first[0])
    panels = [
        replace(scene.panels[0], k=len(state.centroids), title=str(name))
        for name, state in zip(runs, first, strict=True)
    ]
    facts = {"k": str(panels[0].k), "version": __version__}
    film = moments(itertools.chain([first], states), pace)
    play(film, replace(scene, panels=tuple(panels), facts=facts), [renderer])
