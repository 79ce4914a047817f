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
from renderers.stage import warm

FIELDS = [
    *("points", "features", "k", "iterations", "converged", "inertia", "counts"),
    *(
        "standardized",
        "rows_dropped",
        "seconds",
        "compile_seconds",
        "outputs",
        "seed",
        "version",
        "warnings",
    ),
]


def test_summary(command, tmp_path):
    done = command.ok("--seed", 1)
    assert done.out == ""
    assert re.fullmatch(
        r"1,200 points, 2 features, k = 12, seed 1\n"
        r"converged after \d+ iterations, \d+\.\d\d s\n"
        r"(compiled for this machine in \d+\.\d s, first run only\n)?"
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
    assert len(lines) == 11
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


# Advice.

WIDE = "x,income\n1,20000\n2,90000\n1,30000\n3,70000\n"


def test_advice_is_said_and_listed(command, tmp_path):
    (tmp_path / "wide.csv").write_text(WIDE)
    done = command.ok("wide.csv", "-k", 2, "--json")
    (line,) = facts(done)["warnings"]
    assert line.startswith("column 'income' spreads ")
    assert done.err.startswith(f"note: {line}\n4 points, ")
    quiet = command.ok("wide.csv", "-k", 2, "--json", "--quiet")
    assert (quiet.err, facts(quiet)["warnings"]) == ("", [line])
    # Who follows it is not advised again.
    assert facts(command.ok("wide.csv", "-k", 2, "--json", "--standardize"))["warnings"] == []


def test_advice_on_the_result_comes_after_it(command, tmp_path):
    (tmp_path / "d.csv").write_text("a,b\n1,2\n2,1\n3,3\n")
    (tmp_path / "c.csv").write_text("a,b\n2,2\n90,90\n")
    done = command.ok("d.csv", "--init", "c.csv", "--json")
    assert done.err.splitlines()[-1].startswith("note: cluster 1 is empty: ")
    assert len(facts(done)["warnings"]) == 1
    # The remedy works.
    done = command.ok("d.csv", "-k", 2, *["--init", "k-means++", "--runs", "10", "--json"])
    assert facts(done)["warnings"] == []


def test_what_was_read_is_said(command, tmp_path):
    (tmp_path / "d.csv").write_text("name,a,b\nann,1,2\nbob,2,1\neve,9,9\n")
    done = command.ok("d.csv", "-k", 2, "--json")
    (line,) = facts(done)["warnings"]
    assert "name (text)" in line
    assert f"note: {line}" in done.err
    assert "columns=" not in line


def test_a_description(command, tmp_path):
    (tmp_path / "d.csv").write_text("name,a,b\nann,1,2\nbob,,1\neve,9,9\n")
    done = command.ok("d.csv", "--describe")
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["column", "type", "missing", "smallest", "mean", "largest", "used"]
    assert lines[1].endswith("no: text")
    assert lines[2].split()[-5:] == ["1", "1", "5", "9", "yes"]
    described = json.loads(command.ok("d.csv", "--describe", "--json").out)
    assert done.err == ""
    assert [(one["name"], one["used"], one["missing"]) for one in described] == [
        ("name", False, 0), ("a", True, 1), ("b", True, 0),
    ]  # fmt: skip
    # It may be added to a command that is there already.
    assert command.ok("d.csv", "-k", 2, "--describe").out == done.out
    assert files(tmp_path) == ["d.csv"]


def test_a_description_says_how_it_was_read(command, tmp_path):
    (tmp_path / "d.csv").write_text("0,1\n5,2\n8,9\n")
    done = command.ok("d.csv", "--describe")
    clustered = command.ok("d.csv", "-k", 2, "--json", "--quiet")
    (line,) = facts(clustered)["warnings"]
    assert line.startswith("the first row (0, 1) was taken as names")
    assert done.err == f"note: {line}\n"
    assert command.ok("d.csv", "--describe", "--quiet").err == ""


def test_warm_says_where_machine_code_is_kept(command, monkeypatch):
    done = []
    monkeypatch.setattr(warm, "steps", lambda: [("this", lambda: done.append(1))])
    monkeypatch.setattr(warm, "kept", lambda: warm.Kept("/somewhere", 12, 3_400_000, True))
    assert command.ok("--warm").out == "12 files of machine code, 3.4 MB, in /somewhere\n"
    assert done == [1]


def test_warm_says_if_it_cannot_be_kept(command, monkeypatch):
    monkeypatch.setattr(warm, "steps", list)
    monkeypatch.setattr(warm, "kept", lambda: warm.Kept("/somewhere", 0, 0, False))
    done = command("--warm")
    assert (done.status, done.out) == (2, "")
    assert "cannot write the machine code to /somewhere; set NUMBA_CACHE_DIR" in done.err
