"""Recorded runs: every field of every state has the bits of the run, in any order, kept or not."""

import itertools
import pickle
from collections import deque

import numpy as np
import pytest
from check import examples
from hypothesis import given
from hypothesis import strategies as st
from problems import KINDS, make_centroids, make_layout, make_points, strategies
from recordings import check_same, check_same_run, large_run, record

from kmeans_engine import Engine, InvalidInput, make_clusters, recording
from kmeans_engine.recording import format as columns

pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")


@pytest.fixture
def small():
    points = make_clusters(6, 80, seed=1)
    return points, points[:6]


@examples(40)
@given(st.data())
def test_a_recording_is_the_run(tmp_path_factory, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    m, n, k = (data.draw(st.integers(1, most)) for most in (60, 4, 9))
    points = make_points(data.draw(st.sampled_from(KINDS)), rng, m, n)
    dtype = data.draw(st.sampled_from(["float64", "float32", "int16", "uint8"]))
    points = make_layout(
        points, dtype, data.draw(st.sampled_from(["C", "F", "strided", "swapped"]))
    )
    engine = Engine(points, strategy=data.draw(st.sampled_from(strategies(n))))
    start = make_centroids(points, rng, k)
    options = {"max_iterations": data.draw(st.sampled_from([None, 0, 1, 4]))}
    path = tmp_path_factory.mktemp("run") / "run.arrows"
    run = record(engine.snapshots(start, **options), path, points=data.draw(st.booleans()))
    check_same_run(run, engine.snapshots(start, **options))
    again = recording.open(path, points=points)
    assert len(again) == len(run)
    assert again.complete
    assert not again.check().damaged
    check_same_run(run, again)
    check_same_run(run, list(again))
    for i in rng.permutation(len(run)):
        check_same(run[i], again[i])
    if again.metadata["points"]["recorded"]:
        found = recording.open(path).points
        assert found.dtype == points.dtype.newbyteorder("=")
        assert found.tobytes() == points.astype(found.dtype).tobytes()


@pytest.mark.parametrize("piece", [1 << 22, 50_000])
def test_many_changes_and_few_of_many_points(piece, tmp_path, monkeypatch):
    for module in (columns, __import__("kmeans_engine.recording.writer", fromlist=["PIECE"])):
        monkeypatch.setattr(module, "PIECE", piece)
    points, start = large_run()
    run = record(Engine(points).snapshots(start), tmp_path / "run.arrows")
    again = recording.open(tmp_path / "run.arrows", points=points)
    sizes = {len(messages) for messages in again._stream.states}
    assert {1, 2} < sizes if piece < len(points) else sizes == {1, 2}
    check_same_run(run, again)
    check_same_run(run[::-1], again[::-1])
    # Gaps that 16 bits do not hold: more rows than messages.
    last = again._stream
    batches = [last._batch(message) for state in last.states for message in state]
    assert any(batch.num_rows > 1 for batch in batches)


@examples(30)
@given(st.integers(0, 2**32), st.data())
def test_snapshots_kept_in_any_pattern_stay_right(tmp_path_factory, seed, data):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(200, 2))
    path = tmp_path_factory.mktemp("run") / "run.arrows"
    reference = [s.labels for s in record(Engine(points).snapshots(points[:12]), path)]
    kept = {}
    for snapshot in recording.open(path, points=points):
        kept[snapshot.iteration] = snapshot
        for i in list(kept):
            match data.draw(st.integers(0, 4)):
                case 0:
                    del kept[i]
                case 1:
                    assert np.array_equal(kept[i].labels, reference[i])
                case 2:
                    rows = np.flatnonzero(rng.random(200) < rng.random() ** 3)
                    assert np.array_equal(kept[i].labels_at(rows), reference[i][rows])
        del snapshot
    for i in data.draw(st.permutations(sorted(kept))):
        changed = kept[i].changed
        assert np.array_equal(kept[i].labels_at(changed), reference[i][changed])
        assert np.array_equal(kept[i].labels, reference[i])


def test_states_follow_one_another(small, tmp_path):
    points, start = small
    record(Engine(points).snapshots(start), tmp_path / "run.arrows")
    again = recording.open(tmp_path / "run.arrows", points=points)
    states = list(again)
    for state, after in itertools.pairwise(states):
        assert after.follows(state)
        assert not state.follows(after)
    fifth = again[5]
    assert fifth.follows(again[4])
    assert not fifth.follows(again[3])
    assert again[-1].iteration == len(again) - 1
    assert [state.iteration for state in again[1:4]] == [1, 2, 3]
    with pytest.raises(IndexError):
        again[len(again)]


