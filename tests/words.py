"""Where words stand among the marks of a picture, and whether they can be read."""

from __future__ import annotations

import itertools

from renderers.picture.marks import Group, Text
from renderers.picture.text import LEAST_TYPE, extent


def texts(marks, within=None):
    """Yield the words among marks, and the box that each must not leave."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from texts(mark.marks, mark.box)
        elif isinstance(mark, Text) and mark.words:
            yield mark, within


def edges(mark):
    """Return where a line of words begins and ends on the frame: left, top, right, foot."""
    width = extent(mark.words, mark.size, mark.bold).width
    share = {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.anchor] * width
    above, below = 0.74 * mark.size, 0.22 * mark.size
    if mark.turned:
        return mark.x - above, mark.y + share - width, mark.x + below, mark.y + share
    return mark.x - share, mark.y - above, mark.x - share + width, mark.y + below


def rectangle(box):
    return box.left, box.top, box.left + box.width, box.top + box.height


def covers(one, other, slack=0.5):
    """Whether one holds the other."""
    return (
        one[0] - slack <= other[0]
        and one[1] - slack <= other[1]
        and other[2] <= one[2] + slack
        and other[3] <= one[3] + slack
    )


def apart(one, other, slack=0.6):
    return (
        one[2] <= other[0] + slack
        or other[2] <= one[0] + slack
        or one[3] <= other[1] + slack
        or other[3] <= one[1] + slack
    )


def luminance(colour):
    parts = [c / 255 for c in colour]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_words(words, size, theme, said):
    """Fail unless all words are in the frame and their boxes, apart, large and dark enough.

    Parameters
    ----------
    words : list of (Text, Box or None)
        As `texts` yields them.
    size : tuple of int
        Of the frame.
    theme : Theme
        Its muted ink may have less contrast.
    said : object
        What tells which picture this is.
    """
    places = [(mark, edges(mark)) for mark, _ in words]
    for (mark, within), (_, place) in zip(words, places, strict=True):
        assert covers((0, 0, *size), place), (said, size, mark)
        if within is not None:
            assert covers(rectangle(within), place), (said, size, mark, within)
        assert mark.size >= LEAST_TYPE - 1e-9, (said, size, mark)
        least = 3.0 if mark.colour == theme.muted else 4.5
        assert contrast(mark.colour, theme.background) >= least, (said, size, mark)
    for (one, a), (other, b) in itertools.combinations(places, 2):
        assert apart(a, b), (said, size, one, other)
