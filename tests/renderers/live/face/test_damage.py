"""What has to be drawn again: all that differs, and little more."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from renderers.live.face.damage import Layer, damage

SIZE = (40, 30)


def layer(left: int, top: int, width: int, height: int, value: int = 0) -> Layer:
    return Layer(left, top, np.full((height, width, 4), value, np.uint8))


def stacked(layers: tuple[Layer, ...]) -> np.ndarray:
    image = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    for left, top, pixels in layers:
        part = image[max(0, top) : max(0, top + len(pixels))]
        part = part[:, max(0, left) : max(0, left + pixels.shape[1])]
        y, x = max(0, -top), max(0, -left)
        part[:] = pixels[y : y + part.shape[0], x : x + part.shape[1]]
    return image


def test_the_same_layers_need_nothing():
    layers = layer(0, 0, 40, 20), layer(0, 20, 40, 10)
    assert damage(layers, layers, SIZE) == []


def test_pixels_of_a_picture_that_differ():
    picture, bar = layer(0, 0, 40, 20), layer(0, 20, 40, 10)
    changed = picture.pixels.copy()
    changed[3:5, 7:11] = 9
    assert damage((picture, bar), (Layer(0, 0, changed), bar), SIZE) == [(7, 3, 4, 2)]
    assert damage((picture, bar), (Layer(0, 0, picture.pixels.copy()), bar), SIZE) == []


def test_a_note_that_moves_uncovers_what_was_below():
    picture, note = layer(0, 0, 40, 30), layer(3, 3, 5, 4, 7)
    moved = Layer(8, 6, note.pixels)
    assert sorted(damage((picture, note), (picture, moved), SIZE)) == [(3, 3, 5, 4), (8, 6, 5, 4)]


def test_what_lies_outside_the_window_needs_nothing():
    assert damage((), (layer(-3, 28, 5, 9), layer(50, 0, 3, 3)), SIZE) == [(0, 28, 2, 2)]


@given(st.lists(st.tuples(*[st.integers(-5, 40)] * 2, st.integers(1, 20), st.integers(0, 3)),
                max_size=4),
       st.data())  # fmt: skip
def test_drawing_the_boxes_shows_the_new_layers(places, data):
    old = tuple(layer(x, y, n, n, value) for x, y, n, value in places)
    kept = [one for one in old if data.draw(st.booleans())]
    new = (*kept, *(layer(x, y, n, n, value + 1) for x, y, n, value in places[:2]))
    image, wanted = stacked(old), stacked(new)
    for left, top, width, height in damage(old, new, SIZE):
        part = slice(top, top + height), slice(left, left + width)
        image[part] = wanted[part]
    np.testing.assert_array_equal(image, wanted)
