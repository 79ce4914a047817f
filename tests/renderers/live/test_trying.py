"""A centroid that is dragged: the points are labelled by where it is, as soon as they can be."""

import numpy as np
import pytest
from live import SIZE, Clock
from wait import eventually

from kmeans_engine import Engine, assign_points
from renderers import Options, make_scene
from renderers.live import trying
from renderers.live.frame import Frame
from renderers.live.hand import Hand
from renderers.live.seen import Look
from renderers.live.showings import Showings
from renderers.live.trying import REST, Tries
from renderers.plane.placement import Box
from renderers.scene import Moment


class Stage:
    """A run on display, whose first centroid a hand may hold."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.points = rng.normal(size=(500, 2))
        engine = Engine(self.points, threads=1)
        self.first = next(engine.snapshots(self.points[:3], max_iterations=0))
        self.clock = Clock()
        self.showings = Showings(Options(), self.clock)
        self.hand = Hand()
        self.tries = Tries(self.showings, self.hand, self.clock)
        self.show()

    def show(self) -> None:
        def job(seat) -> None:
            seat.open(make_scene(self.first))
            seat.draw(Moment((self.first,), 1.0))

        before = self.showings.shown
        self.showings.start(job)

        def there() -> bool:
            self.showings.look_after()
            return self.showings.shown is not before

        eventually(there)

    def hold(self, held: bool = True) -> None:
        self.hand._held = (0, 0, self.first.centroids) if held else None

    def want(self, centroids: np.ndarray) -> None:
        scene = self.showings.scene
        moment = Moment((self.first,), 1.0)
        pixels = np.zeros((*SIZE[::-1], 4), np.uint8)
        box = Box(0, 0, *SIZE)
        frame = Frame(scene, scene, moment, Look(SIZE), pixels, (box,), (5.0,), frozenset())
        self.tries.want(centroids, frame)

    def tried(self) -> Moment:
        def known() -> bool:
            self.tries.look_after()
            return self.tries.moment is not None

        eventually(known)
        return self.tries.moment


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.tries.stop(5)
    made.showings.stop(5)


def test_the_state_is_the_first_one_of_a_run_from_there(stage: Stage):
    stage.hold()
    moved = stage.first.centroids + np.array([[1.5, 0.0], [0.0, 0.0], [0.0, 0.0]])
    stage.want(moved)
    (snapshot,) = stage.tried().snapshots
    assert np.array_equal(snapshot.centroids, moved)
    assert np.array_equal(snapshot.assigned_from, moved)
    assert np.array_equal(snapshot.labels, assign_points(stage.points, moved))
    assert np.array_equal(snapshot.counts, np.bincount(snapshot.labels, minlength=3))


def test_the_newest_place_counts(stage: Stage):
    stage.hold()
    places = [stage.first.centroids + step for step in (0.5, 1.0, 2.0)]
    for place in places:
        stage.want(place)
        stage.tries.look_after()

    def newest() -> bool:
        stage.tries.look_after()
        moment = stage.tries.moment
        return moment is not None and np.array_equal(moment.snapshots[0].centroids, places[-1])

    eventually(newest)


def test_it_is_forgotten_when_the_hand_lets_go(stage: Stage):
    stage.hold()
    stage.want(stage.first.centroids + 1.0)
    stage.tried()
    stage.hold(False)
    stage.tries.look_after()
    assert stage.tries.moment is None


def test_it_stays_until_the_run_from_there_has_come(stage: Stage):
    stage.hold()
    stage.want(stage.first.centroids + 1.0)
    stage.tried()
    stage.hold(False)
    stage.showings.waiting = lambda seat: None  # asked for, and not begun
    stage.tries.look_after()
    assert stage.tries.moment is not None
    stage.showings.waiting = None
    stage.show()
    stage.tries.look_after()
    assert stage.tries.moment is None


def test_centroids_of_another_run_are_not_tried(stage: Stage):
    stage.hold()
    stage.want(np.vstack([stage.first.centroids, [[0.0, 0.0]]]))
    stage.tries.look_after()
    assert stage.tries._newest.wanted is None


def test_more_points_wait_for_a_hand_at_rest(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trying, "AT_ONCE", 100)
    stage.hold()
    stage.want(stage.first.centroids + 1.0)
    stage.tries.look_after()
    assert stage.tries._newest.wanted is None
    stage.clock.now += REST
    stage.tried()


def test_centroids_beyond_all_squares_are_left_alone(stage: Stage):
    stage.hold()
    stage.want(stage.first.centroids + 1e200)
    stage.tries.look_after()
    stage.want(stage.first.centroids + 1.0)
    stage.tried()
