"""Read and write labels here and there. NumPy would first turn the indices into another type."""

from kmeans_engine.runtime.jit import kernel

__all__ = ["merge_labels", "pick_labels", "put_labels"]


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
