"""The stage that scores points on tensor cores: TF32, then three products, then two candidates.

`kernels/cuda/tensor/` holds the kernels, in CUDA C++ since Numba cannot say what they need; they
are compiled for one shape, so that a point's row and a warp's tile are known to the compiler.
"""

from __future__ import annotations

import ctypes
import math
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.labels import label_dtype
from kmeans_engine.strategies.cuda.margins import trust_of, underflow
from kmeans_engine.strategies.cuda.stages import DeviceArray, List, Piece, Placed
from kmeans_engine.strategies.cuda.tiles import Tiles, tiles_for

__all__ = [
    "LEAST_FEATURES",
    "SQUARES",
    "TELLERS",
    "Machine",
    "Program",
    "Task",
    "TensorScores",
    "are_exact_enough",
    "defines",
    "tensor_scores",
]

# Fewer are left to the plain kernels, which read a point once and are bound by memory.
LEAST_FEATURES = 9

_TYPES = {
    "float32": "float",
    "float64": "double",
    "uint8": "unsigned char",
    "uint16": "unsigned short",
    "uint32": "unsigned",
    "uint64": "unsigned long long",
}
# Threads of a block of `prepare`; threads of one of `tell_pairs`, and bytes that it shares.
_PREPARERS = 256
TELLERS, SQUARES = 128, 4 * 2 * 32 * 17 * 8
# Points that are looked at together: as many need 20 bytes each besides.
_TOGETHER = 1 << 22


class _Trust(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in trust_of(1, 1.0, split=False)._fields]


class _List(ctypes.Structure):
    _fields_ = [("points", ctypes.c_void_p), ("total", ctypes.c_void_p)]


