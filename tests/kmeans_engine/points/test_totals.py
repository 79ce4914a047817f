"""Sums that are rounded once, against fractions."""

import sys
from fractions import Fraction

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine.points.totals import Totals

pytestmark = pytest.mark.kernels

# Sums of 40 of them stay finite.
values = st.floats(-sys.float_info.max / 64, sys.float_info.max / 64)


def summed(numbers, keys=None, count=1):
    totals = Totals(count)
    keys = np.zeros(len(numbers), np.int64) if keys is None else np.array(keys, np.int64)
    totals.add(np.array(numbers), keys)
    return totals


@check.examples(300)
@given(st.lists(st.tuples(values, st.integers(0, 2)), max_size=40))
def test_each_sum_is_the_float_nearest_to_the_exact_one(terms):
    got = summed([value for value, _ in terms], [key for _, key in terms], 3).rounded()
    for key in range(3):
        exact = sum((Fraction(value) for value, own in terms if own == key), Fraction(0))
        assert got[key] == float(exact)


@check.examples(100)
@given(st.lists(values, max_size=40), st.integers(0, 40))
def test_parts_and_order_make_no_difference(numbers, cut):
    parts = summed(numbers[:cut])
    parts.add(np.array(numbers[cut:]), np.zeros(len(numbers[cut:]), np.int64))
    merged = summed(numbers[cut:])
    merged.merge(summed(numbers[:cut][::-1]))
    want = summed(numbers).rounded().tobytes()
    assert parts.rounded().tobytes() == merged.rounded().tobytes() == want


def test_the_ends_of_the_range():
    tiny, huge = 5e-324, sys.float_info.max
    assert summed([tiny, huge, tiny, -huge]).rounded() == [2 * tiny]
    assert summed([-tiny, 0.0, -0.0]).rounded() == [-tiny]
    assert summed([huge / 2, huge / 2]).rounded() == [huge]
