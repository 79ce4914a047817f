"""Which columns of a sweep are curves, and where each is best."""

import math

import numpy as np
import pytest
from sweeps import a_sweep, row_of

from kmeans_engine.choosing.rows import Sweep
from renderers.picture.criteria import criteria

LAST = a_sweep(3).rows[0].last


def sweep(**columns):
    """Return a sweep over K = 2, 3, ... with these columns."""
    count = len(next(iter(columns.values())))
    rows = [
        row_of(LAST, k=2 + i, **{name: values[i] for name, values in columns.items()})
        for i in range(count)
    ]
    return Sweep(tuple(rows), rows[0], None, "")


def test_what_is_not_known_is_no_curve():
    found = criteria(sweep(silhouette=[None, 0.5, 0.25], bic=[None, None, 3.0]))
    assert [one.names[0] for one in found] == ["inertia", "silhouette"]
    assert found[1].ks.tolist() == [3, 4]
    assert found[1].values.tolist() == [0.5, 0.25]


def test_the_best_is_the_highest_or_the_lowest():
    columns = {"silhouette": [0.1, 0.7, 0.7], "davies_bouldin": [0.9, 0.5, 0.4]}
    inertia, high, low = criteria(sweep(**columns))
    assert (high.best, high.says) == ((1, 2), "highest")
    assert (low.best, low.says) == ((2,), "lowest")
    assert (inertia.best, inertia.says) == ((), "")
    (_, equal) = criteria(sweep(stability=[1.0, 1.0, 1.0, 1.0, 0.2]))
    assert (equal.best, equal.says) == ((), "")


@pytest.mark.parametrize(
    ("gaps", "errors", "best"),
    [
        ([0.1, 0.5, 0.55, 0.9], [0.0, 0.0, 0.1, 0.0], 1),  # 0.5 >= 0.55 - 0.1
        ([0.1, 0.5, 0.4, 0.9], [0.0, 0.0, 0.0, 0.0], 1),
        ([0.1, 0.2, 0.3, 0.4], [0.01, 0.01, 0.01, 0.01], None),
        ([0.4, 0.3, 0.9, 1.0], [0.0, 0.0, 0.0, 0.0], 0),
    ],
)
def test_the_gap_levels_off_by_the_rule_of_tibshirani(gaps, errors, best):
    _, gap = criteria(sweep(gap=gaps, gap_error=errors))
    assert gap.best == (() if best is None else (best,))
    assert gap.says == ("" if best is None else "levels off")
    assert np.array_equal(gap.errors, errors)


def test_values_that_are_not_finite_are_left_out():
    found = criteria(sweep(davies_bouldin=[math.inf, 1.0, 2.0, math.nan]))
    assert found[1].ks.tolist() == [3, 4]


def test_a_lone_k_has_its_inertia():
    assert [one.names[0] for one in criteria(sweep(silhouette=[None]))] == ["inertia"]
