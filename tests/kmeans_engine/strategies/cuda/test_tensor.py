"""Tensor cores, simulated: what they settle is the definition's answer, and the rest is listed.

The kernels are the source that a device runs, with the same tiles; see tests/simulated_cores.py.
"""

import ctypes
from fractions import Fraction

import naive
import numpy as np
import pytest
from problems import KINDS, make_centroids, make_points
from simulated_cores import ROUNDINGS, SHORT, Held, SimulatedCores, library, needs_compiler

from kmeans_engine.labels import label_dtype
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies.cuda import tensor
from kmeans_engine.strategies.cuda.stages import List, Piece, Placed
from kmeans_engine.strategies.cuda.tensor import (
    SQUARES,
    TELLERS,
    Task,
    are_exact_enough,
    defines,
    tensor_scores,
)
from kmeans_engine.strategies.cuda.tiles import Tiles, tiles_for
from kmeans_engine.strategies.scores import Scores

pytestmark = needs_compiler


class Look:
    """One look at some points: what went in, and what came out.

    Attributes
    ----------
    want : ndarray
        The labels by the definition.
    before, labels, expiry : ndarray
        Of all points.
    todo, changed, left : set
        Points.
    """

    def __init__(self, points, centroids, cores, *, todo=None, first=False, seed=0):
        points = np.ascontiguousarray(points)
        (m, n), k = points.shape, len(centroids)
        data = prepare(points, 1)
        scores = Scores(data, k, dtype=points.dtype)
        scores.place(centroids)
        record = scores.record
        twins = np.setdiff1d(np.arange(k), record.rows[: scores.n_distinct])
        record.P[twins] = np.inf
        rng = np.random.default_rng(seed)
        self.want = np.array(naive.assign(naive.rows(points), naive.rows(centroids)))
        self.scale = Fraction(float(record.scale))
        self.spent = rng.uniform(0, 2, k)
        dtype = label_dtype(k)
        self.before = rng.integers(0, k, m).astype(dtype)
        labels, expiry = self.before.copy(), np.full(m, np.nan, dtype=np.float32)
        old, total = np.zeros(m, dtype=dtype), [np.zeros(1, dtype=np.uint32) for _ in range(3)]
        lists = [np.zeros(m, dtype=np.uint32) for _ in range(3)]
        if todo is not None:
            lists[0][: len(todo)], total[0][0] = todo, len(todo)
        todo_list, changed, left = (
            List(Held(rows), Held(count), whole)
            for rows, count, whole in zip(lists, total, (todo is None, False, False), strict=True)
        )
        piece = Piece(Held(points), Held(labels), Held(expiry), Held(old), changed, first)
        placed = Placed(
            Held(np.ascontiguousarray(centroids)), Held(record.P), Held(record.center),
            record.scale, Held(record.reach.astype(np.float32)), Held(self.spent), None,
            record.rho, record.kappa, record.delta_unit, record.root,
        )  # fmt: skip
        stage = tensor_scores(cores, n, k, points.dtype)
        stage.look(piece, placed, todo_list, left, None)
        self.points, self.centroids = points, centroids
        self.labels, self.expiry = labels.astype(int), expiry
        self.old = dict(zip(lists[1][: total[1][0]].tolist(), old.tolist(), strict=False))
        self.n_changed, self.n_left = int(total[1][0]), int(total[2][0])
        self.left = set(lists[2][: self.n_left].tolist())
        self.todo = set(range(m) if todo is None else todo)
        self.settled = sorted(self.todo - self.left)

    def wrong(self):
        """Return the settled points whose label is not the definition's."""
        return [i for i in self.settled if self.labels[i] != self.want[i]]

    def check(self, *, first=False):
        m = len(self.labels)
        assert self.left <= self.todo
        assert len(self.left) == self.n_left
        assert self.wrong() == []
        untouched = sorted(set(range(m)) - set(self.settled))
        assert (self.labels[untouched] == self.before[untouched]).all()
        assert np.isnan(self.expiry[untouched]).all()
        changed = {i: int(self.before[i]) for i in self.settled if self.want[i] != self.before[i]}
        assert self.old == ({} if first else changed)
        assert len(self.old) == self.n_changed
        assert not np.isnan(self.expiry[self.settled]).any()

    def check_gaps(self, some):
        """Check the times of some settled points in exact arithmetic."""
        centroids = [[Fraction(c) for c in row] for row in self.centroids.tolist()]
        for i in self.settled[:some]:
            x = [Fraction(v) for v in self.points[i].tolist()]
            squares = [
                sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) * self.scale**2
                for c in centroids
            ]
            a = self.labels[i]
            gap = Fraction(float(self.expiry[i])) - Fraction(float(self.spent[a]))
            if (
                gap > 0
            ):  # |x - c_b| - |x - c_a| >= gap, without a root: (b - a - gap^2)^2 >= 4 gap^2 a
                for k, square in enumerate(squares):
                    if k != a and centroids[k] != centroids[a]:
                        rest = square - squares[a] - gap * gap
                        assert rest >= 0
                        assert rest * rest >= 4 * gap * gap * squares[a]


