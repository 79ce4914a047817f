"""The arrays of the engine by their roles: aliases for annotations. Holds no code."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Clusters", "Floats", "Indices", "Integers", "LabelArray", "Rows"]

#: Numbers of clusters.
Clusters = npt.NDArray[np.int32]
#: float64: points and centroids as they count, shifts, bounds.
Floats = npt.NDArray[np.float64]
#: int64: limbs of exact sums, counts.
Integers = npt.NDArray[np.int64]
#: Numbers of points, of any integer type.
Indices = npt.NDArray[np.integer]
#: The cluster of each point, in the smallest unsigned type that holds them all.
LabelArray = npt.NDArray[Any]
#: Points as kernels read them: float32 or float64, in C order, read-only.
Rows = npt.NDArray[np.floating]
