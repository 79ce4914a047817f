"""How far scores of tensor cores can be trusted.

With the names of `kernels.assign`: x' and c' are points and centroids, centred and scaled, as real
numbers; u = 2^-24. The kernel's score of centroid c is s = fl(h - p), where h is |c'|^2 / 2 and p
the product x' c' as computed; so s errs from S = (D - |x'|^2) / 2 by some E. X and C stand for
upper bounds of |x'| and of all |c'|, also after rounding.

**Rounding the factors.** float32 holds x' and c' to a relative u each. For TF32, 11 bits with
halves away from zero, the kernel measures what is lost, |x32 - x11| <= r and likewise q for the
worst centroid, which is about half of the 2^-11 X that it might be:

    |x' c' - x11 c11| <= |x' - x11| |c'| + |x11| |c' - c11| <= (r + u X) C + X (q + u C).

In three products x32 = high + low + rest, where low is 11 bits of what high leaves, so |rest| <=
2^-22 |x32|; without rest and the product of the lows, 3 * 2^-22 X C = 12 u X C are missing, and 2 u
X C from float32.

**Adding up on tensor cores.** NVIDIA documents no order and no rounding. Measured (Fasi et al.
2021, PeerJ Computer Science 7:e330; Khattak and Mikaitis 2025, arXiv:2512.07004): products are
exact; groups of them and the accumulator are aligned to the largest and cut there, at 24 bits or
more; the sum is cut to float32. Take 24 bits, and groups of any size g: each of the g + 1 numbers
loses less than 2^-23 of the largest, and the sum 2^-23 of itself, so 8 features in 8 / g groups
lose at most (8 / g) (g + 2) 2^-23 T <= 48 u T, where T is the sum of the magnitudes of all products
so far, at most X C. (For g = 1 and rounding to nearest it would be 8 u T.) The accumulator of a
*chain* of such steps is brought to float32 registers and added there, rounded to nearest; its parts
have T of their own, which add up to at most X C. So the product errs by at most

    48 u c X C + a u X C,        c: steps in a chain, a: chains, one addition each.

TF32 has chains of up to 32 steps (256 features), three products of one step: there the two small
products come first, when T is 2^-10 of what it will be, so (48 + 1) u X C a step's share.

**The score.** h is rounded from P, |P|^2 / 2 differs from |c'|^2 / 2 by u C^2, rounding by u C^2 /
2, and the subtraction costs u (C^2 / 2 + X C): 2 u C^2 + u X C.

**The definition** has a relative error epsilon = (N + 2) 2^-53, of distances up to (X + C)^2, and
an underflow error `least` = N 2^-1074 scale^2.

Two scores, and all of it: a best score a and another b tell the definition's winner beyond doubt if

    b - a > residual (r C + X q) + cross X C + own C^2 + definition (X + C)^2 + tiny (1 + X + C)^2

with the constants of `Trust`. `tiny` is what underflow may cost, also where tensor cores take
subnormal numbers for zero: N (1 + X + C)^2 2^-120, and 2 `least`. A relative 2^-10 on top is for
terms of second order, and for the arithmetic of the test. Guarded by
tests/kmeans_engine/strategies/cuda/test_margins.py, in which half a margin, and none, would fail.
"""

from __future__ import annotations

import math
from typing import NamedTuple

__all__ = ["CHAIN", "Trust", "trust_of", "underflow"]

# As in kernels/cuda/tensor/scores.cu, by steps of 8 features.
CHAIN = 32

_U = 2.0**-24
_STEP = 48 * _U
_MORE = 1 + 2.0**-10


class Trust(NamedTuple):
    """The constants of a margin; see above.

    Attributes
    ----------
    residual, cross, own, definition, tiny : float
        What multiplies r C + X q, X C, C^2, (X + C)^2 and (1 + X + C)^2.
    """

    residual: float
    cross: float
    own: float
    definition: float
    tiny: float


def underflow(n_features: int, scale: float) -> float:
    """Return what underflow may cost a squared distance of the definition, scaled."""
    return math.ldexp(n_features, 2 * (math.frexp(scale)[1] - 1) - 1074)


def trust_of(n_features: int, scale: float, *, split: bool) -> Trust:
    """Return how far scores by TF32, or if `split` by three products of it, can be trusted."""
    steps = -(-n_features // 8)
    if split:
        product = _STEP * (1 + 2.0**-8) + steps * _U + 14 * _U
    else:
        chain = min(steps, CHAIN)
        product = _STEP * chain + -(-steps // chain) * _U + 2 * _U
    tiny = n_features * 2.0**-120 + 2 * underflow(n_features, scale)
    return Trust(
        residual=0.0 if split else 2 * _MORE,
        cross=2 * (product + _U) * _MORE,
        own=4 * _U * _MORE,
        definition=(n_features + 2) * 2.0**-53 * _MORE,
        tiny=min(tiny, 2.0**100),
    )
