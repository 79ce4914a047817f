"""Weights beside their points: where they are read, and sums of products limb by limb."""

from fractions import Fraction

import check
import numpy as np
import problems
import pytest
from elsewhere import Elsewhere
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import InvalidInput, InvalidType
from kmeans_engine.points.data import Data, measure_together
from kmeans_engine.points.moves import move_points, sum_points
from kmeans_engine.points.squares import exact_inertia, square_totals
from kmeans_engine.points.weights import open_weighted, weigh, weights_of
from kmeans_engine.sums import ExactSums

pytestmark = pytest.mark.kernels

moderate = st.floats(-1e60, 1e60, allow_subnormal=True)
wild = st.floats(-1e110, 1e110, allow_subnormal=True)
positive = st.floats(0, 1e60, allow_subnormal=True)


def weighed(points, weights, threads=1):
    data = Data.of(np.asarray(points), threads)
    weigh([data], np.asarray(weights))
    measure_together([data])
    return data


def exact(sums, k, n):
    """Return the sum of feature `n` over cluster `k`; the last feature is the weight."""
    return sums.integer(k, n) * Fraction(2) ** int(sums.format.exponents[n])


@check.examples(300)
@given(st.lists(st.tuples(st.one_of(moderate, wild), positive), min_size=1, max_size=20))
def test_sums_of_products_are_exact(rows):
    points, weights = [[x] for x, _ in rows], [w for _, w in rows]
    if not any(weights):
        weights[0] = 1.0
    data = weighed(points, weights)
    sums = sum_points(data, np.zeros(len(rows), dtype=np.uint8), 1)
    pairs = [(Fraction(x), Fraction(w)) for (x,), w in zip(points, weights, strict=True)]
    assert exact(sums, 0, 0) == sum(x * w for x, w in pairs)
    assert exact(sums, 0, 1) == sum(w for _, w in pairs)
    assert sums.weights().tolist() == [float(sum(w for _, w in pairs))]
    (total,) = square_totals([data])
    unit = Fraction(2) ** int(data.measure.square_format.exponents[0])
    assert total * unit == sum(x * x * w for x, w in pairs)


@check.examples(100)
@given(st.integers(0, 2**32), st.sampled_from(["f4", "f8"]), st.integers(1, 70))
def test_the_limbs_do_not_depend_on_how_they_came(seed, dtype, n):
    # Many rows are cut as two float64, and those that move as integers: the same limbs, or what
    # goes to and fro would pile up in them.
    rng = np.random.default_rng(seed)
    points = (rng.normal(size=(40, n)) * 2.0 ** rng.integers(-40, 40, n)).astype(dtype)
    weights = rng.choice(
        [rng.uniform(size=40), rng.integers(0, 5, 40), 2.0 ** rng.integers(-50, 50, 40)]
    )
    weights[0] = 1.0
    data = weighed(points, weights)
    assert data.measure.sum_format.up.size
    old, new = rng.integers(0, 3, (2, 40)).astype(np.uint8)
    everybody = np.arange(40)
    moved = move_points(data, sum_points(data, old, 3), everybody, old, new)
    want = sum_points(data, new, 3)
    assert np.array_equal(moved.copy().sums, want.sums)
    assert np.array_equal(moved.counts, want.counts)
    # What goes from nothing to somewhere, and back again, leaves nothing behind.
    nowhere = np.full(40, 2, dtype=np.uint8)
    there = move_points(data, data.measure.sum_format.empty(3), everybody, nowhere, old)
    assert not move_points(data, there, everybody, old, nowhere).copy().sums.any()


@pytest.mark.parametrize("kind", problems.KINDS)
def test_inertia_of_every_kind_of_data(kind):
    rng = np.random.default_rng(3)
    points = problems.make_points(kind, rng, 60, 2)
    weights = rng.uniform(size=60)
    data, labels = weighed(points, weights, 2), rng.integers(0, 4, 60).astype(np.uint8)
    centroids = points[:4].copy()
    want = sum(
        Fraction(w) * (Fraction(x) - Fraction(c)) ** 2
        for row, w, k in zip(points.tolist(), weights.tolist(), labels, strict=True)
        for x, c in zip(row, centroids[k].tolist(), strict=True)
    )
    got = exact_inertia(sum_points(data, labels, 4), square_totals([data]), centroids)
    assert got == float(want)


