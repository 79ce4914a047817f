"""Points and centroids rounded to bytes: products of bytes rule out most centroids, with proof.

A vector v in R^N is rounded to bytes q(v): the whole numbers nearest to (v - zero) / step, feature
by feature, clipped to -127 .. 127. Its error e(v) = |(v - zero) / step - q(v)| is known. By the
triangle inequality |x - c| / step >= |q(x) - q(c)| - e(x) - e(c), and |q(x) - q(c)|^2 =
|q(x)|^2 + |q(c)|^2 - 2 q(x) q(c) is an integer, computed exactly. So with an upper bound R of the
distance of x to any one centroid, and rho = R / step + e(x) + max e(c), a centroid with

    q(x) q(c) - floor(|q(c)|^2 / 2) < bar,    bar = floor((|q(x)|^2 - rho^2) / 2),

is farther than that one. What is left, one to five centroids of a thousand, gets the scores of
`kernels.assign`, and their margins decide among them. R is the distance to the centroid of the
point so far, or, in the beginning, to that with the largest product; it is taken up by the square
root of the slack, as in `kernels.neighbours`. Real arithmetic is float64 with a relative 1e-9 in
reserve. The filter is that of the VA-file (Weber, Schek and Blott, "A quantitative analysis and
performance study for similarity-search methods in high-dimensional spaces", VLDB 1998).
Guarded by tests/kmeans_engine/kernels/test_screen.py and strategies/test_quantized.py.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.assign import Scoring, score_of, squared_distance
from kmeans_engine.kernels.bounds import DOWN, FAR, Finder, Memory, bounded, farthest, gap_between
from kmeans_engine.kernels.changes import Changes, publish
from kmeans_engine.kernels.vector import lowest_bit
from kmeans_engine.runtime import llvm, products
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.products import GROUP, TILE
from kmeans_engine.runtime.records import Record

__all__ = [
    "GROUP",
    "TILE",
    "Between",
    "Coded",
    "Codes",
    "Screening",
    "Sieve",
    "look",
    "measure_coded",
    "quantize_centroids",
    "quantize_points",
    "start",
]

# What no product reaches, and what all do.
_NONE, _ALL = np.int32(2**31 - 1), np.int32(1 - 2**31)
_NOBODY = np.int32(-(2**31))
_RESERVE = 1e-9
# Bytes are stored unsigned, as the instructions want the points.
_OFFSET = 128


class Codes(Record):
    """The points, rounded to bytes.

    Attributes
    ----------
    words : (M, W) int32
        q(x) + 128, four bytes to a word, padded with q = 0.
    norms : (M,) int32
        |q(x)|^2.
    errors : (M,) float32
        e(x), rounded up.
    """

    words: npt.NDArray[np.int32]
    norms: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]


class Coded(Record):
    """The centroids, rounded to bytes; the last `GROUP` is filled with what cannot win.

    Attributes
    ----------
    words : (>= K, W) int32
        q(c), four bytes to a word.
    base : (>= K,) int32
        -128 sum q(c) - floor(|q(c)|^2 / 2), with which products begin.
    start : (>= K,) int32
        The same, or -2^31 for what cannot win: padding, which is never left, and a centroid that
        equals a lower one, whose products then mean nothing. It may be left beside that one.
    norms : (>= K,) int32
        |q(c)|^2.
    errors : (>= K,) float64
        e(c).
    error : (1,) float64
        The largest of them.
    unit
        Steps in a unit of the scores.
    """

    words: npt.NDArray[np.int32]
    base: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    norms: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    unit: float


class Between(Record):
    """Centroids, and the distances between them, (K, >= K), as in `kernels.bounds`."""

    coded: Coded
    D: npt.NDArray[np.float32]


class Sieve(Record):
    """Scratch for the points of a tile.

    Attributes
    ----------
    x : (W, TILE) int32
        Their words.
    masks : (>= K,) uint64
        Which of them each centroid is left for.
    bars, rest, runner, winner, now : (TILE,) int32
        See `screen`; the centroid with the best score, and that of the label so far.
    own, best, second : (TILE,) float32
        The scores of `now`, and the best two.
    members : (TILE,) uint32
        The points.
    """

    x: npt.NDArray[np.int32]
    masks: npt.NDArray[np.uint64]
    bars: npt.NDArray[np.int32]
    rest: npt.NDArray[np.int32]
    runner: npt.NDArray[np.int32]
    winner: npt.NDArray[np.int32]
    now: npt.NDArray[np.int32]
    own: npt.NDArray[np.float32]
    best: npt.NDArray[np.float32]
    second: npt.NDArray[np.float32]
    members: npt.NDArray[np.uint32]


class Screening(Record):
    """All that a worker needs to look at the points `due` (in, (M,) uint32)."""

    scoring: Scoring
    memory: Memory
    due: npt.NDArray[np.uint32]
    changes: Changes
    finder: Finder
    codes: Codes
    coded: Coded
    sieve: Sieve


@llvm.operation(None, products.screen)
def screen(x, words, base, first, bars, masks, rest, runner):
    """Write which points of a tile each of `GROUP` centroids from `first` on is left for.

    `x` (in, (W, TILE) int32), see `Sieve`; `words`, `base` (in), see `Coded`; a centroid is left
    where base + product >= `bars` (in, (TILE,) int32): that bit of `masks` (out, (>= K,) uint64)
    is set. `rest`, `runner` (in and out, (TILE,) int32): the largest value that is less, and whose.
    """
    u = np.ascontiguousarray(x.T).view(np.uint8).reshape(TILE, -1).astype(np.int64)
    for k in range(first, first + GROUP):
        c = words[k : k + 1].view(np.int8).ravel().astype(np.int64)
        values = (u @ c + base[k] + 2**31) % 2**32 - 2**31
        passed = values >= bars
        masks[k] = np.uint64(sum(1 << int(j) for j in np.flatnonzero(passed)))
        more = ~passed & (values > rest)
        rest[more], runner[more] = values[more], k


@llvm.operation(None, products.multiply)
def multiply(x, words, base, first, out):
    """Write base + product of each of `GROUP` centroids from `first` on for the points of a tile.

    `x`, `words`, `base` (in) as in `screen`; `out` (out, (GROUP, TILE) int32).
    """
    u = np.ascontiguousarray(x.T).view(np.uint8).reshape(TILE, -1).astype(np.int64)
    c = words[first : first + GROUP].view(np.int8).astype(np.int64)
    out[:] = (c @ u.T + base[first : first + GROUP, None] + 2**31) % 2**32 - 2**31


@kernel("contract", "reassoc", counted=False)
def _quantize_row(X, i, zero, inverse, offset, codes, row):
    """Write row `i` of `X` as bytes plus `offset`; return |q|^2, the sum of q, and e, see above."""
    off, size, norm, total = 0.0, 0.0, np.int32(0), np.int32(0)
    for n in range(X.shape[1]):
        t = (np.float64(X[i, n]) - zero[n]) * inverse
        q = np.rint(min(max(t, -127.0), 127.0))
        off += (t - q) * (t - q)
        size += t * t
        whole = np.int32(q)
        norm += whole * whole
        total += whole
        codes[row, n] = np.uint8((whole + offset) & np.int32(255))
    for n in range(X.shape[1], codes.shape[1]):
        codes[row, n] = np.uint8(offset)
    return norm, total, np.sqrt(off) + _RESERVE * np.sqrt(size)


@kernel()
def quantize_points(X, first, zero, inverse, codes, norms, errors):
    """Round `X` (in, (B, N)), of which row 0 is point `first`, to bytes.

    `zero` (in, (N,)) and `inverse`, 1 / step; `codes` (out, (M, >= N) uint8), `norms`, `errors`
    (out): see `Codes`.
    """
    for i in range(X.shape[0]):
        norm, _, error = _quantize_row(X, i, zero, inverse, np.int32(_OFFSET), codes, first + i)
        norms[first + i] = norm
        errors[first + i] = np.float32(error * (1.0 + 2.0**-20))


@kernel()
def quantize_centroids(C, rows, count, zero, inverse, codes, coded):
    """Round all of `C` (in, (K, N)) to bytes; the first `count` of `rows` (in) can win.

    `codes` (out, (>= K, >= N) uint8): the memory of `coded.words`, zeros from row K on; `coded`
    (out), see `Coded`.
    """
    base, start, norms, errors = coded.base, coded.start, coded.norms, coded.errors
    largest = 0.0
    for k in range(C.shape[0]):
        norm, total, error = _quantize_row(C, k, zero, inverse, np.int32(0), codes, k)
        base[k] = -np.int32(_OFFSET) * total - (norm >> np.int32(1))
        norms[k], errors[k] = norm, error
        largest = max(largest, error)
    for k in range(start.shape[0]):
        start[k] = _NOBODY
    for q in range(count):
        start[rows[q]] = base[rows[q]]
    coded.error[0] = largest


@kernel()
def measure_coded(task, first, stop):
    """Write D_ac of `kernels.bounds` for the centroids a from `first` to `stop`; `task`: `Between`.

    D_ac = (|q(a) - q(c)| - e(a) - e(c)) / unit, or 0.
    """
    coded, D = task.coded, task.D
    words, base, norms, errors = coded.words, coded.base, coded.norms, coded.errors
    W = words.shape[1]
    x, out = np.empty((W, TILE), dtype=np.int32), np.empty((GROUP, TILE), dtype=np.int32)
    signs, less = np.int32(-2139062144), (1.0 - 2.0**-20) / coded.unit  # 0x80 in each byte
    last = words.shape[0] - GROUP
    for c in range(0, D.shape[1], TILE):
        size = min(TILE, D.shape[1] - c, words.shape[0] - c)
        for j in range(size):
            for w in range(W):
                x[w, j] = words[c + j, w] ^ signs
        for r in range(first, stop, GROUP):
            begin = min(r, last)
            multiply(x, words, base, begin, out)
            for k in range(r - begin, min(GROUP, stop - begin)):
                a = begin + k
                for j in range(size):
                    square = np.float64(norms[c + j]) - 2.0 * np.float64(out[k, j])
                    steps = np.sqrt(max(square, 0.0)) - errors[a] - errors[c + j]
                    far = np.float32(max(steps, 0.0) * less)
                    D[a, c + j] = far if far < FAR else FAR


@kernel(counted=False, inner=True)
def _sweep(sieve, coded):
    """Screen a tile for all centroids."""
    x, bars, masks, rest, runner = sieve.x, sieve.bars, sieve.masks, sieve.rest, sieve.runner
    words, base = coded.words, coded.start
    for j in range(TILE):
        rest[j] = _NOBODY
    for k in range(0, base.shape[0], GROUP):
        screen(x, words, base, k, bars, masks, rest, runner)


@kernel(counted=False, inner=True)
def _bar(norm, reach, error):
    """Return what a product must reach for a centroid within `reach` steps of a point."""
    rho = reach + error
    bar = np.floor(0.5 * (np.float64(norm) - rho * rho * (1.0 + _RESERVE)))
    if not bar > np.float64(_ALL):
        return _ALL
    return np.int32(min(bar, np.float64(_NONE)))


@kernel(counted=False, inner=True)
def _nearest_left(X, i, j, C, masks):
    """Return the cluster of row `i` of `X` by definition, among the centroids left for lane `j`."""
    best, winner = np.inf, 0
    for k in range(C.shape[0]):
        if (masks[k] >> np.uint64(j)) & np.uint64(1):
            d = squared_distance(X, i, C, k)
            if d < best:
                best, winner = d, k
    return winner


@kernel("contract", counted=False)
def _sift(task, size, fresh):
    """Find the two best scores of the points of a tile; return `floor` and `error` for them.

    `size` of `members` are there; `fresh`, whether nothing is known of them, else `now` holds their
    clusters.
    """
    scoring, codes, coded, sieve = task.scoring, task.codes, task.coded, task.sieve
    X, P = task.memory.X, scoring.P
    center, scale, C_max = scoring.center, scoring.scale, scoring.reach
    points, norms, errors = codes.words, codes.norms, codes.errors
    x, bars, masks, runner = sieve.x, sieve.bars, sieve.masks, sieve.runner
    own, best, second, winner = sieve.own, sieve.best, sieve.second, sieve.winner
    now, members, root = sieve.now, sieve.members, np.float32(scoring.root)
    for j in range(size):
        i = np.uintp(members[j])
        for w in range(x.shape[0]):
            x[w, j] = points[i, w]
    for j in range(TILE):
        bars[j] = _NONE
    if fresh:
        _sweep(sieve, coded)
        for j in range(size):
            now[j] = runner[j]
    far = np.float32(0.0)
    for j in range(size):
        own[j] = score_of(X, members[j], center, scale, P, now[j])
        far = max(far, own[j])
        best[j] = second[j] = np.float32(np.inf)
    # |x'_n| <= |a'_n| + |x' - a'|: no look at the points themselves.
    wide = 0.0
    for n in range(C_max.shape[0]):
        wide += 4.0 * C_max[n] * C_max[n]
    extent = np.sqrt(wide) * (1.0 + 2.0**-10)
    extent += np.sqrt(np.float64(P.shape[1]) * far) * (1.0 + 2.0**-9) * (1.0 + np.float64(root))
    floor, error = bounded(scoring.kappa + scoring.delta_unit * extent * extent, scoring.kappa)
    unit = coded.unit * (1.0 + _RESERVE)
    for j in range(size):
        i = members[j]
        reach = np.float64(farthest(own[j], root, error)) + np.sqrt(np.float64(floor))
        bars[j] = _bar(norms[i], reach * unit, np.float64(errors[i]) + coded.error[0])
    _sweep(sieve, coded)
    scored = size
    for k in range(P.shape[0] - 1):
        bits = masks[k]
        while bits != 0:
            j = lowest_bit(bits)
            bits &= bits - np.uint64(1)
            s = own[j]
            if k != now[j]:
                s = score_of(X, members[j], center, scale, P, k)
                scored += 1
            if s < best[j]:
                second[j], best[j], winner[j] = best[j], s, k
            elif s < second[j]:
                second[j] = s
    task.finder.scored[0] += scored
    return floor, error


@kernel("contract", counted=False)
def _verdict(task, j, floor, error):
    """Return the cluster of the point in lane `j`, an upper bound of its distance, and its gap."""
    scoring, sieve, codes, coded = task.scoring, task.sieve, task.codes, task.coded
    best, second, i = sieve.best[j], sieve.second[j], sieve.members[j]
    root = np.float32(scoring.root)
    u = farthest(best, root, error)
    if not second > best * np.float32(1.0 + scoring.rho) + floor:
        k = _nearest_left(task.memory.X, i, j, scoring.C, sieve.masks)
        return np.int64(k), u, np.float32(0.0)
    gap = gap_between(best, second, root, error)
    if sieve.rest[j] != _NOBODY:  # else there is no other centroid
        square = np.float64(codes.norms[i]) - 2.0 * np.float64(sieve.rest[j])
        steps = np.sqrt(max(square, 0.0)) - np.float64(codes.errors[i]) - coded.error[0]
        other = np.float32(steps / coded.unit * (1.0 - 2.0**-20)) - u
        gap = max(min(gap, other), np.float32(0.0))
    return np.int64(sieve.winner[j]), u, gap


@kernel("contract")
def start(task, first, stop):
    """Find the labels of the points from `first` to `stop` from nothing, for `spent` of 0.

    `task`: a `Screening`.
    """
    memory, members, radius = task.memory, task.sieve.members, task.finder.radius
    labels, expiry = memory.labels, memory.expiry
    for begin in range(first, stop, TILE):
        size = min(TILE, stop - begin)
        for j in range(size):
            members[j] = begin + j
        floor, error = _sift(task, size, True)
        for j in range(size):
            k, u, gap = _verdict(task, j, floor, error)
            labels[begin + j] = k
            expiry[begin + j] = gap * np.float32(DOWN)
            radius[k] = max(radius[k], np.float64(u))


@kernel("contract")
def look(task, first, stop):
    """Find the labels of the points ``due[first:stop]`` among all centroids.

    As `kernels.bounds.look_around`, but `task` is a `Screening`.
    """
    memory, finder, due = task.memory, task.finder, task.due
    labels, expiry, spent, radius = memory.labels, memory.expiry, memory.spent, finder.radius
    members, now, draft = task.sieve.members, task.sieve.now, finder.draft
    changed, new_labels, old_labels = draft.points, draft.labels, draft.before
    total = 0
    for begin in range(first, stop, TILE):
        size = min(TILE, stop - begin)
        for j in range(size):
            members[j] = due[begin + j]
            now[j] = labels[due[begin + j]]
        floor, error = _sift(task, size, False)
        for j in range(size):
            i = members[j]
            k, u, gap = _verdict(task, j, floor, error)
            expiry[i] = np.float32((spent[k] + np.float64(gap)) * DOWN)
            radius[k] = max(radius[k], np.float64(u))
            if k != np.int64(now[j]):
                changed[total] = i
                new_labels[total] = k
                old_labels[total] = labels[i]
                total += 1
    publish(draft, task.changes, total)
