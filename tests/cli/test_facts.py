"""What a film tells of itself, and how large it may be."""

import re
import shlex

import numpy as np
from command import SMALL
from media import said

import kmeans_engine


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