def test_what_is_float64_side_by_side_is_not_copied():
    points = np.arange(12.0).reshape(6, 2)
    weights = np.arange(1.0, 7.0)
    parts = [Data.of(points[:4], 1), Data.of(points[4:], 1)]
    weigh(parts, weights)
    assert all(np.shares_memory(part.weights, weights) for part in parts)
    assert parts[1].weights.tolist() == [5.0, 6.0]
    assert not parts[0].weights.flags.writeable
    assert weights.flags.writeable
    for other in (weights.astype("f4"), np.repeat(weights, 2)[::2], weights.astype(">f8")):
        weigh(parts, other)
        assert not np.shares_memory(parts[0].weights, other)
        assert parts[0].weights.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_columns_of_tables():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    values = [0.5, 2.0, 1.0]
    data = Data.of(np.zeros((3, 1)), 1)
    for column in (
        pandas.Series(values),
        pandas.Series(values, dtype="Float64"),
        pandas.DataFrame({"w": values}),
        polars.Series("w", values),
        polars.DataFrame({"w": values}),
        pyarrow.array(values),
        pyarrow.chunked_array([values[:1], values[1:]]),
        tuple(values),
        memoryview(np.array(values)),
    ):
        weigh([data], column)
        assert data.weights.tolist() == values
    weigh([data], pandas.Series([1, None, 2], dtype="Int64"))
    with pytest.raises(InvalidInput, match=r"the first in row 1 \(nan\)"):
        measure_together([data])
    for text in (pandas.Series(list("abc")), polars.Series("w", list("abc"))):
        with pytest.raises(InvalidType, match=r"a column that is not a number, .* to numbers$"):
            weigh([data], text)


def test_files_and_streams_of_one_column(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    data, values = Data.of(np.zeros((3, 1)), 1), [0.5, 2.0, 1.0]
    path = tmp_path / "weights.csv"
    path.write_text("w\n0.5\n2\n1\n")
    table = pyarrow.table({"w": values})
    for source in (path, table.to_reader(), table.to_reader):
        weigh([data], source)
        assert data.weights.tolist() == values
    path.write_text("w\na\nb\nc\n")
    with pytest.raises(InvalidType, match=r"the rows of .*weights\.csv have a column that is not"):
        weigh([data], path)
    with pytest.raises(InvalidType, match="the function returned a value of type list"):
        weigh([data], lambda: values)


def test_what_weights_are_not():
    data = Data.of(np.zeros((3, 1)), 1)
    masked = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(InvalidInput, match="weights have 1 masked value"):
        weigh([data], masked)
    with pytest.raises(InvalidType, match="weights have dtype complex128"):
        weigh([data], [1j, 2j, 3j])


def test_a_dask_array_of_weights_for_points_in_this_process():
    dask = pytest.importorskip("dask.array")
    with pytest.raises(InvalidType, match=r"the points are in this process: call .compute\(\)"):
        weigh([Data.of(np.zeros((3, 1)), 1)], dask.ones(3))


def test_measures_of_parts_and_of_the_whole_agree():
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(20, 3)), rng.uniform(size=20) * 1e30
    whole = weighed(points, weights)
    parts = [Data.of(points[:7], 1), Data.of(points[7:], 1)]
    weigh(parts, weights)
    measure_together(parts)
    for part in parts:
        one, other = part.measure.sum_format, whole.measure.sum_format
        assert one.exponents.tolist() == other.exponents.tolist()
        assert (one.width, one.levels, one.weighted) == (other.width, other.levels, True)
    labels = rng.integers(0, 2, 20).astype(np.uint8)
    first, second = sum_points(parts[0], labels[:7], 2), sum_points(parts[1], labels[7:], 2)
    total = ExactSums.total([first.copy(), second])
    assert np.array_equal(total.sums, sum_points(whole, labels, 2).sums)


@pytest.mark.parametrize("far", [False, True])
def test_weights_are_had_in_the_order_of_the_points(far):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(5000, 2)), rng.exponential(size=5000)
    there = Elsewhere(points, weights=weights) if far else open_weighted(points, weights)
    assert np.array_equal(weights_of(there), weights)
    parts = open_weighted(np.split(points, [7, 4000]), weights)
    assert np.array_equal(weights_of(parts), weights)
    assert weights_of(open_weighted(points, None)) is None


def test_points_that_were_opened_keep_their_weights():
    opened = open_weighted([[0.0], [1.0]], [1.0, 2.0])
    assert open_weighted(opened, None) is opened
    with pytest.raises(InvalidInput, match="weights= has no effect on points that another engine"):
        open_weighted(opened, [1.0, 1.0])
