"""What lies on the picture: messages, hints, the help, what the pointer means, held centroids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from renderers.live.face.controls import HINTS
from renderers.live.face.damage import Layer
from renderers.live.face.help import guide_of, paint_help
from renderers.live.face.plan import Button, bar_height
from renderers.live.face.probe import Finding
from renderers.live.face.shapes import Pixels, note, pin
from renderers.live.face.skin import Skin, type_size
from renderers.live.frame import Frame
from renderers.live.hand import Mark
from renderers.live.session import Session
from renderers.picture.colours import Colour, cluster_colours
from renderers.picture.ticks import short
from renderers.plane.placement import Box

__all__ = ["Notes"]

Made = TypeVar("Made")

MOST_VALUES = 6  # of a point that are told


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
        self._theme = session.gaze.theme
        self._kept: _Kept[Pixels] = _Kept()
        self._help: _Kept[Pixels | None] = _Kept()

    def messages(
        self, window: tuple[int, int], over: Button | None, *, listing: bool = False
    ) -> list[Layer]:
        """Return what is said at the lower edge of the picture, or all keys if they are asked for.

        No two of them overlap, as long as the picture is as high as both.

        Parameters
        ----------
        window : tuple of int
            Size of the whole window in pixels.
        over : Button or None
            What the pointer is on.
        listing : bool
            Whether the list of columns lies on the picture.
        """
        size, tall = type_size(window), bar_height(window)
        width, height = window[0], window[1] - tall
        session = self._session
        if session.helping:
            guide = guide_of(session.offers)
            keys = self._help.get(
                "help",
                (width, height, guide),
                lambda: paint_help(guide, width, height, size, self._skin),
            )
            if keys is not None:
                return [_centred(keys, width, (height - len(keys)) // 2)]
            text = "the list of keys needs a larger window"
        else:
            text = session.message if tall else session.status
        found: list[Layer] = []
        foot = height - round(0.6 * size)
        if over is not None and not session.helping:
            hint = self._note("hint", HINTS[over.command], size, width)
            middle = over.box.left + over.box.width // 2
            left = min(max(4, middle - hint.shape[1] // 2), max(4, width - hint.shape[1] - 4))
            foot = max(0, height - len(hint) - 4)
            found.append(Layer(left, foot, hint))
            foot -= 4
        if text and not listing:
            small = size if tall else max(9.0, min(size, width / 26))
            toast = self._note("toast", text, small, width - 8)
            if len(toast) <= foot or not found:
                found.append(_centred(toast, width, foot - len(toast)))
        return found

    def tip(
        self,
        window: tuple[int, int],
        frame: Frame,
        x: float,
        y: float,
        finding: Finding,
        taken: Sequence[Box] = (),
    ) -> Layer:
        """Return what is said beside the pointer, which is at a pixel of the picture.

        Parameters
        ----------
        window : tuple of int
            Size of the whole window in pixels.
        frame : Frame
            The picture.
        x, y : float
            Where the pointer is.
        finding : Finding
            What is there.
        taken : sequence of Box
            Where messages are; it lies on them only if there is no other place.
        """
        size = type_size(window)
        width, height = window[0], window[1] - bar_height(window)
        choices = self._session.choices
        over = choices.hand.over(frame, x, y)
        if over is not None:
            panel, cluster = over
            count = int(frame.moment.snapshots[panel].counts[cluster])
            finding = Finding(panel, cluster, count)
        words = f"cluster {finding.cluster} · {finding.size:,} point{'s' * (finding.size != 1)}"
        weights = frame.moment.snapshots[finding.panel].weights
        if weights is not None:
            words += f" · weight {short(float(weights[finding.cluster]))}"
        if over is not None and choices.movable:
            words += " · drag to start from there"
        elif finding.row is not None:
            words += f"\n{self._row_words(frame, finding)}"
        colour = self._colour(frame, finding.panel, finding.cluster)
        pixels = self._note("tip", words, size, min(width, round(32 * size)), colour)
        return _beside(pixels, x, y, size, (width, height), taken)

    def _row_words(self, frame: Frame, finding: Finding) -> str:
        """Return the number of a point and its values, as many as a few lines hold."""
        view = frame.scene.panels[finding.panel].view
        names = view.feature_names
        told = [
            f"{name} = {value:.5g}".replace("-", "\N{MINUS SIGN}")
            for name, value in zip(names[:MOST_VALUES], finding.values, strict=False)
        ]
        more = len(names) - len(told)
        rest = f" and {more:,} more" if more else ""
        return f"row {finding.row:,}: {', '.join(told)}{rest}"

    def pin(self, frame: Frame, mark: Mark) -> Layer:
        """Return a centroid as it is held or was placed."""
        radius = max(8.0, 1.1 * max(frame.radii))
        colour = self._colour(frame, 0, mark.label)
        pixels = self._kept.get(
            f"pin {mark.label}",
            (radius, colour, mark.placed),
            lambda: pin(radius, colour, mark.label, hollow=mark.placed),
        )
        x, y = (min(max(v, -1e6), 1e6) for v in (mark.x, mark.y))
        return Layer(round(x - len(pixels) / 2), round(y - len(pixels) / 2), pixels)

    def _colour(self, frame: Frame, panel: int, cluster: int) -> Colour:
        """Return the colour of a cluster on the picture, or the one that it will have."""
        colours = frame.colours[panel] if panel < len(frame.colours) else ()
        if cluster >= len(colours):
            k = max(self._session.choices.k, cluster + 1)
            colours = cluster_colours(k, self._theme)
        red, green, blue = colours[cluster].tolist()
        return red, green, blue

    def _note(
        self, name: str, text: str, size: float, widest: int, swatch: Colour | None = None
    ) -> Pixels:
        return self._kept.get(
            name,
            (text, size, widest, swatch),
            lambda: note(text, size, widest, self._skin, swatch=swatch),
        )


def _beside(
    pixels: Pixels,
    x: float,
    y: float,
    size: float,
    picture: tuple[int, int],
    taken: Sequence[Box],
) -> Layer:
    """Return a note beside a pixel: on the side where it is whole and covers no other."""
    tall, wide = pixels.shape[:2]
    width, height = picture
    places = [
        (left, top)
        for top in (round(y + size), round(y - size) - tall)
        for left in (round(x + size), round(x - size) - wide, (width - wide) // 2)
    ]
    inside = [
        (left, top)
        for left, top in places
        if 0 <= left <= width - wide and 0 <= top <= height - tall
    ]
    # Over whatever else there is, at the top, if there is room on no side.
    inside.append((max(0, min(places[0][0], width - wide)), 0))
    boxes = [Box(left, top, wide, tall) for left, top in inside]
    free = [box for box in boxes if not any(_meet(box, other) for other in taken)]
    left, top, *_ = (free or boxes[-1:])[0]
    return Layer(left, top, pixels)


def _meet(one: Box, other: Box) -> bool:
    """Return whether two boxes have a pixel in common."""
    across = one.left < other.left + other.width and other.left < one.left + one.width
    down = one.top < other.top + other.height and other.top < one.top + one.height
    return across and down


def _centred(pixels: Pixels, width: int, top: int) -> Layer:
    return Layer((width - pixels.shape[1]) // 2, max(0, top), pixels)