def problem(kind, seed, m, n, k, dtype):
    rng = np.random.default_rng(seed)
    points = make_points(kind, rng, m, n)
    if dtype == "float32":
        points = np.clip(points, -1e37, 1e37)
    points = points.astype(dtype)
    return points, make_centroids(points.astype(np.float64), rng, k)


# Features, clusters, type, and room in shared memory: every kind of tile.
SHAPES = [
    (20, 30, "float32", 160),
    (16, 70, "float64", 160),
    (40, 150, "float32", 40),
    (9, 300, "float32", 99),
]


@pytest.mark.parametrize("kind", KINDS)
def test_settled_points_have_the_definitions_labels(kind):
    for number, (n, k, dtype, room) in enumerate(SHAPES[:2]):
        points, centroids = problem(kind, number, 150, n, k, dtype)
        look = Look(points, centroids, SimulatedCores(room << 10))
        look.check()
        look.check_gaps(5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("first", [False, True])
def test_every_kind_of_tile(shape, first):
    n, k, dtype, room = shape
    points, centroids = problem("clustered", 5, 200, n, k, dtype)
    # One block takes all tiles, one after the other.
    look = Look(points, centroids, SimulatedCores(room << 10, blocks=1), first=first)
    look.check(first=first)
    # Noise that is no worse than ordinary: nearly all are told apart.
    assert look.n_left <= 2


def test_tiles_that_are_not_chosen(monkeypatch):
    monkeypatch.setattr(tensor, "tiles_for", lambda *_: Tiles(24, 128, 128, 8, 4, 2))
    points, centroids = problem("clustered", 5, 150, 20, 30, "float32")
    Look(points, centroids, SimulatedCores()).check()


def test_tiles_of_a_block_keep_to_themselves():
    # Lengths of another tile would make gaps of these too wide: this sees a missing barrier.
    points, centroids = problem("random", 9, 256, 20, 30, "float32")
    points[128:] *= np.float32(1e-3)
    look = Look(points, centroids, SimulatedCores(blocks=1))
    look.check()
    look.check_gaps(128)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_however_tensor_cores_add_up(rounding):
    points, centroids = problem("random", 3, 150, 20, 30, "float32")
    look = Look(points, centroids, SimulatedCores(rounding=rounding))
    look.check()
    assert look.n_left <= 2


def test_only_listed_points_are_touched():
    points, centroids = problem("random", 4, 150, 20, 30, "float32")
    todo = np.random.default_rng(0).permutation(150)[:70].tolist()
    Look(points, centroids, SimulatedCores(), todo=todo).check()
    nothing = Look(points, centroids, SimulatedCores(), todo=[])
    nothing.check()
    assert nothing.settled == []


@pytest.mark.parametrize("todo", [None, list(range(149, 0, -2))])
def test_more_points_than_are_looked_at_together(todo, monkeypatch):
    monkeypatch.setattr(tensor, "_TOGETHER", 40)
    points, centroids = problem("lattice", 5, 150, 20, 30, "float32")
    cores = SimulatedCores()
    Look(points, centroids, cores, todo=todo).check()
    assert cores.launched.count("score_tf32") == 4


def test_times_are_lower_bounds_in_exact_arithmetic():
    for dtype in ("float32", "float64"):
        points, centroids = problem("clustered", 6, 60, 20, 30, dtype)
        look = Look(points, centroids, SimulatedCores(rounding="cut 1"))
        look.check_gaps(60)
        gaps = look.expiry[look.settled] - look.spent[look.labels[look.settled]]
        assert np.median(gaps) > 0


def between(seed, n, tiny, offset=0.0):
    """Return points a little nearer to one of two centroids than to the other, on either side."""
    rng = np.random.default_rng(seed)
    centroids = offset + rng.uniform(-1, 1, (6, n))
    a, b = rng.integers(0, 3, 150), rng.integers(3, 6, 150)
    points = 0.5 * (centroids[a] + centroids[b])
    return points + rng.normal(size=points.shape) * tiny, centroids


@pytest.mark.parametrize("tiny", [0.0, 1e-9, 1e-6, 1e-4, 1e-3])
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_points_halfway_between_two_centroids(tiny, offset):
    points, centroids = between(1, 20, tiny, offset)
    for rounding in ("nearest", "cut 4"):
        Look(points, centroids, SimulatedCores(rounding=rounding)).check()


def test_without_margins_labels_are_wrong():
    for tiny in (1e-4, 1e-6):
        points, centroids = between(1, 20, tiny)
        assert Look(points, centroids, SimulatedCores(margins=0.0)).wrong() != []


def test_three_candidates_go_to_three_products():
    rng = np.random.default_rng(2)
    centroids = rng.uniform(-1, 1, (9, 20))
    centroids[3:] = centroids[:3].repeat(2, axis=0) + 1e-2 * rng.normal(size=(6, 20))
    points = centroids[rng.integers(0, 9, 150)] + 1e-2 * rng.normal(size=(150, 20))
    look = Look(points, centroids, SimulatedCores())
    look.check()
    assert look.n_left <= 10


def test_far_centroids_leave_all_to_the_definition():
    points, centroids = problem("random", 7, 60, 20, 5, "float32")
    centroids[1] = 1e30
    look = Look(points, centroids, SimulatedCores())
    look.check()
    assert look.n_left == 60
    centroids[1] = 1e300
    Look(points, centroids, SimulatedCores()).check()


@pytest.mark.slow
@pytest.mark.parametrize(("n", "room"), [(264, 200), (264, 30), (1100, 99)])
def test_many_features(n, room):
    # Above 256 features a chain ends, and float32 goes on; above 1024 a lane reads in turns.
    points, centroids = problem("clustered", 8, 40, n, 20, "float32")
    look = Look(points, centroids, SimulatedCores(room << 10, rounding="cut 1"))
    look.check()
    assert look.n_left <= 4


def test_one_cluster_and_two():
    for k in (1, 2):
        points, centroids = problem("random", k, 40, 20, k, "float32")
        look = Look(points, centroids, SimulatedCores())
        look.check()
        assert look.n_left == 0


@pytest.mark.parametrize("rounding", [*ROUNDINGS, *SHORT])
def test_tensor_cores_that_keep_fewer_bits_are_not_trusted(rounding):
    assert are_exact_enough(SimulatedCores(rounding=rounding), None) == (rounding in ROUNDINGS)


@pytest.mark.parametrize("shape", SHAPES)
def test_records_are_laid_out_as_in_the_kernels(shape):
    n, k, dtype, room = shape
    tiles = tiles_for(n, k, room << 10)
    kernels = library(tuple(sorted(defines(tiles, n, k, np.dtype(dtype)).items())))
    assert kernels.task_size() == ctypes.sizeof(Task)
    assert kernels.shared_size() == tiles.shared
    assert (kernels.tellers(), kernels.squares_size()) == (TELLERS, SQUARES)
