"""The picture or film of a run that is on display, written in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from renderers.contract import Options, Renderer
from renderers.live.player import Player, RunStopped
from renderers.live.showings import Showing, Showings
from renderers.scene import Moment, Scene
from renderers.stills.still import Still

__all__ = ["Load", "Save", "Saves", "load_registered", "stamped_path"]

Load = Callable[[Path], type[Renderer]]


def load_registered(path: Path) -> type[Renderer]:
    """Return the built-in that the suffix of a path implies."""
    from renderers import registry

    name = registry.by_suffix(path)
    assert name is not None
    return registry.load(name)


def stamped_path(suffix: str) -> Path:
    """Return the time-stamped path of a file in the current folder."""
    return Path(datetime.now().strftime("%Y%m%d-%H%M%S-kmeans") + suffix)


class Save:
    """Write a run to a film, waiting for what is still computed, or one moment to a picture.

    Parameters
    ----------
    load : callable
        ``load(path)`` returns the renderer; called in the thread.
    path : Path
        Where the file goes.
    scene : Scene
        What stays the same.
    player : Player
        The run.
    options : Options
        Size, rate, theme and overlays.
    moment : Moment, optional
        The only one to write. Default: all from the first.

    Attributes
    ----------
    moments : int
        How many are written.
    """

    def __init__(
        self,
        load: Load,
        path: Path,
        scene: Scene,
        player: Player,
        options: Options,
        moment: Moment | None = None,
    ) -> None:
        self.path = path
        self.moments = 0
        self._load = load
        self._scene = scene
        self._player = player
        self._options = options
        self._moment = moment
        self._renderer: Renderer | None = None
        self._cancelled = threading.Event()
        self._result = ""
        self._thread = threading.Thread(target=self._work, name="live-save", daemon=True)
        self._thread.start()

    @property
    def result(self) -> str:
        """What came of it, for the user to read; empty while it is being written."""
        return "" if self._thread.is_alive() else self._result

    @property
    def fraction(self) -> float | None:
        """How much is done, 0..1; None while nobody knows how long the run is."""
        if self._moment is not None or not self._player.finished:
            return None
        return self.moments / max(1, len(self._player))

    def cancel(self, seconds: float) -> None:
        """Stop ffmpeg and remove what it wrote; wait up to `seconds` for the thread to end."""
        self._cancelled.set()
        if self._thread.is_alive():
            self._player.wake()
            if self._renderer is not None:
                self._renderer.abort()
            self._thread.join(seconds)

    def _work(self) -> None:
        from renderers.stage.play import play

        try:
            kind = self._load(self.path)
            kind.check()
            self._renderer = kind(self.path, self._sized(kind))
            if isinstance(self._renderer, Still):
                self._renderer.charting = False  # what is on display
            film: Iterable[Moment]
            if self._moment is None:
                film = self._player.film(self._cancelled)
            else:
                film = [replace(self._moment, last=True)]
            play(film, self._scene, [self._renderer], progress=self._count)
            self._result = f"saved to {self.path}"
        except RunStopped:
            ended = "it was cancelled" if self._cancelled.is_set() else "the run ended early"
            self._result = f"{self.path} was not saved: {ended}"
        except Exception as error:
            cancelled = self._cancelled.is_set()
            self._result = f"{self.path} was not saved: {'it was cancelled' * cancelled or error}"

    def _sized(self, kind: type[Renderer]) -> Options:
        """Return the options; what is small by default, such as a GIF, stays small."""
        (width, height), (widest, _) = self._options.size, kind.default_size
        if widest >= Renderer.default_size[0] or width <= widest:
            return self._options
        return self._options.with_size((widest, max(1, round(height * widest / width))))

    def _count(self, moment: Moment) -> None:
        self.moments += 1


class Saves:
    """One save at a time, of a run that is kept meanwhile.

    Parameters
    ----------
    showings : Showings
        Told which one is kept.
    load : callable
        ``load(path)`` returns the renderer that writes a file of this suffix.

    Attributes
    ----------
    current : Save or None
        What is being written.
    """

    def __init__(self, showings: Showings, load: Load) -> None:
        self.current: Save | None = None
        self._showings = showings
        self._load = load
        self._kept: Showing | None = None

    def start(
        self,
        path: Path,
        shown: Showing,
        scene: Scene,
        options: Options,
        moment: Moment | None = None,
    ) -> str:
        """Begin to write a run, or one moment of it; return what to say about it.

        Parameters
        ----------
        path : Path
            Where the file goes; its suffix says what is written.
        shown : Showing
            What is on display.
        scene : Scene
            Its scene, along the axes that are drawn.
        options : Options
            Of the picture.
        moment : Moment, optional
            The only one to write. Default: all from the first.
        """
        if self.current is not None:
            return f"{self.current.path} is being saved; save again when it is done"
        if moment is None:
            shown.kept, self._kept = True, shown
        self.current = Save(self._load, path, scene, shown.player, options, moment)
        return f"saving {path} ..."

    def look_after(self) -> str:
        """Return what came of the save, once it is done; empty otherwise."""
        result = self.current.result if self.current is not None else ""
        if result:
            kept, self.current, self._kept = self._kept, None, None
            if kept is not None:
                self._showings.release(kept)
        return result

    def cancel(self, seconds: float) -> None:
        """Give up what is being written; wait up to `seconds` for it to be cleaned up."""
        if self.current is not None:
            self.current.cancel(seconds)
