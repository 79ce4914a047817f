"""Kernels for a GPU, by Numba: one idea each, as their callers in `strategies.cuda` name them.

`X (M, N)` are the points of a piece, `C (K, N)` the centroids, `i`, `n`, `k` count them. A loop
over a list goes on while any thread of the block has a point, so that all of them meet at its
barriers.
Imported only where a device is used: it needs the extra ``cuda``.
"""
