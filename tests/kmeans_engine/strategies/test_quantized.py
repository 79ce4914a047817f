"""Points and centroids rounded to bytes: what they rule out, the definition would not choose."""

import itertools
import os
import platform
import subprocess
import sys

import check
import ml_dtypes
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, UnsupportedStrategy
from kmeans_engine.kernels.narrow import value
from kmeans_engine.kernels.screen import GROUP, TILE, multiply, screen
from kmeans_engine.points.data import prepare
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.strategies import quantized
from kmeans_engine.strategies.quantized import MOST_FEATURES, Quantized, QuantizedAssigner

LEAST = -(2**31)


@kernel()
def _screen_all(x, words, base, bars, masks, rest, runner):
    for first in range(0, len(base), GROUP):
        screen(x, words, base, first, bars, masks, rest, runner)


@kernel()
def _multiply_all(x, words, base, out):
    for first in range(0, len(base), GROUP):
        multiply(x, words, base, first, out[first // GROUP])


@kernel()
def _read(X):
    out = np.empty(X.shape[0], dtype=np.float32)
    for i in range(X.shape[0]):
        out[i] = value(X, i, 0)
    return out


@pytest.mark.kernels
@pytest.mark.parametrize("n_words", [1, 3, 33])
def test_products_of_bytes_are_exact(n_words):
    rng = np.random.default_rng(n_words)
    u = rng.choice([0, 1, 127, 128, 254, 255], (TILE, 4 * n_words)).astype(np.uint8)
    c = rng.choice([-127, -1, 0, 1, 127], (3 * GROUP, 4 * n_words)).astype(np.int8)
    base = rng.integers(-(10**6), 10**6, 3 * GROUP).astype(np.int32)
    base[-1] = LEAST
    c[-1] = 0
    x = np.ascontiguousarray(u.view(np.int32).T)
    want = c.astype(np.int64) @ u.T.astype(np.int64) + base[:, None]
    out = np.empty((3, GROUP, TILE), dtype=np.int32)
    _multiply_all(x, c.view(np.int32), base, out)
    assert np.array_equal(out.reshape(want.shape), want)
    # Each point has a bar of its own: some pass everywhere, some nowhere.
    bars = np.sort(want, axis=0)[rng.integers(0, len(want), TILE), np.arange(TILE)].astype(np.int32)
    bars[:2] = 2**31 - 1, 1 - 2**31
    masks = np.empty(3 * GROUP, dtype=np.uint64)
    rest, runner = np.full(TILE, LEAST, dtype=np.int32), np.full(TILE, -1, dtype=np.int32)
    _screen_all(x, c.view(np.int32), base, bars, masks, rest, runner)
    passed = want >= bars
    assert np.array_equal((masks[:, None] >> np.arange(TILE, dtype=np.uint64)) & 1 == 1, passed)
    below = np.where(passed, LEAST, want)
    assert np.array_equal(rest, below.max(axis=0))
    known = rest > LEAST
    assert np.array_equal(runner[known], below.argmax(axis=0)[known])


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="needs an x86 processor")
@pytest.mark.parametrize(("name", "features"), [("generic", ""), ("haswell", "+avx2,+fma")])
def test_products_on_other_processors(name, features):
    env = {**os.environ, "NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    test = f"{__file__}::test_products_of_bytes_are_exact"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def worst_error(points: np.ndarray) -> float:
    """Return the largest error of bytes over what it may be, and check what is known of it."""
    data = prepare(points, 2)
    coded = Quantized(data).begin()
    assert isinstance(coded, QuantizedAssigner)
    codes, made = coded.codes, coded._points
    q = codes.words.view(np.uint8)[:, : points.shape[1]].astype(np.int64) - 128
    assert np.array_equal(codes.norms, np.square(q).sum(axis=1))
    exact = (points.astype(np.longdouble) - made.zero) * np.longdouble(made.inverse) - q
    off = np.sqrt(np.square(exact).sum(axis=1))
    assert (codes.errors >= off).all()
    return float((codes.errors - off).max())


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8"])
def test_errors_are_known_from_above(dtype):
    rng = np.random.default_rng(0)
    points = rng.normal(100.0, 30.0, (500, 37)).astype(dtype)
    assert worst_error(points) < 1e-3


def test_bytes_hold_small_whole_numbers_exactly():
    points = np.random.default_rng(0).integers(0, 219, (3000, 16)).astype(np.float32)
    data = prepare(points, 1)
    assert Quantized(data).begin().codes.errors.max() < 1e-4


def test_a_value_that_is_far_off_does_not_make_all_steps_long():
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(4000, 8))
    plain = Quantized(prepare(points, 1)).begin().codes.errors.mean()
    # Step 1 of the sample: it sees the outlier.
    points[0, 0] = 1e9
    assert Quantized(prepare(points, 1)).begin().codes.errors[1:].mean() < 40 * plain


@pytest.mark.kernels
@check.examples(120)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "uint8", "int16"]),
    st.integers(1, 40),
)
@pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning")
def test_more_clusters_than_a_group_equal_the_oracle(seed, kind, dtype, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(20, 90)), n)
    points = problems.make_layout(points, dtype, "C")
    k = int(rng.integers(1, 20))
    engine = Engine(points, strategy="quantized")
    check.like_oracle(engine, problems.make_centroids(points, rng, k), max_iterations=5)


