"""How a run is told: snapshots become moments, each with its phase, progress and seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    turning : bool
        Whether the points are turned: then `fps` counts frames, and a state lasts as long as in a
        film that is not.
    """

    fps: float = 2.0
    phases: bool = False
    smooth: bool = False
    duration: float | None = None
    hold: float = 2.0
    turning: bool = False

    @property
    def rate(self) -> float:
        """States per second of a film that is neither smooth nor has a duration."""
        return PLAIN_FPS if self.turning else self.fps


def make_pace(
    *,
    fps: float | None = None,
    phases: bool = False,
    smooth: bool = False,
    duration: float | None = None,
    turning: bool = False,
) -> Pace:
    """Check how a film is told, and return it.

    Parameters
    ----------
    fps : float, optional
        Frames per second, 0.01 to 240; by default 2, or 30 for a film that is smooth, has a
        duration, or turns its points.
    phases, smooth, turning : bool
        As in `Pace`.
    duration : float, optional
        Seconds of the whole film, 0.1 to 86400.

    Raises
    ------
    InvalidOption
        If one is outside its range.
    """
    if fps is None:
        moving = smooth or turning or duration is not None
        fps = MOVING_FPS if moving else PLAIN_FPS
    fps = within("fps", fps, FPS_RANGE, "frames per second")
    if duration is not None:
        duration = within("duration", duration, SECONDS_RANGE, "seconds")
    return Pace(fps, phases, smooth, duration, turning=turning)


_BARE = 0.8  # seconds that a smooth film shows the points alone ...
_START = 1.0  # ... these with the initial centroids ...
_INITIAL = 1.0  # ... and the initial state
_APPEAR = 0.4  # seconds in which centroids, or colours, appear
_FIRST = 1.2  # seconds of the first iteration of a smooth film ...
_DECAY = 0.88  # ... and of each further one, as a share of the one before ...
_LEAST = 1 / 30  # ... down to this
_LEGEND = 4.0  # seconds from the first state of a smooth film on in which there is a legend ...
_FADING = 1.0  # ... and in which it fades
_REST = 0.35  # share of a long iteration that the centroids rest after their move


def moments(
    states: Iterable[Snapshot | tuple[Snapshot, ...]],
    pace: Pace = Pace(),
    *,
    count: int | None = None,
    like: History | None = None,
) -> Iterator[Moment]:
    """Yield the moments of a film.

    A run that is seen from its beginning opens with its points, then its initial centroids. From
    there on looks one state ahead, since only the last one is held.

    Parameters
    ----------
    states : iterable of Snapshot, or of tuples of them
        The states of one run, or of several side by side (`kmeans_engine.race.side_by_side`).
    pace : Pace
        One moment per state, lasting 1/fps seconds, unless it says otherwise.
    count : int, optional
        How many states there are. A film with a duration has to know: without it, all states are
        taken, and kept, before the first moment.
    like : History, optional
        Of the run whose colours this one keeps.

    Yields
    ------
    Moment
        The last one lasts at least ``pace.hold`` seconds, or what a short duration leaves it.
    """
    if pace.duration is not None and count is None:
        states = list(states)
        count = len(states)
    at, begun = 0.0, 0.0
    for moment in _told(states, pace, count, like):
        if moment.opening:
            begun = at + moment.seconds
        legend = 0.0
        if pace.smooth and not (moment.opening or moment.last):
            shown = min(_LEGEND, math.inf if pace.duration is None else 0.4 * pace.duration)
            legend = min(1.0, max(0.0, 1 - (at - begun - shown) / _FADING))
        yield replace(moment, at=at, legend=legend)
        at += moment.seconds


def _told(
    states: Iterable[Snapshot | tuple[Snapshot, ...]],
    pace: Pace,
    count: int | None,
    like: History | None,
) -> Iterator[Moment]:
    """Yield the moments, all of which begin at 0."""
    histories: tuple[History, ...] = ()
    before: tuple[Snapshot, ...] = ()
    current: tuple[Snapshot, ...] | None = None
    telling: _Telling | None = None
    index = -1
    for state in states:
        following = state if isinstance(state, tuple) else (state,)
        if telling is None or current is None:
            if not any(snapshot.iteration for snapshot in following):
                histories = tuple(History(like) for _ in following)  # of a run from its beginning
            telling = _Telling(pace, count, whole=bool(histories))
        else:
            yield from telling.state(before, current, index, histories, last=False)
            before = current if pace.smooth else ()
        for history, snapshot in zip(histories, following, strict=False):
            history.add(snapshot)
        if histories and current is None:
            yield from telling.opening(following, histories)
        current, index = following, index + 1
    if telling is not None and current is not None:
        yield from telling.state(before, current, index, histories, last=True)


