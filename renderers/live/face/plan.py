"""Where everything is on the bar below the picture. Paints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from renderers.live.face.icons import ICONS
from renderers.live.face.skin import type_size
from renderers.picture.text import text_mask
from renderers.plane.placement import Box
from renderers.stage.window import Command

__all__ = ["BUTTONS", "Button", "Plan", "bar_height", "plan_bar", "sign_of"]

LEAST = (280, 180)  # a smaller window belongs to its picture alone


@dataclass(frozen=True, slots=True)
class Button:
    """A place on the bar that does something when it is clicked.

    Attributes
    ----------
    command : str
        What it does.
    box : Box
        Its pixels on the bar.
    words : str
        Beside its sign; empty where room is short.
    """

    command: Command
    box: Box
    words: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is on a bar of one size."""

    size: tuple[int, int]
    type: float
    buttons: tuple[Button, ...]
    values: tuple[tuple[str, Box], ...]
    counter: Box
    free: Box  # for what is being saved
    track: Box


@dataclass(frozen=True, slots=True)
class _Group:
    """Buttons that stay together or are left out together; the highest rank goes first."""

    rank: int
    commands: tuple[Command, ...]
    value: str = ""  # which value stands between two buttons


_LEFT = (
    _Group(0, ("first", "back", "pause", "forward", "last")),
    _Group(3, ("slower", "faster"), "speed"),
)
_RIGHT = (
    _Group(4, ("next init",), "init"),
    _Group(2, ("fewer clusters", "more clusters"), "k"),
    _Group(1, ("new clusters",)),
    _Group(1, ("new centroids",)),
    _Group(1, ("place",)),
    _Group(2, ("columns",)),
    _Group(0, ("save",)),
    _Group(0, ("help",)),
)
BUTTONS: tuple[Command, ...] = tuple(
    command for group in (*_LEFT, *_RIGHT) for command in group.commands
)
# What stands between two buttons at its widest, as far as it is known.
_WIDEST = {"speed": "\N{MULTIPLICATION SIGN}0.125", "k": "K 888", "init": "k-means++"}
_WORDS: dict[Command, str] = {
    "new clusters": "points",
    "new centroids": "centroids",
    "place": "place",
    "columns": "axes",
    "save": "save",
    "help": "keys",
}


def bar_height(size: tuple[int, int]) -> int:
    """Return the height of the bar in a window of this size; 0 if it has none."""
    width, height = size
    return 0 if width < LEAST[0] or height < LEAST[1] else round(3.3 * type_size(size))


@lru_cache(maxsize=8)
def plan_bar(
    size: tuple[int, int], type_size: float, offered: frozenset[Command] = frozenset(BUTTONS)
) -> Plan:
    """Lay out a bar: words go first where room is short, then groups by their rank.

    Groups are left out whose buttons are not all among those that are `offered`.
    """
    width, height = size
    left_groups, right_groups = (
        [group for group in groups if offered.issuperset(group.commands)]
        for groups in (_LEFT, _RIGHT)
    )
    edge, gap = round(0.6 * type_size), round(0.55 * type_size)
    counter = round(6.6 * type_size)
    for worded, rank in ((True, 9), (False, 9), (False, 3), (False, 2), (False, 1), (False, 0)):
        left = [
            _extent(group, type_size, worded) + gap for group in left_groups if group.rank <= rank
        ]
        right = [_extent(group, type_size, worded) for group in right_groups if group.rank <= rank]
        used = 2 * edge + sum(left) + counter + sum(right)
        if used + (9 * type_size if worded else 0) <= width:
            break
    top = round(1.1 * type_size)
    row = Box(0, top, width, height - top - round(0.2 * type_size))
    buttons: list[Button] = []
    values: list[tuple[str, Box]] = []
    x = edge
    count = Box(0, row.top, 0, row.height)
    for group in left_groups:
        if group.rank <= rank:
            x = _place(group, x, row, type_size, worded, buttons, values) + gap
        if group.rank == 0:
            room = max(0, min(counter, width - edge - sum(right) - x))
            count = Box(x, row.top, room, row.height)
            x += counter
    start = max(x, width - edge - sum(right))
    free = Box(x, row.top, max(0, start - x - gap), row.height)
    x = start
    for group in right_groups:
        if group.rank <= rank:
            x = _place(group, x, row, type_size, worded, buttons, values)
    inset = round(type_size)
    track = Box(inset, round(0.62 * type_size), max(1, width - 2 * inset), 1)
    return Plan(size, type_size, tuple(buttons), tuple(values), count, free, track)


def _value_width(value: str, type_size: float) -> int:
    units = {"speed": 3.0, "k": 3.6, "init": 6.4}[value]
    widest = int(text_mask(_WIDEST[value], type_size).shape[1]) + round(0.5 * type_size)
    return max(round(units * type_size), widest)


def _button_width(command: Command, type_size: float, worded: bool) -> int:
    plain = round((1.7 if sign_of(command, True) in ("minus", "plus") else 2.3) * type_size)
    words = _WORDS.get(command, "") if worded else ""
    if not words:
        return plain
    return round(3.0 * type_size) + int(text_mask(words, type_size).shape[1])


def _extent(group: _Group, type_size: float, worded: bool) -> int:
    if group.value == "init":
        return _value_width("init", type_size)
    wide = sum(_button_width(command, type_size, worded) for command in group.commands)
    return wide + (_value_width(group.value, type_size) if group.value else 0)


def _place(
    group: _Group,
    x: int,
    row: Box,
    type_size: float,
    worded: bool,
    buttons: list[Button],
    values: list[tuple[str, Box]],
) -> int:
    """Append the buttons and values of a group from column `x` on; return the column after."""
    if group.value == "init":
        box = Box(x, row.top, _value_width("init", type_size), row.height)
        buttons.append(Button(group.commands[0], box))
        values.append(("init", box))
        return x + box.width
    for i, command in enumerate(group.commands):
        box = Box(x, row.top, _button_width(command, type_size, worded), row.height)
        buttons.append(Button(command, box, _WORDS.get(command, "") if worded else ""))
        x += box.width
        if group.value and i == 0:
            wide = _value_width(group.value, type_size)
            values.append((group.value, Box(x, row.top, wide, row.height)))
            x += wide
    return x


def sign_of(command: Command, playing: bool) -> str:
    """Return the name of the icon of a button; empty if it has none."""
    if command == "pause":
        return "pause" if playing else "play"
    if command in ("slower", "fewer clusters"):
        return "minus"
    if command in ("faster", "more clusters"):
        return "plus"
    return command if command in ICONS else ""
