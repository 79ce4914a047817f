"""A run that goes on has the bits of one that was never interrupted."""

import numpy as np
import pytest
from check import examples
from hypothesis import given
from hypothesis import strategies as st
from problems import KINDS, make_centroids, make_points, strategies
from recordings import check_same, check_same_run, record

from kmeans_engine import Engine, InvalidInput, make_clusters, recording

pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")


@examples(60)
@given(st.data())
def test_a_run_goes_on_where_it_was_stopped(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    m, n, k = (data.draw(st.integers(1, most)) for most in (60, 4, 9))
    points = make_points(data.draw(st.sampled_from(KINDS)), rng, m, n)
    start = make_centroids(points, rng, k)
    options = {"tolerance": data.draw(st.sampled_from([0.0, 0.5]))}
    run = list(Engine(points).snapshots(start, **options))
    cut = data.draw(st.integers(1, len(run)))
    engine = Engine(points, strategy=data.draw(st.sampled_from(strategies(n))))
    past = run[:cut] if data.draw(st.booleans()) else run[cut - 1]
    rest = engine.resume(past, **options)
    check_same_run(run[cut:], rest, strategy=False)
    check_same_run(run[cut:], list(engine.resume(past, **options)), strategy=False)


@pytest.mark.parametrize("strategy", ["auto", "blocks", "bounds", "neighbours"])
def test_with_many_points(strategy):
    points = np.random.default_rng(0).normal(size=(60_000, 2))
    engine = Engine(points, strategy=strategy)
    run = list(engine.snapshots(points[:30], max_iterations=12))
    for cut in (1, 2, 7, 13):
        rest = list(engine.resume(run[:cut], max_iterations=12))
        check_same_run(run[cut:], rest, strategy=False)
    assert rest == []


def test_limits_are_those_of_the_whole_run():
    points = make_clusters(6, 80, seed=1)
    engine = Engine(points)
    run = list(engine.snapshots(points[:6]))
    assert len(run) > 6
    assert [s.iteration for s in engine.resume(run[:3], max_iterations=5)] == [3, 4, 5]
    for limit in range(3):  # also fewer than there are
        assert list(engine.resume(run[:3], max_iterations=limit)) == []
    assert list(engine.resume(run)) == []
    assert list(engine.resume(run[:3], tolerance=1e9)) == []


def test_the_centroids_of_an_earlier_state_end_it(monkeypatch):
    """Rounding could lead to a circle in theory; here one is made."""
    import kmeans_engine.loop as loop

    points = np.array([[0.0], [1.0], [10.0], [11.0]])
    places = [np.array([[float(i)], [10.0]]) for i in (0, 3, 1, 2)]

    def circle(centroids, sums, before, digest, threads):
        i = next(i for i, p in enumerate(places) if np.array_equal(p, centroids))
        after = places[(i + 1) % 4]
        loop_follow(centroids, after, digest)
        return after, 1.0, np.zeros(1, dtype=np.int32)

    from kmeans_engine.recalc import Recalculated
    from kmeans_engine.recalc import follow as loop_follow

    monkeypatch.setattr(loop, "recalc", lambda *given: Recalculated(*circle(*given)))
    engine = Engine(points, strategy="bounds")
    run = list(engine.snapshots(places[0]))
    assert [s.iteration for s in run] == [0, 1, 2, 3, 4]
    for cut in (1, 2, 3, 4, 5):
        assert [s.iteration for s in engine.resume(run[:cut])] == list(range(cut, 5))
    # Of the last state alone nobody can tell.
    assert next(iter(engine.resume(run[3]))).iteration == 4
    assert len(list(engine.resume(run[3]))) == 4


def test_other_points():
    points = make_clusters(6, 80, seed=1)
    run = list(Engine(points).snapshots(points[:6]))
    other = points.copy()
    other[3] += 0.5
    for past in (run[:1], run[:3]):
        states = Engine(other + 5).resume(past)
        with pytest.raises(InvalidInput, match="does not follow from these points"):
            next(states)
    with pytest.raises(InvalidInput, match="does not follow from these points"):
        next(Engine(other).resume(run[:2]))


def test_wrong_arguments():
    engine = Engine(make_clusters(6, 80, seed=1))
    with pytest.raises(InvalidInput, match="there are no states to go on from"):
        engine.resume([])
    with pytest.raises(InvalidInput, match="max_iterations=-1"):
        engine.resume(engine.fit(engine.points[:2]), max_iterations=-1)


class TestRecordings:
    @examples(20)
    @given(st.integers(0, 2**32), st.data())
    def test_go_on(self, tmp_path_factory, seed, data):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(80, 2))
        path = tmp_path_factory.mktemp("run") / "run.arrows"
        engine = Engine(points)
        run = list(engine.snapshots(points[:9]))
        states = recording.record(engine.snapshots(points[:9]), path)
        cut = data.draw(st.integers(1, len(run)))
        for _ in range(cut):
            next(states)
        states.close()
        size = path.stat().st_size
        with path.open("ab") as file:
            file.write(bytes(data.draw(st.integers(0, 200))))
        past = recording.open(path)
        assert len(past) == cut
        assert not past.complete
        assert past.end == size
        check_same_run(run[cut:], past.extend(engine.resume(past)), strategy=False)
        again = recording.open(path)
        assert again.complete
        assert not again.damaged
        check_same_run(run, again, strategy=False)

    def test_that_are_complete_end_at_once(self, tmp_path):
        points = make_clusters(6, 80, seed=1)
        path, engine = tmp_path / "run.arrows", Engine(points)
        record(engine.snapshots(points[:6]), path)
        written = path.read_bytes()
        past = recording.open(path)
        assert list(past.extend(engine.resume(past))) == []
        assert path.read_bytes() == written

    def test_with_settings_that_change(self, tmp_path):
        points = make_clusters(6, 80, seed=1)
        path, engine = tmp_path / "run.arrows", Engine(points)
        states = engine.snapshots(points[:6], max_iterations=3)
        record(states, path, settings={"max_iterations": 3, "seed": 1})
        past = recording.open(path)
        new = engine.resume(past, max_iterations=5)
        assert len(list(past.extend(new, settings={"max_iterations": 5}))) == 2
        again = recording.open(path)
        assert again.settings == {"max_iterations": 5, "seed": 1}
        assert len(again) == 6
        check_same(engine.fit(points[:6], max_iterations=5), again[-1], strategy=False)

    def test_of_other_points_stay_as_they_are(self, tmp_path):
        points = make_clusters(6, 80, seed=1)
        path = tmp_path / "run.arrows"
        states = recording.record(Engine(points).snapshots(points[:6]), path)
        for _ in range(4):
            next(states)
        states.close()
        written = path.read_bytes()
        past = recording.open(path)
        with pytest.raises(InvalidInput, match="does not follow"):
            next(past.extend(Engine(points + 1).resume(past)))
        assert path.read_bytes() == written

    def test_that_are_being_made_are_left_alone(self, tmp_path):
        points = make_clusters(6, 80, seed=1)
        path, engine = tmp_path / "run.arrows", Engine(points)
        states = recording.record(engine.snapshots(points[:6]), path)
        next(states)
        past = recording.open(path)
        with pytest.raises(InvalidInput, match="is being recorded by another process"):
            next(past.extend(engine.resume(past)))
        next(states)
        states.close()
        with pytest.raises(InvalidInput, match="has changed since it was opened"):
            next(past.extend(engine.resume(past)))
