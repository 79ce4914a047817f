"""What of the points is looked at, and how: the commands that change nothing but the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderers.contract import Options
from renderers.live.columns import ColumnList
from renderers.live.frame import Frame
from renderers.live.messages import Messages
from renderers.live.seen import OWN, Look, Seen, projections
from renderers.live.showings import Showings
from renderers.scene import Scene
from renderers.stage.window import Command

if TYPE_CHECKING:
    from renderers.plane.placement import Placement

__all__ = ["LOOKS", "Gaze"]

#: The commands that `Gaze.do` does.
LOOKS: frozenset[Command] = frozenset(
    {
        *("numbers", "trails", "borders", "changes", "curve", "sizes"),
        *("next projection", "previous projection", "columns", "next theme", "full screen"),
        *("closer", "farther", "whole view"),
    }
)
CLOSER = 0.8  # of what is seen, for a step of the wheel


class Gaze:
    """Belongs to the window's thread.

    Parameters
    ----------
    options : Options
        Theme and overlays at first.
    showings : Showings
        What is shown.
    messages : Messages
        Where choices are confirmed.

    Attributes
    ----------
    columns : ColumnList
        The columns to choose axes from.
    full_screen : bool
        Whether the window is to cover the screen.
    look : Look or None
        How the picture is to be seen; a frame that looks otherwise is about to be replaced.
    """

    def __init__(self, options: Options, showings: Showings, messages: Messages) -> None:
        self.columns = ColumnList()
        self.full_screen = False
        self.look: Look | None = None
        self._seen = Seen(options)
        self._showings = showings
        self._messages = messages

    @property
    def theme(self) -> str:
        """Name of the theme of picture and window."""
        return self._seen.theme

    @property
    def overlays(self) -> frozenset[str] | None:
        """What is drawn on top of the points, as chosen; None for the theme's own."""
        return self._seen.overlays

    def at(self, scene: Scene, size: tuple[int, int]) -> Look:
        """Return how to paint a scene at a size, from now on."""
        self.look = self._seen.look(scene, size)
        return self.look

    @property
    def turns(self) -> bool:
        """Whether the pointer turns a solid in place of moving a plane."""
        scene = self._showings.scene
        if scene is None or self._seen.look(scene, (1, 1)).axes != OWN:
            return False
        return any(panel.view.solid is not None for panel in scene.panels)

    def offers(self, command: Command) -> bool:
        """Return whether one of `LOOKS` can change the picture."""
        if command in ("closer", "farther", "whole view"):
            return not self.turns
        if command in ("next projection", "previous projection", "columns"):
            scene = self._showings.scene
            return scene is not None and len(projections(scene)) > 1
        return True

    def do(self, command: Command, frame: Frame | None) -> None:
        """Do one of `LOOKS`.

        Parameters
        ----------
        command : str
            What to do.
        frame : Frame or None
            The picture on the screen.
        """
        scene, said = self._showings.scene, ""
        match command:
            case "next theme":
                said = self._seen.next_theme()
            case "full screen":
                self.full_screen = not self.full_screen
            case "whole view":
                self._seen.whole()
            case "closer" | "farther":
                self.zoom(frame, None, CLOSER if command == "closer" else 1 / CLOSER)
            case "columns":
                said = self._toggle_columns()
            case "next projection" | "previous projection":
                if scene is not None:
                    said = self._seen.turn(1 if command == "next projection" else -1, scene)
            case _:
                said = self._seen.toggle(command, None if frame is None else frame.overlays)
        if said:
            self._messages.say(said, notify=False)

    def do_in_list(self, command: Command) -> bool:
        """Do a command in the list of columns, if that is shown; return whether it is done."""
        columns = self.columns
        if not columns.shown or command not in ("faster", "slower", "back", "forward"):
            return False
        if command in ("back", "forward"):
            columns.turn()
        else:
            columns.move(-1 if command == "faster" else 1)
            columns.choose()
            self.choose_columns()
        return True

    def cancel(self) -> bool:
        """Close the list of columns, or leave the full screen; return whether there was one."""
        busy = self.columns.shown or self.full_screen
        if self.columns.shown:
            self.columns.close()
        else:
            self.full_screen = False
        return busy

    def zoom(self, frame: Frame | None, at: tuple[float, float] | None, factor: float) -> None:
        """Show less of the plane, or more of it.

        Parameters
        ----------
        frame : Frame or None
            The picture on the screen.
        at : tuple of float or None
            A pixel of it where everything stays; None for the middle.
        factor : float
            Of what is seen along each axis; less than 1 to see less.
        """
        whole = _whole_at(frame, at)
        if frame is not None and whole is not None:
            left, top, width, height = whole.box
            x, y = at or (left + width / 2, top + height / 2)
            self._seen.zoom(frame.asked, whole, x, y, factor)

    def pan(self, frame: Frame | None, at: tuple[float, float], dx: float, dy: float) -> None:
        """Move the part of the plane that is shown, by pixels, or turn a solid.

        `at` says in which panel.
        """
        if self.turns:
            self._seen.rotate(dx, dy)
            return
        whole = _whole_at(frame, at)
        if frame is not None and whole is not None:
            self._seen.pan(frame.asked, whole, dx, dy)

    def choose_columns(self) -> None:
        """Look along the axes that the list of columns says."""
        self._seen.along(self.columns.axes)

    def _toggle_columns(self) -> str:
        """Open the list of columns, or close it; return what to say."""
        scene = self._showings.scene
        if self.columns.shown or scene is None:
            self.columns.close()
        elif not self.offers("columns"):
            return "columns can be chosen for points with three or more features"
        else:
            view = scene.panels[0].view
            axes = view.axes if self._seen.axes == OWN else self._seen.axes
            flat = axes is not None and len(axes) == 2  # not those of a solid
            self.columns.show(view.feature_names, (axes[0], axes[1]) if axes and flat else None)
        return ""


def _whole_at(frame: Frame | None, at: tuple[float, float] | None) -> Placement | None:
    """Return where all of the plane would lie in the panel at a pixel, or in the first one."""
    if frame is None or not frame.wholes:
        return None
    inside = [whole for whole in frame.wholes if at is not None and whole.contains(*at)]
    return [*inside, *frame.wholes][0]
