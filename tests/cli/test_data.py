"""Data of every format, and labels and centroids in every format."""

import gzip
import io
import os
import shlex
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from command import ROOT, SMALL, facts, files
from PIL import Image

from kmeans_engine import recalc_centroids
from kmeans_engine.command.scaling import standardize


def write_all(points, folder):
    """Write the same points in every format; return the paths."""
    table = pa.table({"x": points[:, 0], "y": points[:, 1]})
    text = "\n".join(f"{x!r},{y!r}" for x, y in points.tolist())
    paths = {name: folder / f"points{name}" for name in (".csv", ".tsv", ".txt", ".csv.gz")}
    paths[".csv"].write_text(f"x,y\n{text}\n")
    paths[".tsv"].write_text(text.replace(",", "\t"))
    paths[".txt"].write_text(text.replace(",", "   "))
    with pa.output_stream(paths[".csv.gz"], compression="gzip") as stream:
        pa.csv.write_csv(table, stream)
    paths["semicolon"] = folder / "semicolon.csv"
    paths["semicolon"].write_text(text.replace(",", ";"))
    for name in (".npy", ".npz", ".parquet"):
        paths[name] = folder / f"points{name}"
    np.save(paths[".npy"], points)
    np.savez(paths[".npz"], points=points)
    pa.parquet.write_table(table, paths[".parquet"])
    return paths


def test_every_format_gives_the_same(command, points, tmp_path):
    found = set()
    for path in write_all(points, tmp_path).values():
        done = facts(command.ok(path, "-k", 4, "--seed", 3, "--json", "--quiet"))
        found.add((done["inertia"], done["iterations"], tuple(done["counts"])))
    assert len(found) == 1


def test_standard_input(command, points, monkeypatch, tmp_path):
    text = "x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in points.tolist())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    done = command.ok("-", "-k", 4, "--json", "--render", "gif", "--centroids", "c.csv", *SMALL)
    assert facts(done)["points"] == 160
    assert files(tmp_path) == ["c.csv", "kmeans.gif"]
    assert (tmp_path / "c.csv").read_text().startswith("x,y\n")


def test_an_image(command, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    done = command.ok("photo.png", "-k", 3, "--json", "--centroids", "c.csv", "--seed", 1)
    assert (facts(done)["points"], facts(done)["features"]) == (1200, 3)
    assert (tmp_path / "c.csv").read_text().startswith("r,g,b\n")


def test_transparent_pixels_stay_transparent(command, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 9, 4), dtype=np.uint8)
    pixels[:, :, 3] = np.arange(72).reshape(8, 9) % 4 * 85
    Image.fromarray(pixels).save(tmp_path / "logo.png")
    words = ("logo.png", "-k", 72 - 18, "--init", "k-means++", "-o", "few.png", "--json")
    done = command.ok(*words)
    assert facts(done)["points"] == 72 - 18
    assert "18 of 72 pixels are transparent and not clustered" in done.err
    seen = pixels[:, :, 3] != 0
    picture = np.asarray(Image.open(tmp_path / "few.png"))
    assert np.array_equal(picture[:, :, 3], pixels[:, :, 3])
    assert np.array_equal(picture[seen], pixels[seen])  # a colour for each pixel


