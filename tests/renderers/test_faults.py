"""Whatever stops a film: an older file as it was, one line, no process, whichever the format.

Faults of ffmpeg itself are in `films/ffmpeg`, of disks in `cli/test_disks.py`, moments that nobody
chose in `cli/test_signals.py`.
"""

import os
import signal
import subprocess
import sys

import pytest
from command import ROOT, SMALL, hidden, one_line, ours, run
from media import read_gif, threads
from wait import eventually

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes"),
    pytest.mark.slow,
]

FILMS = [
    pytest.param(("run.mp4",), id="mp4"),
    pytest.param(("run.webm",), id="webm"),
    pytest.param(("run.gif",), id="gif"),
    pytest.param(("run.gif", "--max-size", "20kB"), id="gif that must fit"),
    pytest.param(("run.mp4", "--max-size", "20kB"), id="mp4 that must fit"),
]


# Stops at a share of the film, or where a file is complete but for its name, and says so.
STOPPING = """
import sys, time
import cli, renderers.stage.trials
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.ffmpeg.pipe import FilePipe
where, words = sys.argv[1], sys.argv[2:]
moments = renderers.stage.trials.moments

def stop():
    print("here", flush=True)
    time.sleep(60)

def stopping(*args, **options):
    story = list(moments(*args, **options))
    for i, moment in enumerate(story):
        if i == int(float(where) * (len(story) - 1)):
            stop()
        yield moment

def closing(self):
    stop()

def fitting(self):
    if isinstance(self._pipe, FilePipe):
        stop()
    complete(self)

complete = Encoder.complete
if where == "closing":
    Encoder.commit = closing
elif where == "fitting":
    Encoder.complete = fitting
else:
    renderers.stage.trials.moments = stopping
sys.exit(cli.main(words))
"""


def stopped(folder, where, *words):
    """Start a command that stops at a place of its film; return it once it is there."""
    command = [sys.executable, "-c", STOPPING, where, *SMALL, "--seed", "1", "--overwrite"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*command, "-o", *words], cwd=folder, env=env, **pipes)
    assert process.stdout.readline().strip() == b"here", process.stderr.read()
    return process


@pytest.mark.parametrize(
    ("where", "words"),
    [
        *((where, ("run.mp4",)) for where in ("0", "0.5", "0.99", "closing")),
        *((where, ("run.webm",)) for where in ("0.5", "closing")),
        *((where, ("run.gif", "--max-size", "20kB")) for where in ("0.5", "fitting", "closing")),
    ],
)
@pytest.mark.parametrize(
    ("number", "status", "said"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGKILL, -signal.SIGKILL, None),
    ],
    ids=["SIGINT", "SIGTERM", "SIGKILL"],
)
def test_stopped(tmp_path, where, words, number, status, said):
    film = tmp_path / words[0]
    film.write_bytes(b"old")
    process = stopped(tmp_path, where, *words)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == status, err
    assert out == b""
    assert film.read_bytes() == b"old"
    if said is None:
        assert hidden(tmp_path)
        eventually(lambda: not ours(tmp_path.resolve()))  # ffmpeg sees the end of its input
        done = run("--seed", 1, *SMALL, "--overwrite", "-o", *words, cwd=tmp_path)
        assert done.status == 0, done.err
        assert film.stat().st_size > 1000
    else:
        assert one_line(err.decode()) == said
        assert ours(tmp_path.resolve()) == []
    assert list(tmp_path.iterdir()) == [film]


@pytest.mark.parametrize("words", FILMS)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 1", "ffmpeg failed with exit status 1 while writing"),
        ("head -c 20000 > /dev/null; kill -9 $$", "ffmpeg was killed by signal 9 while writing"),
    ],
    ids=["fails", "is killed"],
)
def test_an_ffmpeg_that(tmp_path, words, body, said):
    fake = tmp_path / "ffmpeg"
    able = 'case "$*" in *-encoders) echo " V....D libvpx-vp9"; exit; esac'
    fake.write_text(f"#!/bin/sh\n{able}\n{body}\n")
    fake.chmod(0o755)
    folder = tmp_path / "films"
    folder.mkdir()
    film = folder / words[0]
    film.write_bytes(b"old")
    done = run(
        "--seed", 1, *SMALL, "--overwrite", "-o", *words,
        cwd=folder, env={"IMAGEIO_FFMPEG_EXE": str(fake)},
    )  # fmt: skip
    assert done.status == 1
    assert said in one_line(done.err)
    assert film.read_bytes() == b"old"
    assert list(folder.iterdir()) == [film]
    assert ours(folder.resolve()) == []


@pytest.mark.parametrize("name", ["a b.gif", "köln 点.gif", "-y.gif", "100%d.gif", "UP.GIF"])
def test_names_of_films_that_must_fit(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    points = make_clusters(3, 50, seed=1)
    before = threads()
    states = Engine(points).snapshots(initial_centroids(points, 3, seed=1))
    renderers.save(states, name, size=(200, 150), max_size="10kB")
    assert threads() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).stat().st_size <= 10_000
    assert len(read_gif(tmp_path / name).frames) > 1
