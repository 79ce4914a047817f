"""Tables of other libraries: the same numbers, with names; or one line that says what to do."""

import pickle
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

from kmeans_engine import (
    Engine,
    InvalidInput,
    InvalidType,
    KMeansError,
    PrecisionWarning,
    assign_points,
    initial_centroids,
    recalc_centroids,
)
from kmeans_engine.frames import read_sheet

ROWS = [[1, 0.5, True], [2, 1.5, False], [3, -2.5, True], [4, 7.0, True]]
NUMBERS = np.array(ROWS, dtype=float)
FRAME = pd.DataFrame(ROWS, columns=["count", "size", "paid"])
NAMES = ("count", "size", "paid")


def handed(value, *names):
    """Return an object that has nothing but some methods of another one."""
    kind = type("Handed", (), {})
    for name in names:
        setattr(kind, name, lambda _, *a, name=name, **k: getattr(value, name)(*a, **k))
    return kind()


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.astype({"count": "Int64"}),
        FRAME.astype({"count": "Int64", "size": "Float64", "paid": "boolean"}),
        FRAME.astype({"count": "int64[pyarrow]", "size": "double[pyarrow]"}),
        FRAME.convert_dtypes(dtype_backend="pyarrow"),
        FRAME.astype({"size": pd.SparseDtype("float64", 0.0)}),
        FRAME.set_index(pd.Index(["a", "b", "c", "d"])),
        pl.DataFrame(FRAME.to_dict("list")),
        pa.table(FRAME.to_dict("list")),
        pa.RecordBatch.from_pydict(FRAME.to_dict("list")),
        pa.concat_tables(
            [pa.table(FRAME[:1].to_dict("list")), pa.table(FRAME[1:].to_dict("list"))]
        ),
        xr.DataArray(NUMBERS, dims=["row", "feature"], coords={"feature": list(NAMES)}),
        handed(FRAME, "__dataframe__"),
        handed(pl.DataFrame(FRAME.to_dict("list")), "__arrow_c_stream__"),
    ],
    ids=lambda frame: type(frame).__module__.partition(".")[0] + "." + type(frame).__name__,
)
def test_mixed_columns_are_the_numbers_that_they_hold(frame):
    engine = Engine(frame)
    assert engine.points.dtype == np.float64
    assert np.array_equal(engine.points, NUMBERS)
    assert engine.names == NAMES
    last = engine.fit(initial_centroids(frame, 2, seed=0))
    want = Engine(NUMBERS).fit(initial_centroids(NUMBERS, 2, seed=0))
    assert last.inertia == want.inertia
    assert last.names == NAMES
    assert Engine(frame).fit(frame[:2] if hasattr(frame, "iloc") else NUMBERS[:2]).names == NAMES


@pytest.mark.parametrize(
    ("frame", "dtype"),
    [
        (pd.DataFrame({"a": [1, 2]}, dtype="Int64"), "int64"),
        (pd.DataFrame({"a": [1, 2]}, dtype="Int8"), "int8"),
        (pd.DataFrame({"a": [True, False]}, dtype="boolean"), "uint8"),
        (pd.DataFrame({"a": [1.5, 2]}, dtype="Float32"), "float32"),
        (pl.DataFrame({"a": [1, 2], "b": [3, 4]}), "int64"),
        (pl.DataFrame({"a": [1.0, 2]}, schema={"a": pl.Float32}), "float32"),
        (pa.table({"a": pa.array([1, 2], pa.uint16()), "b": pa.array([1, 2], pa.int8())}), "int32"),
        (pa.table({"a": pa.array([1, 2]).cast(pa.decimal128(30, 2))}), "float64"),
        (pd.DataFrame({"a": [1, 2]}, dtype=pd.ArrowDtype(pa.decimal128(30, 2))), "float64"),
    ],
)
def test_no_more_digits_than_it_takes(frame, dtype):
    assert Engine(frame).points.dtype == dtype


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_a_frame_of_one_type_is_not_copied(dtype):
    array = np.arange(12).reshape(6, 2).astype(dtype)
    assert np.shares_memory(Engine(pd.DataFrame(array, copy=False)).points, array)
    assert np.shares_memory(Engine(xr.DataArray(array)).points, array)
    assert np.shares_memory(Engine(handed(array, "__dlpack__", "__dlpack_device__")).points, array)


def test_columns_without_names():
    assert Engine(NUMBERS).names == ("x0", "x1", "x2")
    assert Engine(pd.DataFrame(NUMBERS)).names == ("x0", "x1", "x2")
    assert Engine(NUMBERS).fit(NUMBERS[:1]).names == ()
    assert Engine(pd.DataFrame(NUMBERS, columns=[7, "b", ("c", 1)])).names == ("7", "b", "('c', 1)")


