"""Several films of one run, their options, their names, plug-ins."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from command import SMALL, facts, files
from media import read_gif, read_mp4

from kmeans_engine import Engine


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
    seconds = done["iterations"] / 2 + 3
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
    assert film.seconds.sum() == 7  # points, centroids, three states, and two for the last
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
