"""Weights on a cluster: the bits of memory, whatever the chunks are and whoever is killed."""

import clusters
import numpy as np
import pytest
from clusters import cut
from problems import KINDS, make_points

from kmeans_engine import Engine, InvalidInput, InvalidType, initial_centroids
from kmeans_engine.points.weights import weights_of

pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")


def weighed(rng, count):
    weights = rng.exponential(size=count) * 2.0 ** rng.integers(-60, 60, count)
    weights[rng.random(count) < 0.2] = 0.0
    return weights


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_the_same_bits_as_in_memory(seed, cluster):
    import dask.array

    rng = np.random.default_rng(seed)
    points = make_points(KINDS[seed % len(KINDS)], rng, 200, 3)
    weights, start = weighed(rng, 200), points[:6]
    there = cut(points, 7, rng)
    shares = dask.array.from_array(weights, chunks=int(rng.integers(20, 200)))
    engine, far = Engine(points, weights=weights), Engine(there, weights=shares)
    run, elsewhere = list(engine.snapshots(start)), list(far.snapshots(start))
    for state, twin in zip(run, elsewhere, strict=True):
        assert twin.weights.tobytes() == state.weights.tobytes()
        assert twin.centroids.tobytes() == state.centroids.tobytes()
        assert (twin.inertia, twin.shift) == (state.inertia, state.shift)
        assert np.array_equal(twin.counts, state.counts)
        assert np.array_equal(twin.labels.compute(), state.labels)
    assert np.array_equal(weights_of(far.visible), weights)
    for method in ("random", "k-means++", "k-means||"):
        want = initial_centroids(points, 5, weights=weights, method=method, seed=seed)
        got = initial_centroids(far.visible, 5, method=method, seed=seed)
        assert got.tobytes() == want.tobytes()
        got = initial_centroids(there, 5, weights=shares, method=method, seed=seed)
        assert got.tobytes() == want.tobytes()


@pytest.mark.parametrize("kind", ["numpy", "column", "whole"])
def test_weights_of_every_form(kind, cluster):
    import dask.dataframe
    import pandas as pd

    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(120, 2)), rng.integers(0, 9, 120)
    frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "w": weights})
    table = dask.dataframe.from_pandas(frame, npartitions=5)
    given = {"numpy": weights, "column": table["w"], "whole": cut(weights[:, None], 3, rng)}[kind]
    want = Engine(points, weights=weights).fit(points[:4])
    got = Engine(table[["x", "y"]], weights=given).fit(points[:4])
    assert got.centroids.tobytes() == want.centroids.tobytes()
    assert got.inertia == want.inertia


def test_bad_weights_are_told_in_one_line(cluster):
    import dask.array
    import dask.dataframe
    import pandas as pd

    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(60, 2)), np.ones(60)
    there = cut(points, 4, rng)
    with pytest.raises(InvalidInput, match=r"weights have 59 values, need one for each of the 60"):
        Engine(there, weights=dask.array.from_array(weights[1:], chunks=20))
    with pytest.raises(InvalidInput, match=r"weights have 59 values, need one for each of the 60"):
        Engine(there, weights=weights[1:])
    frame = dask.dataframe.from_pandas(pd.DataFrame({"w": weights}), npartitions=3)
    with pytest.raises(InvalidInput, match=r"weights have 3 partitions and points 4: take both"):
        Engine(there, weights=frame["w"])
    with pytest.raises(InvalidType, match=r"weights are of type dask.DataFrame, need"):
        Engine(there, weights=frame)
    weights[17] = -1.0
    with pytest.raises(InvalidInput, match=r"weights have 1 negative, NaN .* the first in row 17"):
        Engine(there, weights=dask.array.from_array(weights, chunks=20))
    with pytest.raises(InvalidInput, match=r"weights are all zero"):
        Engine(there, weights=np.zeros(60))


@pytest.mark.slow
def test_workers_may_be_killed():
    rng = np.random.default_rng(3)
    points, weights = rng.normal(size=(4000, 2)), weighed(rng, 4000)
    want = list(Engine(points, weights=weights).snapshots(points[:9]))
    with clusters.started(2) as client:
        far = Engine(cut(points, 6, rng), weights=weights)

        def act(rng):
            some = clusters.processes(client)
            if some:  # none while all of them are being replaced
                clusters.kill(int(rng.choice(some)))

        with clusters.Nuisance(act, 1.0):
            got = [(s.centroids, s.weights, s.inertia) for s in far.snapshots(points[:9])]
    for state, (centroids, own, inertia) in zip(want, got, strict=True):
        assert centroids.tobytes() == state.centroids.tobytes()
        assert own.tobytes() == state.weights.tobytes()
        assert inertia == state.inertia
