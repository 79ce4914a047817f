"""Starts, limits, the best of several runs, and the seed that repeats everything."""

import numpy as np
import pytest
from command import SMALL, facts, files
from media import read_gif

from kmeans_engine import Engine


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
    assert read_gif(tmp_path / "r.gif").seconds.sum() == pytest.approx(done["iterations"] / 2 + 3)


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
            "--threads", 1 if name == "a" else 3, "--strategy", "auto" if name == "a" else "bounds",
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


def test_own_data_give_the_same_answer_each_time(command, data):
    words = (data, "--columns", "width,height", "-k", 4, "--json")
    first = facts(command.ok(*words))
    assert first["seed"] == 0
    again = facts(command.ok(*words))
    same = ("inertia", "counts", "iterations", "seed")
    assert [first[name] for name in same] == [again[name] for name in same]
    # It is k-means++ that starts.
    told = facts(command.ok(*words, "--init", "k-means++", "--seed", 0))
    assert told["counts"] == first["counts"]


def test_a_seed_of_ones_own_is_drawn_if_asked_for(command, data):
    words = (data, "--columns", "width,height", "-k", 4, "--init", "random", "--json")
    drawn = [facts(command.ok(*words, "--seed", "random")) for _ in range(3)]
    assert len({one["seed"] for one in drawn}) == 3
    for one in drawn:
        assert facts(command.ok(*words, "--seed", one["seed"]))["counts"] == one["counts"]


def test_the_demo_starts_as_the_tutorial_does(command):
    random = facts(command.ok("--seed", 4, "--json", "--init", "random"))
    assert facts(command.ok("--seed", 4, "--json"))["inertia"] == random["inertia"]


def test_clusters_of_new_data(command, data, points, tmp_path):
    columns = ("--columns", "width,height")
    command.ok(data, *columns, "-k", 4, "--centroids", "c.csv", "--labels", "old.npy")
    new = ("new.csv", *columns, "--init", "c.csv", "--max-iterations", 0)
    (tmp_path / "new.csv").write_text("height,width\n" + "".join(
        f"{y!r},{x!r}\n" for x, y in points[::-1].tolist()
    ))  # fmt: skip
    said = command.ok(*new, "--labels", "-", "--quiet").out.split()
    assert said[0] == "label"
    labels = [int(label) for label in said[:0:-1]]
    assert labels == np.load(tmp_path / "old.npy").tolist()
    # One row is enough, and that other clusters are empty is nothing to remark on.
    x, y = points[0].tolist()
    (tmp_path / "new.csv").write_text(f"height,width\n{y!r},{x!r}\n")
    done = command.ok(*new, "--labels", "-")
    assert done.out == f"label\n{labels[0]}\n"
    assert "note:" not in done.err


def test_the_columns_of_new_data_are_those_of_the_centroids(command, tmp_path):
    (tmp_path / "c.csv").write_text("x,y\n0,0\n9,0\n0,9\n")
    new = ("--init", "c.csv", "--max-iterations", 0, "--labels", "-")
    # Here x is constant, an id looks as usual, and another column is a number as well.
    (tmp_path / "new.csv").write_text("id,y,z,x\n7,1,5,8\n8,2,1,8\n9,8,3,8\n")
    done = command.ok("new.csv", *new)
    assert done.out.split() == ["label", "1", "1", "1"]
    assert done.err.startswith("note: as in the centroids, the columns are x, y\n3 points, 2 ")
    other = command.ok("new.csv", *new, "--columns", "y,x", "--quiet")
    assert other.out == done.out
    # Other names count by place, as those of centroids that have none do.
    (tmp_path / "new.csv").write_text("a,b\n1,8\n2,7\n8,3\n")
    done = command.ok("new.csv", *new)
    assert done.out.split() == ["label", "2", "2", "1"]
    assert done.err.startswith("note: centroids count by place: x, y are a, b\n")
    (tmp_path / "c.csv").write_text("0,0\n9,0\n0,9\n")
    done = command.ok("new.csv", *new)
    assert done.out.split() == ["label", "2", "2", "1"]
    assert "note:" not in done.err
