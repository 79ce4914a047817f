"""The film of a run that is on display, written in a thread of its own."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from renderers.contract import Moment, Options, Renderer, Scene
from renderers.live.player import Player, RunStopped

__all__ = ["Save", "stamped_path"]


def stamped_path() -> Path:
    """Return the time-stamped path of a film in the current folder."""
    return Path(datetime.now().strftime("%Y%m%d-%H%M%S-kmeans.mp4"))


class Save:
    """Write a run to an mp4, from its first moment, waiting for those that are still computed.

    Parameters
    ----------
    path : Path
        Where the film goes.
    scene : Scene
        What stays the same.
    player : Player
        The run.
    options : Options
        Size, rate and theme of the film.

    Attributes
    ----------
    moments : int
        How many are written.
    """

    def __init__(self, path: Path, scene: Scene, player: Player, options: Options) -> None:
        self.path = path
        self.moments = 0
        self._scene = scene
        self._player = player
        self._options = options
        self._renderer: Renderer | None = None
        self._cancelled = threading.Event()
        self._result = ""
        self._thread = threading.Thread(target=self._work, name="live-save", daemon=True)
        self._thread.start()

    @property
    def result(self) -> str:
        """What came of it, for the user to read; empty while it is being written."""
        return "" if self._thread.is_alive() else self._result

    def cancel(self, seconds: float) -> None:
        """Stop ffmpeg and remove what it wrote; wait up to `seconds` for the thread to end."""
        self._cancelled.set()
        if self._thread.is_alive():
            self._player.wake()
            if self._renderer is not None:
                self._renderer.abort()
            self._thread.join(seconds)

    def _work(self) -> None:
        from renderers.film import play
        from renderers.mp4 import Mp4Renderer

        try:
            Mp4Renderer.check()
            self._renderer = Mp4Renderer(self.path, self._options)
            film = self._player.film(self._cancelled)
            play(film, self._scene, [self._renderer], progress=self._count)
            self._result = f"saved to {self.path}"
        except RunStopped:
            self._result = f"{self.path} was not saved: the run ended before its last iteration"
        except Exception as error:
            self._result = f"{self.path} was not saved: {error}"

    def _count(self, moment: Moment) -> None:
        self.moments += 1
