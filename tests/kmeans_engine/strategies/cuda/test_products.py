"""Limbs of products, with the types that a compiler gives to words and not those of Python."""

import types

import numba
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("numba_cuda")

from kmeans_engine.kernels.cuda import products
from kmeans_engine.kernels.cuda.compiling import SIMULATED

pytestmark = pytest.mark.skipif(SIMULATED, reason="the simulator compiles nothing")


@numba.njit
def _words(a, b):
    """As the device has it: the lower word of a product, and the upper one."""
    x, y = np.uint64(a), np.uint64(b)
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    low = (x & mask) * (y & mask)
    middle = (x >> half) * (y & mask) + (low >> half)
    other = (x & mask) * (y >> half) + (middle & mask)
    return x * y, (x >> half) * (y >> half) + (middle >> half) + (other >> half)


def compiled(function):
    """Return a function of the device, compiled for the processor."""
    plain = function.py_func
    return numba.njit(types.FunctionType(plain.__code__, {**plain.__globals__, "_words": _words}))


@pytest.fixture(scope="module")
def cut():
    return compiled(products.limb_of_product)


@pytest.fixture(scope="module")
def split():
    return compiled(products.significand), compiled(products.sign_of)


NUMBERS = st.integers(0, 2**53 - 1)


@given(NUMBERS, NUMBERS, st.integers(-200, 200), st.integers(16, 51))
@example(2**53 - 1, 2**53 - 1, 64, 51)
@example(2**53 - 1, 2**53 - 1, 63, 51)
@example(2**53 - 1, 2**53 - 1, 0, 51)
@example(2**53 - 1, 2**53 - 1, -50, 51)
def test_a_limb_is_some_bits_of_the_product(cut, a, b, start, width):
    product = a * b
    shifted = product >> start if start >= 0 else product << -start
    got = cut(np.int64(a), np.int64(b), np.int64(start), np.int64(width))
    assert isinstance(got, int)
    assert got == shifted & ((1 << width) - 1)


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(-0.0)
def test_a_float64_is_its_sign_and_its_significand(split, x):
    significand, sign = split
    bits = np.float64(x).view(np.int64)
    m, e = significand(bits)
    assert m < 2**53
    value = sign(bits) * m * 2**e  # in units of 2^-1074
    numerator, denominator = x.as_integer_ratio()
    assert value * denominator == numerator << 1074
