"""Read and write labels here and there. NumPy would first turn the indices into another type."""

from kmeans_engine.runtime.jit import kernel

__all__ = ["pick_labels", "put_labels"]


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
