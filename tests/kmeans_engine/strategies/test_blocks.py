"""Sorted blocks: every shortcut gives the bits of the definition."""

import itertools

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, UnsupportedStrategy
from kmeans_engine.kernels import blocks as kernel
from kmeans_engine.points.blocks import SortedPoints, _hilbert
from kmeans_engine.points.data import Data, prepare
from kmeans_engine.strategies.blocks import Blocks

# Problems of every unpleasant kind.
pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning")


@pytest.fixture(params=[1, 2, 5])
def small_blocks(request, monkeypatch):
    """Blocks of a few rows, so that small problems have many of them, and parents too."""
    monkeypatch.setattr("kmeans_engine.points.blocks.block_rows", lambda m: request.param)


@pytest.mark.kernels
@pytest.mark.usefixtures("small_blocks")
@check.examples(40)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
    st.sampled_from([1, 2, 3, 5, 8]),
    st.sampled_from([1, 2, 5]),
)
def test_every_snapshot_equals_the_oracle(seed, kind, dtype, n, threads):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(1, 50)), n)
    points = problems.make_layout(points, dtype, "C")
    k = int(rng.integers(1, min(len(points), 8) + 1))
    engine = Engine(points, threads=threads, strategy="blocks")
    for _ in range(2):  # the second run finds the points sorted
        check.like_oracle(engine, problems.make_centroids(points, rng, k))


@pytest.mark.parametrize("n", [2, 3, 8])
def test_many_blocks_on_several_threads_equal_brute(n, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", n * 25 << 11)
    rng = np.random.default_rng(n)
    points = (rng.uniform(-4, 4, (30, n))[rng.integers(0, 30, 40_000)]).astype(np.float32)
    points += rng.normal(0, 0.3, points.shape).astype(np.float32)
    want = Engine(points, strategy="brute").snapshots(points[:25])
    got = Engine(points, strategy="blocks", threads=3).snapshots(points[:25])
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


@pytest.mark.parametrize("n", [1, 2, 3, 8])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_blocks_are_a_sorted_copy(n, dtype):
    rng = np.random.default_rng(0)
    points = problems.make_layout(rng.normal(size=(5000, n)) * 50, dtype, "C")
    ordered = SortedPoints(prepare(points, 2))
    assert sorted(ordered.order.tolist()) == list(range(5000))
    assert np.array_equal(ordered.rows, points[ordered.order])
    check_measures(ordered, prepare(points, 2))


def check_measures(points: SortedPoints, data: Data) -> None:
    size, ordered = points.block, points.record
    for b in range(len(ordered.low)):
        rows = ordered.rows[b * size : (b + 1) * size].astype(np.float64)
        assert np.array_equal(ordered.low[b], rows.min(axis=0))
        assert np.array_equal(ordered.high[b], rows.max(axis=0))
        parent = b // kernel.FAN
        assert (ordered.parent_low[parent] <= ordered.low[b]).all()
        assert (ordered.parent_high[parent] >= ordered.high[b]).all()
    total = ordered.sums.sum(axis=0)
    form = data.measure.sum_format
    for n, exponent in enumerate(form.exponents.tolist()):
        got = sum(int(v) << (form.width * level) for level, v in enumerate(total[:, n].tolist()))
        want = sum(int(v) for v in np.ldexp(data.points[:, n].astype(float), -exponent).tolist())
        assert got == want


@pytest.mark.parametrize(("n", "bits"), [(1, 4), (2, 1), (2, 5), (3, 3), (5, 2), (8, 1)])
def test_the_curve_visits_every_cell_once_and_goes_from_neighbour_to_neighbour(n, bits):
    place = _hilbert(n, bits)
    assert sorted(place.tolist()) == list(range(1 << (n * bits)))
    cells = np.argsort(place)
    axes = np.stack([(cells >> (bits * i)) & ((1 << bits) - 1) for i in range(n)])
    assert (np.abs(np.diff(axes, axis=1)).sum(axis=0) == 1).all()


def test_sorting_makes_blocks_small():
    points = np.random.default_rng(0).uniform(size=(100_000, 2))
    ordered = SortedPoints(prepare(points, 2))
    area = np.prod(ordered.record.high - ordered.record.low, axis=1)
    assert area.mean() < 8 * ordered.block / len(points)


def test_settled_blocks_are_not_looked_at():
    rng = np.random.default_rng(1)
    points = rng.uniform(-4, 4, (20, 2))[rng.integers(0, 20, 100_000)]
    points += rng.normal(0, 0.2, points.shape)
    assigner = Blocks(prepare(points, 1)).begin()
    centroids, looked = points[:20].copy(), []
    sums = assigner.first(centroids)
    for _ in range(40):
        sums = assigner.step(centroids).sums
        looked.append(int(assigner.seen[1:].sum()))
        means = centroids.copy()
        sums.update_means(means)
        if np.array_equal(means, centroids):
            break
        centroids = means
    assert looked[-1] < 0.3 * max(looked)


def constructed_near_tie() -> tuple[np.ndarray, np.ndarray]:
    """A block one of whose corners lies on the border of two cells, up to rounding."""
    rng = np.random.default_rng(3)
    centroids = np.array([[0.1, 0.3], [0.7, 0.9]])
    along = np.array([0.6, -0.6])
    border = centroids.mean(axis=0) + rng.uniform(-1e5, 1e5, (4000, 1)) * along
    return border + rng.normal(0, 1e-11, border.shape), centroids


@pytest.mark.usefixtures("small_blocks")
def test_corners_on_a_border_are_left_to_the_definition():
    points, centroids = constructed_near_tie()
    want = Engine(points, strategy="brute").fit(centroids, max_iterations=0)
    got = Engine(points, strategy="blocks").fit(centroids, max_iterations=0)
    check.same_snapshot(got, want)


def test_duplicate_centroids_that_part_again():
    # The twin of a centroid never wins, until its empty cluster is left behind by the other.
    points = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [9.0]] * 40)
    start = np.array([[5.0], [5.0], [0.0], [5.0]])
    check.like_oracle(Engine(points, strategy="blocks"), start)


