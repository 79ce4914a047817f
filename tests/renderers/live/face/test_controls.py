"""The bar below the picture: where its buttons are, what its slider means, how it is painted."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest

from renderers.live.commands import KEYS
from renderers.live.face.controls import HINTS, Bar, slider_end
from renderers.live.face.help import GUIDE, guide_of, paint_help
from renderers.live.face.plan import bar_height
from renderers.live.face.shapes import note
from renderers.live.face.skin import skin_named, type_size
from renderers.live.report import Report
from renderers.picture.themes import THEMES
from renderers.stage.window import Command

SIZES = [(280, 180), (320, 240), (480, 360), (640, 480), (900, 600), (1280, 720), (3840, 2160)]
VALUES = (("speed", "x1"), ("k", "K 12"), ("init", "k-means++"))


def buttons_of(bar: Bar, window: tuple[int, int]):
    found = {}
    for y, x in itertools.product(range(0, bar_height(window), 3), range(0, window[0], 3)):
        button = bar.at(window, x, y)
        if button is not None:
            found.setdefault(button.command, button)
    return found


@pytest.mark.parametrize("window", SIZES)
def test_buttons_lie_apart_on_the_bar(window: tuple[int, int]):
    bar = Bar(skin_named("light"))
    found = buttons_of(bar, window)
    assert {"first", "back", "pause", "forward", "last", "save", "help"} <= found.keys()
    boxes = sorted(button.box for button in found.values())
    assert boxes[0].left >= 0
    assert boxes[-1].left + boxes[-1].width <= window[0]
    for one, other in itertools.pairwise(boxes):
        assert one.left + one.width <= other.left
    assert all(box.top + box.height <= bar_height(window) for box in boxes)


def test_a_common_window_has_every_button_and_a_wide_one_names_them():
    bar = Bar(skin_named("light"))
    assert buttons_of(bar, (640, 480)).keys() == HINTS.keys()
    assert not any(button.words for button in buttons_of(bar, (640, 480)).values())
    assert buttons_of(bar, (1280, 720))["place"].words == "place"


@pytest.mark.parametrize("window", [(200, 150), (279, 400), (1000, 179), (1, 1)])
def test_a_tiny_window_has_no_bar(window: tuple[int, int]):
    assert bar_height(window) == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("window", SIZES)
def test_the_bar_is_painted_whole_and_again_only_when_something_changes(
    window: tuple[int, int], theme: str
):
    bar = Bar(skin_named(theme))
    report = Report(state=3, states=9, finished=True)
    painted = bar.paint(window, report, VALUES)
    assert painted.shape == (bar_height(window), window[0], 4)
    assert (painted[..., 3] == 255).all()
    assert bar.paint(window, Report(state=3, states=9, finished=True), VALUES) is painted
    for changed in (
        bar.paint(window, Report(state=4, states=9, finished=True), VALUES),
        bar.paint(window, Report(state=3, states=9), VALUES),
        bar.paint(window, Report(state=3, states=9, finished=True, playing=False), VALUES),
        bar.paint(window, report, VALUES, ("pause",)),
    ):
        assert not np.array_equal(changed, painted)


@pytest.mark.parametrize("window", SIZES)
def test_progress_of_saving_grows(window: tuple[int, int]):
    bar = Bar(skin_named("light"))
    filled = []
    for saved in (0.0, 0.3, 0.9):
        report = Report(states=5, finished=True, saving=True, saved=saved)
        pixels = bar.paint(window, report, VALUES)[20:]
        filled.append((pixels[..., :3] == skin_named("light").accent).all(axis=2).sum())
    assert filled[0] < filled[1] < filled[2]


@pytest.mark.parametrize("finished", [False, True])
def test_the_slider_stands_for_every_state(finished: bool):
    bar, window = Bar(skin_named("dark")), (640, 480)
    report = Report(states=15, finished=finished)
    seen = [bar.state_at(window, x, report) for x in range(640)]
    assert seen == sorted(seen)
    assert set(seen) == set(range(slider_end(report) + 1))
    assert bar.on_slider(window, 3)
    assert not bar.on_slider(window, bar_height(window) - 3)


def test_the_slider_leaves_room_for_what_is_still_computed():
    ends = [slider_end(Report(states=n)) for n in range(1, 200)]
    assert ends == sorted(ends)
    assert all(end > n - 1 for n, end in enumerate(ends, 1))
    assert slider_end(Report(states=7, finished=True)) == 6
    assert slider_end(Report()) == 1


def test_every_command_has_a_key_and_every_button_a_hint_that_names_it():
    assert set(KEYS.values()) == set(get_args(Command))
    names = {"pause": "space", "back": "←", "forward": "→", "slower": "↓", "faster": "↑"}
    for command, hint in HINTS.items():
        keys = [key for key, meant in KEYS.items() if meant == command]
        assert any(f"({key})" in hint for key in (*keys, names.get(command, "-"))), command


def test_the_help_names_every_key():
    signs = {"left": "←", "right": "→", "up": "↑", "down": "↓", "escape": "esc"}
    told = {word for column in GUIDE for _, keys, _ in column for word in keys.split()}
    for key in KEYS:
        known = {"-": "\N{MINUS SIGN}", "=": "+", " ": "space"} | signs
        assert known.get(key, key) in told, key


@pytest.mark.parametrize("window", [(400, 300), (640, 480), (1280, 720)])
def test_the_help_fits(window: tuple[int, int]):
    height = window[1] - bar_height(window)
    guide = guide_of(lambda command: True)
    panel = paint_help(guide, window[0], height, type_size(window), skin_named("light"))
    assert panel is not None
    assert panel.shape[0] <= height
    assert panel.shape[1] <= window[0]


def test_the_help_is_left_out_where_it_cannot_be_read():
    assert paint_help(guide_of(lambda command: True), 200, 150, 11.0, skin_named("light")) is None


def test_the_help_names_only_what_is_offered():
    guide = guide_of(lambda command: command not in ("place", "new clusters"))
    told = {key for key, _ in guide[0]}
    assert not told & {"m", "r", "drag"}
    assert {"c", "q"} <= told


def test_long_notes_are_broken_into_lines():
    skin = skin_named("light")
    text = "the centroids come from start.csv; i draws them at random, or leave out --init"
    wide, narrow = note(text, 12.0, 2000, skin), note(text, 12.0, 200, skin)
    assert wide.shape[1] > 200
    assert narrow.shape[1] <= 200
    assert narrow.shape[0] > 2 * wide.shape[0]
