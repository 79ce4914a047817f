"""The command line as its user sees it: what is printed and written, what is the same again."""

import io
import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from command import ROOT, SMALL, Command
from media import read_gif, read_mp4, said
from PIL import Image

import cli
import kmeans_engine
from kmeans_engine import Engine, recalc_centroids
from kmeans_engine.command.scaling import standardize

FIELDS = [
    *("points", "features", "k", "iterations", "converged", "inertia", "standardized", "counts"),
    *("rows_dropped", "seconds", "outputs", "seed", "version"),
]


@pytest.fixture
def command(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Command(capfd)


@pytest.fixture
def points():
    rng = np.random.default_rng(5)
    return (rng.uniform(-9, 9, (4, 1, 2)) + rng.normal(0, 0.6, (4, 40, 2))).reshape(-1, 2)


@pytest.fixture
def data(points, tmp_path):
    """A table with a text column, as people have them."""
    names = np.repeat(["a", "b", "c", "d"], 40)
    rows = "".join(f"{n},{x!r},{y!r}\n" for n, (x, y) in zip(names, points.tolist(), strict=True))
    path = tmp_path / "data.csv"
    path.write_text(f"name,width,height\n{rows}", encoding="utf-8")
    return path


def facts(done):
    """Return the one JSON object that is all of standard output."""
    assert done.out.count("\n") == 1
    return json.loads(done.out)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


# What is printed.


def test_summary(command, tmp_path):
    done = command.ok("--seed", 1)
    assert done.out == ""
    assert re.fullmatch(
        r"1,200 points, 2 features, k = 12, seed 1\n"
        r"converged after \d+ iterations, \d+\.\d\d s\n"
        r"inertia \d+\.\d+\n"
        r"sizes (\d+ ){11}\d+\n",
        done.err,
    )
    assert files(tmp_path) == []


def test_sizes_of_many_clusters_are_summed_up(command):
    done = command.ok("--seed", 1, "-k", 40)
    assert re.search(r"\nsizes \d+ to \d+, median \d+\n", done.err)


def test_one_of_each_is_not_plural(command):
    done = command.ok("--clusters", 1, "--points-per-cluster", 1, "--max-iterations", 1)
    assert done.err.startswith("1 point, 2 features, k = 1, seed ")
    assert "\nconverged after 1 iteration, " in done.err


def test_json_is_all_of_standard_output(command):
    done = command.ok("--seed", 1, "--json", "--labels", "l.csv", "-o", "r.gif", *SMALL)
    found = facts(done)
    assert list(found) == FIELDS
    assert (found["points"], found["features"], found["k"]) == (1200, 2, 12)
    assert found["converged"] is True
    assert sum(found["counts"]) == 1200
    assert len(found["counts"]) == 12
    assert found["outputs"] == ["r.gif", "l.csv"]
    assert found["seed"] == 1
    assert found["version"] == kmeans_engine.__version__
    assert found["seconds"] > 0
    assert done.err.splitlines()[-2:] == ["wrote r.gif", "wrote l.csv"]


def test_quiet(command):
    assert command.ok("--quiet", "-o", "r.gif", *SMALL).err == ""
    done = command.ok("--quiet", "--json")
    assert done.err == ""
    assert facts(done)["points"] == 1200


def test_help_ends_well(command):
    with pytest.raises(SystemExit) as end:
        command("--help")
    assert end.value.code == 0


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_and_version(words):
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    if words == ["--version"]:
        assert done.stdout == f"kmeans-engine {kmeans_engine.__version__}\n"
    else:
        assert done.stdout.startswith("examples:\n  kmeans-engine --render live ")
        for action in cli.build_parser()._actions:
            assert all(option in done.stdout for option in action.option_strings)


def test_examples_are_understood():
    lines = [line.split("  ")[1] for line in cli.EXAMPLES.splitlines()[1:] if line]
    assert len(lines) == 6
    for line in lines:
        cli.build_parser().parse_args(line.split()[1:])


def test_list_renderers(command):
    done = command.ok("--list-renderers")
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["live", "mp4", "webm", "gif"]
    assert all("built-in" in line for line in lines[:3])
    assert len({line.index("built-in") for line in lines[:3]}) == 1


def test_a_checkout_and_the_installed_command_are_the_same(tmp_path):
    (script,) = entry_points(group="console_scripts", name="kmeans-engine")
    assert script.load() is cli.main
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "--seed", "1", "--json", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["seed"] == 1
    assert done.stderr == ""


# Data.


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


# Clustering.


def test_centroids_from_a_file(command, data, points, tmp_path):
    start = points[[0, 50, 100]]
    np.save(tmp_path / "start.npy", start)
    columns = ("--columns", "width,height")
    want = Engine(points).fit(start)
    for extra in ((), ("-k", 3)):
        done = command.ok(
            data, *columns, "--init", "start.npy", *extra, "--json", "--labels", "labels.npy",
            "--centroids", "c.npy", "--overwrite",
        )  # fmt: skip
        found = facts(done)
        assert (found["k"], found["iterations"]) == (3, want.iteration)
        assert found["inertia"] == want.inertia
        assert found["counts"] == want.counts.tolist()
        assert np.array_equal(np.load(tmp_path / "labels.npy"), want.labels)
        assert np.array_equal(np.load(tmp_path / "c.npy"), want.centroids)


def test_written_centroids_are_where_the_run_had_ended(command, data):
    columns = ("--columns", "width,height")
    first = command.ok(data, *columns, "-k", 4, "--centroids", "c.csv", "--json", "--seed", 2)
    again = facts(command.ok(data, *columns, "--init", "c.csv", "--json"))
    assert again["iterations"] == 1
    assert again["inertia"] == facts(first)["inertia"]


def test_limits_of_a_run(command):
    stopped = facts(command.ok("--seed", 1, "--max-iterations", 2, "--json"))
    assert (stopped["iterations"], stopped["converged"]) == (2, False)
    assert facts(command.ok("--seed", 1, "--max-iterations", 0, "--json"))["iterations"] == 0
    assert facts(command.ok("--seed", 1, "--tolerance", 9, "--json"))["iterations"] == 1


def test_the_best_of_several_runs(command, tmp_path):
    alone = facts(command.ok("--seed", 4, "--json"))["inertia"]
    best = []
    for runs in range(1, 7):
        words = ("--seed", 4, "--runs", runs, "--json", "--overwrite")
        best.append(facts(command.ok(*words, "--centroids", "c.npy"))["inertia"])
    assert best[0] == alone
    assert best == sorted(best, reverse=True)
    assert best[-1] < best[0]
    # The film shows the run that was kept.
    done = facts(command.ok(*words, "--centroids", "film.npy", "-o", "r.gif", *SMALL))
    assert done["inertia"] == best[-1]
    assert (tmp_path / "film.npy").read_bytes() == (tmp_path / "c.npy").read_bytes()
    assert read_gif(tmp_path / "r.gif").seconds.sum() == pytest.approx(done["iterations"] / 2 + 2)


def test_k_means_plus_plus(command):
    words = ("--seed", 4, "--json", "--max-iterations", 0)
    plus_plus = facts(command.ok(*words, "--init", "k-means++"))
    assert plus_plus["inertia"] < facts(command.ok(*words))["inertia"]


def test_the_seed_repeats_everything(command, tmp_path):
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        done = command.ok(
            "--seed", 7, "--json", "--labels", f"{name}/l.csv", "--centroids", f"{name}/c.csv",
            "-o", f"{name}/r.mp4", "-o", f"{name}/r.gif", *SMALL, "--init", "k-means++",
            "--threads", 1 if name == "a" else 3,
        )  # fmt: skip
        made.append([(tmp_path / name / file).read_bytes() for file in files(tmp_path / name)])
        assert facts(done)["seed"] == 7
    assert len(made[0]) == 4
    assert made[0] == made[1]
    command.ok("--seed", 8, "--centroids", "c.csv")
    assert (tmp_path / "c.csv").read_bytes() not in made[0]


def test_a_seed_that_was_drawn_repeats_the_run(command):
    drawn = facts(command.ok("--json"))
    other = facts(command.ok("--json"))
    assert other["seed"] != drawn["seed"]
    again = facts(command.ok("--json", "--seed", drawn["seed"]))
    assert again["inertia"] == drawn["inertia"]


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


# Pictures.


def test_several_outputs_of_one_run(command, tmp_path, monkeypatch):
    runs = []
    snapshots = Engine.snapshots

    def counted(self, *args, **options):
        for snapshot in snapshots(self, *args, **options):
            runs.append(snapshot.iteration)
            yield snapshot

    monkeypatch.setattr(Engine, "snapshots", counted)
    done = facts(
        command.ok(
            "--seed", 1, "--json", "--render", "mp4", "--render", "gif", "-o", "r.gif", *SMALL
        )
    )
    assert runs == list(range(done["iterations"] + 1))
    assert done["outputs"] == ["kmeans.mp4", "r.gif"]
    film, gif = read_mp4(tmp_path / "kmeans.mp4"), read_gif(tmp_path / "r.gif")
    seconds = done["iterations"] / 2 + 2
    assert film.seconds.sum() == pytest.approx(seconds)
    assert gif.seconds.sum() == pytest.approx(seconds)


def test_options_of_pictures(command, tmp_path):
    done = command.ok(
        "--seed", 1, "--json", "-o", "r.mp4", "--size", "160x96", "--fps", "1", "--theme", "dark",
        "--title", "A title", "--max-iterations", 3,
    )  # fmt: skip
    film = read_mp4(tmp_path / "r.mp4")
    assert facts(done)["iterations"] == 3
    assert film.frames.shape[1:3] == (96, 160)
    assert film.seconds.sum() == 5
    assert np.median(film.frames) < 64


def test_sizes_unless_given(command, tmp_path):
    command.ok("--max-iterations", 0, "-o", "r.mp4", "-o", "r.gif")
    assert read_mp4(tmp_path / "r.mp4").frames.shape[1:] == (720, 1280, 3)
    assert read_gif(tmp_path / "r.gif").frames.shape[1:] == (480, 640, 3)


def test_axes_choose_what_is_drawn(command, tmp_path):
    np.save(tmp_path / "d.npy", np.random.default_rng(0).normal(size=(60, 4)))
    pictures = []
    for number, axes in enumerate([(), ("--axes", "0,1"), ("--axes", "x2,x3")]):
        words = ("d.npy", "-k", 2, "--seed", 1, "--max-iterations", 1, "--title", "")
        command.ok(*words, "-o", f"{number}.gif", *axes)
        pictures.append(read_gif(tmp_path / f"{number}.gif").frames[0])
    assert not any(np.array_equal(pictures[a], pictures[b]) for a, b in [(0, 1), (0, 2), (1, 2)])


def test_the_name_of_the_data_is_that_of_the_film(command, data, tmp_path):
    words = ("-k", 2, "--columns", "1", "--max-iterations", 1, "--render", "gif", *SMALL)
    (tmp_path / "in").mkdir()
    for name in ("my data.csv", "ünï-код.v2.csv", "-x.csv"):
        (tmp_path / "in" / name).write_bytes(data.read_bytes())
    with pa.output_stream(tmp_path / "in" / "packed.csv.gz", compression="gzip") as stream:
        stream.write(data.read_bytes())
    for name in files(tmp_path / "in"):
        command.ok(*words, tmp_path / "in" / name)
    assert sorted(path.name for path in tmp_path.glob("*.gif")) == [
        "-x.gif", "my data.gif", "packed.gif", "ünï-код.v2.gif",
    ]  # fmt: skip


def test_a_name_with_a_leading_dash(command, data, tmp_path):
    (tmp_path / "-x.csv").write_bytes(data.read_bytes())
    words = ("-k", 2, "--columns", "1", "--max-iterations", 1, *SMALL)
    command.ok(*words, "--output=-a.mp4", "--labels=-l.csv", "--", "-x.csv")
    assert {"-a.mp4", "-l.csv"} <= set(files(tmp_path))
    assert len(read_mp4(tmp_path / "-a.mp4").frames)


def test_overwrite(command, tmp_path):
    words = ("--seed", 1, "--max-iterations", 1, "-o", "r.gif", "--labels", "l.csv", *SMALL)
    command.ok(*words)
    made = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    for name in made:
        (tmp_path / name).write_bytes(b"old")
    done = command(*words)
    assert done.status == 2
    assert "r.gif exists" in done.err
    assert (tmp_path / "r.gif").read_bytes() == b"old"
    command.ok(*words, "--overwrite")
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == made


PLUG_IN = """
from renderers import Renderer

class Words(Renderer):
    suffix = ".words"
    writes = "words"

    def drive(self, job):
        self.driven = True
        job()

    def open(self, scene):
        self.lines = [scene.title]

    def draw(self, moment):
        self.lines.append(f"{moment.snapshots[0].iteration} {self.driven}")

    def close(self):
        self.path.write_text("\\n".join(self.lines))

    def abort(self):
        pass
"""


def test_a_plug_in(command, tmp_path, monkeypatch):
    site = tmp_path / "site"
    info = site / "words_plug_in-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "words_plug_in.py").write_text(PLUG_IN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: words-plug-in\nVersion: 1.0\n")
    group = "[kmeans_engine.renderers]\n"
    (info / "entry_points.txt").write_text(f"{group}words = words_plug_in:Words\nbad = nothing:X\n")
    monkeypatch.syspath_prepend(site)
    words = ("--seed", 1, "--max-iterations", 2, "--title", "T", *SMALL)
    command.ok(*words, "--render", "words", "-o", "a.words", "--render", "gif")
    assert (tmp_path / "a.words").read_text().split("\n") == ["T", "0 True", "1 True", "2 True"]
    assert (tmp_path / "kmeans.gif").exists()
    listed = command.ok("--list-renderers").out
    assert re.search(r"\nwords +words +words-plug-in 1\.0\n", listed)
    assert re.search(r"\nbad .*words-plug-in 1\.0  \[.*No module named 'nothing'", listed)
    done = command("--render", "bad")
    assert done.status == 2
    assert "No module named 'nothing'" in done.err


