"""Messages, hints and what is told beside the pointer: whole, and never over one another."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live import Clock, Painting

from renderers import Options, Panel, Scene
from renderers.live.face.notes import Notes
from renderers.live.face.plan import BUTTONS, bar_height, plan_bar
from renderers.live.face.probe import Finding
from renderers.live.face.skin import skin_named, type_size
from renderers.live.frame import Frame
from renderers.live.seen import Look
from renderers.live.session import SPEEDS, Session
from renderers.picture.text import text_mask
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.scene import Moment
from renderers.stage.window import Commands

MESSAGES = [
    "saved to 20260101-120000-kmeans.mp4",
    "the points come from measurements.csv; choose new centroids only, or leave out DATA",
    "dark theme",
    "click to place 3 more of 5 centroids · [ ] fewer, more · esc cancels",
]
POINTS = np.random.default_rng(0).normal(size=(40, 6))
VIEW = View(POINTS, names=["alcohol", "malic acid", "ash", "alkalinity", "magnesium", "phenols"])
SCENE = Scene((Panel(3, VIEW),))


def apart(boxes: list[Box]) -> bool:
    return not any(
        a.left < b.left + b.width
        and b.left < a.left + a.width
        and a.top < b.top + b.height
        and b.top < a.top + a.height
        for a, b in itertools.combinations(boxes, 2)
    )


def frame_of(size: tuple[int, int]) -> Frame:
    width, height = size
    box = Box(30, 10, max(1, width - 60), max(1, height - 40))
    snapshot = SimpleNamespace(
        weights=None,
        centroids=POINTS[:3],
        assigned_from=POINTS[:3],
        counts=np.array([7, 20, 13]),
        iteration=1,
    )
    return Frame(
        SCENE, SCENE, Moment((snapshot,), 1.0), Look(size), np.zeros((height, width, 4), np.uint8),
        (box,), (6.0,), frozenset(), (VIEW.placed(box),),
    )  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    width=st.integers(400, 2600),
    height=st.integers(300, 1600),
    message=st.sampled_from(MESSAGES),
    hovered=st.integers(-1, 30),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    row=st.booleans(),
)
def test_no_two_of_them_overlap(width, height, message, hovered, place, row):
    window = width, height
    session = Session(Options(), Commands(), clock=Clock(), painting=Painting())
    session._messages.say(message)
    notes = Notes(session, skin_named("light"))
    buttons = plan_bar((width, bar_height(window)), type_size(window)).buttons
    over = buttons[hovered % len(buttons)] if hovered >= 0 else None
    picture = width, height - bar_height(window)
    frame = frame_of(picture)
    said = [layer.box for layer in notes.messages(window, over)]
    assert len(said) == (1 if over is None else 2)
    x, y = place[0] * (picture[0] - 1), place[1] * (picture[1] - 1)
    finding = Finding(0, 1, 20, 17, tuple(POINTS[17])) if row else Finding(0, 1, 20)
    tip = notes.tip(window, frame, x, y, finding, said).box
    for box in (*said, tip):
        assert box.left >= 0 and box.left + box.width <= picture[0]
        assert box.top >= 0 and box.top + box.height <= picture[1]
    assert apart([*said, tip])


@given(
    width=st.integers(280, 4000),
    height=st.integers(180, 2200),
    missing=st.sets(st.sampled_from(BUTTONS)),
)
def test_nothing_on_the_bar_overlaps(width, height, missing):
    window = width, height
    tall, size = bar_height(window), type_size(window)
    plan = plan_bar((width, tall), size, frozenset(BUTTONS) - missing)
    assert not missing & {button.command for button in plan.buttons}
    boxes = [button.box for button in plan.buttons if button.command != "next init"]
    boxes += [box for _, box in plan.values]
    boxes += [box for box in (plan.counter, plan.free) if box.width]
    assert apart(boxes)
    assert all(box.left >= 0 and box.left + box.width <= width for box in boxes)
    for name, box in plan.values:
        if name == "speed":
            assert all(
                text_mask(f"\N{MULTIPLICATION SIGN}{speed:g}", size).shape[1] <= box.width
                for speed in SPEEDS
            )


def test_a_point_is_told_with_its_values():
    session = Session(Options(), Commands(), clock=Clock(), painting=Painting())
    notes = Notes(session, skin_named("light"))
    words = notes._row_words(frame_of((600, 400)), Finding(0, 1, 20, 1234, (1.5, 2.0, 3.25)))
    assert words == "row 1,234: alcohol = 1.5, malic acid = 2, ash = 3.25 and 3 more"


@pytest.mark.parametrize("placed", [False, True])
def test_placed_centroids_look_different(placed: bool):
    from renderers.live.hand import Mark

    session = Session(Options(), Commands(), clock=Clock(), painting=Painting())
    notes, frame = Notes(session, skin_named("light")), frame_of((600, 400))
    layer = notes.pin(frame, Mark(100.0, 100.0, 1, placed))
    middle = layer.pixels.shape[0] // 2
    beside = layer.pixels[middle, middle - round(0.4 * middle), :3]
    assert (beside == 255).all() == placed  # a white disc in a ring, or one in its colour
