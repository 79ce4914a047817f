"""`--weights COLUMN`: what is clustered, told, recorded and drawn, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from command import facts, one_line

from kmeans_engine import Engine, initial_centroids


@pytest.fixture
def table(tmp_path):
    """Points as whole numbers, and how often each is there."""
    rng = np.random.default_rng(1)
    rows = np.concatenate([rng.normal(9 * i, 1, (50, 2)) for i in range(3)])
    weights = rng.integers(0, 5, len(rows))
    lines = [f"{x!r},{y!r},{w}" for (x, y), w in zip(rows.tolist(), weights.tolist(), strict=True)]
    (tmp_path / "data.csv").write_text("\n".join(["x,y,pop", *lines, ""]))
    many = [line.rpartition(",")[0] for line in np.repeat(lines, weights).tolist()]
    (tmp_path / "many.csv").write_text("\n".join(["x,y", *many, ""]))
    (tmp_path / "start.csv").write_text("\n".join(["x,y", *(lines[i][:-2] for i in (0, 60, 70))]))
    return rows, weights


def test_a_weight_is_so_many_rows(command, table):
    words = ("--init", "start.csv", "--json")
    got = facts(command.ok("data.csv", "--weights", "pop", *words, "--centroids", "a.csv"))
    want = facts(command.ok("many.csv", *words, "--centroids", "b.csv"))
    assert got["weights"] == want["counts"] and sum(got["counts"]) == 150
    assert (got["inertia"], got["iterations"]) == (want["inertia"], want["iterations"])
    assert got["weighted_by"] == "pop" and got["features"] == 2
    assert Path("a.csv").read_text() == Path("b.csv").read_text()
    near = facts(command.ok("data.csv", "--weights", "pop", "--standardize", *words))
    want = facts(command.ok("many.csv", "--standardize", *words))
    assert near["inertia"] == pytest.approx(want["inertia"], rel=1e-9)


def test_starts_and_runs_draw_by_weight(command, table):
    rows, weights = table
    for method in ("random", "k-means++", "k-means||"):
        seed = np.random.SeedSequence([5, 1, 0])
        start = initial_centroids(rows, 3, weights=weights, method=method, seed=seed)
        want = Engine(rows, weights=weights).fit(start).inertia
        words = ("data.csv", "-k", 3, "--weights", 2, "--init", method, "--seed", 5, "--json")
        assert facts(command.ok(*words))["inertia"] == want
    best = facts(command.ok("data.csv", "-k", 3, "--weights", "pop", "--runs", 4, "--json"))
    race = command.ok("data.csv", "-k", 3, "--weights", "pop", "--race", "random*2", "--json")
    assert best["weights"] and facts(race)["weights"]


def test_the_summary_tells_weights(command, table):
    done = command.ok("data.csv", "-k", 3, "--weights", "pop")
    assert "\nweights " in done.err and "(pop)" in done.err
    described = json.loads(command.ok("data.csv", "--describe", "--weights", "pop", "--json").out)
    assert [(one["name"], one["used"]) for one in described] == [
        ("x", True), ("y", True), ("pop", False),
    ]  # fmt: skip


@pytest.mark.parametrize("points", [(), ("--record-points",)])
def test_recordings_replay_and_resume(points, command, table):
    words = ("data.csv", "-k", 3, "--weights", "pop", "--init", "random", "--json")
    want = facts(command.ok(*words, "--labels", "want.csv"))
    assert want["iterations"] > 2
    cut = ("--record", "run.arrows", "--max-iterations", 1, *points)
    command.ok(*words, *cut)
    if points:
        Path("data.csv").rename("away.csv")
    told = facts(command.ok("--replay", "run.arrows", "-o", "a.png", "--json"))
    assert told["weighted_by"] == "pop" and sum(told["weights"]) == sum(want["weights"])
    done = facts(command.ok("--resume", "run.arrows", "--max-iterations", 999, "--json",
                            "--labels", "got.csv"))  # fmt: skip
    same = ("inertia", "iterations", "weights", "counts", "converged")
    assert [done[name] for name in same] == [want[name] for name in same]
    assert Path("got.csv").read_text() == Path("want.csv").read_text()
    described = json.loads(command.ok("run.arrows", "--describe", "--json").out)
    assert described["weights"] == want["weights"] and described["weighted_by"] == "pop"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--weights", "nope"), "data.csv has no column 'nope'; choose from x, y, pop"),
        (("--weights", "pop", "--columns", "pop"), "holds the weights, and no other one is left"),
        (
            ("--weights", "low"),
            "weights are at least 0, and column 'low' holds -1 in row 1; give rows",
        ),
        (("--weights", "pop", "-k", 149), "needs at least 149 points of positive weight, got"),
    ],
)
def test_what_cannot_be_done(words, said, command, table):
    if "low" in words:
        rows = Path("data.csv").read_text().splitlines()
        lows = ["low", *(str(i % 2 - 1) for i in range(len(rows) - 1))]
        Path("data.csv").write_text("\n".join(map(",".join, zip(rows, lows, strict=True))))
    done = command("data.csv", "-k", 3, *words)
    assert done.status == 2 and said in one_line(done.err)


def test_weights_need_data(command):
    assert "--weights has no effect without DATA" in one_line(command("--weights", "a").err)