class _Telling:
    """Turns one state after the other into moments.

    Parameters
    ----------
    pace : Pace
        How.
    count : int or None
        How many states there are, if that is known.
    whole : bool
        Whether the run is seen from its beginning, and so opens with its points.
    """

    def __init__(self, pace: Pace, count: int | None, *, whole: bool) -> None:
        self._pace, self._whole = pace, whole
        self._hold = pace.hold
        self._scale = 1.0
        if pace.duration is not None and count is not None:
            parts = [self._weight(index) for index in range(-2 if whole else 0, count)]
            self._hold = min(pace.hold, 0.2 * pace.duration) if len(parts) > 1 else pace.duration
            self._scale = (pace.duration - self._hold) / sum(parts) if len(parts) > 1 else 0.0

    def opening(
        self, state: tuple[Snapshot, ...], histories: tuple[History, ...]
    ) -> Iterator[Moment]:
        """Yield the moments before the first state."""
        yield Moment(state, self._seconds(-2), "points", 1.0, False, histories)
        yield from self._moving(
            Moment(state, self._seconds(-1), "start", 1.0, False, histories),
            _APPEAR / _START if self._pace.smooth else 0.0,
        )

    def state(
        self,
        before: tuple[Snapshot, ...],
        state: tuple[Snapshot, ...],
        index: int,
        histories: tuple[History, ...],
        *,
        last: bool,
    ) -> Iterator[Moment]:
        """Yield the moments of one state."""
        pace, seconds = self._pace, self._seconds(index)
        smooth = pace.smooth and (index > 0 or self._whole)
        # State 1 of a run has the labels of state 0; that of other algorithms need not.
        steps = pace.phases and (index > 1 or (index == 1 and any(s.n_changed for s in state)))
        phase: Phase = "state" if not pace.phases else "assignment" if index == 0 else "update"
        if steps:
            part = seconds * (0.4 if smooth else 0.5)
            step = Moment(state, part, "assignment", 1.0, False, histories)
            yield from self._moving(step, min(1.0, _APPEAR / part) if smooth else 0.0, before)
            seconds -= part
        share = 0.0  # of the time in which something moves
        if smooth:
            share = 1 - _REST if seconds * pace.fps > 8 else 1.0
            share = _APPEAR / _INITIAL if index == 0 else share
        rest = 0.0
        if last:
            rest = self._hold
            if not smooth and pace.duration is None:
                rest = max(seconds, self._hold) - seconds
        final = Moment(state, seconds, phase, 1.0, last, histories)
        yield from self._moving(final, share, before, rest)

    def _moving(
        self, moment: Moment, share: float, before: tuple[Snapshot, ...] = (), rest: float = 0.0
    ) -> Iterator[Moment]:
        """Yield the moments of a motion in a share of the time, and its end, which lasts longer."""
        time = moment.seconds * share
        frames = max(1, round(time * self._pace.fps)) if share else 1
        each = time / frames if frames > 1 else 0.0
        for i in range(1, frames):
            way = _eased(i / frames)
            yield replace(moment, seconds=each, progress=way, last=False, before=before)
        yield replace(moment, seconds=moment.seconds - (frames - 1) * each + rest)

    def _seconds(self, index: int) -> float:
        """Return how long a state lasts, the hold apart; -2 is the points, -1 the centroids."""
        return self._weight(index) * self._scale

    def _weight(self, index: int) -> float:
        """Return how long a state lasts, or how long compared with the others."""
        pace = self._pace
        if pace.smooth:
            if index < 1:
                return (_BARE, _START, _INITIAL)[index + 2]
            return max(_LEAST, _FIRST * _DECAY ** (index - 1))
        if pace.duration is not None:
            return 1.0
        return (2.0 if pace.phases and index > 1 else 1.0) / pace.rate


def _eased(t: float) -> float:
    """Return the way made at time `t`, both 0..1: gently away, gently home."""
    return t * t * (3 - 2 * t)
