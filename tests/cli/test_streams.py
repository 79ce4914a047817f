"""What surrounds a command: pipes, streams that are closed, variables that others set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, SMALL, files, one_line, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell"),
]

ROWS = "x,y\n1,2\n3,4\n9,9\n8,9\n"


def shell(script, folder, **env):
    """Run a line of shell in which $K is the command."""
    command = f'"{sys.executable}" "{ROOT / "cli.py"}"'
    return subprocess.run(
        ["sh", "-c", script.replace("$K", command)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "n.csv").write_text(ROWS)
    (tmp_path / "empty").touch()
    return tmp_path


# Pipes.


@pytest.mark.parametrize(
    "script",
    [
        "cat n.csv | $K -k 2 --json",
        "cat n.csv | $K - -k 2 --json",
        "$K -k 2 --json < n.csv",
        "(sleep 1; cat n.csv) | $K -k 2 --json",
        "cat n.csv | $K --columns x,y -k 2 --json",
    ],
)
def test_piped_data_is_read(script, folder):
    done = shell(script, folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["points"] == 4


@pytest.mark.parametrize(
    ("script", "points"),
    [
        (": | $K --json --seed 1", 1200),  # cron
        ("$K --json -k 2 --seed 1", 1200),  # /dev/null
        ("$K --json --seed 1 <&-", 1200),
        ("cat n.csv | $K --json --clusters 3 --seed 1", 300),
        ("sleep 3 | $K --json --seed 1", 1200),
        ("$K --json --seed 1 < empty", 1200),
    ],
)
def test_the_demo_where_nothing_is_handed_over(script, points, folder):
    done = shell(script, folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["points"] == points


@pytest.mark.parametrize("script", [": | $K -k 2", "$K -k 2 < empty", ": | $K --columns x"])
def test_nothing_where_data_was_meant(script, folder):
    done = shell(script, folder)
    assert done.returncode == 2
    assert "standard input is empty" in one_line(done.stderr)
    # The remedy works.
    done = shell(": | $K -k 2 --clusters 12 --json", folder)
    assert json.loads(done.stdout)["points"] == 1200


def test_piped_data_without_a_number_of_clusters(folder):
    done = shell("cat n.csv | $K", folder)
    assert done.returncode == 2
    assert "standard input needs a number of clusters" in one_line(done.stderr)


def test_a_pipe_that_stays_open_is_not_waited_for(folder):
    ours, theirs = os.pipe()
    done = run("--seed", 1, cwd=folder, stdin=ours)
    os.close(ours)
    os.close(theirs)
    assert done.status == 0
    assert done.err.startswith("note: standard input was empty so far and is not read; add - to")


# Results on standard output.


def test_labels_and_rows_on_standard_output(folder):
    done = shell("$K n.csv -k 2 --labels -", folder)
    labels = done.stdout.split()
    assert labels[0] == "label"
    assert labels[1] == labels[2] != labels[3] == labels[4]
    assert "wrote" not in done.stderr
    done = shell("cat n.csv | $K -k 2 --table - --label-name group | tail -n 4", folder)
    assert [line.split(",") for line in done.stdout.splitlines()] == [
        [*row.split(","), label] for row, label in zip(ROWS.split()[1:], labels[1:], strict=True)
    ]
    assert files(folder) == ["empty", "n.csv"]


# Closed streams.


@pytest.mark.parametrize("closed", ["<&-", "<&- 2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams(closed, folder):
    done = shell(f"$K n.csv -k 2 --labels l.csv -o r.gif {' '.join(SMALL)} {closed}", folder)
    assert done.returncode == 0, done.stderr
    assert files(folder) == ["empty", "l.csv", "n.csv", "r.gif"]
    assert (folder / "l.csv").read_text().startswith("label\n")
    if "2>&-" not in closed:
        assert "wrote r.gif\nwrote l.csv\n" in done.stderr


def test_standard_input_that_is_closed(folder):
    done = shell("$K - -k 2 <&-", folder)
    assert done.returncode == 2
    assert "standard input is closed" in one_line(done.stderr)


@pytest.mark.parametrize("words", ["--json", "--labels -", "--table -", "--help", "--version"])
def test_standard_output_that_is_closed(words, folder):
    done = shell(f"$K n.csv -k 2 {words} >&-", folder)
    assert done.returncode == 2
    assert "standard output is closed" in one_line(done.stderr)


ABOUT = ["--help", "--version", "--list-renderers", "--print-completion zsh"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["--labels -", "--table -", "--describe", *ABOUT])
def test_standard_output_that_takes_no_more(words, folder):
    done = shell(f"$K n.csv -k 2 --quiet {words} > /dev/full", folder)
    assert done.returncode != 0
    said = one_line(done.stderr)
    assert "standard output cannot be written (No space left on device)" in said


# Variables.


@pytest.mark.parametrize(
    "backend", ["nonsense", "module://matplotlib_inline.backend_inline", "module://nowhere"]
)
@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.pdf", "a.gif", "a_%d.png"])
def test_a_backend_that_is_not_for_us(backend, name, folder):
    words = ("--seed", 1, "--max-iterations", 1, "-o", name, *SMALL)
    done = run(*words, cwd=folder, env={"MPLBACKEND": backend})
    assert done.status == 0, done.err
    assert f"wrote {name}" in done.err


def test_a_backend_that_opens_no_window(folder, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = run("--render", "live", cwd=folder, env={"MPLBACKEND": "nonsense"})
    assert "matplotlib does not know the backend 'nonsense'; unset" in one_line(done.err)
    # Jupyter's own says nothing of windows.
    jupyter = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    done = run("--render", "live", cwd=folder, env=jupyter)
    assert "a window needs a display" in one_line(done.err)


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "many"])
def test_numbers_of_threads_that_are_none(number, folder):
    done = run("--seed", 1, cwd=folder, env={"NUMBA_NUM_THREADS": number})
    assert done.status == 2
    assert f"NUMBA_NUM_THREADS={number} is not a whole number" in one_line(done.err)


def test_the_module_is_the_command(folder):
    done = subprocess.run(
        [sys.executable, "-m", "kmeans_engine", "n.csv", "-k", "2", "--json", "--quiet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["points"] == 4
