"""Points go to the device in pieces: once if they fit, else in each pass."""

import check
import numpy as np
import problems
import pytest

from kmeans_engine import Engine, InvalidInput
from kmeans_engine.strategies.cuda import points as module
from kmeans_engine.strategies.cuda import strategy

pytestmark = pytest.mark.cuda

ROW = 2 * 8


def pieces_of(monkeypatch, rows, room_rows):
    """Make pieces of so many rows of two float64, on a device with room for so many rows."""
    monkeypatch.setattr(module, "PIECE", rows * ROW)
    monkeypatch.setattr(strategy, "free_bytes", lambda: room_rows * ROW / strategy._SHARE)


@pytest.mark.parametrize(
    ("room", "resident"), [(1000, 30), (30, 30), (29, 11), (18, 0), (5, 0)]
)  # fmt: skip
def test_what_does_not_fit_is_sent_piece_by_piece(monkeypatch, room, resident):
    pieces_of(monkeypatch, 9, room)
    rng = np.random.default_rng(1)
    points = problems.make_points("random", rng, 30, 2)
    engine = Engine(points, strategy="cuda")
    assert check.like_oracle(engine, points[:4], max_iterations=4) == 5
    held = engine._whole._strategies[0]._held
    assert held.resident == resident
    assert engine._whole.begin()[0].in_place == (resident < 30)
    assert held.ranges()[-1][1] == 30
    assert len(held.ranges()) == bool(resident) + -(-(30 - resident) // 9)


def test_only_pieces_with_points_that_are_due_are_sent(monkeypatch):
    pieces_of(monkeypatch, 10, 4)
    rng = np.random.default_rng(0)
    sent = []
    copy = module.Feed._copy
    monkeypatch.setattr(
        module.Feed, "_copy", lambda self, *args: (sent.append(args[:2]), copy(self, *args))
    )
    # Only the first ten points lie between two centroids.
    points = np.r_[rng.uniform(-9, 9, (10, 2)), rng.normal(size=(20, 2)) * 0.01 + [50.0, 0.0]]
    start = np.array([[-8.0, 8.0], [-7.0, 7.0], [50.0, 0.0]])
    engine = Engine(points, strategy="cuda")
    assert check.like_oracle(engine, start) > 3
    assert sent[:3] == [(0, 10), (10, 20), (20, 30)]
    assert sent.count((0, 10)) > 1
    assert sent.count((20, 30)) == 1


@pytest.mark.parametrize("room", [1000, 4])
def test_whoever_changes_the_points_gets_an_error(monkeypatch, room):
    pieces_of(monkeypatch, 10, room)
    points = np.random.default_rng(0).normal(size=(30, 2))
    engine = Engine(points, strategy="cuda")
    points[25] += 1.0
    with pytest.raises(InvalidInput, match="have been changed"):
        engine.fit(points[:3].copy())
    points[25] -= 1.0
    engine.fit(points[:3].copy())


def test_a_file(tmp_path):
    points = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    np.save(tmp_path / "points.npy", points)
    got = Engine(tmp_path / "points.npy", strategy="cuda", memory=1).fit(points[:3])
    check.same_snapshot(got, Engine(points, strategy="brute").fit(points[:3]))
