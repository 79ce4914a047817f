import math

import numpy as np
import pytest
from naive import rows, squared_distance
from problems import KINDS, make_points

from kmeans_engine import make_clusters
from kmeans_engine.estimator import KMeans


@pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_they_are_those_of_the_definition(kind):
    X = make_points(kind, np.random.default_rng(3), 50, 3)
    model = KMeans(4, init=X[:4], max_iter=2)
    with np.errstate(all="ignore"):
        found = model.fit(X).transform(X)
    centers = rows(model.cluster_centers_)
    want = [[math.sqrt(squared_distance(x, c)) for c in centers] for x in rows(X)]
    assert found.tolist() == want


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_many_rows_and_types(dtype):
    X = (make_clusters(20, 2000, seed=3) * 100).astype(dtype)
    model = KMeans(20, random_state=0, max_iter=1).fit(X)
    found = model.transform(X)
    assert found.dtype == (np.float32 if dtype == "float32" else np.float64)
    some = slice(None, None, 997)
    want = [
        [math.sqrt(squared_distance(x, c)) for c in rows(model.cluster_centers_)]
        for x in rows(X[some])
    ]
    assert found[some].tolist() == np.array(want, found.dtype).tolist()
