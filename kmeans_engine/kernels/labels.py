"""Read and write labels here and there. NumPy would first turn the indices into another type."""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["pick_labels", "put_labels", "set_bits"]


@kernel(counted=False)
def pick_labels(labels, indices, out):
    """Write the labels (in, (M,)) at `indices` (in, (R,)) to `out` (out, (R,))."""
    for j in range(indices.shape[0]):
        out[j] = labels[indices[j]]


@kernel(counted=False)
def put_labels(labels, indices, new):
    """Write `new` (in, (R,)) to `labels` (out, (M,)) at `indices` (in, (R,))."""
    for j in range(indices.shape[0]):
        labels[indices[j]] = new[j]


@kernel(counted=False)
def set_bits(indices, bits):
    """Set the bits of `indices` (in, (R,)) in `bits` (in and out, (B,) uint8), highest first."""
    for j in range(indices.shape[0]):
        i = np.int64(indices[j])
        bits[i >> 3] |= np.uint8(128) >> np.uint8(i & 7)
