"""Runs that are recorded, replayed, resumed and described by the command."""

import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from command import SMALL, facts, files, hidden, one_line, run, start
from recordings import check_same_run
from wait import eventually

from kmeans_engine import Engine, initial_centroids, recording

DEMO = ("--seed", 1, "--points-per-cluster", 30)


def same_films(command, words, names, *options):
    """Check that a run and its recording draw the same bytes."""
    paths, outputs = list(map(Path, names)), [word for name in names for word in ("-o", name)]
    command.ok(*words, "--record", "run.arrows", *outputs, *options)
    films = [path.read_bytes() for path in paths]
    command.ok("--replay", "run.arrows", *outputs, *options, "--overwrite")
    assert [path.read_bytes() for path in paths] == films


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--smooth", "--theme", "dark", "--title", "A title"),
        ("--phases",),
        ("--duration", 1, "--fps", 5),
    ],
    ids=["plain", "smooth", "phases", "duration"],
)
def test_a_film_of_the_recording_is_that_of_the_run(options, command):
    still = () if "--duration" in options else ("a.png",)
    same_films(command, DEMO, ("a.mp4", "a.gif", *still), *SMALL, *options)


@pytest.mark.slow
@pytest.mark.parametrize("kept", [True, False], ids=["points recorded", "points in their file"])
def test_films_of_data(kept, command, data, tmp_path):
    options = ("--record-points",) if kept else ()
    words = ("data.csv", "-k", 4, "--standardize", "--runs", 3, "--columns", "height,width")
    command.ok(*words, "--record", "run.arrows", "-o", "a.gif", *SMALL, *options)
    if kept:
        data.unlink()
    command.ok("--replay", "run.arrows", "-o", "b.gif", *SMALL)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