def test_snapshots_can_be_pickled(small, tmp_path):
    points, start = small
    run = record(Engine(points).snapshots(start), tmp_path / "run.arrows", points=True)
    again = recording.open(tmp_path / "run.arrows")
    twin = pickle.loads(pickle.dumps(again[3]))
    check_same(run[3], twin)
    assert np.array_equal(twin.points, points)


def test_what_is_said_of_a_recording(small, tmp_path):
    points, start = small
    path = tmp_path / "run.arrows"
    states = Engine(points).snapshots(start, max_iterations=3)
    record(states, path, settings={"max_iterations": 3, "words": "crc32=00000000"})
    again = recording.open(path)
    assert repr(again) == f"Recording({str(path)!r}, states=4, K=6, N=2, M=480, complete=True)"
    assert again.settings == {"max_iterations": 3, "words": "crc32=00000000"}
    assert again.path == path
    assert again.metadata["rows"] == 480


class TestPoints:
    def test_given(self, small, tmp_path):
        points, start = small
        record(Engine(points).snapshots(start), tmp_path / "run.arrows")
        assert recording.open(tmp_path / "run.arrows").points is None
        again = recording.open(tmp_path / "run.arrows", points=points)
        assert again.points is points
        assert again[2].points is points

    def test_others(self, small, tmp_path):
        points, start = small
        record(Engine(points).snapshots(start), tmp_path / "run.arrows")
        other = points.copy()
        other[7, 1] = np.nextafter(other[7, 1], 9)
        for wrong in (other, points[::-1], points[:-1]):
            with pytest.raises(InvalidInput, match="are not those of"):
                recording.open(tmp_path / "run.arrows", points=wrong)

    def test_as_another_type_of_the_same_values(self, small, tmp_path):
        points = small[0].astype(np.float32)
        record(Engine(points).snapshots(points[:6]), tmp_path / "run.arrows")
        assert len(recording.open(tmp_path / "run.arrows", points=points.astype(np.float64)))

    @pytest.mark.parametrize("dtype", ["float16", "float32", "int64", "uint8", "bool", "bfloat16"])
    def test_recorded_as_they_are(self, dtype, tmp_path):
        import ml_dtypes

        kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
        points = np.random.default_rng(0).integers(0, 9, (3000, 3)).astype(kind)
        record(Engine(points).snapshots(points[:4]), tmp_path / "run.arrows", points=True)
        again = recording.open(tmp_path / "run.arrows")
        assert again.points.dtype == points.dtype
        assert np.array_equal(again.points, points)
        assert np.array_equal(again[0].visible.take([5, 7]), points[[5, 7]].astype(np.float64))

    def test_in_a_file(self, small, tmp_path, monkeypatch):
        points, _ = small
        (tmp_path / "here").mkdir()
        np.save(tmp_path / "here/points.npy", points)
        mapped = np.load(tmp_path / "here/points.npy", mmap_mode="r")
        record(Engine(mapped).snapshots(mapped[:6]), tmp_path / "here/run.arrows")
        assert np.array_equal(recording.open(tmp_path / "here/run.arrows").points, points)
        (tmp_path / "here").rename(tmp_path / "there")
        again = recording.open(tmp_path / "there/run.arrows")
        assert again[1].points.shape == points.shape
        assert np.array_equal(again.points, points)
        np.save(tmp_path / "there/points.npy", points + 1)
        again = recording.open(tmp_path / "there/run.arrows")
        with pytest.raises(InvalidInput, match="are not those of"):
            again.points  # noqa: B018
        (tmp_path / "there/points.npy").unlink()
        with pytest.raises(InvalidInput, match="no such file"):
            np.asarray(recording.open(tmp_path / "there/run.arrows")[0].points)

    def test_nowhere(self, small, tmp_path):
        points, start = small
        run = record(Engine(points).snapshots(start), tmp_path / "run.arrows")
        last = recording.open(tmp_path / "run.arrows")[-1]
        check_same(run[-1], last)
        assert len(last.points) == len(points)
        with pytest.raises(InvalidInput, match=r"recording\.open\(path, points=points\)"):
            last.visible.sample(3)


def test_a_pass_for_the_facts_alone_reads_no_labels(small, tmp_path, monkeypatch):
    points, start = large_run()
    record(Engine(points).snapshots(start, max_iterations=5), tmp_path / "run.arrows")
    again = recording.open(tmp_path / "run.arrows")
    monkeypatch.setattr(type(again._stream), "changes", None)
    deque(again, maxlen=0)
    assert again[-1].inertia > 0
