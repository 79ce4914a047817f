"""Weights as a picture counts them: whole numbers that add up, wherever the points are."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine.points.weights import open_weighted
from renderers.plane.weighing import weighing_of


def visible(weights):
    return open_weighted(np.zeros((len(weights), 2)), np.array(weights))


@given(st.lists(st.floats(0.0, 1e300), min_size=3, max_size=40), st.booleans())
def test_numbers_are_in_proportion(weights, far):
    if max(weights) == 0.0:
        weights[0] = 1.0
    X, given_weights = np.zeros((len(weights), 2)), np.array(weights)
    points = Elsewhere(X, weights=given_weights) if far else open_weighted(X, given_weights)
    weighing = weighing_of(points)
    if weighing is None:  # no different numbers
        assert np.ptp(np.array(weights) / max(weights)) < 2.0**-18
        return
    numbers = weighing.of(np.array(weights))
    assert 1 << 19 <= numbers.max() <= 1 << 20
    assert ((numbers > 0) == (np.array(weights) > 0)).all()
    exact = np.array(weights) / max(weights) * numbers.max()
    assert np.abs(numbers - exact).max() <= 1.0
    assert weighing.unit == numbers.sum() / len(weights)


def test_small_whole_numbers_stay_what_they_are():
    weights = [0.0, 1.0, 3.0, 700.0]
    numbers = weighing_of(visible(weights)).of(np.array(weights))
    assert (numbers / numbers[1]).tolist() == weights


@pytest.mark.parametrize("weights", [[2.0, 2.0, 2.0], None])
def test_equal_weights_are_no_weights(weights):
    assert weighing_of(open_weighted(np.zeros((3, 2)), weights)) is None
