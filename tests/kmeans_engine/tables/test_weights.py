"""A column of weights is read beside the features, whatever the file is, and is none of them."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.tables import ReadOptions, describe_table, read_table
from kmeans_engine.tables.parts import read_parts

ROWS = 40
RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(ROWS, 2)), RNG.integers(0, 9, ROWS).astype(np.float64)
TABLE = pa.table({"x": X[:, 0], "w": W, "y": X[:, 1]})


def written(folder, kind):
    path = folder / f"data{kind}"
    if kind == ".csv":
        rows = "\n".join(f"{x!r},{w!r},{y!r}" for (x, y), w in zip(X.tolist(), W, strict=True))
        path.write_text(f"x,w,y\n{rows}\n".replace("np.float64(", "").replace(")", ""))
    elif kind == ".parquet":
        pa.parquet.write_table(TABLE, path)
    elif kind == ".feather":
        pa.feather.write_feather(TABLE, str(path))
    else:
        np.save(path, np.column_stack([X[:, 0], W, X[:, 1]]))
    return path


@pytest.mark.parametrize("kind", [".csv", ".parquet", ".feather", ".npy"])
@pytest.mark.parametrize("by", ["name", "index"])
def test_weights_of_every_format(kind, by, tmp_path):
    name = "x1" if kind == ".npy" else "w"
    table = read_table(written(tmp_path, kind), ReadOptions(weights=name if by == "name" else "1"))
    assert np.array_equal(table.points, X)
    assert np.array_equal(table.weights, W)
    assert table.weighed_by == name
    assert table.names == (("x0", "x2") if kind == ".npy" else ("x", "y"))
    assert not table.notes


@pytest.mark.parametrize("kind", [".csv", ".parquet", ".feather"])
def test_weights_of_what_is_read_by_parts(kind, tmp_path):
    path = written(tmp_path, kind)
    table = read_parts(path, ReadOptions(weights="w"), Budget(1200, str(tmp_path)))
    assert table is not None and table.weighed_by == "w"
    points, weights = (each[:ROWS] for each in (table.points, table.weights))
    assert np.array_equal(points, X)
    assert np.array_equal(np.ravel(weights), W)


def test_chosen_columns_do_without_the_weights(tmp_path):
    path = written(tmp_path, ".csv")
    for columns in ("x,w,y", "0-2", "*"):
        table = read_table(path, ReadOptions(columns=columns, weights="w"))
        assert table.names == ("x", "y")
    with pytest.raises(InvalidInput, match="column 'w' holds the weights, and no other one is"):
        read_table(path, ReadOptions(columns="w", weights="w"))


def test_a_column_that_nobody_would_cluster_may_hold_weights(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,id\n" + "\n".join(f"{i * i},{i}" for i in range(20)))
    table = read_table(path, ReadOptions(weights="id"))
    assert table.names == ("x",) and table.weights.tolist() == list(range(20))
    assert not table.notes


def test_rows_without_a_weight(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,y,w\n1,2,3\n4,,5\n6,7,\n8,9,1\n")
    with pytest.raises(InvalidInput, match=r"row 2 \(column 'y'\)"):
        read_table(path, ReadOptions(weights="w"))
    table = read_table(path, ReadOptions(weights="w", drop_missing=True))
    assert table.points.tolist() == [[1, 2], [8, 9]]
    assert table.weights.tolist() == [3, 1]
    assert table.kept.tolist() == [True, False, False, True]
    path.write_text("x,w\n1,3\n6,\n8,1\n")
    with pytest.raises(InvalidInput, match=r"row 2 \(column 'w'\)"):
        read_table(path, ReadOptions(weights="w"))
    path.write_text("x,w\n1,\n,2\n")
    with pytest.raises(InvalidInput, match="no row has both its features and its weight"):
        read_table(path, ReadOptions(weights="w", drop_missing=True))


def test_a_negative_weight_is_named_as_the_file_counts(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,w\n,-1\n1,3\n2,-4\n3,1\n" + "5,1\n" * 200)
    options = ReadOptions(weights="w", drop_missing=True)
    with pytest.raises(InvalidInput, match=r"data.csv: .* column 'w' holds -4 in row 3; give rows"):
        read_table(path, options)
    path.write_text(path.read_text().replace("-4", "4"))
    assert read_table(path, options).kept.tolist() == [False] + [True] * 203
    path.write_text("x,w\n" + "5,1\n" * 200 + "1,-0.5\n")
    pa.parquet.write_table(pa.csv.read_csv(path), path.with_suffix(".parquet"))
    for some in (path, path.with_suffix(".parquet")):
        with pytest.raises(InvalidInput, match=r"data\..*: .* column 'w' holds -0.5 in row 201;"):
            read_parts(some, ReadOptions(weights="w"), Budget(1200, str(tmp_path)))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("nope", "has no column 'nope'; choose from x, w, y, kind"),
        ("kind", "column 'kind' holds text, and weights are numbers; name another column"),
        ("*", r"weights='\*' are 4 columns of .*; name one"),
    ],
)
def test_columns_that_hold_no_weights(column, words, tmp_path):
    path = tmp_path / "data.parquet"
    pa.parquet.write_table(TABLE.append_column("kind", pa.array(["a"] * ROWS)), path)
    for read in (read_table, lambda *a: read_parts(*a, Budget(1200, str(tmp_path)))):
        with pytest.raises(InvalidInput, match=words):
            read(path, ReadOptions(weights=column))


def test_the_columns_are_described(tmp_path):
    facts, _ = describe_table(written(tmp_path, ".csv"), ReadOptions(weights="w"))
    assert [(fact.name, fact.used, fact.why) for fact in facts] == [
        ("x", True, ""), ("w", False, "holds the weights"), ("y", True, ""),
    ]  # fmt: skip


def test_pixels_have_no_weights(tmp_path):
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(InvalidInput, match="is an image, whose pixels count alike; leave out"):
        read_table(tmp_path / "a.png", ReadOptions(weights="r"))
