"""What is measured of points: the same whatever the parts and the order of their merging."""

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import InvalidInput
from kmeans_engine.points.data import Data, prepare
from kmeans_engine.points.measure import merge

pytestmark = pytest.mark.kernels


def same(one, other):
    assert one.n_points == other.n_points
    for name in ("low", "high", "tiny", "integral", "center"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    for name in ("digits", "single", "n_bad", "first_bad", "scale", "dtype"):
        assert getattr(one, name) == getattr(other, name), name
    a, b = one.sum_format, other.sum_format
    assert (a.exponents.tolist(), a.width, a.levels) == (b.exponents.tolist(), b.width, b.levels)


@check.examples(80)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
    st.integers(1, 5),
)
def test_merged_in_any_order(seed, kind, dtype, n):
    rng = np.random.default_rng(seed)
    points = problems.make_layout(problems.make_points(kind, rng, 50, n), dtype, "C")
    whole = prepare(points, 1).measure
    parts = np.split(points, np.sort(rng.choice(np.arange(1, 50), 4, replace=False)))
    measures = [Data.of(part, 1).measured() for part in parts]
    same(merge(measures), whole)
    order = rng.permutation(5)
    same(merge([measures[i] for i in order]), whole)
    same(merge(measures[:2]) | merge(measures[2:]), whole)


@pytest.mark.parametrize("threads", [1, 3, 16])
@pytest.mark.parametrize("m", [1, 7, 300, 70_000])
@pytest.mark.parametrize("n", [1, 3, 300])
def test_measured_on_any_number_of_threads(threads, m, n, monkeypatch):
    if check.PLAIN_PYTHON and m * n > 3000:
        return
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", 1 << 18)
    points = np.random.default_rng(m).normal(size=(min(m, 1_000_000 // n), n))
    measure = prepare(points, threads).measure
    assert np.array_equal(measure.low, points.min(axis=0))
    assert np.array_equal(measure.high, points.max(axis=0))
    assert np.array_equal(measure.tiny, np.abs(points).min(axis=0))
    assert measure.n_points == len(points)
    assert not measure.integral.any()


@pytest.mark.parametrize("threads", [1, 4])
def test_bad_values_are_counted_and_the_first_is_named(threads, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", 1 << 12)
    points = np.zeros((40_000 if not check.PLAIN_PYTHON else 400, 3), dtype=np.float32)
    points[[77, 300, 301], [0, 1, 2]] = [np.inf, np.nan, -np.inf]
    points[-1, :2] = np.nan
    measure = Data.of(points, threads).measured()
    assert (measure.n_bad, measure.first_bad) == (5, 77)
    assert measure.after(1000).first_bad == 1077
    with pytest.raises(InvalidInput, match=r"^points have 5 NaN or infinite values, .* in row 77;"):
        measure.check()