# What a film tells of itself, and how large it may be.


def told(path):
    return said(path)["comment"].split("command: ")[1]


def test_the_command_in_a_film_makes_it_again(command, tmp_path, monkeypatch):
    rows = np.random.default_rng(1).normal(size=(60, 3))
    (tmp_path / "my data").mkdir()
    data = tmp_path / "my data" / "three columns.csv"
    np.savetxt(data, rows, delimiter=",", header="a,b,c", comments="")
    np.savetxt(tmp_path / "my data" / "start.csv", rows[:3, :2], delimiter=",")
    command.ok(
        data, "--columns", "a,c", "--standardize", "--init", data.parent / "start.csv", "--smooth",
        "--title=-o; 'x'", "--duration", 1.5, *SMALL, "-o", tmp_path / "run.mp4",
        "-o", tmp_path / "run.gif", "--json", "--labels", "l.csv", "--threads", 1,
    )  # fmt: skip
    words = told(tmp_path / "run.mp4")
    assert str(tmp_path) not in words
    monkeypatch.chdir(data.parent)
    for suffix in (".mp4", ".gif"):
        again = shlex.split(told(tmp_path / f"run{suffix}"))
        assert again[0] == "kmeans-engine"
        assert again[-2:] == ["-o", f"film{suffix}"]
        command.ok(*again[1:])
        film = data.parent / f"film{suffix}"
        assert film.read_bytes() == (tmp_path / f"run{suffix}").read_bytes()


def test_a_seed_that_was_drawn_is_in_the_film(command, tmp_path):
    command.ok("-o", "run.mp4", "--max-iterations", 3, *SMALL)
    facts = said(tmp_path / "run.mp4")
    assert "title" not in facts
    seed = facts["comment"].split("seed=")[1].split(";")[0]
    assert f"--seed {seed} " in facts["comment"]
    assert f"; k=12; init=random; kmeans-engine {kmeans_engine.__version__}; " in facts["comment"]
    command.ok(*shlex.split(told(tmp_path / "run.mp4"))[1:])
    assert (tmp_path / "film.mp4").read_bytes() == (tmp_path / "run.mp4").read_bytes()


def test_max_size_says_what_it_chose(command, tmp_path):
    words = ("--seed", 1, "-o", "run.gif", "--max-size", "20kB", "--overwrite")
    done = command.ok(*words)
    assert (tmp_path / "run.gif").stat().st_size <= 20_000
    assert re.search(r"^run\.gif: \d+x\d+ at 2 frames/s; [\d,]+ of 20,000 bytes$", done.err, re.M)
    assert "of 20,000" not in command.ok(*words, "--quiet").err
