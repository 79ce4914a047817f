"""The margins of scores of tensor cores, against exact arithmetic, at their worst.

A model of the arithmetic in Python's integers and fractions, apart from the kernels: factors
rounded to 11 bits, products added up in any order and cut as `margins` allows, with the errors that
hurt most.
"""

import math
from fractions import Fraction

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine.strategies.cuda.margins import CHAIN, trust_of, underflow

GROUPS = (1, 2, 4, 8)


def single(value):
    """Return the float32 nearest to a number, as a fraction."""
    return Fraction(float(np.float32(float(value))))


def eleven_bits(value):
    """Return a number rounded to 11 bits, halves away from zero."""
    if value == 0:
        return Fraction(0)
    unit = Fraction(2) ** (math.frexp(float(value))[1] - 11)
    return math.copysign(1, value) * math.floor(abs(value) / unit + Fraction(1, 2)) * unit


def cut(value, unit):
    return math.trunc(value / unit) * unit


def add_group(total, products):
    """Return a sum that is aligned to its largest number, and cut at 24 bits there."""
    most = max(map(abs, (total, *products)))
    if most == 0:
        return Fraction(0)
    exponent = math.frexp(float(most))[1]
    unit = Fraction(2) ** (exponent - 24)
    result = cut(total, unit) + sum(cut(p, unit) for p in products)
    if result == 0:
        return Fraction(0)
    return cut(result, Fraction(2) ** (math.frexp(float(result))[1] - 24))


def multiplied(total, x, c, group):
    """Return what tensor cores make of a total and 8 more products, in groups."""
    for start in range(0, len(x), group):
        pairs = zip(x[start : start + group], c[start : start + group], strict=True)
        total = add_group(total, [a * b for a, b in pairs])
    return total


def product(x, c, group, *, split):
    """Return the product of two rows of float32, as the kernels find it."""
    result = chain = Fraction(0)
    for step, start in enumerate(range(0, len(x), 8)):
        a, b = x[start : start + 8], c[start : start + 8]
        a_high, b_high = [[eleven_bits(v) for v in row] for row in (a, b)]
        if split:
            a_low, b_low = (
                [eleven_bits(v - w) for v, w in zip(row, high, strict=True)]
                for row, high in ((a, a_high), (b, b_high))
            )
            part = multiplied(Fraction(0), a_low, b_high, group)
            part = multiplied(part, a_high, b_low, group)
            result = single(result + multiplied(part, a_high, b_high, group))
            continue
        chain = multiplied(chain, a_high, b_high, group)
        if step % CHAIN == CHAIN - 1:
            result, chain = single(result + chain), Fraction(0)
    return result if split else single(result + chain)


def length(row):
    return math.sqrt(float(sum(v * v for v in row)))


def scored(x, centroids, group, *, split):
    """Return the scores of some centroids, and the margin, for factors that are exact."""
    x32 = [single(v) for v in x]
    c32 = [[single(v) for v in c] for c in centroids]
    scores = []
    for c in c32:
        half = single(sum(v * v for v in c) / 2)
        scores.append(single(half - product(x32, c, group, split=split)))

    def lost(row):
        return length([v - eleven_bits(v) for v in row])

    trust = trust_of(len(x), 1.0, split=split)
    size, most = length(x32), max(map(length, c32))
    margin = (
        trust.residual * (lost(x32) * most + size * max(map(lost, c32)))
        + trust.cross * size * most
        + trust.own * most**2
        + trust.definition * (size + most) ** 2
        + trust.tiny * (1 + size + most) ** 2
    )
    return scores, margin


def true_score(x, c):
    return sum(b * b for b in c) / 2 - sum(a * b for a, b in zip(x, c, strict=True))


def error_of(x, centroids, group, *, split):
    """Return the largest error of a difference of two scores as a share of the margin."""
    scores, margin = scored(x, centroids, group, split=split)
    errors = [s - true_score(x, c) for s, c in zip(scores, centroids, strict=True)]
    return float(max(errors) - min(errors)) / margin


def fractions(rows):
    return [[Fraction(v) for v in row] for row in rows.tolist()]


@check.examples(60)
@given(
    st.integers(0, 2**32), st.integers(1, 40), st.sampled_from(GROUPS), st.booleans(),
    st.sampled_from(["plain", "spread", "aligned", "against"]),
)  # fmt: skip
def test_no_difference_of_scores_errs_by_more_than_the_margin(seed, n, group, split, kind):
    rng = np.random.default_rng(seed)
    rows = rng.uniform(-1, 1, (4, n))
    if kind == "spread":
        rows *= 2.0 ** rng.integers(-30, 1, (4, n))
    if kind in ("aligned", "against"):  # products of one sign; one that is the other's negative
        rows = np.abs(rows)
        rows[1] = rows[0] * rng.uniform(0.5, 1)
        rows[2] = -rows[1]
    x, *centroids = fractions(rows)
    assert error_of(x, centroids, group, split=split) < 1


def just_above_half(n, sign):
    """Return numbers whose rounding to 11 bits loses as much as it can, all to one side."""
    return [Fraction(1) + sign * Fraction(2**13 - 1, 2**24) for _ in range(n)]


@pytest.mark.parametrize("n", [8, 64])
def test_the_worst_rounding_needs_most_of_the_margin(n):
    # Rounding gains for one centroid what it loses for the other: the margin must not be halved.
    x = just_above_half(n, 1)
    near, far = just_above_half(n, 1), [-v for v in just_above_half(n, 1)]
    share = error_of(x, [near, far], 8, split=False)
    assert 0.5 < share < 1


def test_halfway_between_two_centroids_no_margin_is_wrong():
    # A point a little nearer to the second, and scores that say the first.
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(40):
        a, b = rng.uniform(-1, 1, (2, 16))
        point = 0.5 * (a + b) + 1e-5 * (b - a)
        x, *centroids = fractions(np.array([point, a, b]))
        true = [true_score(x, c) for c in centroids]
        scores, margin = scored(x, centroids, 4, split=False)
        assert true[1] < true[0]
        assert abs(scores[0] - scores[1]) <= margin
        wrong += scores[0] < scores[1]
    assert wrong > 5


def test_underflow_counts():
    # Where squares of the definition vanish, no score may certify.
    assert underflow(3, 2.0**600) > 1
    assert trust_of(3, 2.0**600, split=True).tiny > 1
    assert trust_of(3, 1.0, split=True).tiny < 1e-30
