"""Several K are compared: the table, the files, and what is refused."""

import signal
import time

import numpy as np
import pytest
from command import facts, files, one_line, start

from kmeans_engine import sweep

COLUMNS = ("--columns", "width,height")


@pytest.fixture
def noise(tmp_path):
    path = tmp_path / "noise.csv"
    np.savetxt(path, np.random.default_rng(2).random((300, 2)), "%.5f", ",", header="a,b")
    return path


def test_the_table_and_the_verdict(command, data):
    done = command.ok(data, *COLUMNS, "-k", "2-6")
    assert done.out == ""
    lines = done.err.splitlines()
    assert lines[0] == "160 points, 2 features, k = 2-6, seed 0"
    assert lines[1].startswith("compared in ")
    table = [line for line in lines if line[:1] in (" ", "*")]
    assert [line[1:].split()[0] for line in table] == ["K", "2", "3", "4", "5", "6"]
    assert [line[0] for line in table] == [" ", " ", " ", "*", " ", " "]
    assert lines[-1].startswith("K = 4 stands out: largest Calinski-Harabasz index")
    assert max(map(len, table)) <= 100


def test_json_has_all(command, data, points):
    done = facts(command.ok(data, *COLUMNS, "-k", "6,2-4", "--json", "--quiet"))
    assert done["ks"] == [2, 3, 4, 6]
    assert done["best"] == 4
    want = sweep(points, (2, 3, 4, 6), seed=0)
    assert done["verdict"] == want.verdict
    assert done["rows"] == [row.facts() for row in want.rows]
    assert done["one"] == want.one.facts()
    assert {"points", "features", "seed", "seconds", "version", "outputs"} <= done.keys()


def test_results_are_those_of_the_k_that_stands_out(command, data, points, tmp_path):
    words = ("--labels", "l.npy", "--centroids", "c.npy", "--table", "t.csv")
    done = command.ok(data, *COLUMNS, "-k", "2-6", *words)
    last = sweep(points, range(2, 7), seed=0)[4].last
    assert np.array_equal(np.load("l.npy"), last.labels)
    assert np.array_equal(np.load("c.npy"), last.centroids)
    assert (tmp_path / "t.csv").read_text().count("\n") == 161
    assert all(f"wrote {name}" in done.err for name in words[1::2])


def test_one_k_of_them_is_the_run_with_that_k(command, data):
    several = facts(command.ok(data, *COLUMNS, "-k", "3,4,5", "--runs", 4, "--json"))
    one = facts(command.ok(data, *COLUMNS, "-k", 4, "--runs", 4, "--json"))
    assert several["rows"][1]["inertia"] <= one["inertia"]
    assert several["rows"][1]["counts"] == one["counts"]


def test_no_results_without_a_k_that_stands_out(command, noise, tmp_path):
    done = command(noise, "-k", "2-5", "--labels", "l.npy", "--centroids", "c.npy")
    assert done.status == 1
    *lines, last = done.err.splitlines(keepends=True)
    assert any(line.startswith("no K stands out") for line in lines)
    assert one_line(last) == (
        "--labels l.npy and --centroids c.npy not written, as no K stands out; choose one, as in "
        "-k 4"
    )
    assert files(tmp_path) == ["noise.csv"]
    assert facts(command.ok(noise, "-k", "2-5", "--json", "--quiet"))["best"] is None


@pytest.mark.parametrize("suffix", ["png", "svg", "html"])
def test_pictures(command, data, suffix, tmp_path):
    done = command.ok(data, *COLUMNS, "-k", "2-5", "-o", f"elbow.{suffix}")
    assert f"wrote elbow.{suffix}" in done.err
    assert (tmp_path / f"elbow.{suffix}").stat().st_size > 1000


def test_standardised_columns(command, data, points):
    want = sweep((points - points.mean(axis=0)) / points.std(axis=0), (2, 4), seed=0)
    done = facts(command.ok(data, *COLUMNS, "-k", "2,4", "--standardize", "--json"))
    assert done["standardized"] is True
    assert [row["inertia"] for row in done["rows"]] == pytest.approx(
        [row.inertia for row in want.rows], rel=1e-9
    )


def test_the_demo(command):
    assert "K" in command.ok("-k", "2-4", "--seed", 1, "--points-per-cluster", 10).err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-k", "5-2"), "argument -k: '5-2' goes down from 5; write 2-5; see"),
        (("-k", "2-"), "argument -k: '2-' is not a whole number of at least 1, nor several, such"),
        (("-k", "0-3"), "argument -k: '0-3' is not a whole number of at least 1, nor several"),
        (("-k", "1-99999999"), "are more numbers of clusters than anybody compares; give fewer"),
        (("-k", "2-161"), "-k 161 needs at least 161 points, got 160"),
        (("-k", "2-4", "--init", "random"), "--init does not go with -k 2-4, which compares"),
        (("-k", "2-4", "--race", "random*2"), "--race does not go with -k 2-4"),
        (("-k", "2-4", "--record", "r.arrows"), "--record does not go with -k 2-4"),
        (("-k", "2-4", "--max-iterations", 0), "--max-iterations 0 is too small"),
    ],
)
def test_what_is_refused(command, data, words, message):
    done = command(data, *COLUMNS, *words)
    assert done.status == 2
    assert message in one_line(done.err)


def test_several_words_for_one_k(command, data):
    assert facts(command.ok(data, "-k", "4-4", "--json", "--quiet"))["k"] == 4


@pytest.mark.slow
def test_an_interrupt_ends_it_at_once(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, np.random.default_rng(0).random((400_000, 8)))
    process = start(path, "-k", "2-30", "--labels", tmp_path / "l.npy")
    time.sleep(6)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err.decode()
    assert files(tmp_path) == ["points.npy"]
