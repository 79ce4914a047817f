"""Centroids that follow what changed: the means, who moved, how far, and the digest."""

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import recalc as module
from kmeans_engine.points.data import prepare
from kmeans_engine.points.moves import move_points, sum_points
from kmeans_engine.recalc import recalc

pytestmark = pytest.mark.kernels


def a_run(seed, *, threads=1):
    """Yield centroids, sums and what has become of them, while points go here and there."""
    rng = np.random.default_rng(seed)
    m, n, k = int(rng.integers(4, 40)), int(rng.integers(1, 5)), int(rng.integers(1, 9))
    data = prepare(rng.integers(-3, 4, (m, n)) * 0.5, 1)
    labels = rng.integers(0, k, m).astype(np.uint8)
    centroids, digest = rng.normal(size=(k, n)), np.zeros(2, dtype=np.uint64)
    sums, before = sum_points(data, labels, k), None
    for _ in range(8):
        found = recalc(centroids, sums, before, digest, threads)
        yield centroids, labels, data, found, digest.tobytes()
        centroids = found.centroids
        indices = rng.choice(m, int(rng.integers(0, m // 2)), replace=False)
        new = rng.integers(0, k, len(indices)).astype(np.uint8)
        before, sums = sums, move_points(data, sums, indices, labels[indices], new)
        labels = labels.copy()
        labels[indices] = new


@check.examples(100)
@given(st.integers(0, 2**32), st.booleans())
def test_what_changed_is_all_that_differs(seed, in_pieces):
    with pytest.MonkeyPatch.context() as patch:
        if in_pieces:
            patch.setattr(module, "_CHUNK", 4)
            patch.setattr("kmeans_engine.runtime.threads.WORTH_A_THREAD", 1e-9)
        for old, labels, data, found, _ in a_run(seed, threads=3):
            want = old.copy()
            sum_points(data, labels, len(old)).update_means(want)
            assert check.bits(found.centroids) == check.bits(want)
            assert found.moved.tolist() == np.flatnonzero((old != want).any(axis=1)).tolist()
            assert found.square == max(sum(d * d for d in row) for row in (want - old).tolist())


@check.examples(100)
@given(st.integers(0, 2**32))
def test_a_digest_is_of_the_state_and_not_of_the_way(seed):
    seen = {}
    for _, _, _, found, digest in a_run(seed):
        assert seen.setdefault(digest, check.bits(found.centroids)) == check.bits(found.centroids)
    assert len(set(seen.values())) == len(seen)


def test_zeros_of_both_signs_are_one_state():
    data, labels = prepare(np.array([[1.0], [-1.0]]), 1), np.zeros(2, dtype=np.uint8)
    digest = np.zeros(2, dtype=np.uint64)
    found = recalc(np.array([[-0.0]]), sum_points(data, labels, 1), None, digest, 1)
    assert not len(found.moved)
    assert not digest.any()
