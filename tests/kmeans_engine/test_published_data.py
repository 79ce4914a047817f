"""Published data with known answers, where it lies beside the checkout."""

import numpy as np
import problems
import pytest

from kmeans_engine import Engine, initial_centroids, recalc_centroids

# Where Lloyd's algorithm ends from the means of the true partition (s1-s4) or the true centroids.
KNOWN = {
    "s1": (15, 8.91765001e12),
    "s2": (15, 1.32791941e13),
    "s3": (15, 1.68896025e13),
    "s4": (15, 1.57055695e13),
    "unbalance": (8, 2.14492063e11),
    "birch1": (100, 9.27728583e13),
}


@pytest.mark.parametrize("strategy", problems.USABLE)
@pytest.mark.parametrize("name", KNOWN)
def test_lloyd_from_the_truth_ends_where_it_is_known_to(name, strategy, published):
    k, inertia = KNOWN[name]
    points = np.loadtxt(published / f"{name}.txt")
    if (published / f"{name}-gt.pa").exists():
        partition = np.loadtxt(published / f"{name}-gt.pa", skiprows=4, dtype=int) - 1
        start = recalc_centroids(points, partition, np.zeros((k, 2)))
    else:
        start = np.loadtxt(published / f"{name}-gt.txt")
    last = Engine(points, strategy=strategy).fit(start)
    assert last.converged
    # The table has nine digits.
    assert last.inertia == pytest.approx(inertia, rel=1e-8)


def test_a_single_run_descends_to_a_plausible_end(published):
    points = np.loadtxt(published / "s1.txt")
    for seed in range(5):
        start = initial_centroids(points, 15, method="k-means++", seed=seed)
        assert 8.917e12 < Engine(points).fit(start).inertia < 2.5e13
