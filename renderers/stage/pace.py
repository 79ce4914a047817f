"""How a run is told: snapshots become moments, each with its phase, progress and seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from renderers.outputs import FPS_RANGE, within
from renderers.scene import History, Moment, Phase

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Pace", "make_pace", "moments"]

SECONDS_RANGE = (0.1, 86_400.0)

# Frames per second by default: of a film with a frame for each iteration, and of one that moves.
PLAIN_FPS, MOVING_FPS = 2.0, 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run is told: what is a moment of its own, and how long each lasts.

    Attributes
    ----------
    fps : float
        Moments per second; of a smooth film, or one with a duration, its frames per second.
    phases : bool
        Show each iteration in two steps: the points change cluster, then the centroids move.
    smooth : bool
        Move the centroids from state to state. The first iterations take their time, the long tail
        does not, and the end is held.
    duration : float or None
        Seconds that the whole film lasts; None for as long as it takes.
    hold : float
        Seconds that the last state stays at least.
    """

    fps: float = 2.0
    phases: bool = False
    smooth: bool = False
    duration: float | None = None
    hold: float = 2.0


def make_pace(
    *,
    fps: float | None = None,
    phases: bool = False,
    smooth: bool = False,
    duration: float | None = None,
) -> Pace:
    """Check how a film is told, and return it.

    Parameters
    ----------
    fps : float, optional
        Frames per second, 0.01 to 240; by default 2, or 30 for a film that is smooth or has a
        duration.
    phases, smooth : bool
        As in `Pace`.
    duration : float, optional
        Seconds of the whole film, 0.1 to 86400.

    Raises
    ------
    InvalidOption
        If one is outside its range.
    """
    if fps is None:
        fps = MOVING_FPS if smooth or duration is not None else PLAIN_FPS
    fps = within("fps", fps, FPS_RANGE, "frames per second")
    if duration is not None:
        duration = within("duration", duration, SECONDS_RANGE, "seconds")
    return Pace(fps=fps, phases=phases, smooth=smooth, duration=duration)


_OPENING = 0.8  # seconds that a smooth film shows the initial state
_FIRST = 1.2  # seconds of the first iteration of a smooth film ...
_DECAY = 0.88  # ... and of each further one, as a share of the one before ...
_LEAST = 1 / 30  # ... down to this
_REST = 0.35  # share of a long iteration that the centroids rest after their move


def moments(
    states: Iterable[Snapshot | tuple[Snapshot, ...]],
    pace: Pace = Pace(),
    *,
    count: int | None = None,
) -> Iterator[Moment]:
    """Yield the moments of a film.

    Looks one state ahead, since only the last one is held.

    Parameters
    ----------
    states : iterable of Snapshot, or of tuples of them
        The states of one run, or of several side by side (`kmeans_engine.race.side_by_side`).
    pace : Pace
        One moment per state, lasting 1/fps seconds, unless it says otherwise.
    count : int, optional
        How many states there are. A film with a duration has to know: without it, all states are
        taken, and kept, before the first moment.

    Yields
    ------
    Moment
        The last one lasts at least ``pace.hold`` seconds, or what a short duration leaves it.
    """
    if pace.duration is not None and count is None:
        states = list(states)
        count = len(states)
    telling = _telling(pace, count)
    histories: tuple[History, ...] = ()
    current: tuple[Snapshot, ...] | None = None
    index = -1
    for state in states:
        following = state if isinstance(state, tuple) else (state,)
        if current is not None:
            yield from telling(current, index, histories, False)
        if current is None and not any(snapshot.iteration for snapshot in following):
            histories = tuple(History() for _ in following)  # of a run from its beginning
        for history, snapshot in zip(histories, following, strict=False):
            history.add(snapshot)
        current, index = following, index + 1
    if current is not None:
        yield from telling(current, index, histories, True)


_Telling = Callable[[tuple["Snapshot", ...], int, tuple[History, ...], bool], Iterator[Moment]]


def _telling(pace: Pace, count: int | None) -> _Telling:
    """Return what tells one state: state, its index, histories and whether it is the last."""
    seconds = _schedule(pace, count)
    hold = pace.hold
    if pace.duration is not None:
        hold = min(hold, 0.2 * pace.duration) if count and count > 1 else pace.duration

    def tell(
        state: tuple[Snapshot, ...], index: int, histories: tuple[History, ...], last: bool
    ) -> Iterator[Moment]:
        def moment(seconds: float, phase: Phase, progress: float = 1.0) -> Moment:
            return Moment(state, seconds, phase, progress, False, histories)

        def final(phase: Phase, seconds: float) -> Moment:
            return Moment(state, seconds, phase, 1.0, last, histories)

        lasting = seconds(index)
        steps = pace.phases and index > 1  # state 1 has the labels of state 0
        phase: Phase = "state" if not pace.phases else "assignment" if index == 0 else "update"
        if not pace.smooth or index == 0:
            if steps:
                yield moment(lasting / 2, "assignment")
                lasting /= 2
            end = max(lasting, hold) if pace.duration is None else lasting + hold
            yield final(phase, end if last else lasting)
            return
        if steps:
            yield moment(lasting * 0.4, "assignment")
            lasting *= 0.6
        rest = lasting * _REST if lasting * pace.fps > 8 else 0.0
        frames = max(1, round((lasting - rest) * pace.fps))
        for i in range(1, frames):
            yield moment((lasting - rest) / frames, phase, _eased(i / frames))
        yield final(phase, (lasting - rest) / frames + rest + (hold if last else 0.0))

    return tell


def _schedule(pace: Pace, count: int | None) -> Callable[[int], float]:
    """Return the seconds of each state, those of the hold apart."""

    def weight(index: int) -> float:
        if index == 0:
            return _OPENING
        return max(_LEAST, _FIRST * _DECAY ** (index - 1))

    if pace.duration is None:
        if pace.smooth:
            return weight
        return lambda index: (2.0 if pace.phases and index > 1 else 1.0) / pace.fps
    assert count is not None
    shown = pace.duration - min(pace.hold, 0.2 * pace.duration)
    if count < 2:
        return lambda index: 0.0
    if not pace.smooth:
        return lambda index: shown / count
    scale = shown / sum(map(weight, range(count)))
    return lambda index: weight(index) * scale


def _eased(t: float) -> float:
    """Return the way made at time `t`, both 0..1: gently away, gently home."""
    return t * t * (3 - 2 * t)
