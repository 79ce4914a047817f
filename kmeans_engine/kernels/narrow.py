"""Values of one or two bytes, read where they are: whole numbers, float16 and bfloat16.

NumPy and Numba do not compute with the latter two on a processor, so kernels see their bits as
whole numbers of two bytes, which they get in no other case.
"""

from typing import Any

import numpy as np
from numba import types

from kmeans_engine.runtime import llvm

__all__ = ["NARROW", "value"]

NARROW: dict[str, Any] = {
    "uint8": np.uint8,
    "int8": np.int8,
    "float16": np.int16,
    "bfloat16": np.uint16,
}
"""What the values of a type are to kernels."""


def _read_as(array, *_):
    return types.float64 if array.dtype == types.float64 else types.float32


@llvm.operation(_read_as, llvm.value)
def value(array, row, column):
    """Return a value of `array` (in, 2-d), exactly: float64 of float64, and float32 of the rest.

    int16 are the bits of float16, and uint16 those of bfloat16; the other types are themselves.
    """
    held = array[row, column]
    if array.dtype == np.int16:
        return np.float32(held.view(np.float16))
    if array.dtype == np.uint16:
        return (np.uint32(held) << np.uint32(16)).view(np.float32)
    return held if array.dtype == np.float64 else np.float32(held)
