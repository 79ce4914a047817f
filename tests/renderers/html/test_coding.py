"""Arrays come back from bytes as they were, read by the reader of the tests."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import from_planes, from_planes_of_columns, from_varint

from renderers.html.coding import encode, xor

NUMBERS = st.lists(st.integers(0, 2**32 - 1), max_size=40)


@given(NUMBERS)
def test_varint(numbers):
    data = encode(np.array(numbers, dtype=np.uint32), "varint")
    assert from_varint(data, len(numbers)) == numbers
    assert len(data) == sum(max(1, -(-n.bit_length() // 7)) for n in numbers)


@given(st.sets(st.integers(0, 2**32 - 1), max_size=40))
def test_gaps(numbers):
    ascending = sorted(numbers)
    data = encode(np.array(ascending, dtype=np.uint32), "gaps")
    assert np.cumsum(from_varint(data, len(ascending))).tolist() == ascending


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
@given(data=st.data())
def test_delta(dtype, data):
    most = np.iinfo(dtype).max
    numbers = data.draw(st.lists(st.integers(0, most), min_size=1, max_size=30))
    array = np.array(numbers, dtype=dtype)
    for shape in ((-1,), (-1, 1), (1, -1)):
        shaped = array.reshape(shape)
        folded = from_planes_of_columns(encode(shaped, "delta"), array.dtype, shaped.shape)
        steps = (folded >> 1) ^ -(folded & 1)
        back = np.cumsum(steps, axis=1).T % (most + 1)
        assert np.array_equal(back.reshape(shaped.shape), shaped)


def test_delta_of_neighbours_is_small_either_way():
    up, down = (encode(np.array(a, dtype=np.uint16), "delta") for a in ([9, 8, 7], [9, 10, 11]))
    assert list(up) == [18, 1, 1, 0, 0, 0]
    assert list(down) == [18, 2, 2, 0, 0, 0]


def test_planes_put_the_bytes_of_one_place_together():
    array = np.array([0x0102, 0x0304], dtype=np.uint16)
    assert list(encode(array, "planes")) == [2, 4, 1, 3]
    assert from_planes(encode(array, "planes"), array.dtype).tolist() == array.tolist()


def test_big_endian_arrays_are_turned():
    array = np.array([0x0102, 0x0304], dtype=">u2")
    assert encode(array, "raw") == bytes([2, 1, 4, 3])


def test_xor_of_what_stays_is_zero():
    one = np.array([[1.5, -0.0], [np.pi, 7e300]])
    other = one.copy()
    other[1, 0] = 3.0
    change = xor(other, one).view(np.uint64)
    assert change[0].tolist() == [0, 0] and change[1, 1] == 0
    back = (change ^ one.view(np.uint64)).view(np.float64)
    assert np.array_equal(back.view(np.uint64), other.view(np.uint64))
    assert np.array_equal(xor(one, None), one)
