"""A sweep over K as a whole."""

import json

import check
import numpy as np
import pytest
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

from kmeans_engine import Engine, InvalidInput, InvalidType, make_clusters, sweep

POINTS = make_clusters(5, 60, spread=0.03, seed=16)


@pytest.fixture(scope="module")
def found():
    return sweep(POINTS, range(2, 8), seed=0, silhouette_sample=1000)


def values(rows):
    return [{**row.facts(), "labels": row.last.labels.tobytes()} for row in rows]


def test_rows_by_k(found):
    assert [row.k for row in found.rows] == list(found) == [2, 3, 4, 5, 6, 7]
    assert found[5] is found.rows[3]
    assert found.one.k == 1
    assert found.one.inertia == Engine(POINTS).fit(POINTS[:1]).inertia
    with pytest.raises(KeyError):
        _ = found[8]


def test_values_are_those_of_the_clustering(found):
    before = found.one
    for row in found.rows:
        labels = row.last.labels
        assert row.last.converged
        assert row.inertia == row.last.inertia
        assert row.drop == 1 - row.inertia / before.inertia
        for got, want in (
            (row.silhouette, silhouette_score(POINTS, labels, metric="sqeuclidean")),
            (row.classical_silhouette, silhouette_score(POINTS, labels)),
            (row.calinski_harabasz, calinski_harabasz_score(POINTS, labels)),
            (row.davies_bouldin, davies_bouldin_score(POINTS, labels)),
        ):
            assert got == pytest.approx(want, rel=1e-9)
        before = row


def test_the_k_that_is_there_stands_out(found):
    assert found.best == 5
    assert found.verdict.startswith("K = 5 stands out")
    assert found[5].stability > 0.95
    truth = np.repeat(np.arange(5), 60)
    assert adjusted_rand_score(truth, found[5].last.labels) > 0.95


def test_facts_are_ready_for_json(found):
    facts = json.loads(json.dumps(found[3].facts(), allow_nan=False))
    assert facts["k"] == 3
    assert sum(facts["counts"]) == 300
    assert facts["gap_error"] > 0


@pytest.mark.kernels
def test_the_same_bits_for_any_threads_parts_and_layout():
    ks = (2, 3) if check.PLAIN_PYTHON else (2, 3, 5)
    options = {"seed": 4, "references": 2}
    points = POINTS[::3] if check.PLAIN_PYTHON else POINTS
    want = values(sweep(Engine(points, threads=1), ks, **options).rows)
    for given in (
        Engine(points, threads=3),
        np.asfortranarray(points),
        [points[:50], points[50:]],
        Engine(points, strategy="blocks"),
    ):
        assert values(sweep(given, ks, **options).rows) == want


@pytest.mark.slow
def test_a_cluster_of_processes_gives_the_same_values(cluster):
    from clusters import cut

    there = sweep(cut(POINTS, 4, np.random.default_rng(0)), (2, 4), seed=1, references=1)
    for row in there.rows:
        labels = np.asarray(row.last.labels)
        assert row.silhouette == pytest.approx(
            silhouette_score(POINTS, labels, metric="sqeuclidean"), rel=1e-9
        )
        assert row.davies_bouldin == pytest.approx(davies_bouldin_score(POINTS, labels), rel=1e-9)


def test_the_seed_decides():
    one, same, other = (
        values(sweep(POINTS, (3, 4), seed=seed, references=1).rows) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    sweep(POINTS, (2,), references=0)  # without a seed
    for seed in (np.uint8(1), np.array([1]), np.random.SeedSequence(np.int64(1))):
        assert values(sweep(POINTS, (3, 4), seed=seed, references=1).rows) == same


@pytest.mark.parametrize("kind", [np.random.default_rng, np.random.PCG64, np.random.RandomState])
def test_a_generator_goes_on(kind):
    rng, other = kind(1), kind(1)
    first, second, again = (
        values(sweep(POINTS, (7,), seed=seed, references=1).rows) for seed in (rng, rng, other)
    )
    assert first == again
    assert first != second


def test_more_runs_are_never_worse():
    few, many = (sweep(POINTS, (6, 7), seed=0, runs=runs, references=0) for runs in (1, 5))
    assert all(many[k].inertia <= few[k].inertia for k in many)


def test_every_k_up_to_the_number_of_points():
    points = np.array([[0.0, 1.0], [2.0, 3.0], [9.0, 8.0], [9.0, 9.0]])
    found = sweep(points, [4, 1, 2, 3, 3], seed=0)
    assert list(found) == [1, 2, 3, 4]
    assert found[1].drop is found[1].silhouette is found[1].calinski_harabasz is None
    assert found[4].inertia == 0.0
    assert found[4].silhouette == found[4].simplified_silhouette == 0.0  # each is alone
    assert found[4].calinski_harabasz is found[4].bic is found[4].stability is None
    assert found[4].drop == 1.0


def test_one_point():
    found = sweep([[3.0]], [1])
    assert found.best is None
    assert found[1].inertia == 0.0


def test_more_clusters_than_different_points():
    found = sweep(np.repeat([[0.0], [1.0], [5.0]], 10, axis=0), range(2, 7), seed=0)
    assert found.best == 3
    assert [row.inertia for row in found.rows[1:]] == [0.0] * 4
    assert found[5].drop is None  # of nothing
    assert found[5].silhouette == 1.0


@pytest.mark.parametrize(
    ("ks", "options", "error", "words"),
    [
        ([], {}, InvalidInput, "ks are empty"),
        ([0, 3], {}, InvalidInput, "k=0 is too small"),
        ([2, 400], {}, InvalidInput, "k=400 needs at least 400 points, got 300"),
        ([2.5], {}, InvalidType, "k=2.5 is a float"),
        ("2-5", {}, InvalidType, "k='2' is a str"),
        ([2], {"runs": 0}, InvalidInput, "runs=0 is too small"),
        ([2], {"references": -1}, InvalidInput, "references=-1"),
        ([2], {"silhouette_sample": -1}, InvalidInput, "silhouette_sample=-1"),
        ([2], {"max_iterations": 0}, InvalidInput, "max_iterations=0"),
        ([2], {"tolerance": -1}, InvalidInput, "tolerance=-1"),
        ([2], {"seed": "x"}, InvalidType, "seed='x'"),
    ],
)
def test_bad_arguments(ks, options, error, words):
    with pytest.raises(error) as caught:
        sweep(POINTS, ks, **options)
    assert words in str(caught.value)


def test_one_number_is_enough():
    assert list(sweep(POINTS, 3, seed=0, references=0)) == [3]


def test_input_is_not_changed(found):
    again = make_clusters(5, 60, spread=0.03, seed=16)
    assert POINTS.tobytes() == again.tobytes()
