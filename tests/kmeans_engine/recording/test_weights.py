"""Recordings of runs with weights: the same states again, and only with the same weights."""

import pickle

import numpy as np
import pytest
from check import examples
from hypothesis import given
from hypothesis import strategies as st
from problems import KINDS, make_centroids, make_points
from recordings import check_same, check_same_run, record

from kmeans_engine import Engine, InvalidInput, recording
from kmeans_engine.points.weights import weights_of
from kmeans_engine.recording import format as columns

pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")


@pytest.fixture
def small():
    rng = np.random.default_rng(1)
    return rng.normal(size=(200, 2)), rng.exponential(size=200)


@examples(12)
@given(st.data())
def test_a_recording_is_the_run(tmp_path_factory, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    m, n, k = (data.draw(st.integers(1, most)) for most in (60, 4, 9))
    points = make_points(data.draw(st.sampled_from(KINDS)), rng, m, n)
    weights = rng.integers(0, 4, m) * 2.0 ** rng.integers(-70, -2, m)
    weights[rng.integers(m)] = 1.0
    engine, start = Engine(points, weights=weights), make_centroids(points, rng, k)
    path, kept = tmp_path_factory.mktemp("run") / "run.arrows", data.draw(st.booleans())
    run = record(engine.snapshots(start), path, points=kept)
    assert run[0].weights is not None
    again = recording.open(path) if kept else recording.open(path, points=points, weights=weights)
    assert again.weighted and not again.check().damaged
    check_same_run(run, again)
    for i in rng.permutation(len(run)):
        check_same(run[i], again[i])
    assert weights_of(again.visible).tobytes() == weights.tobytes()
    assert recording.open(path, points=engine.visible).weighted


def test_a_run_goes_on(small, tmp_path):
    points, weights = small
    engine, path = Engine(points, weights=weights), tmp_path / "run.arrows"
    want = list(engine.snapshots(points[:5]))
    record(engine.snapshots(points[:5], max_iterations=3), path)
    cut = recording.open(path)
    rest = list(cut.extend(engine.resume(cut)))
    check_same_run(want, recording.open(path, points=points, weights=weights))
    assert rest[-1].weights.tobytes() == want[-1].weights.tobytes()
    for other in (None, np.ones(200), weights[::-1]):
        with pytest.raises(InvalidInput, match="does not follow from these points"):
            list(Engine(points, weights=other).resume(cut))


def test_other_weights_are_refused(small, tmp_path):
    points, weights = small
    path, plain = tmp_path / "run.arrows", tmp_path / "plain.arrows"
    record(Engine(points, weights=weights).snapshots(points[:3]), path)
    record(Engine(points).snapshots(points[:3]), plain)
    with pytest.raises(InvalidInput, match="had weights, and none are given; give those as well"):
        recording.open(path, points=points)
    with pytest.raises(InvalidInput, match=r"the weights are not those of .* whose digest differs"):
        recording.open(path, points=points, weights=weights[::-1])
    with pytest.raises(InvalidInput, match=r"the points of .* had no weights; leave out weights="):
        recording.open(plain, points=points, weights=weights)


def test_without_weights_the_format_is_the_first(small, tmp_path):
    points, weights = small
    path = tmp_path / "run.arrows"
    for own, version in ((None, 1), (weights, columns.VERSION)):
        record(Engine(points, weights=own).snapshots(points[:3]), path, overwrite=True)
        found = recording.open(path)
        assert found.metadata["version"] == version
        assert found.weighted == (own is not None)
        assert (found[0].weights is None) == (own is None)


def test_snapshots_can_be_pickled(small, tmp_path):
    points, weights = small
    path = tmp_path / "run.arrows"
    run = record(Engine(points, weights=weights).snapshots(points[:3]), path)
    found = recording.open(path, points=points, weights=weights)
    for state in (run[-1], found[-1]):
        copy = pickle.loads(pickle.dumps(state))
        assert copy.weights.tobytes() == run[-1].weights.tobytes()
        assert not copy.weights.flags.writeable
        assert weights_of(copy.visible).tobytes() == weights.tobytes()
