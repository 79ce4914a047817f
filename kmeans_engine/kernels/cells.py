"""Centroids that move: how far apart they are, and what that does to what is known of the clusters.

Names and bounds are those of `kernels.bounds`. All of it follows what has moved.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.bounds import FAR
from kmeans_engine.kernels.vector import WIDTH, add_square, floats, load_row, spread, store
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Cells", "Moved", "measure_centroids", "mirror", "move_centroids", "turn_over"]

# tau, in radii.
_TAU = 1.0


class Cells(Record):
    """What is known of the centroids and clusters; see there for `radius`, `spent`, `ceiling`.

    Attributes
    ----------
    P : (K + 1, N) float32
        As in `kernels.assign.score`.
    columns : (N, >= K) float32
        P the other way round, padded with inf to a multiple of WIDTH.
    D : (K, >= K) float32, or (K, 0)
        D_ac, see there.
    root, error
        See there; `error` is (1,).
    shifts : (K,) float64
        How far each centroid moved.
    threshold : (K,) float32
        A label stands while the point's expiry is more.
    """

    P: npt.NDArray[np.float32]
    columns: npt.NDArray[np.float32]
    D: npt.NDArray[np.float32]
    root: float
    error: npt.NDArray[np.float32]
    shifts: npt.NDArray[np.float64]
    radius: npt.NDArray[np.float64]
    spent: npt.NDArray[np.float64]
    ceiling: npt.NDArray[np.float64]
    threshold: npt.NDArray[np.float32]


class Moved(Record):
    """The centroids that moved, (R,) int32, or all."""

    cells: Cells
    rows: npt.NDArray[np.int32]


@kernel(counted=False)
def turn_over(task, start, stop):
    """Write the centroids that moved, from `start` to `stop`, to their columns; `task`: `Moved`."""
    P, columns, rows = task.cells.P, task.cells.columns, task.rows
    for r in range(start, stop):
        for n in range(P.shape[1]):
            columns[n, rows[r]] = P[rows[r], n]


@kernel("contract")
def measure_centroids(task, start, stop):
    """Write D_ac for all c and the centroids a that moved, from `start` to `stop`."""
    P, columns, D, root = task.cells.P, task.cells.columns, task.cells.D, task.cells.root
    rows, error = task.rows, task.cells.error[0]
    flat, less = D.reshape(D.size), np.float32(1.0 - root)
    for r in range(start, stop):
        a = np.intp(rows[r])
        for j in range(0, D.shape[1], WIDTH):
            s = floats(np.float32(0.0))
            for n in range(P.shape[1]):
                s = add_square(s, load_row(columns, n, j), spread(P, a, n))
            store(flat, a * D.shape[1] + j, s)
        for c in range(D.shape[1]):
            d = np.sqrt(D[a, c]) * less
            D[a, c] = min(d - error, FAR) if d > error else np.float32(0.0)


@kernel(counted=False)
def mirror(task, start, stop):
    """Give the columns of those that moved the values of their rows, from `start` to `stop`.

    D_ac of two centroids that stay is as good a bound as ever. Where both moved, D_ca is one as
    well, and from scores even the same, bit for bit: it does not matter who is first.
    """
    D, rows = task.cells.D, task.rows
    for a in range(start, stop):
        for r in range(rows.shape[0]):
            D[a, rows[r]] = D[rows[r], a]


@kernel(counted=False)
def move_centroids(task, start, stop):
    """Account for a move of the centroids, for the clusters a from `start` to `stop`.

    A centroid that has not moved shrinks no gap by more than the shift of a, so it needs no part in
    the ceiling.
    """
    cells, moved = task.cells, task.rows
    D, shifts, radius, spent = cells.D, cells.shifts, cells.radius, cells.spent
    ceiling, threshold = cells.ceiling, cells.threshold
    for a in range(start, stop):
        radius[a] += shifts[a]
        reach = np.float32(radius[a] * (2.0 + _TAU) * (1.0 + 2.0**-20))
        largest, closest = 0.0, np.float32(np.inf)
        # Whatever is not a number is a neighbour, and so is everything if no distance is known.
        for m in range(moved.shape[0]):
            c = np.intp(moved[m])
            if D.shape[1] > 0 and D[a, c] > reach:
                closest = min(closest, D[a, c])
            elif c != a:
                largest = max(largest, shifts[c])
        spent[a] = (spent[a] + shifts[a] + largest) * (1.0 + 1e-9)
        if closest < np.inf:  # else all others that moved are neighbours
            behind = spent[a] + closest - 2.0 * radius[a]
            ceiling[a] = min(ceiling[a], behind * (1.0 - 1e-9))
        threshold[a] = np.float32(spent[a] * (1.0 + 2.0**-22))
        if not spent[a] < ceiling[a]:
            threshold[a] = np.float32(np.inf)
