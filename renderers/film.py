"""Time: snapshots become moments, moments become whole frames, and a run is played to renderers.

Knows nothing of pictures or files; `renderers.film_file` writes what is played here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from renderers.contract import Moment, Renderer, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["FrameClock", "moments", "play"]


def moments(snapshots: Iterable[Snapshot], *, fps: float, hold: float = 2.0) -> Iterator[Moment]:
    """Yield one moment per snapshot, as the plainest film shows them.

    Looks one snapshot ahead, since only the last one is held.

    Parameters
    ----------
    snapshots : iterable of Snapshot
        The states of one run.
    fps : float
        Snapshots per second.
    hold : float
        Seconds that the last snapshot stays at the least.

    Yields
    ------
    Moment
        Lasting 1/fps seconds; the last one ``max(1/fps, hold)``.
    """
    seconds = 1.0 / fps
    current = None
    for following in snapshots:
        if current is not None:
            yield Moment((current,), seconds)
        current = following
    if current is not None:
        yield Moment((current,), max(seconds, hold))


class FrameClock:
    """Turn the seconds of moments into whole numbers of frames, without drift.

    Parameters
    ----------
    rate : float
        Frames per second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._seconds = 0.0
        self._frames = 0

    def frames(self, seconds: float) -> int:
        """Return how many frames the next moment gets; 0 if it is too short to be seen.

        The frames of all moments so far are their total time, rounded; so no error accumulates.
        """
        self._seconds += seconds
        # Halves go up and the millionth absorbs the rounding of the sum: 50 moments a second at 25
        # frames a second must give 1, 0, 1, 0, ..., where round() would give 0, 1, 1, 0, 0, 1.
        total = math.floor(self._seconds * self._rate + 0.5 + 1e-6)
        count, self._frames = total - self._frames, total
        return count


def play(
    moments: Iterable[Moment],
    scene: Scene,
    renderers: Sequence[Renderer],
    *,
    progress: Callable[[Moment], None] | None = None,
) -> None:
    """Open all renderers, draw every moment in each, and close them.

    If anything fails before the last moment is drawn, an interrupt included, all are aborted. If
    closing one fails, it alone is aborted: the others hold the whole film and are closed all the
    same, then the first error propagates.

    Parameters
    ----------
    moments : iterable of Moment
        What to show, in order.
    scene : Scene
        What stays the same.
    renderers : sequence of Renderer
        Each gets every moment, in this order.
    progress : callable, optional
        Called with each moment once all renderers have drawn it.
    """
    unfinished = list(renderers)
    failure: Exception | None = None
    try:
        for renderer in renderers:
            renderer.open(scene)
        for moment in moments:
            for renderer in renderers:
                renderer.draw(moment)
            if progress is not None:
                progress(moment)
        while unfinished:
            try:
                unfinished[0].close()
            except Exception as error:
                unfinished[0].abort()
                failure = failure or error
            del unfinished[0]
    except BaseException:
        for renderer in unfinished:
            renderer.abort()
        raise
    if failure is not None:
        raise failure
