"""What float64 cannot tell apart is said, once, and nothing else is."""

import warnings

import numpy as np
import pytest

from kmeans_engine import Engine, PrecisionWarning, assign_points, recalc_centroids
from kmeans_engine.frames import count_rounded

BIG = 2**53


def told(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
    assert all(one.category is PrecisionWarning for one in caught)
    assert all(one.filename == __file__ for one in caught)
    return [str(one.message) for one in caught]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, BIG], None),
        ([0, -BIG], None),
        ([0, BIG + 1], "1 whole number beyond"),
        ([-BIG - 1, BIG + 1, BIG + 2], "2 whole numbers beyond"),
        ([2**62, 2**62 + 1024], None),
        ([2**63 - 1, -(2**63)], "1 whole number beyond"),
    ],
)
def test_whole_numbers_that_are_rounded(values, words):
    lines = told(lambda: Engine(np.array(values, dtype=np.int64)[:, None]))
    assert len(lines) == (words is not None)
    assert all(words in line for line in lines)


def test_unsigned_numbers_and_views():
    values = np.array([[2**64 - 1, 0], [2**63, 0], [5, 0]], dtype=np.uint64)
    assert count_rounded(values) == 1
    assert "1 whole number" in told(lambda: Engine(values[::-1]))[0]
    assert told(lambda: Engine(values.astype(float))) == []


@pytest.mark.parametrize("reach", [1e-170, 5e-324, 1e-155])
def test_squares_that_vanish(reach):
    points = np.array([[0.0, 3.0], [reach, 3.0]])
    (line,) = told(lambda: Engine(points))
    assert "multiply them by 2.0**" in line
    factor = float(eval(line.partition("multiply them by ")[2].partition(",")[0]))
    assert told(lambda: Engine(points[:, :1] * factor)) == []
    assert np.array_equal(points[:, :1] * factor / factor, points[:, :1])


@pytest.mark.parametrize("reach", [0.0, 1e-153, 1.0])
def test_ordinary_points_are_not_remarked_on(reach):
    assert told(lambda: Engine([[1e-200, 0.0], [1e-200, reach]])) == []


def test_the_two_steps_warn_as_well():
    points = np.array([[BIG + 1], [0]])
    assert len(told(lambda: assign_points(points, [[0.0]]))) == 1
    assert len(told(lambda: recalc_centroids(points, [0, 0], [[0.0]]))) == 1
