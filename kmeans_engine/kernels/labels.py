"""Read and write labels here and there. NumPy would first turn the indices into another type."""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["merge_labels", "pick_labels", "put_labels", "set_bits"]


@kernel(counted=False)
def merge_labels(indices, changed, old, out):
    """Write `old` (in, (C,)) to `out` (out, (R,)) where `changed` (in, (C,)) is in `indices`.

    Both ascend: 2 ns for each of either, where a search of unsorted ones took 120.
    """
    i = j = 0
    while i < changed.shape[0] and j < indices.shape[0]:
        one = changed[i]
        other = indices[j]
        if one == other:
            out[j] = old[i]
        i += one <= other
        j += other <= one


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