def test_columns_of_centroids_go_by_name():
    frame = pd.DataFrame({"height": [1.0, 2, 8, 9], "weight": [50.0, 51, 90, 91]})
    start = frame.iloc[[0, 3]]
    other = start.assign(cluster=[0, 1])[["weight", "cluster", "height"]]
    engine = Engine(frame)
    want = engine.fit(start)
    for remade in (engine, pickle.loads(pickle.dumps(engine))):
        assert np.array_equal(remade.fit(other).centroids, want.centroids)
    assert np.array_equal(assign_points(frame, other), want.labels)
    assert np.array_equal(recalc_centroids(frame, want.labels, other), want.centroids)
    assert np.array_equal(initial_centroids(frame, 2, method=other), start)
    # Without names they count by place.
    for unnamed in (start.to_numpy(), start.set_axis([0, 1], axis=1).T.reset_index(drop=True).T):
        assert np.array_equal(engine.fit(unnamed).centroids, want.centroids)
    assert np.array_equal(Engine(frame.to_numpy()).fit(start).centroids, want.centroids)
    for names in (["height", "age"], ["weight", "u"], ["weight", "weight"]):
        unlike = start.set_axis(names, axis=1)
        with pytest.raises(InvalidInput, match=r"no column '\w+', .* give np\.asarray\("):
            engine.fit(unlike)
        assert np.array_equal(engine.fit(np.asarray(unlike)).labels, want.labels)
    twice = frame.set_axis(["a", "a"], axis=1)
    for centroids in (twice.iloc[[0, 3]], start):
        assert np.array_equal(Engine(twice).fit(centroids).labels, want.labels)
    with pytest.raises(InvalidInput, match="got 1 for the centroids"):
        engine.fit(start[["weight"]])


MISSING = {"height": [1, 2, 3, 4], "weight": [1.5, None, 2.5, None]}


@pytest.mark.parametrize(
    ("frame", "where"),
    [
        (pd.DataFrame(MISSING), "row 1, column 'weight'"),
        (pd.DataFrame(MISSING).convert_dtypes(), "row 1, column 'weight'"),
        (pd.DataFrame(MISSING).convert_dtypes(dtype_backend="pyarrow"), "row 1, column 'weight'"),
        (pd.DataFrame(MISSING, index=list("wxyz")), "row 1 (index 'x'), column 'weight'"),
        (pl.DataFrame(MISSING), "row 1, column 'weight'"),
        (pa.table(MISSING), "row 1, column 'weight'"),
        (pa.table({**MISSING, "height": [1, 2, None, 4]})[1:], "row 0, column 'weight'"),
    ],
)
def test_missing_values_are_named_by_column_and_row(frame, where):
    for use in (Engine, lambda points: initial_centroids(points, len(points), seed=0)):
        with pytest.raises(InvalidInput) as error:
            use(frame)
        assert f"missing, NaN or infinite values, the first in {where};" in str(error.value)
    parts = frame[:1], frame[1:]
    if len(parts[1]) == 3:
        with pytest.raises(InvalidInput, match=re.escape(where)):
            Engine(parts)


def test_bad_values_of_an_array_are_named_by_number():
    points = np.ones((5, 3))
    points[3, 2] = np.inf
    with pytest.raises(
        InvalidInput, match="1 NaN or infinite value, the first in row 3, column 2;"
    ):
        Engine(points)


TEXTS = {"a": [1, 2], "name": ["x", "y"], "b": [0.5, 1.5], "day": ["p", "q"]}


def test_text_columns_are_named_and_the_remedy_works():
    frame = pd.DataFrame(TEXTS)
    for table in (frame, pl.DataFrame(TEXTS), pa.table(TEXTS), frame.rename(columns={"name": 7})):
        with pytest.raises(InvalidType, match=r"columns that are not numbers, .*'day'") as error:
            Engine(table)
        remedy = re.search(r"\.drop.*\)", str(error.value))
        rest = eval(f"table{remedy[0]}", {"table": table})
        assert Engine(rest).names == ("a", "b")
        assert "\n" not in str(error.value)


def test_one_text_column_among_many():
    frame = pd.DataFrame({"a": [1], "when": pd.to_datetime(["2020-01-01"])})
    with pytest.raises(InvalidType, match=r"a column that is not a number, 'when' \(datetime64"):
        Engine(frame)


def test_whole_numbers_that_a_frame_rounds_are_counted():
    big = [2**53 + 1, 2**53 + 3, 2**53 + 2, 2**63 - 1]
    for frame in (
        pd.DataFrame({"a": big, "b": 0.5}),
        pd.DataFrame({"a": pd.array(big, dtype="Int64"), "b": 0.5}),
        pl.DataFrame({"a": big, "b": [0.5] * 4}),
        pa.table({"a": big, "b": [0.5] * 4}),
    ):
        with pytest.warns(PrecisionWarning, match="3 whole numbers beyond"):
            Engine(frame)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_sheet(frame, "points").rounded == 3


