"""`Seat`: the renderer that one job plays to, whatever else the window shows meanwhile."""

from __future__ import annotations

from renderers.contract import Options, Renderer
from renderers.errors import RenderError
from renderers.live.player import Player
from renderers.scene import Moment, Scene

__all__ = ["Seat"]


class Seat(Renderer):
    """Take one run for the window: its scene, and moments until nobody watches them any more.

    Parameters
    ----------
    player : Player
        Keeps the moments.
    options : Options
        Those of the window.

    Attributes
    ----------
    scene : Scene or None
        What the moments belong to; None before `open`.
    """

    writes = "a run in a window"
    opening = True

    def __init__(self, player: Player, options: Options) -> None:
        super().__init__(None, options)
        self.scene: Scene | None = None
        self._player = player

    def open(self, scene: Scene) -> None:
        """Take the scene; the window keeps showing the run before until a moment comes."""
        self.scene = scene

    def draw(self, moment: Moment) -> None:
        """Take a moment; wait while the run is a few states ahead of the window.

        Raises
        ------
        RunStopped
            If nobody watches this run any more.
        """
        if self.scene is None:
            raise RenderError("a moment was drawn in a window without a scene; call open first")
        self._player.add(moment)

    def close(self) -> None:
        """Tell the window that the run is complete; it repeats it."""
        self._player.finish(failed=False)

    def abort(self) -> None:
        """Tell the window that the run is not going to be complete."""
        self._player.finish(failed=True)
