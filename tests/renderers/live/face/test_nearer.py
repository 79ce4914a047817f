"""The picture that stands in for a closer one: its pixels, scaled and moved."""

from dataclasses import replace

import numpy as np
import pytest

from renderers import Panel, Scene
from renderers.live.face.nearer import Nearer
from renderers.live.frame import Frame
from renderers.live.seen import Look
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.scene import Moment

SIZE = (240, 160)
BOX = Box(20, 10, 200, 120)


@pytest.fixture
def frame() -> Frame:
    view = View(np.random.default_rng(0).normal(size=(40, 2)))
    scene = Scene((Panel(3, view),))
    pixels = np.zeros((160, 240, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    pixels[10:130, 20:120, 0] = 200  # the left half of the box
    return Frame(
        scene, scene, Moment((), 1.0), Look(SIZE), pixels, (BOX,), (5.0,), frozenset(),
        (view.placed(BOX),),
    )  # fmt: skip


def test_nothing_lies_over_what_is_wanted(frame: Frame):
    assert Nearer().layers(frame, frame.look) == []
    assert Nearer().layers(frame, None) == []
    assert Nearer().layers(frame, replace(frame.look, size=(300, 200))) == []


@pytest.mark.parametrize(
    ("share", "red"), [((0.0, 0.5), 1.0), ((0.5, 1.0), 0.0), ((0.25, 0.75), 0.5)]
)
def test_a_part_fills_the_box(frame: Frame, share: tuple[float, float], red: float):
    left, right, low, high = frame.wholes[0].limits
    a, b = (left + s * (right - left) for s in share)
    (layer,) = Nearer().layers(frame, replace(frame.look, limits=(a, b, low, high)))
    assert layer.box == BOX
    assert (layer.pixels[..., 0] == 200).mean() == pytest.approx(red, abs=0.01)


def test_beyond_the_pixels_is_the_ground(frame: Frame):
    left, right, low, high = frame.wholes[0].limits
    half = (left + right) / 2
    part = frame.scene.panels[0].view.within((left, half, low, high))
    scene = Scene((Panel(3, part),))
    near = replace(frame, scene=scene, look=replace(frame.look, limits=(left, half, low, high)))
    (layer,) = Nearer().layers(near, Look(SIZE))
    assert (layer.pixels[:, :50, 0] == 200).all()  # what was the box is its left half now
    assert (layer.pixels[:, 102:, 0] == 0).all()


def test_the_same_layers_while_nothing_changes(frame: Frame):
    nearer = Nearer()
    left, right, low, high = frame.wholes[0].limits
    look = replace(frame.look, limits=(left, (left + right) / 2, low, high))
    (one,), (other,) = nearer.layers(frame, look), nearer.layers(frame, replace(look))
    assert one.pixels is other.pixels