class Task(ctypes.Structure):
    """`Task` of kernels/cuda/tensor/task.h, field by field."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("X", "labels", "expiry", "before")),
        *((name, _List) for name in ("changed", "todo", "left", "open")),
        *((name, ctypes.c_void_p) for name in ("pairs", "n_pairs", "C", "P", "center", "spent")),
        *((name, ctypes.c_void_p) for name in ("scored", "half", "reach")),
        *((name, ctypes.c_double) for name in ("scale", "least")),
        *((name, ctypes.c_longlong) for name in ("begin", "end")),
        *((name, ctypes.c_int) for name in ("K", "KP", "whole", "first_look")),
        ("trust", _Trust * 2),
    ]


class Program(Protocol):
    """The kernels, compiled for one shape."""

    def launch(
        self, name: str, blocks: int, threads: int, shared: int, task: Task, stream: Any
    ) -> None:
        """Launch a kernel on a stream; `shared`: bytes of shared memory that a block has."""


class Machine(Protocol):
    """A device, as far as this stage needs one."""

    room: int
    """Bytes of shared memory that a block may have."""
    blocks: int
    """Blocks that keep it busy, if their tiles come one after another."""

    def compile(self, definitions: dict[str, str]) -> Program:
        """Compile the kernels with these macros."""

    def empty(self, size: int, dtype: str) -> DeviceArray:
        """Return memory of the device."""

    def address(self, array: DeviceArray) -> int:
        """Return where an array of the device begins."""

    def fetch(self, array: DeviceArray) -> npt.NDArray[Any]:
        """Return an array of the device, once all is done that was launched."""


def defines(tiles: Tiles, n_features: int, k: int, dtype: np.dtype[Any]) -> dict[str, str]:
    """Return the macros of kernels/cuda/tensor/ for points of a type and shape."""
    return {
        "POINT": _TYPES[dtype.name],
        "LABEL": _TYPES[label_dtype(k).name],
        "N": str(n_features),
        **{name.upper(): str(value) for name, value in tiles._asdict().items()},
    }


def are_exact_enough(machine: Machine, stream: Any) -> bool:
    """Return whether tensor cores keep the 24 bits that `margins` counts on.

    NVIDIA does not promise them, so each device is asked, with 256 sums.
    """
    definitions = defines(Tiles(8, 16, 16, 8, 1, 1), 8, 1, np.dtype(np.float32))
    sums = machine.empty(256, "float32")
    task = Task(half=machine.address(sums))
    machine.compile(definitions).launch("probe", 1, 32, 0, task, stream)
    return bool((machine.fetch(sums) == np.float32(1.0 + 2.0**-23)).all())


def tensor_scores(
    machine: Machine, n_features: int, k: int, dtype: np.dtype[Any]
) -> TensorScores | None:
    """Return the stage for points of a type and shape, or None where the plain kernels serve."""
    tiles = tiles_for(n_features, k, machine.room) if n_features >= LEAST_FEATURES else None
    return None if tiles is None else TensorScores(machine, tiles, n_features, k, dtype)


class TensorScores:
    """A `stages.Stage`; see `tensor_scores`.

    Parameters
    ----------
    machine : Machine
    tiles : Tiles
    n_features, k : int
    dtype : dtype
        Of the points: float32 or float64.
    """

    def __init__(
        self, machine: Machine, tiles: Tiles, n_features: int, k: int, dtype: np.dtype[Any]
    ) -> None:
        self._machine, self._tiles, self._n = machine, tiles, n_features
        self._program = machine.compile(defines(tiles, n_features, k, dtype))
        self._filled = -(-k // tiles.bn) * tiles.bn
        self._scored = machine.empty(2 * self._filled * tiles.np, "float32")
        self._half = machine.empty(self._filled, "float32")
        self._reach = machine.empty(2, "float32")
        self._totals = machine.empty(2, "uint32")
        self._rows = 0

    def look(self, piece: Piece, placed: Placed, todo: List, left: List, stream: Any) -> None:
        """See `stages.Stage.look`."""
        total = len(piece.labels)
        rows = min(total, _TOGETHER)
        if rows > self._rows:
            self._rows = rows
            self._open = self._machine.empty(rows, "uint32")
            self._pairs = self._machine.empty(4 * rows, "uint32")
        task = self._task(piece, placed, todo, left)
        for task.begin in range(0, total, rows):
            task.end = min(task.begin + rows, total)
            self._launch(task, rows, stream)

    def _launch(self, task: Task, rows: int, stream: Any) -> None:
        tiles, most, launch = self._tiles, self._machine.blocks, self._program.launch
        blocks = min(-(-rows // tiles.bm), most)
        launch("clear", 1, 1, 0, task, stream)
        launch("prepare", -(-self._filled * 32 // _PREPARERS), _PREPARERS, 0, task, stream)
        for name in ("score_tf32", "score_split"):
            launch(name, blocks, tiles.threads, tiles.shared, task, stream)
        launch("tell_pairs", min(-(-rows // TELLERS), 2 * most), TELLERS, SQUARES, task, stream)

    def _task(self, piece: Piece, placed: Placed, todo: List, left: List) -> Task:
        scale, address = float(placed.scale), self._machine.address

        def listed(points: List) -> _List:
            return _List(address(points.points), address(points.total))

        totals = address(self._totals)
        task = Task(
            X=address(piece.X), labels=address(piece.labels), expiry=address(piece.expiry),
            before=address(piece.before), changed=listed(piece.changed), todo=listed(todo),
            left=listed(left), open=_List(address(self._open), totals),
            pairs=address(self._pairs), n_pairs=totals + 4,
            C=address(placed.C), P=address(placed.P), center=address(placed.center),
            spent=address(placed.spent), scored=address(self._scored),
            half=address(self._half), reach=address(self._reach), scale=scale,
            least=underflow(self._n, scale), K=placed.C.shape[0], KP=self._filled,
            whole=todo.whole, first_look=piece.first_look,
        )  # fmt: skip
        task.trust[:] = _trusts(self._n, scale)
        return task


@lru_cache(maxsize=16)
def _trusts(n_features: int, scale: float) -> list[_Trust]:
    """Return the constants of both kinds of scores, rounded up."""
    kinds = (trust_of(n_features, scale, split=split) for split in (False, True))
    return [_Trust(*map(_up, constants)) for constants in kinds]


def _up(value: float) -> float:
    """Return the least float32 that is no less."""
    nearest = np.float32(value)
    return float(nearest if nearest >= value else np.nextafter(nearest, np.float32(math.inf)))
