"""Which stages look at points, from the fastest to the definition; see `stages.Stage`."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_engine.kernels.cuda.compiling import THREADS
from kmeans_engine.kernels.cuda.define import TEAM, define
from kmeans_engine.kernels.cuda.look import look_kernel
from kmeans_engine.strategies.cuda.device import blocks_for
from kmeans_engine.strategies.cuda.programs import tensor_cores
from kmeans_engine.strategies.cuda.stages import List, Piece, Placed, Stage
from kmeans_engine.strategies.cuda.tensor import LEAST_FEATURES, tensor_scores

__all__ = ["Definition", "Float32", "stages_for"]


class Float32:
    """Scores in float32, one thread a point; see `Stage`."""

    def look(self, piece: Piece, placed: Placed, todo: List, left: List, stream: Any) -> None:
        """See `Stage.look`."""
        rows, n_features = piece.X.shape
        kernel = look_kernel(n_features)[blocks_for(rows, THREADS), THREADS, stream]
        # The extent is a sum of n_features squares in float32, whose relative error is less than
        # `root`; see `kernels.assign`. The squares may underflow, by 2^-30 of what kappa has.
        delta = np.float32(placed.delta_unit * (1.0 + placed.root) * (1.0 + 2.0**-20))
        with np.errstate(over="ignore"):
            kappa = np.float32(placed.kappa * (1.0 + 2.0**-20))
        kernel(
            piece.X, piece.labels, piece.expiry, piece.before, piece.changed.points,
            piece.changed.total, piece.first_look, placed.center, placed.scale, placed.P,
            placed.reach, placed.spent, np.float32(placed.rho), kappa, delta,
            np.float32(placed.root), todo.points, todo.total, todo.whole, left.points, left.total,
        )  # fmt: skip


class Definition:
    """The definition itself, a block a point: the last stage, which leaves nothing; see `Stage`."""

    def look(self, piece: Piece, placed: Placed, todo: List, left: List, stream: Any) -> None:
        """See `Stage.look`."""
        blocks = blocks_for(len(piece.X) * TEAM, TEAM)
        define[blocks, TEAM, stream](
            piece.X, piece.labels, piece.expiry, piece.before, piece.changed.points,
            piece.changed.total, piece.first_look, placed.C, placed.spent, todo.points, todo.total,
            todo.whole,
        )  # fmt: skip


def stages_for(n_features: int, k: int, dtype: np.dtype[Any]) -> list[Stage]:
    """Return the stages for points of a shape and type and so many clusters, on this device."""
    cores = tensor_cores() if n_features >= LEAST_FEATURES else None
    scores = None if cores is None else tensor_scores(cores, n_features, k, dtype)
    return [Float32() if scores is None else scores, Definition()]
