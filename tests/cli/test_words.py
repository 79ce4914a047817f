"""What the command prints: the summary, JSON, help, the list of renderers."""

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from command import ROOT, SMALL, facts, files

import cli
import kmeans_engine
from kmeans_engine.__main__ import run

FIELDS = [
    *("points", "features", "k", "iterations", "converged", "inertia", "standardized", "counts"),
    *("rows_dropped", "seconds", "outputs", "seed", "version"),
]


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
    assert script.load() is run
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "--seed", "1", "--json", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["seed"] == 1
    assert done.stderr == ""
