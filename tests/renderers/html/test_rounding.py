import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from renderers.html.rounding import rounded

NUMBERS = st.floats(-1e300, 1e300, allow_subnormal=True)


@given(arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=NUMBERS))
def test_values_are_exact_float64_near_those_given(values):
    found = rounded(values)
    for c, (base, exponent) in enumerate(zip(found.base, found.exponent, strict=True)):
        column, whole = values[:, c], base + found.numbers[:, c].astype(object)
        back = np.array([np.ldexp(float(number), exponent) for number in whole])
        assert all(abs(number) <= 2**53 for number in whole)
        span = column.max() / 2 - column.min() / 2
        assert (np.abs(back / 2 - column / 2) <= span / 32_000).all()
        if found.exact:
            assert np.array_equal(back, column)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 255, 7], np.uint8),
        ([-100, 155, 0], np.uint8),
        ([0, 65_534], np.uint16),
        ([0, 0.5, 0.25], np.uint16),
        ([1e15, 1e15 + 3], np.uint8),
        ([0.1, 0.1], np.uint8),
        ([0, 0], np.uint8),
    ],
)
def test_what_fits_is_exact(values, dtype):
    found = rounded(np.array(values, dtype=np.float64)[:, None])
    assert found.exact
    assert found.numbers.dtype == dtype


def test_what_does_not_fit_is_not():
    assert not rounded(np.array([[0.1], [0.2], [0.7]])).exact
    assert not rounded(np.array([[0], [1], [1e6]])).exact
