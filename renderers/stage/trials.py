"""The trials of a command are computed and played, and a window is offered further runs of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kmeans_engine._version import __version__
from renderers.contract import Renderer
from renderers.stage.matching import matched
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stage.restart import Restarts
from renderers.stage.scenes import Scenes
from renderers.stage.window import Commands, Window

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.tables import Table
    from renderers.scene import History, Moment, Scene

__all__ = ["offer_restarts", "play_trials", "replay"]


def play_trials(
    trials: Sequence[Trial],
    scene: Scene | None,
    renderers: Sequence[Renderer],
    pace: Pace,
    watch: Callable[[Snapshot], None],
    told: Callable[[float], None],
) -> None:
    """Compute the runs of trials side by side, and play them to the renderers.

    Parameters
    ----------
    trials : sequence of Trial
        On the same points.
    scene : Scene or None
        None if there is nothing to draw.
    renderers : sequence of Renderer
        Where to.
    pace : Pace
        How they are told.
    watch : callable
        Gets the snapshot of the run that is farthest, for each state, as it is computed first.
    told : callable
        Gets the seconds of a film with a duration that are painted.
    """
    from kmeans_engine.race import side_by_side

    runs = [trial.states() for trial in trials]
    if scene is not None and (pace.duration is not None or len(trials) > 1):
        # The same bits twice: to look at the end first keeps none of the states.
        ends = [trial.explore(watch) for trial in trials]
        count = max(end.iteration for end in ends) + 1
        if renderers:
            starts = [trial.start for trial in trials]
            scene = matched(scene, ends, starts, renderers[0].options)
        del ends
        shown = 0.0

        def painted(moment: Moment) -> None:
            nonlocal shown
            shown += moment.seconds
            told(shown)

        film = moments(side_by_side(runs), pace, count=count)
        play(film, scene, renderers, progress=painted if pace.duration is not None else None)
        return

    def states() -> Iterator[tuple[Snapshot, ...]]:
        for state in side_by_side(runs):
            watch(max(state, key=lambda snapshot: snapshot.iteration))
            yield state

    if scene is None:
        deque(states(), maxlen=0)
    else:
        play(moments(states(), pace), scene, renderers)


def offer_restarts(
    window: Window,
    trial: Trial,
    scenes: Scenes,
    pace: Pace,
    *,
    make: Callable[[int], Table] | str,
    first: int,
    centroids_from: str,
) -> None:
    """Have a window start other runs of a trial.

    Parameters
    ----------
    window : Window
        Where the run of the trial is played to.
    trial : Trial
        What it shows first.
    scenes : Scenes
        Those of the trial.
    pace : Pace
        How the runs are told.
    make, first, centroids_from
        As in `Restarts`.
    """
    restarts = Restarts(replay(scenes, pace), make=make, first=first, centroids_from=centroids_from)
    restarts.begin(trial.source, lambda: trial)
    init = trial.source.init if isinstance(trial.source.init, str) else "given"
    others = (method for method in Commands().inits if method != init)
    window.commands = Commands(restarts.job, (init, *others), not isinstance(make, str))


def replay(scenes: Scenes, pace: Pace) -> Callable[[Trial, Renderer, History | None], None]:
    """Return what plays another run, in the way of the first, to a renderer."""

    def again(trial: Trial, renderer: Renderer, like: History | None) -> None:
        # Without a command: none repeats a start from the window.
        source = trial.source
        facts = {"seed": str(source.seed), "k": str(source.k), "version": __version__}
        if isinstance(source.init, str):
            facts["init"] = f"{source.init}#{source.first + 1}" if source.first else source.init
        else:
            facts["init"] = "placed by hand"
        scene = scenes.of([("", source)], facts)
        play(moments(trial.states(), pace, like=like), scene, [renderer])

    return again
