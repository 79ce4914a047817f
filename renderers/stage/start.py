"""Runs begin: what was asked for is checked, scenes are made, and everything is played.

`renderers.save` and `renderers.show` come here with snapshots; the trials of a command are in
`renderers.stage.trials`.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from renderers import guard, registry
from renderers.contract import OPTIONS, Renderer
from renderers.errors import InvalidOption
from renderers.outputs import Output, make_options, plan, refuse_useless
from renderers.stage.growing import moves, play_sweep, refuse_on_sweep
from renderers.stage.matching import matched
from renderers.stage.pace import Pace, make_pace, moments
from renderers.stage.play import play
from renderers.stage.restart import Restarts
from renderers.stage.scenes import Scenes, source_of
from renderers.stage.trials import replay
from renderers.stage.unwritten import unwritten
from renderers.stage.window import Commands, Window

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.choosing.rows import Sweep
    from renderers.stage.steps import Told

    Run = Snapshot | Iterable[Any]
    Runs = Run | Mapping[str, Run]

__all__ = ["drive", "engage", "save", "show", "viewer"]

_PACE = ("fps", "smooth", "phases", "duration")
# Where points lie on a picture: what `View` is told.
_VIEW = ("axes", "aspect", "limits", "log", "view")
# What `renderers.save` passes where nothing was asked for, beside None and False.
_PLAIN = {
    **{"title": "", "quality": "standard", "dpi": 100},
    **{"aspect": "equal", "log": "", "view": "2d"},
}


def engage(
    outputs: Iterable[Output], asked: Mapping[str, Any], *, sweep: bool = False
) -> tuple[list[Renderer], Pace]:
    """Make the renderers that were chosen, each with the options that it honours.

    Parameters
    ----------
    outputs : iterable of Output
        What was chosen.
    asked : mapping of str
        Those of `OPTIONS` that were given.
    sweep : bool
        Whether K grows in the film, which then is smooth.

    Returns
    -------
    list of Renderer
        Those that write no file come last: a window must not hold back the files.
    Pace
        How their film is told.

    Raises
    ------
    InvalidOption
        If an option is outside its range, or none of the renderers uses it.
    RenderError, OSError
        If a renderer cannot be made; those that were made are aborted.
    """
    outputs = sorted(outputs, key=lambda output: output.path is None)
    refuse_useless([output.renderer for output in outputs], asked)
    turning = asked.get("view") == "3d"
    if sweep:
        refuse_on_sweep([output.renderer for output in outputs], asked)
    told = {name: asked[name] for name in _PACE if name in asked}
    if sweep and moves([output.renderer for output in outputs]):
        told["smooth"] = True
    pace = make_pace(**told, turning=turning)
    renderers: list[Renderer] = []
    try:
        for _, kind, path in outputs:
            named = set(asked).intersection(kind.honours).difference(_PACE, _VIEW, ["title"])
            options = make_options(kind, fps=pace.fps, **{name: asked[name] for name in named})
            renderers.append(guard.make(kind, path, options))
    except BaseException as error:
        guard.give_up(renderers, error)
        raise
    return renderers, pace


def drive(renderers: Sequence[Renderer], job: Callable[[], None]) -> None:
    """Run a job that plays to all of these renderers; the last one drives the others."""
    for renderer in renderers:
        job = partial(guard.drive, renderer, job)
    job()


def save(
    snapshots: Runs,
    path: str | PathLike[str],
    *,
    renderer: str | None,
    overwrite: bool,
    **given: Any,
) -> Path:
    """See `renderers.save`."""
    try:
        path = os.fsdecode(path)
    except TypeError:
        raise InvalidOption(
            f"path={path!r} is not a path; give the name of a file, such as 'run.mp4'"
        ) from None
    outputs = plan([str(renderer)] if renderer is not None else [], [path], overwrite=overwrite)
    file = outputs[0].path
    if file is None:
        raise InvalidOption(f"renderer={renderer!r} writes no file; use one that does, or show()")
    renderers, pace = engage(outputs, _asked(given), sweep=_is_sweep(snapshots))
    _drive_and_warn(
        renderers, lambda: _play_given(snapshots, renderers, pace, _scenes(given), given)
    )
    return file


def viewer(given: Mapping[str, Any]) -> Output:
    """Return what `renderers.show` shows runs in: a page or a film in a notebook, or a window.

    Parameters
    ----------
    given : mapping of str
        Its arguments: what only a film does asks for one.
    """
    from renderers.films import notebook

    if notebook.running():
        from renderers.html.notebook import NotebookPage

        is_page = NotebookPage.honours.issuperset(_asked(given))
        return Output("notebook", NotebookPage if is_page else notebook.NotebookPlayer, None)
    (output,) = plan([registry.window()], [])
    return output


def show(snapshots: Runs, output: Output, **given: Any) -> None:
    """See `renderers.show`.

    Parameters
    ----------
    snapshots : iterable of Snapshot, or Snapshot, or mapping of str to these
        Runs on the same points.
    output : Output
        Such as that of `viewer`.
    **given
        The other arguments of `renderers.show`.
    """
    renderers, pace = engage([output], _asked(given), sweep=_is_sweep(snapshots))
    scenes = _scenes(given)
    restarts = None
    (screen,) = renderers
    given_steps = given.get("points") is not None
    if isinstance(screen, Window) and not (isinstance(snapshots, Mapping) or given_steps):
        restarts = Restarts(
            replay(scenes, pace), make="these points were given; c draws new centroids on them"
        )
        screen.commands = Commands(restarts.job, new_points=False)
    _drive_and_warn(
        renderers, lambda: _play_given(snapshots, renderers, pace, scenes, given, restarts)
    )


def _drive_and_warn(renderers: Sequence[Renderer], job: Callable[[], list[str]]) -> None:
    """Run a job; warn whoever called `renderers.save` or `show` of what it returns."""
    told: list[str] = []
    drive(renderers, lambda: told.extend(job()))
    for line in told:
        warnings.warn(line, stacklevel=4)


def _asked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were asked for, without those that are what they are by default."""
    asked = {name: given[name] for name in OPTIONS if name in given}
    return {
        name: value
        for name, value in asked.items()
        if value is not None
        and value is not False
        and not (name in _PLAIN and value == _PLAIN[name])
    }


