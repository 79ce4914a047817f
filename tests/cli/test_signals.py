"""Interrupts at any moment: the exit status, one line, older files as they were, no leftovers."""

import contextlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from command import Command, hidden, one_line, ours, run, start
from media import read_mp4
from wait import eventually

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes"),
    pytest.mark.slow,
]

# Each would go on for a minute and more.
CLUSTERING = ("--points-per-cluster", 50_000, "--clusters", 20, "--runs", 100_000)
ENCODING = ("--points-per-cluster", 20_000, "--size", "1280x720", "--fps", 240, "--clusters", 60)


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory):
    """Compile once, so that moments are those that they are meant to be."""
    folder = tmp_path_factory.mktemp("compiled")
    for words in ((*CLUSTERING[:4], "--labels", "l.csv"), (*ENCODING, "-o", "a.mp4")):
        assert run(*words, "--max-iterations", 2, cwd=folder).status == 0


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "run.mp4"
    path.write_bytes(b"old")
    return path


def encoding(folder):
    """Tell whether ffmpeg has begun to write."""
    with contextlib.suppress(FileNotFoundError):  # a trial of the folder comes and goes
        return any(path.stat().st_size for path in hidden(folder))
    return False


def finished(process, folder, status, words):
    """Check how a process ended and what it left."""
    out, err = process.communicate(timeout=20)
    assert process.returncode == status, err
    assert out == b""
    assert one_line(err.decode()) == words
    assert hidden(folder) == []
    assert ours(folder.resolve()) == []


BOTH = pytest.mark.parametrize(
    ("number", "status", "words"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
    ids=["SIGINT", "SIGTERM"],
)


@BOTH
@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.2, 0.4])
def test_while_starting(number, status, words, seconds, film, tmp_path):
    process = start(*ENCODING, "-o", "run.mp4", "--overwrite", cwd=tmp_path)
    time.sleep(seconds)  # Imports, up to about 0.5 s.
    process.send_signal(number)
    finished(process, tmp_path, status, words)
    assert film.read_bytes() == b"old"


MOMENTS = 100


@BOTH
def test_at_any_moment_of_a_short_life(number, status, words, tmp_path):
    """From the first milliseconds to the last: stopped with one line, or finished; no leftovers."""
    film = ("--seed", 1, "--max-iterations", 1, "--size", "120x90", "--overwrite", "-o")
    begin = time.monotonic()
    assert run(*film, "a.webm", cwd=tmp_path).status == 0
    life = time.monotonic() - begin
    whole = (tmp_path / "a.webm").read_bytes()

    def stop(moment):
        folder = tmp_path / str(moment)
        folder.mkdir()
        (folder / "a.webm").write_bytes(b"old")
        process = start(*film, "a.webm", cwd=folder)
        time.sleep(life * 1.1 * moment / MOMENTS)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        left = {path.name: path.read_bytes() for path in folder.iterdir()}
        if process.returncode == 0:
            assert "converged" in err.decode() or "stopped" in err.decode(), err
            assert left == {"a.webm": whole}
        else:
            assert (process.returncode, one_line(err.decode())) == (status, words)
            assert left["a.webm"] in (b"old", whole)
            assert len(left) == 1
        assert out == b""
        return process.returncode

    mine = range(number == signal.SIGTERM, MOMENTS, 2)  # half of the moments for each signal
    with ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:
        statuses = list(pool.map(stop, mine))
    assert set(statuses) >= {status}
    assert ours(tmp_path.resolve()) == []


@BOTH
def test_while_clustering(number, status, words, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_bytes(b"old")
    process = start(*CLUSTERING, "--labels", "labels.csv", "--overwrite", cwd=tmp_path)
    time.sleep(1.5)
    begin = time.monotonic()
    process.send_signal(number)
    finished(process, tmp_path, status, words)
    assert time.monotonic() - begin < 10  # far from the end of all those runs
    assert labels.read_bytes() == b"old"


@BOTH
def test_while_encoding(number, status, words, film, tmp_path):
    process = start(*ENCODING, "-o", "run.mp4", "--overwrite", cwd=tmp_path)
    eventually(lambda: encoding(tmp_path))
    assert len(ours(tmp_path.resolve())) == 1
    process.send_signal(number)
    finished(process, tmp_path, status, words)
    assert film.read_bytes() == b"old"


def test_a_group_is_interrupted_as_by_ctrl_c(film, tmp_path):
    options = {"cwd": tmp_path, "start_new_session": True}
    process = start(*ENCODING, "-o", "run.mp4", "-o", "run.gif", "--overwrite", **options)
    eventually(lambda: encoding(tmp_path))
    os.killpg(process.pid, signal.SIGINT)
    finished(process, tmp_path, 130, "interrupted")
    assert [path.name for path in tmp_path.iterdir()] == ["run.mp4"]
    assert film.read_bytes() == b"old"


def test_two_in_a_row(film, tmp_path):
    process = start(*ENCODING, "-o", "run.mp4", "--overwrite", cwd=tmp_path)
    eventually(lambda: encoding(tmp_path))
    process.send_signal(signal.SIGTERM)
    time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    finished(process, tmp_path, 143, "terminated")
    assert film.read_bytes() == b"old"


def test_killed(film, tmp_path):
    words = ("--overwrite", "-o", "run.mp4")
    process = start(*ENCODING, *words, cwd=tmp_path)
    eventually(lambda: encoding(tmp_path))
    process.kill()
    process.communicate(timeout=20)
    assert film.read_bytes() == b"old"
    # ffmpeg sees the end of its input.
    eventually(lambda: not ours(tmp_path.resolve()))
    assert len(hidden(tmp_path)) == 1
    done = run("--seed", 1, "--max-iterations", 2, "--size", "120x90", *words, cwd=tmp_path)
    assert done.status == 0, done.err
    assert [path.name for path in tmp_path.iterdir()] == ["run.mp4"]
    assert len(read_mp4(film).frames)


def test_ffmpeg_is_killed(film, tmp_path):
    process = start(*ENCODING, "-o", "run.mp4", "--overwrite", cwd=tmp_path)
    eventually(lambda: encoding(tmp_path))
    os.kill(ours(tmp_path.resolve())[0], signal.SIGKILL)
    words = "ffmpeg was killed by signal 9 while writing run.mp4"
    finished(process, tmp_path, 1, words)
    assert film.read_bytes() == b"old"


def test_the_handler_of_sigterm_is_put_back(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    Command(capfd).ok("--seed", 1)
    assert signal.getsignal(signal.SIGTERM) is before