def test_too_many_points_for_32_bits_are_refused():
    class Huge:
        n_points, n_features = 1 << 32, 2

    with pytest.raises(UnsupportedStrategy, match="2\\^32 points, got 4294967296"):
        Blocks.check(Huge())


def test_many_features_are_refused():
    with pytest.raises(UnsupportedStrategy, match="up to 8 features, got 9: use 'bounds'"):
        Engine(np.eye(9), strategy="blocks")


def test_a_coarse_cell_is_visited_before_the_next():
    for n, bits, drop in ((1, 9, 4), (2, 9, 4), (2, 3, 2), (3, 6, 3), (5, 3, 1), (8, 2, 1)):
        fine, coarse = _hilbert(n, bits), _hilbert(n, bits - drop)
        cells, cell = np.arange(len(fine)), 0
        for i in range(n):
            axis = (cells >> (bits * (n - 1 - i))) & ((1 << bits) - 1)
            cell = (cell << (bits - drop)) | (axis >> drop)
        assert np.array_equal(fine >> (n * drop), coarse[cell])


def test_no_thread_sorts_for_long_without_looking_up(monkeypatch):
    """Ctrl-C is seen between two calls, which read a few chunks each, however many there are."""
    from kmeans_engine.points import blocks
    from kmeans_engine.points.data import Data, prepare

    read, most, run, rows = [], [], blocks.run_chunks, Data.rows

    def reading(data, start, stop, buffer):
        read.append(start)
        return rows(data, start, stop, buffer)

    def watched(work, total, size, threads):
        def one(start, stop):
            before = len(read)
            work(start, stop)
            most.append(len(read) - before)

        run(one, total, size, 1)

    data = prepare(np.random.default_rng(0).normal(size=(9000, 2)), 1)
    monkeypatch.setattr(blocks, "_CHUNK_WORK", 1 << 30)
    monkeypatch.setattr(blocks, "_PIECES", 1)
    monkeypatch.setattr(blocks, "run_chunks", watched)
    monkeypatch.setattr(Data, "rows", reading)
    blocks.SortedPoints(data)
    assert len(set(read)) > 100
    assert max(most) <= 2
