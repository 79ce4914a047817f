import numpy as np
import pytest
from naive import rows, squared_distance

from kmeans_engine.points.distances import squares_to_all, squares_to_own


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_they_are_those_of_the_definition(dtype):
    rng = np.random.default_rng(0)
    X, C = (rng.normal(size=(60, 4)) * 1000).astype(dtype), rng.normal(size=(5, 4))
    labels = rng.integers(5, size=60).astype(np.uint8)
    want = [[squared_distance(x, c) for c in rows(C)] for x in rows(X)]
    assert squares_to_all(X, C).tolist() == want
    own = [all_of_a_row[label] for all_of_a_row, label in zip(want, labels, strict=True)]
    assert squares_to_own(X, C, labels).tolist() == own
