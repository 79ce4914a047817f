"""Reference distances of labelled points: feature by feature in float64, the same bits anywhere."""

from kmeans_engine.runtime.jit import kernel

__all__ = ["own_distances"]


@kernel(counted=False)
def own_distances(X, C, labels, squares):
    """Write the squared distance of each point to its centroid to `squares` (out, (R,)).

    `X` (in, (R, N)), `C` (in, (K, N)), `labels` (in, (R,) int64).
    """
    for i in range(X.shape[0]):
        k = labels[i]
        total = 0.0
        for n in range(X.shape[1]):
            t = X[i, n] - C[k, n]
            total += t * t
        squares[i] = total