def _scenes(given: Mapping[str, Any]) -> Scenes:
    return Scenes(str(given["title"]), **{name: given[name] for name in _VIEW if name in given})


def _play_given(
    snapshots: Runs,
    renderers: Sequence[Renderer],
    pace: Pace,
    scenes: Scenes,
    given: Mapping[str, Any],
    restarts: Restarts | None = None,
) -> list[str]:
    """Play runs that were given, and return what their user should know of the pictures.

    Other starts begin with the points of their first snapshot.
    """
    if _is_sweep(snapshots):
        return _play_given_sweep(snapshots, renderers, pace, scenes, given)
    runs = snapshots if isinstance(snapshots, Mapping) else {"": snapshots}
    told: list[Told] = []
    if given.get("points") is not None:
        told = _told(runs, given["points"])
        runs = dict(zip(runs, (one.states for one in told), strict=True))
    first, states = _started(list(runs.values()))
    units = {name: given[name] for name in ("names", "offset", "scale")}
    source = source_of(first[0], **units)
    if restarts is not None:
        from kmeans_engine.command.trial import Trial

        restarts.begin(source, lambda: Trial(source))
    sources = [replace(source, k=len(state.centroids)) for state in first]
    scene = scenes.of(list(zip(map(str, runs), sources, strict=True)))
    if told:
        panels = (
            replace(
                panel,
                noise=one.noise,
                centroids=one.centroids,
                measured=one.measured,
                steps=True,
            )
            for panel, one in zip(scene.panels, told, strict=True)
        )
        scene = replace(scene, panels=tuple(panels))
    if len(runs) > 1:  # which clusters are the same is known when all have ended
        kept = list(states)
        starts = [state.centroids for state in kept[0]]
        scene, states = matched(scene, kept[-1], starts, renderers[0].options), iter(kept)
    play(moments(states, pace), scene, renderers)
    return unwritten(scene, given.get("font"), renderers)


def _is_sweep(given: object) -> TypeGuard[Sweep]:
    from kmeans_engine.choosing.rows import Sweep

    return isinstance(given, Sweep)


def _play_given_sweep(
    sweep: Sweep,
    renderers: Sequence[Renderer],
    pace: Pace,
    scenes: Scenes,
    given: Mapping[str, Any],
) -> list[str]:
    """Play a sweep over K, see `_play_given`."""
    if given.get("points") is not None:
        raise InvalidOption("a sweep has its points; leave out points=")
    units = {name: given[name] for name in ("names", "offset", "scale")}
    scene = scenes.of([("", source_of(sweep.rows[-1].last, **units))])
    play_sweep(sweep, scene, renderers, pace)
    return unwritten(scene, given.get("font"), renderers)


def _told(runs: Mapping[str, Any], points: Any) -> list[Told]:
    """Return the steps of other algorithms on points that were given as states."""
    from kmeans_engine.points.opening import open_visible
    from renderers.stage.steps import states_of

    if getattr(points, "ndim", 2) == 1:
        points = np.asarray(points)[:, None]
    visible = open_visible(points)
    found = []
    for name, steps in runs.items():
        try:
            found.append(states_of(steps, visible))
        except InvalidOption as error:
            raise InvalidOption(f"{name}: {error}" if name else str(error)) from None
    return found


def _is_state(value: object) -> TypeGuard[Snapshot]:
    return hasattr(value, "assigned_from")


def _started(
    runs: Sequence[Run],
) -> tuple[tuple[Snapshot, ...], Iterator[tuple[Snapshot, ...]]]:
    """Return the first state of each run, and all states; raise if these are not runs."""
    from kmeans_engine.race import side_by_side

    for run in runs:
        # An array of no dimensions has the methods of a sequence, and is none.
        if not (_is_state(run) or isinstance(run, Iterable)) or getattr(run, "shape", True) == ():
            raise InvalidOption(
                f"{type(run).__name__!r} is not a run; pass engine.snapshots(centroids), or labels "
                "and their points="
            )

    def checked(states: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
        if not all(map(_is_state, states)):
            raise InvalidOption(
                "these are not snapshots; pass engine.snapshots(centroids), or the points that "
                "labels are of: points="
            )
        return states

    together = side_by_side([run if isinstance(run, Iterable) else [run] for run in runs])
    states = map(checked, together)
    first = next(states, ())
    if not first or len(first) < len(runs):
        raise InvalidOption("there are no snapshots to draw; pass engine.snapshots(centroids)")
    shapes = {(state.visible.n_points, state.visible.n_features) for state in first}
    if len(shapes) > 1:
        raise InvalidOption("the runs of a race must be on the same points; use one Engine for all")
    return first, itertools.chain([first], states)
