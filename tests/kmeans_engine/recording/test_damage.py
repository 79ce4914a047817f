"""Files that are cut, damaged, foreign or newer: one clear line, and what can be saved of them."""

import contextlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import check_same, check_same_run, large_run, record

from kmeans_engine import Engine, InvalidInput, recording
from kmeans_engine.recording import format as columns
from kmeans_engine.recording import messages


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small run, its points and its file."""
    path = tmp_path_factory.mktemp("whole") / "run.arrows"
    points = np.random.default_rng(0).normal(size=(40, 2))
    run = record(Engine(points).snapshots(points[:3], max_iterations=4), path, points=True)
    return run, points, path


def saved(path, run):
    """Check that what is left are states of the run; return how many, and what is said."""
    try:
        left = recording.open(path).check()
        states = list(left)
    except InvalidInput as error:
        assert "\n" not in str(error)
        return 0, str(error)
    check_same_run(run[: len(states)], states)
    assert len(states) == len(left)
    with contextlib.suppress(InvalidInput):
        assert np.array_equal(left.points, run[0].points)
    return len(states), left.damaged


@pytest.mark.slow
def test_every_length_of_a_file(whole, tmp_path):
    run, _, path = whole
    written, ends = path.read_bytes(), [s[-1].end for s in recording.open(path)._stream.states]
    cut = tmp_path / "cut.arrows"
    for length in range(len(written) + 1):
        cut.write_bytes(written[:length])
        expected = sum(end <= length for end in ends)
        if not expected:
            words = "is not a recording|is cut before its first state"
            with pytest.raises(InvalidInput, match=words):
                recording.open(cut)
            continue
        left = recording.open(cut)
        assert len(left) == expected
        assert left.complete == (length == len(written))
        said = f"{cut} is cut after iteration {expected - 1}"
        assert left.damaged == ("" if length in (*ends, len(written)) else said)
        if length % 64 == 0:
            assert saved(cut, run) == (expected, left.damaged)


def test_more_than_a_file(whole, tmp_path):
    run, _, path = whole
    for tail in (b"x", bytes(8), messages.END, path.read_bytes()):
        (tmp_path / "long.arrows").write_bytes(path.read_bytes() + tail)
        number, said = saved(tmp_path / "long.arrows", run)
        assert number == len(run)
        assert "is cut after iteration 4" in said


@pytest.mark.slow
def test_every_byte_flipped(whole, tmp_path):
    run, _, path = whole
    written = bytearray(path.read_bytes())
    bad = tmp_path / "bad.arrows"
    stream = recording.open(path)._stream
    ends = [state[-1].end for state in stream.states]
    (points,) = stream.points
    rng = np.random.default_rng(0)
    for place in range(0, len(written), 3):
        before = written[place]
        written[place] ^= int(rng.integers(1, 256))
        bad.write_bytes(written)
        written[place] = before
        number, said = saved(bad, run)
        # No state that a byte belongs to passes for whole; those of the points are another matter.
        if not points.start <= place < points.end:
            assert number <= sum(end <= place for end in ends)
            assert said


@given(st.data())
def test_any_bytes(whole, tmp_path_factory, data):
    run, _, path = whole
    written = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(written)))
        new = data.draw(st.binary(max_size=40))
        written[start : start + data.draw(st.integers(0, 40))] = new
    bad = tmp_path_factory.mktemp("bad") / "bad.arrows"
    bad.write_bytes(written)
    saved(bad, run)


def test_a_body_is_damaged(tmp_path):
    points, start = large_run(m=60_000)
    path = tmp_path / "run.arrows"
    run = record(Engine(points).snapshots(start, max_iterations=8), path)
    message = recording.open(path)._stream.states[4][-1]
    with path.open("r+b") as file:
        file.seek(message.end - message.body // 2)
        file.write(b"\0\xff\0\xff")
    states = recording.open(path)
    assert len(states) == 9
    assert not states.damaged
    check_same(run[3], states[3])
    with pytest.raises(InvalidInput, match=r"is damaged in iteration 4; .* up to iteration 3 are"):
        states[4].labels  # noqa: B018
    with pytest.raises(InvalidInput, match="is damaged in iteration 4"):
        [state.labels for state in recording.open(path)]
    left = states.check()
    assert len(left) == 4
    assert left.damaged == f"{path} is damaged after iteration 3"
    engine = Engine(points)
    check_same_run(run[4:], left.extend(engine.resume(left, max_iterations=8)), strategy=False)
    check_same_run(run, recording.open(path).check(), strategy=False)


def test_recorded_points_are_damaged(whole, tmp_path):
    run, points, path = whole
    message = recording.open(path)._stream.points[0]
    written = bytearray(path.read_bytes())
    written[message.end - 9] ^= 1
    bad = tmp_path / "bad.arrows"
    bad.write_bytes(written)
    states = recording.open(bad).check()
    check_same_run(run, states)
    with pytest.raises(InvalidInput, match=r"points in .* are damaged; give those"):
        states.points  # noqa: B018
    assert np.array_equal(recording.open(bad, points=points).points, points)


@pytest.mark.parametrize(
    "content",
    [b"", b"x,y\n1,2\n", bytes(100), b"\xff" * 100, messages.END, b"\xff\xff\xff\xff\xff\0\0\0abc"],
    ids=["empty", "csv", "zeros", "ones", "end", "short"],
)
def test_another_file(content, tmp_path):
    (tmp_path / "run.arrows").write_bytes(content)
    with pytest.raises(InvalidInput, match="is not a recording of a run; make one with"):
        recording.open(tmp_path / "run.arrows")


def test_a_stream_of_another_program(tmp_path):
    table = pa.table({"x": [1.0, 2.0]})
    for make in (pa.ipc.new_stream, pa.ipc.new_file):
        with make(tmp_path / "run.arrows", table.schema) as stream:
            stream.write_table(table)
        with pytest.raises(InvalidInput, match="is not a recording of a run"):
            recording.open(tmp_path / "run.arrows")


def test_a_later_version(whole, tmp_path, monkeypatch):
    _, points, _ = whole
    monkeypatch.setattr(columns, "VERSION", 99)
    engine = Engine(points, weights=np.ones(len(points)))
    record(engine.snapshots(points[:3]), tmp_path / "run.arrows")
    monkeypatch.undo()
    with pytest.raises(InvalidInput, match=r"in version 99 of the format, and only 2 is known"):
        recording.open(tmp_path / "run.arrows")


def test_settings_that_have_changed_are_damaged(tmp_path):
    """They are told by the head of a message, which is looked at when the file is opened."""
    path, points = tmp_path / "run.arrows", np.random.default_rng(0).normal(size=(40, 2))
    engine = Engine(points)
    record(engine.snapshots(points[:3], max_iterations=2), path, settings={"word": "one"})
    first = recording.open(path)
    list(first.extend(engine.resume(first, max_iterations=4), settings={"word": "another"}))
    written = bytearray(path.read_bytes())
    assert recording.open(path).settings == {"word": "another"}
    start = written.index(b"another") - len('{"word": "')
    for place in range(start, start + len('{"word": "another"}')):
        damaged = written.copy()
        damaged[place] ^= 1
        path.write_bytes(damaged)
        left = recording.open(path)
        assert (len(left), left.settings) == (3, {"word": "one"})
        assert left.damaged == f"{path} is cut after iteration 2"


class TestWriting:
    def test_the_file_appears_with_state_0(self, whole, tmp_path):
        _, points, _ = whole
        path = tmp_path / "run.arrows"
        states = recording.record(Engine(points).snapshots(points[:3]), path)
        assert not path.exists()
        for number, _ in enumerate(states, 1):
            assert len(recording.open(path)) == number
            assert not recording.open(path).complete
            assert [file.name for file in tmp_path.iterdir()] == ["run.arrows"]
        assert recording.open(path).complete

    def test_an_older_file_is_replaced_only_then(self, whole, tmp_path):
        _, points, _ = whole
        path = tmp_path / "run.arrows"
        path.write_bytes(b"old")
        with pytest.raises(InvalidInput, match="exists; allow replacing it"):
            recording.record(Engine(points).snapshots(points[:3]), path)

        def failing():
            raise RuntimeError("no state")
            yield

        with pytest.raises(RuntimeError, match="no state"):
            list(recording.record(failing(), path, overwrite=True))
        assert path.read_bytes() == b"old"
        states = recording.record(Engine(points).snapshots(points[:3]), path, overwrite=True)
        assert path.read_bytes() == b"old"
        next(states)
        assert len(recording.open(path)) == 1
        states.close()
        assert [file.name for file in tmp_path.iterdir()] == ["run.arrows"]

    def test_states_that_do_not_follow(self, whole, tmp_path):
        run, points, _ = whole
        other = list(Engine(points).snapshots(points[5:8]))
        for number, wrong in enumerate(
            (run[1:], [run[0], run[2]], [run[0], run[0]], [*run[:2], other[2]])
        ):
            path = tmp_path / f"{number}.arrows"
            with pytest.raises(InvalidInput, match=r"does not follow|begins with state 0"):
                list(recording.record(wrong, path))
            assert path.exists() == (number > 0)
        assert len(recording.open(path)) == 2

    def test_nothing_to_record(self, tmp_path):
        assert list(recording.record([], tmp_path / "run.arrows")) == []
        assert list(tmp_path.iterdir()) == []

    def test_a_run_that_fails_stays_as_far_as_it_came(self, whole, tmp_path):
        run, _, _ = whole

        def failing():
            yield from run[:3]
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="the disk is gone"):
            list(recording.record(failing(), tmp_path / "run.arrows"))
        left = recording.open(tmp_path / "run.arrows")
        assert not left.complete
        assert not left.damaged
        check_same_run(run[:3], left)