@pytest.mark.parametrize(("depth", "white"), [(4095, 4095), (65535, 65535)])
def test_16_bits_are_shown_in_8(command, tmp_path, depth, white):
    levels = np.array([[0, depth // 2], [depth // 4, depth]], dtype=np.uint16)
    Image.fromarray(levels).save(tmp_path / "grey.png")
    command.ok("grey.png", "-k", 4, "--init", "k-means++", "-o", "few.png")
    picture = np.asarray(Image.open(tmp_path / "few.png"))
    assert np.array_equal(picture[:, :, 0], np.rint(levels * (255 / white)))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("{0} - -k 2 <&-", 2, "standard input is closed; pipe a table into it"),
        ("{0} - -k 2 </dev/null", 2, "standard input is empty"),
        ("{0} /dev/stdin -k 2 <points.txt.gz", 0, "8 points, 2 features"),
        ("cat points.txt.gz | {0} - -k 2", 0, "8 points, 2 features"),
        ("{0} <(cat points.txt.gz) -k 2", 0, "8 points, 2 features"),
        ("{0} points.txt.gz -k 2", 0, "8 points, 2 features"),
        ("{0} https://example.com/a//b.csv -k 2", 2, ": https://example.com/a//b.csv is a URL;"),
    ],
)
def test_what_shells_do(tmp_path, line, status, words):
    points = "".join(f"  {n}   {n * n % 5}\n" for n in range(8))
    (tmp_path / "points.txt.gz").write_bytes(gzip.compress(points.encode()))
    command = shlex.join([sys.executable, str(ROOT / "cli.py")])
    done = subprocess.run(
        ["bash", "-c", line.format(command)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert status == 0 or done.stderr.count("\n") == 1, done.stderr


def test_columns_by_name_and_by_index(command, data, points):
    by_name = facts(command.ok(data, "-k", 2, "--columns", "height,width", "--seed", 1, "--json"))
    by_index = facts(command.ok(data, "-k", 2, "--columns", "2,1", "--seed", 1, "--json"))
    for found in (by_name, by_index):
        del found["seconds"]
    assert by_name == by_index
    one = facts(command.ok(data, "-k", 2, "--columns", "height", "--json"))
    assert one["features"] == 1


def test_synthetic_clusters(command):
    options = ("--clusters", 3, "--points-per-cluster", 7, "--seed", 1, "--json")
    found = facts(command.ok(*options))
    assert (found["points"], found["k"]) == (21, 3)
    assert facts(command.ok(*options, "-k", 5))["k"] == 5
    assert facts(command.ok(*options, "--spread", 0))["inertia"] < found["inertia"]


# Results.


def test_labels_in_every_format(command, data, tmp_path):
    for suffix in (".csv", ".npy", ".parquet"):
        command.ok(data, "-k", 4, "--columns", "1,2", "--seed", 1, "--labels", f"l{suffix}")
    want = np.load(tmp_path / "l.npy")
    assert want.shape == (160,)
    assert want.dtype == np.uint8
    assert set(want.tolist()) == {0, 1, 2, 3}
    table = pa.parquet.read_table(tmp_path / "l.parquet")
    assert table.column_names == ["label"]
    assert table.column(0).to_pylist() == want.tolist()
    assert (tmp_path / "l.csv").read_text().split() == ["label", *map(str, want.tolist())]


def test_rows_that_are_left_out_have_no_label(command, tmp_path):
    (tmp_path / "d.csv").write_text("x,y\n1,1\n,2\n9,9\n3,nan\n1,2\n")
    words = ("d.csv", "-k", 2, "--drop-missing", "--init", "k-means++", "--seed", 1, "--json")
    done = command.ok(*words, "--labels", "l.npy")
    assert (facts(done)["points"], facts(done)["rows_dropped"]) == (3, 2)
    assert "(2 incomplete rows left out)" in done.err
    labels = np.load(tmp_path / "l.npy").tolist()
    assert [label < 0 for label in labels] == [False, True, False, True, False]
    assert labels[0] == labels[4] != labels[2]
    command.ok(*words, "--labels", "l.parquet")
    column = pa.parquet.read_table(tmp_path / "l.parquet").column("label").to_pylist()
    assert column == [None if label < 0 else label for label in labels]
    command.ok(*words, "--labels", "l.csv")
    cells = ['""' if label < 0 else str(label) for label in labels]
    assert (tmp_path / "l.csv").read_text().splitlines() == ["label", *cells]


def test_centroids_in_every_format_and_in_original_units(command, data, points, tmp_path):
    scaled = points * [1.0, 1000.0] + [5.0, 0.0]
    np.save(tmp_path / "scaled.npy", scaled)
    words = ("scaled.npy", "-k", 4, "--seed", 1, "--standardize", "--json")
    for suffix in (".csv", ".npy", ".parquet"):
        done = command.ok(*words, "--centroids", f"c{suffix}", "--labels", f"l{suffix}")
    assert "(standardised)" in done.err
    assert facts(done)["standardized"] is True
    centroids, labels = np.load(tmp_path / "c.npy"), np.load(tmp_path / "l.npy")
    # In the units of the file they are the means of the members.
    means = recalc_centroids(scaled, labels, np.zeros((4, 2)))
    assert np.allclose(centroids, means, rtol=1e-12, atol=1e-9)
    z = standardize(scaled)[0]
    inertia = np.square(z - recalc_centroids(z, labels, np.zeros((4, 2)))[labels]).sum()
    assert facts(done)["inertia"] == pytest.approx(inertia, rel=1e-12)
    table = pa.parquet.read_table(tmp_path / "c.parquet")
    assert table.column_names == ["x0", "x1"]
    assert np.array_equal(np.column_stack([c.to_numpy() for c in table.columns]), centroids)
    text = (tmp_path / "c.csv").read_text().splitlines()
    assert text[0] == "x0,x1"
    assert [list(map(float, line.split(","))) for line in text[1:]] == centroids.tolist()


def test_standardised_centroids_from_a_file_are_in_original_units(command, data, tmp_path):
    words = (data, "--columns", "width,height", "--standardize", "--json")
    first = facts(command.ok(*words, "-k", 4, "--seed", 1, "--centroids", "c.csv"))
    again = facts(command.ok(*words, "--init", "c.csv"))
    assert again["inertia"] == pytest.approx(first["inertia"], rel=1e-12)
    assert again["iterations"] <= 2
