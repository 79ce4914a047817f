"""A run is played to its renderers: opened, drawn moment by moment, closed or aborted together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kmeans_engine.runtime.progress import doing
from renderers.contract import Renderer
from renderers.guard import call, give_up
from renderers.scene import Moment, Scene

__all__ = ["play"]


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
    same, then the first error propagates. Whatever a renderer raises is told as `renderers.guard`
    says; one that fails to abort stops no other from it.

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
            call(renderer, "open", scene)
        for moment in moments:
            with doing("painting"):
                for renderer in renderers:
                    # The last one is alone: the picture of a moment that somebody chose.
                    if renderer.opening or not moment.opening or moment.last:
                        call(renderer, "draw", moment)
            if progress is not None:
                progress(moment)
        while unfinished:
            path = unfinished[0].path
            try:
                with doing(f"encoding {path.name}" if path else "painting"):
                    call(unfinished[0], "close")
            except Exception as error:
                give_up(unfinished[:1], error)
                failure = failure or error
            del unfinished[0]
    except BaseException as error:
        give_up(unfinished, error)
        raise
    if failure is not None:
        raise failure
