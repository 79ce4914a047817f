"""Sums of pixels are sent, and add up to the same wherever they were found."""

import pickle

import numpy as np
import pytest

from renderers.picture.pixels import Dots, Pixels, Places
from renderers.plane.placement import Box
from renderers.plane.view import View

BOX = Box(3, 4, 64, 48)
COLOURS = np.array([[200, 10, 30, 1], [0, 100, 250, 1], [0, 0, 0, 0]], dtype=np.int64)


def points(count, features=2):
    return np.random.default_rng(count).normal(size=(count, features))


def labels(count, seed=0):
    return np.random.default_rng(seed).integers(0, 2, count).astype(np.uint8)


def dots(view, marker="dots", size=1, home=None):
    return Dots(view.plane, view.placed(BOX), marker, size, COLOURS, home)


def found(visitor, X, was, now, first=0):
    one = visitor.begin()
    visitor.add(one, range(first, first + len(X)), X, was, now, None)
    return one


def equal(one, other):
    return np.array_equal(one.sums, other.sums) and np.array_equal(one.moved, other.moved)


@pytest.mark.parametrize("count", [0, 1, 20, 20_000])
@pytest.mark.parametrize(("marker", "size"), [("dots", 2), ("discs", 1.7), ("crosses", 2.0)])
def test_sums_arrive_as_they_were_sent(count, marker, size):
    X, was, now = points(max(count, 1)), labels(count), labels(count, 1)
    sent = found(dots(View(X), marker, size), X[:count], was, now)
    arrived = pickle.loads(pickle.dumps(sent))
    assert equal(sent, arrived) and arrived.sums.dtype == np.int64
    assert bool(sent.moved.any()) == bool(count)


def test_few_changes_are_a_short_message():
    X = points(100_000)
    view = View(X)
    few = found(dots(view), X[:50], labels(50), labels(50, 1))
    many = found(dots(view), X, None, labels(100_000))
    assert len(pickle.dumps(few)) < 1500
    assert len(pickle.dumps(many)) < 0.5 * (many.sums.nbytes + many.moved.nbytes)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64"])
def test_sums_of_any_size_are_sent(kind):
    ends = np.iinfo(kind)
    one = Pixels(2, 3)
    one.moved[0, 1], one.sums[0, 1] = ends.max, (ends.min, ends.max, 0, -1)
    assert equal(one, pickle.loads(pickle.dumps(one)))


def test_parts_add_up_in_any_order_and_number_of_steps():
    X, now = points(3000), labels(3000)
    view = View(X)
    whole = found(dots(view), X, None, now)
    visitor = pickle.loads(pickle.dumps(dots(view)))
    parts = [
        found(visitor, X[some], None, now[some], some.start)
        for some in (slice(2000, 3000), slice(0, 7), slice(7, 2000))
    ]
    assert equal(visitor.merge([visitor.merge(parts[1:]), parts[0]]), whole)


def test_what_is_found_here_is_added_at_home_once():
    X, now = points(500), labels(500)
    view, home = View(X), Pixels(BOX.height, BOX.width)
    visitor = dots(view, home=home)
    parts = [found(visitor, X[:100], None, now[:100]), found(visitor, X[100:], None, now[100:])]
    assert parts[0] is home
    assert visitor.merge(parts[::-1]) is home
    assert equal(home, found(dots(view), X, None, now))
    assert pickle.loads(pickle.dumps(dots(view, home=home))).begin() is not home


def test_more_points_in_a_pixel_than_32_bits_count():
    one, other = Pixels(1, 1), Pixels(1, 1)
    for part in (one, other):
        part.moved[:], part.sums[:] = 2**31, 255 * 2**31
    one.add(other)
    assert one.touched()[1].tolist() == [2**32] and one.sums.tolist() == [[[255 * 2**32] * 4]]
    assert one.take_touched()[0].tolist() == [0] and one.touched()[0].tolist() == []


@pytest.mark.parametrize("features", [1, 2, 4])
def test_places_are_those_of_the_points_in_order(features):
    X = points(300, features)
    view = View(X)
    places = Places(view.plane, view.placed(BOX))
    parts = [
        found(places, X[some], None, None, some.start) for some in (slice(90, 300), slice(0, 90))
    ]
    in_order = np.vstack([xy for _, xy in sorted(places.merge(parts), key=lambda one: one[0])])
    expected = view.plane.project(X, np.arange(300))
    assert np.array_equal(in_order, view.placed(BOX).within_box(expected))
