"""How the tensor cores' kernel is cut for a shape: tiles, warps, shared memory."""

from __future__ import annotations

import itertools
from typing import NamedTuple

__all__ = ["Tiles", "tiles_for"]

# Words by which a row of shared memory is longer, so that 8 rows lie in different banks.
_PAD = 4
# Chunks of centroids in shared memory: one is read while the next arrives.
_STAGES = 2
# Bytes of a point's best, and of its length and error.
_BEST, _LENGTHS = 20, 8


class Tiles(NamedTuple):
    """The constants of kernels/cuda/tensor/scores.cu, by their names there.

    Attributes
    ----------
    np : int
        Features, filled up with zeros to whole chunks.
    bm, bn, bk : int
        Points and centroids of a block's tile, and features that are copied together.
    wm, wn : int
        Warps of a block along points and along centroids.
    """

    np: int
    bm: int
    bn: int
    bk: int
    wm: int
    wn: int

    @property
    def threads(self) -> int:
        """Of a block."""
        return 32 * self.wm * self.wn

    @property
    def shared(self) -> int:
        """Bytes of shared memory of a block: `Shared` in the kernel's file."""
        points = self.bm * (self.np + _PAD) * 4
        centroids = _STAGES * self.bn * (self.bk + _PAD) * 4
        return points + centroids + self.bm * (_LENGTHS + self.wn * _BEST)


def tiles_for(n_features: int, k: int, room: int) -> Tiles | None:
    """Return the tiles for so many features and clusters, or None if they don't fit.

    Parameters
    ----------
    n_features, k : int
    room : int
        Bytes of shared memory that a block may have.
    """
    # 64 x 64 for a warp reads shared memory once for each product of 8 features that it feeds;
    # narrower tiles only where there are fewer centroids.
    bn, wm, wn = (128, 2, 2) if k > 64 else (64, 4, 1) if k > 32 else (32, 4, 1)
    for bm, most in itertools.product((128, 64, 32), (32, 16)):
        width, bk = _padded(n_features, most)
        tiles = Tiles(np=width, bm=bm, bn=bn, bk=bk, wm=min(wm, bm // 16), wn=wn)
        if tiles.shared <= room:
            return tiles
    width, bk = _padded(n_features, 16)
    tiles = Tiles(np=width, bm=16, bn=64, bk=bk, wm=1, wn=4)
    return tiles if tiles.shared <= room else None


def _padded(n_features: int, most: int) -> tuple[int, int]:
    """Return the features filled up to whole chunks, and the features of a chunk, `most` or fewer.

    A chunk costs two barriers, which is taken for what 4 more features would cost.
    """
    sizes = [(-(-n_features // bk) * bk, bk) for bk in (32, 24, 16, 8) if bk <= most]
    return min(sizes, key=lambda size: size[0] // size[1] * (size[1] + 4))
