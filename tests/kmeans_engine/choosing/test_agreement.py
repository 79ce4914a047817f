"""The adjusted Rand index against scikit-learn."""

import check
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from kmeans_engine.choosing.agreement import adjusted_rand


@check.examples(100)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40))
def test_scikit_learn_agrees(pairs):
    shared = np.zeros((4, 3), np.int64)
    for one, other in pairs:
        shared[one, other] += 1
    one, other = zip(*pairs, strict=True)
    assert adjusted_rand(shared) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)


def test_a_hundred_million_points_do_not_overflow():
    shared = np.diag([10**9, 10**9]).astype(np.int64)
    assert adjusted_rand(shared) == 1.0
    assert adjusted_rand(np.full((2, 2), 10**9)) == pytest.approx(0.0, abs=1e-8)