@pytest.mark.slow
def test_films_of_an_image_with_transparent_pixels(command, tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (30, 40, 4)).astype(np.uint8)
    pixels[:9, :9, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    words = ("photo.png", "-k", 5, "--max-iterations", 4, "--record", "run.arrows")
    command.ok(*words, "--record-points", "-o", "a.gif", *SMALL, "--labels", "a.csv")
    (tmp_path / "photo.png").unlink()
    command.ok("--replay", "run.arrows", "-o", "b.gif", *SMALL, "--labels", "b.csv")
    for suffix in ("gif", "csv"):
        made = [(tmp_path / f"{name}.{suffix}").read_bytes() for name in "ab"]
        assert made[0] == made[1], suffix


def test_the_best_of_several_runs_is_recorded(command, points, tmp_path):
    np.save(tmp_path / "p.npy", points)
    words = ("p.npy", "-k", 4, "--runs", 5, "--init", "random", "--json")
    best = facts(command.ok(*words))
    done = facts(command.ok(*words, "--record", "run.arrows"))
    assert done["inertia"] == best["inertia"]
    assert done["outputs"] == ["run.arrows"]
    recorded = recording.open(tmp_path / "run.arrows")
    assert recorded[-1].inertia == best["inertia"]
    assert np.array_equal(recorded.points, points)
    replayed = facts(command.ok("--replay", "run.arrows", "--json"))
    same = ("points", "k", "iterations", "converged", "inertia", "counts", "seed", "standardized")
    assert {name: replayed[name] for name in same} == {name: done[name] for name in same}


def test_results_of_a_recording(command, data, tmp_path):
    with data.open("a") as file:
        file.write("e,,3\n")
    results = ("--labels", "{}.csv", "--centroids", "{}c.csv", "--table", "{}t.csv")
    words = ("data.csv", "-k", 3, "--drop-missing", "--record", "run.arrows")
    command.ok(*words, *(word.format("a") for word in results))
    command.ok("--replay", "run.arrows", *(word.format("b") for word in results))
    for name in ("{}.csv", "{}c.csv", "{}t.csv"):
        made = [(tmp_path / name.format(which)).read_bytes() for which in "ab"]
        assert made[0] == made[1], name
    command.ok(*words, "--record-points", "--overwrite")
    (tmp_path / "data.csv").unlink()
    command.ok("--replay", "run.arrows", "--labels", "c.csv")
    assert (tmp_path / "c.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_data_may_have_moved(command, data, tmp_path):
    words = ("data.csv", "-k", 3)
    command.ok(*words, "--record", "run.arrows")
    (tmp_path / "away").mkdir()
    data.rename(tmp_path / "away/other.csv")
    assert "data.csv: no such file" in one_line(command("--replay", "run.arrows").err)
    command.ok("away/other.csv", "--replay", "run.arrows")
    (tmp_path / "away/other.csv").rename(tmp_path / "away/data.csv")
    (tmp_path / "run.arrows").rename(tmp_path / "away/run.arrows")
    command.ok("--replay", "away/run.arrows")
    text = (tmp_path / "away/data.csv").read_text()
    (tmp_path / "away/data.csv").write_text(text.replace("a,", "a,1", 1))
    before = (tmp_path / "away/run.arrows").read_bytes()
    for option in ("--replay", "--resume"):
        done = command(option, "away/run.arrows")
        assert done.status == 2
        assert "the points are not those of away/run.arrows" in one_line(done.err)
    assert (tmp_path / "away/run.arrows").read_bytes() == before


def test_data_from_a_pipe(tmp_path, points):
    text = "\n".join(f"{x},{y}" for x, y in points.tolist()).encode()
    for name, options in (("a", ()), ("b", ("--record-points",))):
        process = start(
            "-", "-k", 3, "--record", f"{name}.arrows", *options, cwd=tmp_path, stdin=-1
        )
        process.communicate(text, timeout=60)
        assert process.returncode == 0
    done = run("--replay", "a.arrows", cwd=tmp_path)
    assert "does not hold the points" in one_line(done.err)
    assert run("--replay", "b.arrows", cwd=tmp_path).status == 0


class TestResuming:
    def test_from_any_iteration(self, command, tmp_path):
        path = tmp_path / "run.arrows"
        command.ok(*DEMO, "--record", "whole.arrows", "-o", "whole.gif", *SMALL)
        whole = recording.open(tmp_path / "whole.arrows")
        for limit in (0, 1, 4):
            command.ok(*DEMO, "--record", path, "--max-iterations", limit, "--overwrite")
            # A limit that is lifted is not one of the run.
            done = command.ok("--resume", path, "--max-iterations", 50, "--json")
            assert facts(done)["iterations"] == len(whole) - 1
            check_same_run(whole, recording.open(path), strategy=False)
            assert recording.open(path).settings["max_iterations"] == 50
        command.ok(*DEMO, "--max-iterations", 50, "-o", "50.gif", *SMALL)
        command.ok("--replay", path, "-o", "again.gif", *SMALL)
        assert (tmp_path / "again.gif").read_bytes() == (tmp_path / "50.gif").read_bytes()

    @pytest.mark.slow
    def test_what_was_cut(self, command, tmp_path):
        command.ok(*DEMO, "--record", "whole.arrows", "-o", "whole.mp4", *SMALL)
        written = (tmp_path / "whole.arrows").read_bytes()
        path = tmp_path / "cut.arrows"
        for option in ((), ("--duration", 1)):
            path.write_bytes(written[: len(written) * 2 // 3])
            assert "is cut after iteration" in command.ok("--replay", path).err
            words = ("--overwrite", *SMALL, *option)
            command.ok("--resume", path, "-o", "cut.mp4", *words)
            command.ok(*DEMO, "-o", "whole.mp4", *words)
            film = (tmp_path / "cut.mp4").read_bytes()
            assert film == (tmp_path / "whole.mp4").read_bytes()
            check_same_run(
                recording.open(tmp_path / "whole.arrows"), recording.open(path), strategy=False
            )

    def test_what_is_complete(self, command, tmp_path):
        command.ok(*DEMO, "--record", "run.arrows", "--labels", "a.csv")
        written = (tmp_path / "run.arrows").read_bytes()
        done = command.ok("--resume", "run.arrows", "--labels", "b.csv")
        assert "run.arrows is complete: its run ended with iteration" in done.err
        assert (tmp_path / "run.arrows").read_bytes() == written
        assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()

    @pytest.mark.parametrize("from_python", [True, False])
    def test_a_recording_from_python(self, from_python, command, points, tmp_path):
        np.save(tmp_path / "p.npy", points)
        mapped = np.load(tmp_path / "p.npy", mmap_mode="r")
        first = initial_centroids(points, 4, seed=1)
        states = recording.record(Engine(mapped).snapshots(first), tmp_path / "run.arrows")
        for _ in range(3):
            next(states)
        states.close()
        command.ok("--replay", "run.arrows")
        command.ok("--resume", "run.arrows")
        run = recording.open(tmp_path / "run.arrows")
        assert run.complete
        check_same_run(Engine(points).snapshots(first), run, strategy=False)


class TestDescribing:
    def test_a_run(self, command, data):
        command.ok("data.csv", "-k", 3, "--record", "run.arrows")
        done = command.ok("run.arrows", "--describe")
        assert "160 points, 2 features of float64, k = 3" in done.out
        assert "command: kmeans-engine data.csv -k 3 --seed 0" in done.out
        assert "converged after" in done.out
        assert "█" in done.out
        told = facts(command.ok("run.arrows", "--describe", "--json"))
        states = recording.open("run.arrows")
        assert told["iterations"] == len(states) - 1
        assert told["inertia"] == [state.inertia for state in states]
        assert told["n_changed"] == [state.n_changed for state in states]
        assert told["complete"]
        assert told["damaged"] is None

    def test_what_is_cut(self, command, tmp_path):
        command.ok(*DEMO, "--record", "run.arrows")
        written = (tmp_path / "run.arrows").read_bytes()
        (tmp_path / "run.arrows").write_bytes(written[:-100])
        done = command.ok("run.arrows", "--describe")
        assert "run.arrows is cut after iteration" in done.out
        told = facts(command.ok("run.arrows", "--describe", "--json"))
        assert not told["complete"]
        assert "is cut" in told["damaged"]

    def test_a_table_of_another_program(self, command, tmp_path):
        import pyarrow as pa

        table = pa.table({"x": [1.0, 2.0, 5.0], "y": [1.0, 2.0, 3.0]})
        with pa.ipc.new_stream(tmp_path / "t.arrows", table.schema) as stream:
            stream.write_table(table)
        assert "x" in command.ok("t.arrows", "--describe").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--record", "run.csv"), "name it such as run.arrows"),
        (("--record", "a.arrows", "--race", "random,k-means++"), "holds one run"),
        (("--record-points",), "--record-points has no effect without --record"),
        (("--replay", "run.arrows", "-k", 3), "-k has no effect with --replay"),
        (("--replay", "run.arrows", "--max-iterations", 3), "--max-iterations has no effect"),
        (("--resume", "run.arrows", "--seed", 3), "--seed has no effect with --resume"),
        (("--resume", "run.arrows", "--record", "b.arrows"), "appends to its recording"),
        (("--replay", "run.arrows", "--record", "b.arrows"), "records nothing"),
        (("--replay", "run.arrows", "--resume", "run.arrows"), "--resume does not go with"),
        (("--replay", "none.arrows"), "none.arrows: No such file"),
        (("--replay", "p.csv"), "p.csv is not a recording"),
        (("--record", "run.arrows"), "run.arrows exists"),
    ],
)
def test_what_does_not_go_together(words, says, command, tmp_path):
    command.ok(*DEMO, "--record", "run.arrows")
    (tmp_path / "p.csv").write_text("x,y\n1,2\n3,4\n")
    written = (tmp_path / "run.arrows").read_bytes()
    done = command(*words)
    assert done.status == 2
    assert says in one_line(done.err)
    assert (tmp_path / "run.arrows").read_bytes() == written
    assert files(tmp_path) == ["p.csv", "run.arrows"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_leave_what_was_recorded(number, tmp_path):
    # A run of half a minute.
    np.save(tmp_path / "p.npy", np.random.default_rng(0).normal(size=(200_000, 8)))
    words = ("p.npy", "-k", 200)
    warm = run(*words, "--max-iterations", 2, "--record", "warm.arrows", cwd=tmp_path)
    assert warm.status == 0
    process = start(*words, "--record", "run.arrows", cwd=tmp_path)
    path = tmp_path / "run.arrows"
    eventually(lambda: path.exists() and path.stat().st_size > 1_000_000)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert hidden(tmp_path) == []
    last = len(recording.open(path).check()) - 1
    if number != signal.SIGKILL:
        status, word = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}[
            number
        ]
        assert process.returncode == status
        left = f"run.arrows holds the run up to iteration {last}, and --resume run.arrows goes on"
        assert one_line(err.decode()) == f"{word}; {left}"
    done = run("--resume", "run.arrows", "--max-iterations", last + 3, "--json", cwd=tmp_path)
    assert json.loads(done.out)["iterations"] == last + 3
    run(*words, "--record", "whole.arrows", "--max-iterations", last + 3, cwd=tmp_path)
    check_same_run(recording.open(tmp_path / "whole.arrows"), recording.open(path), strategy=False)


@pytest.mark.slow
def test_a_run_goes_on_with_a_cluster_and_without(command, points, tmp_path):
    pytest.importorskip("distributed")
    np.save(tmp_path / "p.npy", points)
    words = ("p.npy", "-k", 4, "--init", "random")
    command.ok(*words, "--record", "a.arrows", "-o", "a.gif", *SMALL)
    command.ok(*words, "--record", "b.arrows", "--max-iterations", 2)
    cluster = ("--cluster", "local:2")
    command.ok("--resume", "b.arrows", "--max-iterations", 99, *cluster)
    check_same_run(
        recording.open(tmp_path / "a.arrows"), recording.open(tmp_path / "b.arrows"), strategy=False
    )
    command.ok("--replay", "a.arrows", "-o", "c.gif", *SMALL, *cluster)
    assert (tmp_path / "c.gif").read_bytes() == (tmp_path / "a.gif").read_bytes()
