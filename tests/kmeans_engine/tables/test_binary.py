"""Points from NumPy's formats, Parquet and images, in the types they are stored in."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from tabular import check, numbered

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.tables import ReadOptions, read_table

XY = [[1.0, 2.0], [3.0, 4.5], [-5e-3, 6.0]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("tables"))


# Arrays


@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "u2", "i8", "u8"])
def test_npy_is_mapped_in_its_own_type(fresh, dtype):
    path, points = fresh(".npy"), np.arange(12, dtype=dtype).reshape(4, 3)
    np.save(path, points)
    table = read_table(path)
    check(table, points.tolist(), ("x0", "x1", "x2"))
    assert table.points.dtype == points.dtype
    assert isinstance(table.points, np.memmap)
    assert not table.points.flags.writeable
    check(read_table(path, ReadOptions(columns="2,x0")), points[:, [2, 0]].tolist(), ("x2", "x0"))


@pytest.mark.parametrize(
    ("dtype", "becomes"), [("f2", "f4"), (">f8", "f8"), ("?", "u1"), (">i4", "i4")]
)
def test_other_number_types_become_ones_the_engine_reads(fresh, dtype, becomes):
    path = fresh(".npy")
    np.save(path, np.array([[0, 1], [1, 1]], dtype=dtype))
    table = read_table(path)
    assert table.points.dtype == np.dtype(becomes)
    check(table, [[0, 1], [1, 1]])


def test_fortran_order_and_one_dimension(fresh):
    path, points = fresh(".npy"), np.asfortranarray(np.arange(6.0).reshape(3, 2))
    np.save(path, points)
    check(read_table(path), points.tolist())
    path = fresh(".npy")
    np.save(path, np.array([1.0, 2.0]))
    check(read_table(path), [[1.0], [2.0]], ("x0",))


def test_missing_values_in_a_long_npy(fresh):
    points = np.zeros((1_500_000, 1), dtype=np.float32)
    points[1_200_000:1_200_003] = np.nan
    path = fresh(".npy")
    np.save(path, points)
    with pytest.raises(InvalidInput, match=r"3 of 1500000 rows .* first is row 1200001"):
        read_table(path)
    table = read_table(path, ReadOptions(drop_missing=True))
    assert table.dropped == 3
    assert np.flatnonzero(~table.kept).tolist() == [1_200_000, 1_200_001, 1_200_002]


def test_npz_with_one_array(fresh):
    path = fresh(".npz")
    np.savez_compressed(path, anything=np.array(XY))
    check(read_table(path), XY)


@pytest.mark.parametrize(
    ("array", "error", "words"),
    [
        (np.zeros((2, 2), complex), InvalidType, "dtype complex128, needs real numbers"),
        (np.zeros((2, 2), "U3"), InvalidType, "needs real numbers"),
        (np.zeros((2, 2), "M8[s]"), InvalidType, "needs real numbers"),
        (np.array([[1, None]], dtype=object), InvalidType, "holds Python objects"),
        (np.zeros((2, 2, 2)), InvalidInput, r"shape \(2, 2, 2\), needs 2 dimensions"),
        (np.float64(3), InvalidInput, r"shape \(\), needs 2 dimensions"),
        (np.zeros((0, 2)), InvalidInput, "at least one row"),
        (np.zeros((2, 0)), InvalidInput, "at least one row and one column"),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_that_are_no_points(fresh, array, error, words, suffix):
    path = fresh(suffix)
    (np.save if suffix == ".npy" else np.savez)(path, array)
    with pytest.raises(error, match=words):
        read_table(path)


def test_npz_with_other_than_one_array(fresh):
    path = fresh(".npz")
    np.savez(path, first=np.ones((2, 2)), second=np.ones(2))
    with pytest.raises(InvalidInput, match=r"2 arrays \(first 2x2, second 2\).*array='first'"):
        read_table(path)
    check(read_table(path, ReadOptions(array="second")), [[1.0], [1.0]], ("x0",))
    with pytest.raises(InvalidInput, match="no array 'third'; choose from first, second"):
        read_table(path, ReadOptions(array="third"))


# Parquet


def test_parquet_in_the_type_that_holds_all_columns(fresh):
    path = fresh(".parquet")
    table = pa.table(
        {
            "i": pa.array([1, 2, None], pa.int32()),
            "f": pa.array([0.5, 1.5, 2.5], pa.float32()),
            "b": [True, False, True],
            "d": pa.array([1, 2, 3]).cast(pa.decimal128(25, 2)),
            "word": ["a", "b", "c"],
            "__index_level_0__": [7, 8, 9],
        }
    )
    pq.write_table(table, path, row_group_size=2)
    f = read_table(path, ReadOptions(columns="f"))
    assert f.points.dtype == np.float32
    check(f, [[0.5], [1.5], [2.5]], ("f",))
    check(
        read_table(path, ReadOptions(columns="d,b")),
        [[1.0, 1.0], [2.0, 0.0], [3.0, 1.0]],
        ("d", "b"),
    )
    assert read_table(path, ReadOptions(columns="i,f", drop_missing=True)).points.tolist() == [
        [1, 0.5],
        [2, 1.5],
    ]
    with pytest.raises(
        InvalidInput, match=r"'word' holds text \('a' in row 1\).*columns='i,f,b,d'"
    ):
        read_table(path, ReadOptions(columns="word"))
    table = read_table(path, ReadOptions(drop_missing=True))
    assert table.names == ("i", "f", "b", "d")
    assert table.notes == (
        "left out: word (text); __index_level_0__ (row index); choose with columns=",
    )
    with pytest.raises(InvalidInput, match=r"1 of 3 rows .*row 3"):
        read_table(path, ReadOptions(columns="i"))


def test_parquet_keeps_integers(fresh):
    path = fresh(".PARQUET")
    pq.write_table(pa.table({"x": pa.array([1, 2**53 + 1], pa.int64())}), path)
    table = read_table(path)
    assert table.points.dtype == np.int64
    check(table, [[1], [2**53 + 1]], ("x",))


def test_parquet_that_is_no_table(fresh):
    path = fresh(".parquet")
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), path)
    with pytest.raises(InvalidInput, match="holds no rows"):
        read_table(path)
    pq.write_table(pa.table({"t": pa.array([None, 0], pa.timestamp("s"))}), path)
    with pytest.raises(InvalidInput, match="'t' holds dates, needs numbers; no column is numeric"):
        read_table(path)
    pq.write_table(pa.table([[1.0], [2.0]], names=["x", "x"]), path)
    with pytest.raises(InvalidInput, match="several columns named 'x'"):
        read_table(path, ReadOptions(columns=[0]))


@settings(deadline=None, max_examples=25)
@given(
    points=hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
        elements=st.integers(0, 100),
    )
)
def test_binary_formats_keep_bits_and_types(fresh, points):
    npy, npz, parquet = fresh(".npy"), fresh(".npz"), fresh(".parquet")
    np.save(npy, points)
    np.savez(npz, points)
    names = [f"x{n}" for n in range(points.shape[1])]
    pq.write_table(pa.table(list(points.T), names=names), parquet)
    for path in (npy, npz, parquet):
        table = read_table(path)
        assert table.points.dtype == points.dtype
        check(table, points.tolist(), names)


# Images


@pytest.mark.parametrize(
    ("mode", "color", "suffix", "expected"),
    [
        ("RGB", (10, 20, 30), ".png", [10, 20, 30]),
        ("RGBA", (10, 20, 30, 1), ".png", [10, 20, 30]),
        ("L", 200, ".PNG", [200, 200, 200]),
        ("LA", (200, 9), ".png", [200, 200, 200]),
        ("1", 1, ".png", [255, 255, 255]),
        ("P", 3, ".png", [3, 103, 203]),
        ("L", 200, ".jpg", [200, 200, 200]),
        ("CMYK", (0, 0, 0, 0), ".jpeg", [255, 255, 255]),
    ],
)
def test_images_are_points_in_rgb(fresh, mode, color, suffix, expected):
    path, image = fresh(suffix), Image.new(mode, (5, 3), color)
    if mode == "P":
        image.putpalette([c for i in range(256) for c in (i, (i + 100) % 256, (i + 200) % 256)])
    image.save(path)
    table = read_table(path)
    assert table.points.dtype == np.uint8
    assert table.shape == (3, 5)
    check(table, [expected] * 15, ("r", "g", "b"))
    assert read_table(path, ReadOptions(columns="b,r")).points.tolist() == [expected[2::-2]] * 15


def test_pixels_go_row_after_row_upright(fresh):
    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    path = fresh(".png")
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held upright: shown turned by 90 degrees, clockwise.
    Image.fromarray(pixels).save(path, exif=exif)
    table = read_table(path)
    assert table.shape == (3, 2)
    assert np.array_equal(table.points.reshape(3, 2, 3), np.rot90(pixels, -1))


@pytest.mark.parametrize("limit", [10, 6])
def test_an_image_beyond_the_limit_of_pillow(fresh, monkeypatch, limit):
    path = fresh(".png")
    Image.new("RGB", (5, 3)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(InvalidInput, match=f"limit of {limit}; make it smaller"):
        read_table(path)