class Tensor:
    """Behaves as a tensor of PyTorch does."""

    requires_grad, device, dtype, ndim = False, "cpu", "torch.float32", 2

    def __init__(self, error, **facts):
        self.error = error
        self.__dict__.update(facts)

    def __array__(self, dtype=None, copy=None):
        raise self.error


class Sparse:
    nnz = 1

    def toarray(self):
        return np.ones((1, 1))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (Tensor(RuntimeError("Can't call numpy()"), requires_grad=True), r"call \.detach\(\)$"),
        (Tensor(TypeError("can't convert cuda:0"), device="cuda:0"), r"call \.cpu\(\)$"),
        (Tensor(TypeError("Got unsupported"), dtype="torch.bfloat16"), r"call \.float\(\)$"),
        (Tensor(ValueError("an\nother\nreason")), r"give a NumPy array \(an other reason\)$"),
        (xr.Dataset({"a": ("x", [1, 2])}), r"several variables: call \.to_dataframe\(\)$"),
        (pl.DataFrame({"a": [1]}, schema={"a": pl.Int128}), "DataFrame of float64 or int64"),
        (pl.DataFrame({"a": [1]}).lazy(), r"not computed yet: call \.collect\(\)$"),
        (pl.Series([1, 2]), r"a single column: call \.to_frame\(\)$"),
        (pd.Series([1, 2]), r"a single column: call \.to_frame\(\)$"),
        (pa.array([1, 2]), "pyarrow.Int64Array, which cannot be read as a table of columns"),
        (Sparse(), r"call \.toarray\(\)$"),
        (np.ones((2, 2), dtype=complex), "dtype complex128, .*the real part, or both parts"),
        (np.ones((2, 2), dtype=np.longdouble), r"convert it with \.astype\('float64'\)$"),
        (
            np.array([[1, None]]),
            r"dtype object, .* with np.array\(.*, dtype=float\)$",
        ),
        ([[1, 2], [3, "4 EUR"]], "'4 EUR' in row 1, column 1 is not a number; convert it"),
        ([[1, {}]], "{} in row 0, column 1 is not a number; convert it"),
        ([], "give at least one row"),
        (np.array([["2020-01-01"]], dtype="M8[D]"), "subtract a date"),
        (np.array([[5]], dtype="m8[s]"), "divide by a unit"),
        (np.zeros((2,), dtype=[("a", "f8"), ("b", "f8")]), "structured_to_unstructured"),
        (np.array(3.0), "0 dimensions"),
        (3, "type int, need a table of numbers"),
        (None, "type NoneType, need a table"),
        ({"a": [1, 2]}, r"type dict, need a table .*, such as pandas\.DataFrame\(points\)$"),
        ([{"a": 1}, {"a": 2}], r"list of dicts, .*, such as pandas\.DataFrame\(points\)$"),
        ("points.csv", "points.csv does not exist"),
        (Path("points.csv"), "points.csv does not exist"),
        ((i for i in range(3)), "type generator, need a table"),
        ([[1.0], [1.0, 2.0]], "the rows have different lengths"),
        ([[1.0, None]], "dtype object"),
        (pd.DataFrame(), "need at least one feature"),
        (pd.DataFrame({"a": []}, dtype=float), "need at least one row"),
        (pa.table({}), "need at least one feature"),
    ],
)
def test_one_line_for_what_cannot_be_read(points, words):
    for use in (Engine, lambda points: initial_centroids(points, 1)):
        with pytest.raises(KMeansError, match=words) as error:
            use(points)
        assert "\n" not in str(error.value)


def test_the_remedies_for_arrays_work():
    from numpy.lib import recfunctions

    structured = np.ones((2,), dtype=[("a", "f8"), ("b", "f8")])
    assert Engine(recfunctions.structured_to_unstructured(structured)).points.shape == (2, 2)
    days = np.array([["2020-01-01"], ["2020-01-03"]], dtype="M8[D]")
    assert Engine((days - days[0]) / np.timedelta64(1, "s")).points.shape == (2, 1)
    for table in ({"a": [1, 2]}, [{"a": 1}, {"a": 2}]):
        assert Engine(pd.DataFrame(table)).names == ("a",)
    for rows in ([[1, 2**70]], [["1", "2"]], np.array([[1, 2]], dtype=object)):
        with pytest.raises(InvalidType, match=r"with np\.array"):
            Engine(rows)
        assert Engine(np.array(rows, dtype=float)).points.shape == (1, 2)
    assert Engine(np.reshape([1, 2], (-1, 1))).points.shape == (2, 1)
    variables = xr.Dataset({"a": ("x", [1, 2]), "b": ("x", [3, 4])})
    assert Engine(variables.to_dataframe()).points.tolist() == [[1, 3], [2, 4]]
    assert Engine(pd.Series([1, 2]).to_frame()).names == ("x0",)
