"""Saved centroids label new rows, and anybody's result is audited."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from command import SMALL, facts, one_line
from PIL import Image

from kmeans_engine import Engine
from kmeans_engine.tables import WRITABLE_CENTROIDS, WRITABLE_ROWS

COLUMNS = ("--columns", "width,height")


@pytest.mark.parametrize("suffix", WRITABLE_CENTROIDS)
def test_the_same_rows_get_the_same_labels(command, data, suffix, tmp_path):
    command.ok(data, *COLUMNS, "-k", 4, "--centroids", f"c{suffix}", "--labels", "l.npy")
    columns = () if suffix != ".npy" else COLUMNS
    done = command.ok(data, *columns, "--predict", f"c{suffix}", "--labels", "m.npy")
    assert np.array_equal(np.load(tmp_path / "l.npy"), np.load(tmp_path / "m.npy"))
    assert "160 points, 2 features, k = 4\n" in done.err
    assert f"labelled by c{suffix}" in done.err
    assert "seed" not in done.err


@pytest.mark.parametrize("suffix", [".json", ".parquet"])
def test_a_file_remembers_how_columns_were_standardised(command, data, suffix, tmp_path):
    frame = pd.read_csv(data)
    frame["width"] *= 1000
    frame.to_csv(data, index=False)
    model = f"c{suffix}"
    words = ("-k", 4, "--standardize", "--centroids", model, "--labels", "all.npy")
    first = facts(command.ok(data, *COLUMNS, *words, "--json"))
    labels = np.load(tmp_path / "all.npy")
    again = facts(command.ok(data, "--predict", model, "--labels", "m.npy", "--json"))
    assert np.array_equal(np.load(tmp_path / "m.npy"), labels)
    assert again["inertia"] == first["inertia"]
    assert again["centroids_from"] == model
    # Some rows alone, with their columns in another order: units are not those of these rows.
    some = frame.iloc[[7, 90, 150], [2, 0, 1]]
    some.to_csv(tmp_path / "some.csv", index=False)
    done = command.ok("some.csv", "--predict", model, "--labels", "-", "--quiet")
    assert done.out.split()[1:] == [str(label) for label in labels[[7, 90, 150]]]
    done = command.ok("some.csv", "--predict", model, "--labels", "m.csv")
    assert "--standardize" not in done.err
    # They are in the units of the table for everybody else.
    command.ok(data, *COLUMNS, "--init", model, "--centroids", "d.npy", "--max-iterations", 0)
    means = np.array([frame[["width", "height"]][labels == k].mean() for k in range(4)])
    np.testing.assert_allclose(np.load(tmp_path / "d.npy"), means, rtol=1e-9)


def test_plain_files_say_that_they_do_not(command, data):
    done = command.ok(data, *COLUMNS, "-k", 4, "--standardize", "--centroids", "c.csv")
    assert "c.csv does not hold how columns were standardised" in done.err
    assert "standardised" not in command.ok(data, *COLUMNS, "-k", 4, "--centroids", "d.csv").err


def test_a_picture_of_new_rows(command, data, tmp_path):
    command.ok(data, *COLUMNS, "-k", 4, "--centroids", "c.json")
    command.ok(data, "--predict", "c.json", "-o", "a.png", *SMALL)
    assert (tmp_path / "a.png").exists()


def test_rows_without_names_go_by_place(command, points, tmp_path):
    np.save(tmp_path / "p.npy", points)
    command.ok("p.npy", "-k", 3, "--centroids", "c.json", "--labels", "l.npy")
    pd.DataFrame(points, columns=["b", "a"]).to_csv(tmp_path / "named.csv", index=False)
    done = command.ok("named.csv", "--predict", "c.json", "--labels", "m.npy")
    assert np.array_equal(np.load(tmp_path / "l.npy"), np.load(tmp_path / "m.npy"))
    assert "centroids count by place: x0, x1 are b, a" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "other.csv --predict c.json",
            (
                "other.csv has no column 'width', which c.json has",
                "--columns",
                "stand for width, height",
            ),
        ),
        (
            "data.csv --predict c.json --columns width",
            ("2 columns width, height, and 1 other was chosen",),
        ),
        ("words.csv --predict c.json", ("column 'width' holds text", "so write numbers there")),
        ("words.csv --init c.json -k 4", ("column 'width' holds text", "so write numbers there")),
        ("twice.csv --predict c.json", ("twice.csv has 2 columns 'height'; choose by",)),
        (
            "more.csv --predict c.json",
            ("more.csv has 2 columns 'height'; choose by",),
        ),
        ("more.csv --verify l.csv --centroids c.json", ("more.csv has 2 columns 'height'",)),
        ("photo.png --predict rg.csv", ("photo.png has 3 columns, more than rg.csv; choose 2 of",)),
        ("data.csv --predict c.json -k 3", ("-k does not go with --predict",)),
        ("data.csv --predict c.json --standardize", ("--standardize does not go with --predict",)),
        ("data.csv --predict c.json --init c.json", ("--init does not go with",)),
        ("data.csv --predict c.json --centroids d.csv", ("--centroids does not go with",)),
        ("--predict c.json", ("--predict has no effect without DATA",)),
        ("data.csv --predict nothing.json", ("nothing.json: no such file",)),
        ("data.csv --predict cut.json", ("cut.json is damaged (it holds 3 of 4 centroids)",)),
        ("data.csv --predict later.json", ("later.json was written by version 9.9",)),
        ("data.csv --predict broken.json", ("broken.json is damaged", "different lengths")),
        ("data.csv --predict wild.json", ("wild.json is damaged (its exponents are beyond",)),
        ("data.csv --predict half.json", ("half.json is damaged (its exponents are not whole",)),
        ("plus.csv --predict c.json --weights width", ("'width' is one that c.json has",)),
        ("--replay run.arrows --predict c.json", ("--predict does not go with --replay",)),
        ("data.csv --predict c.json --verify l.csv", ("--verify does not go with --predict",)),
        ("data.csv --predict c.json --labels c.json --overwrite", ("use one of .csv, .npy",)),
        ("data.csv -k 2 --distances", ("--distances has no effect without --table",)),
    ],
)
def test_what_cannot_be_labelled(command, data, words, said, tmp_path):
    command.ok(data, *COLUMNS, "-k", 4, "--centroids", "c.json")
    (tmp_path / "other.csv").write_text("depth,height\n1,2\n4,7\n")
    model = json.loads((tmp_path / "c.json").read_text())
    (tmp_path / "twice.csv").write_text("width,height,height\n1,2,5\n4,7,6\n")
    (tmp_path / "more.csv").write_text("width,height,height,depth\n1,2,5,3\n4,7,6,8\n")
    (tmp_path / "plus.csv").write_text("width,height\n1,2\n4,7\n")
    (tmp_path / "words.csv").write_text("width,height\nwide,2\nnarrow,7\n")
    (tmp_path / "rg.csv").write_text("r,g\n1,2\n4,7\n")
    (tmp_path / "l.csv").write_text("label\n0\n1\n")
    Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(tmp_path / "photo.png")
    scaling = {"exponent": [9**9, 1], "middle": [1, 1], "center": [1, 2], "spread": [1, 1]}
    for name, change in (
        ("wild.json", {"kmeans_engine": {"standardized": scaling}}),
        ("half.json", {"kmeans_engine": {"standardized": scaling | {"exponent": [0.5, 1]}}}),
        ("cut.json", {"data": model["data"][:3]}),
        ("later.json", {"kmeans_engine": {"format": 2, "version": "9.9"}}),
        (
            "broken.json",
            {
                "kmeans_engine": {
                    "standardized": {
                        "exponent": [1], "middle": [1], "center": [1, 2], "spread": [1],
                    }
                }
            },
        ),
    ):  # fmt: skip
        (tmp_path / name).write_text(json.dumps({**model, **change}))
    done = command(*words.split())
    assert done.status == 2
    for piece in said:
        assert piece in one_line(done.err)


def test_columns_can_stand_for_others(command, data, points, tmp_path):
    command.ok(data, *COLUMNS, "-k", 4, "--centroids", "c.json", "--labels", "l.npy")
    frame = pd.read_csv(data).rename(columns={"width": "w", "height": "h"})
    frame.to_csv(tmp_path / "other.csv", index=False)
    command.ok("other.csv", "--predict", "c.json", "--columns", "w,h", "--labels", "m.npy")
    assert np.array_equal(np.load(tmp_path / "l.npy"), np.load(tmp_path / "m.npy"))


@pytest.mark.parametrize("suffix", WRITABLE_ROWS)
def test_distances_beside_labels(command, data, points, suffix, tmp_path):
    last = Engine(points).fit(points[[0, 50, 100]])
    np.save(tmp_path / "s.npy", points[[0, 50, 100]])
    with data.open("a") as file:
        file.write("e,,5\n")
    command.ok(
        data, *COLUMNS, "--drop-missing", "--init", "s.npy", "--table", f"t{suffix}", "--distances"
    )
    read = {".csv": pd.read_csv, ".tsv": lambda p: pd.read_csv(p, sep="\t"),
            ".parquet": pd.read_parquet, ".orc": pd.read_orc, ".json": pd.read_json}  # fmt: skip
    lines = {".jsonl", ".ndjson"}
    path = tmp_path / f"t{suffix}"
    frame = (
        pd.read_json(path, lines=True)
        if suffix in lines
        else read.get(suffix, pd.read_feather)(path)
    )
    assert frame.columns.tolist() == ["name", "width", "height", "cluster", "distance"]
    want = np.linalg.norm(points - last.centroids[last.labels], axis=1)
    np.testing.assert_allclose(frame["distance"][:-1], want, rtol=1e-9)
    assert frame["cluster"][:-1].tolist() == last.labels.tolist()
    assert frame[["cluster", "distance"]].iloc[-1].isna().all()


def test_a_name_of_distances_that_is_taken(command, tmp_path):
    (tmp_path / "d.csv").write_text("distance,y\n1,2\n4,7\n3,3\n")
    done = command("d.csv", "-k", 2, "--table", "t.csv", "--distances")
    assert done.status == 2
    assert "leave out --distances" in one_line(done.err)
    done = command("d.csv", "-k", 2, "--table", "t.csv", "--distances", "--label-name", "distance")
    assert "--label-name 'distance_2'" in one_line(done.err)


@pytest.fixture
def result(command, data, tmp_path):
    command.ok(data, *COLUMNS, "-k", 4, "--labels", "l.csv", "--centroids", "c.csv")
    return pd.read_csv(tmp_path / "l.csv")["label"].to_numpy(copy=True)


def audit(command, *words):
    return command("data.csv", "--verify", *words)


def test_our_own_result_holds(command, result):
    done = audit(command, "l.csv", "--centroids", "c.csv")
    assert done.status == 0
    assert done.out.splitlines()[1] == "every point is at its nearest centroid"
    assert done.out.endswith("a fixed point\n")
    told = facts(audit(command, "l.csv", "--centroids", "c.csv", "--json"))
    assert (told["fixed_point"], told["wrong"], told["centroids_off"]) == (True, 0, 0)
    done = audit(command, "l.csv", "--centroids", "c.csv", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_fault_is_status_3(command, result, tmp_path):
    result[3] = (result[3] + 1) % 4
    np.save(tmp_path / "m.npy", result)
    done = audit(command, "m.npy", "--centroids", "c.csv")
    assert done.status == 3
    assert "1 point (0.62%) is nearer to another centroid, by " in done.out
    assert "row 3)" in done.out
    told = json.loads(audit(command, "m.npy", "--centroids", "c.csv", "--json").out)
    assert (told["wrong"], told["worst_point"], told["fixed_point"]) == (1, 3, False)


@pytest.mark.parametrize("columns", [["label"], ["id", "cluster"], ["", "label"], ["7"]])
@pytest.mark.parametrize("suffix", [".csv", ".txt", ".parquet", ".npy", ".json", ".feather"])
def test_labels_of_any_program(command, result, columns, suffix, tmp_path):
    frame = pd.DataFrame({name: np.arange(160) for name in columns})
    frame[columns[-1]] = result.astype(float if suffix == ".txt" else int)
    path = tmp_path / f"m{suffix}"
    match suffix:
        case ".npy":
            np.save(path, result)
        case ".parquet":
            frame.to_parquet(path)
        case ".feather":
            frame.to_feather(path)
        case ".json":
            frame.to_json(path, orient="records")
        case ".txt":
            np.savetxt(path, frame, header="" if columns == ["7"] else " ".join(columns))
        case _:
            frame.to_csv(path, index=False, header=columns != ["7"])
    if suffix == ".txt" and "" in columns:
        return  # nobody can tell two columns by one name
    assert audit(command, path.name, "--centroids", "c.csv").status == 0


def test_weights_count(command, data, tmp_path):
    frame = pd.read_csv(data)
    frame["w"] = np.arange(160) % 3
    frame.to_csv(data, index=False)
    words = ("-k", 4, "--weights", "w", "--labels", "l.csv", "--centroids", "c.csv")
    command.ok(data, *COLUMNS, *words)
    told = facts(audit(command, "l.csv", "--centroids", "c.csv", "--weights", "w", "--json"))
    assert told["fixed_point"]
    assert sum(told["weights"]) == frame["w"].sum()
    assert audit(command, "l.csv", "--centroids", "c.csv").status == 3
    done = command.ok(data, "--predict", "c.csv", "--weights", "w", "--labels", "m.csv")
    assert (tmp_path / "l.csv").read_bytes() == (tmp_path / "m.csv").read_bytes()
    assert "labelled by c.csv" in done.err


def test_units_of_a_model_count(command, data, tmp_path):
    words = ("-k", 4, "--standardize", "--labels", "l.csv", "--overwrite", "--centroids")
    command.ok(data, *COLUMNS, *words, "c.json")
    assert audit(command, "l.csv", "--centroids", "c.json").status == 0


def test_rows_that_were_left_out(command, data, tmp_path):
    with data.open("a") as file:
        file.write("e,,5\n")
    words = (data, *COLUMNS, "-k", 4, "--drop-missing", "--overwrite", "--centroids", "c.csv")
    for labels in ("l.csv", "l.npy", "l.parquet"):
        command.ok(*words, "--labels", labels)
        done = audit(command, labels, "--centroids", "c.csv", "--drop-missing")
        assert done.status == 0, done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "l.csv",
            "--verify l.csv needs the centroids that the labels are of; add --centroids FILE",
        ),
        ("l.csv --centroids c.csv -k 4", "-k does not go with --verify; leave out either"),
        ("l.csv --centroids c.csv --table t.csv", "--table does not go with --verify"),
        ("short.csv --centroids c.csv", "has 3 labels and data.csv 160 rows"),
        ("words.csv --centroids c.csv", "column 'label' holds text, such as 'b'"),
        ("halves.csv --centroids c.csv", "row 2 holds 0.5"),
        ("hole.csv --centroids c.csv", "hole.csv: row 2 has no label"),
        ("two.csv --centroids c.csv", "which one holds the labels (--label-name 'b')"),
        ("two.csv --centroids c.csv --label-name c", "has no column 'c'; choose from a, b"),
        ("one.csv --centroids c.csv", "if they count from 1"),
        ("l.csv --centroids few.csv", "between 0 and 3, need to lie between 0 and 1"),
    ],
)
def test_what_cannot_be_audited(command, result, words, said, tmp_path):
    def write(name, *columns, names="label"):
        rows = "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))
        (tmp_path / name).write_text(f"{names}\n{rows}")

    labels = list(map(int, result))
    write("short.csv", [0, 1, 2])
    write("words.csv", ["abcd"[label] for label in labels])
    write("halves.csv", [0, 0.5] * 80)
    write("hole.csv", [0, '""'] * 80)
    write("two.csv", labels, labels, names="a,b")
    write("one.csv", [label + 1 for label in labels])
    write("few.csv", [1, 2], [3, 4], names="width,height")
    done = audit(command, *words.split())
    assert done.status == 2
    assert said in one_line(done.err)


def test_every_pair_of_formats(command, data, tmp_path):
    """What comes in as anything goes out as anything."""
    frame = pd.read_csv(data)
    for suffix in (".csv", ".parquet", ".feather", ".orc", ".jsonl"):
        path = tmp_path / f"in{suffix}"
        match suffix:
            case ".csv":
                frame.to_csv(path, index=False)
            case ".parquet":
                frame.to_parquet(path)
            case ".feather":
                frame.to_feather(path)
            case ".orc":
                frame.to_orc(path)
            case ".jsonl":
                frame.to_json(path, orient="records", lines=True, double_precision=15)
    pairs = itertools.product((".csv", ".parquet", ".feather", ".orc", ".jsonl"), WRITABLE_ROWS)
    for given, suffix in pairs:
        words = (f"in{given}", *COLUMNS, "-k", 4, "--table", f"out{suffix}", "--overwrite")
        command.ok(*words, "--quiet")
        done = command.ok(f"out{suffix}", *COLUMNS, "-k", 4, "--json", "--max-iterations", 0)
        assert facts(done)["points"] == 160
    done = command.ok("in.parquet", *COLUMNS, "-k", 4, "--table", "-", "--quiet", "--distances")
    assert done.out.splitlines()[0] == '"name","width","height","cluster","distance"'