@pytest.mark.kernels
@pytest.mark.parametrize("dtype", ["uint8", "int8", "float16", "bfloat16"])
def test_narrow_values_are_read_where_they_are(dtype):
    kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else np.dtype(dtype)
    rng = np.random.default_rng(0)
    points = rng.normal(0.0, 40.0, (300, 6)).clip(0 if dtype == "uint8" else -127, 127)
    points[::9] *= 2.0**-20  # denormal float16
    points = points.astype(kind)
    exact = points.astype(np.float64)
    engine = Engine(points, strategy="quantized")
    assigner = engine._whole._strategies[0].begin()
    start = exact[:17]
    assigner.first(start)
    assert np.shares_memory(assigner.memory.X, points)
    want = Engine(exact, strategy="brute").snapshots(start, max_iterations=5)
    for a, b in itertools.zip_longest(engine.snapshots(start, max_iterations=5), want):
        check.same_snapshot(a, b)
    for strategy in problems.USABLE:
        last = Engine(points, strategy=strategy).fit(start, max_iterations=5)
        assert np.array_equal(last.labels, a.labels)


@pytest.mark.kernels
def test_every_half_is_its_own_value():
    bits = np.arange(1 << 16, dtype=np.uint16)
    finite = bits[np.isfinite(bits.view(np.float16))]
    got = _read(finite.view(np.int16)[:, None])
    assert got.tobytes() == finite.view(np.float16).astype(np.float32).tobytes()
    got = _read(bits[:, None])
    assert got.tobytes() == bits.view(ml_dtypes.bfloat16).astype(np.float32).tobytes()


def test_few_centroids_are_left():
    rng = np.random.default_rng(3)
    points = rng.uniform(size=(5000, 32)).astype(np.float32)
    assigner = Quantized(prepare(points, 2)).begin()
    centroids = points[:200].astype(np.float64)
    assigner.first(centroids)
    assigner.step(centroids + 0.01)
    assert assigner.share_left() < 0.05


def test_bytes_without_their_errors_fail(monkeypatch):
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(3000, 3))
    start = points[:40].copy()
    want = [s.labels for s in Engine(points, strategy="brute").snapshots(start, max_iterations=9)]

    def run() -> list:
        engine = Engine(points, strategy="quantized")
        return [s.labels for s in engine.snapshots(start, max_iterations=9)]

    assert all(map(np.array_equal, run(), want))
    coded, place = quantized.CodedPoints, quantized.quantize_centroids

    def exact(data):
        made = coded(data)
        made.record.errors[:] = 0.0
        return made

    def exactly(C, rows, count, zero, inverse, codes, coded):
        place(C, rows, count, zero, inverse, codes, coded)
        coded.error[:] = 0.0

    monkeypatch.setattr(quantized, "CodedPoints", exact)
    monkeypatch.setattr(quantized, "quantize_centroids", exactly)
    assert not all(map(np.array_equal, run(), want))


def test_too_many_features_are_refused():
    points = np.zeros((2, MOST_FEATURES + 1), dtype=np.float32)
    points[1] = 1.0
    with pytest.raises(UnsupportedStrategy, match="65536 features, got 65537: use 'bounds'"):
        Engine(points, strategy="quantized")
