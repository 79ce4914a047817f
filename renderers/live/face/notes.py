"""What lies on the picture: messages, hints, the help, what the pointer means, held centroids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from renderers.live.face.controls import HINTS
from renderers.live.face.damage import Layer
from renderers.live.face.help import paint_help
from renderers.live.face.plan import Button, bar_height
from renderers.live.face.probe import Finding
from renderers.live.face.shapes import Pixels, note, pin
from renderers.live.face.skin import Skin, type_size
from renderers.live.frame import Frame
from renderers.live.hand import Mark
from renderers.live.session import Session
from renderers.picture.colours import Colour, cluster_colours

__all__ = ["Notes"]

Made = TypeVar("Made")


class _Kept(Generic[Made]):
    """The newest of each kind of thing: the same one while it would be made the same."""

    def __init__(self) -> None:
        self._things: dict[str, tuple[object, Made]] = {}

    def get(self, name: str, key: object, make: Callable[[], Made]) -> Made:
        """Return the thing of a name, made if its key is another than before."""
        kept = self._things.get(name)
        if kept is None or kept[0] != key:
            kept = self._things[name] = key, make()
        return kept[1]


class Notes:
    """Paints what a session has to say; a note that says the same is the same array.

    Parameters
    ----------
    session : Session
        What is shown and asked.
    skin : Skin
        Colours.
    """

    def __init__(self, session: Session, skin: Skin) -> None:
        self._session = session
        self._skin = skin
        self._theme = session.options.theme
        self._kept: _Kept[Pixels] = _Kept()
        self._help: _Kept[Pixels | None] = _Kept()

    def messages(self, window: tuple[int, int], over: Button | None) -> list[Layer]:
        """Return what is said at the lower edge of the picture, or all keys if they are asked for.

        Parameters
        ----------
        window : tuple of int
            Size of the whole window in pixels.
        over : Button or None
            What the pointer is on.
        """
        size, tall = type_size(window), bar_height(window)
        width, height = window[0], window[1] - tall
        session = self._session
        if session.helping:
            keys = self._help.get(
                "help", (width, height), lambda: paint_help(width, height, size, self._skin)
            )
            if keys is not None:
                return [_centred(keys, width, (height - len(keys)) // 2)]
            text = "the list of keys needs a larger window"
        else:
            text = session.message if tall else session.status
        if over is not None and not session.helping:
            hint = self._note("hint", HINTS[over.command], size, width)
            middle = over.box.left + over.box.width // 2
            left = min(max(4, middle - hint.shape[1] // 2), max(4, width - hint.shape[1] - 4))
            return [Layer(left, height - len(hint) - 4, hint)]
        if not text:
            return []
        small = size if tall else max(9.0, min(size, width / 26))
        toast = self._note("toast", text, small, width - 8)
        return [_centred(toast, width, height - len(toast) - round(0.6 * size))]

    def tip(
        self, window: tuple[int, int], frame: Frame, x: float, y: float, finding: Finding
    ) -> Layer:
        """Return what is said beside the pointer, which is at a pixel of the picture."""
        size = type_size(window)
        width, height = window[0], window[1] - bar_height(window)
        choices = self._session.choices
        over = choices.hand.over(frame, x, y)
        if over is not None:
            panel, cluster = over
            count = int(frame.moment.snapshots[panel].counts[cluster])
            finding = Finding(panel, cluster, count)
        words = f"cluster {finding.cluster} · {finding.size:,} point{'s' * (finding.size != 1)}"
        if over is not None and choices.movable:
            words += " · drag to start from there"
        colour = self._colour(finding.cluster, frame.scene.panels[finding.panel].k)
        pixels = self._note("tip", words, size, width, colour)
        left = round(x + size)
        if left + pixels.shape[1] > width:
            left = max(0, round(x - size) - pixels.shape[1])
        top = round(y + size)
        if top + len(pixels) > height:
            top = max(0, round(y - size) - len(pixels))
        return Layer(left, top, pixels)

    def pin(self, frame: Frame, mark: Mark) -> Layer:
        """Return a centroid as it is held or was placed."""
        radius = max(8.0, 1.1 * max(frame.radii))
        colour = self._colour(mark.label, max(self._session.choices.k, mark.label + 1))
        pixels = self._kept.get(
            f"pin {mark.label}", (radius, colour), lambda: pin(radius, colour, mark.label)
        )
        x, y = (min(max(v, -1e6), 1e6) for v in (mark.x, mark.y))
        return Layer(round(x - len(pixels) / 2), round(y - len(pixels) / 2), pixels)

    def _colour(self, cluster: int, k: int) -> Colour:
        red, green, blue = cluster_colours(k, self._theme)[cluster].tolist()
        return red, green, blue

    def _note(
        self, name: str, text: str, size: float, widest: int, swatch: Colour | None = None
    ) -> Pixels:
        return self._kept.get(
            name,
            (text, size, widest, swatch),
            lambda: note(text, size, widest, self._skin, swatch=swatch),
        )


def _centred(pixels: Pixels, width: int, top: int) -> Layer:
    return Layer((width - pixels.shape[1]) // 2, max(0, top), pixels)
