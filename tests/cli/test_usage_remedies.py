"""Who does what a message says gets on. Remedies for data are followed in tests/kmeans_engine."""

import shlex

import pytest
from command import SMALL, one_line

# What fails; what its message must say, as it can be pasted; the command that follows it.
CASES = [
    ("d.csv", "-k 8", "d.csv -k 8"),
    ("d.csv -k 99", "k between 1 and 9", "d.csv -k 9"),
    ("d.csv -k 2 --labels old.csv", "--overwrite", "d.csv -k 2 --labels old.csv --overwrite"),
    ("d.csv -k 2 -o f_%d.png", "--overwrite", "d.csv -k 2 -o f_%d.png --overwrite"),
    ("d.csv -k 2 --init kmeans++", "k-means++", "d.csv -k 2 --init k-means++"),
    ("d.csv -k 2 --column x", "--columns", "d.csv -k 2 --columns x"),
    ("d.csv -k 2 --race random", "random,k-means++", "d.csv -k 2 --race random,k-means++"),
    ("d.csv -k 2 --fps 3", "-o", "d.csv -k 2 --fps 3 -o run.gif"),
    ("d.csv -k 2 -o run.gif --theme drak", "dark", "d.csv -k 2 -o run.gif --theme dark"),
    ("d.csv -k 2 -o run.gfi", ".gif", "d.csv -k 2 -o run.gif"),
    ("d.csv -k 2 --render gfi", "gif", "d.csv -k 2 --render gif"),
    ("d.csv -k 2 -o a.png --max-size 1MB", "run.mp4", "d.csv -k 2 -o run.mp4 --max-size 1MB"),
    ("d.csv -k 2 --label-name g", "--table FILE", "d.csv -k 2 --label-name g --table t.csv"),
    (
        "d.csv -k 2 --table t.csv --label-name x",
        "--label-name 'x_2'",
        "d.csv -k 2 --table t.csv --label-name x_2",
    ),
    ("d.csv -k 3 --init c.csv", "leave out -k", "d.csv --init c.csv"),
    ("d.csv --clusters 3 -k 2", "leave out either", "d.csv -k 2"),
    ("--describe", "name a file", "d.csv --describe"),
]


@pytest.mark.parametrize(("words", "remedy", "again"), CASES, ids=[case[0] for case in CASES])
def test_a_remedy_works(command, words, remedy, again, tmp_path):
    rows = "".join(f"{n % 3},{n}\n" for n in range(9))
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}")
    (tmp_path / "c.csv").write_text("x,y\n1,2\n2,4\n")
    for name in ("old.csv", "f_3.png"):
        (tmp_path / name).touch()
    picture = SMALL if " -o " in again or "--render" in again else ()
    done = command(*shlex.split(words), *(SMALL if "-o" in words or "--render" in words else ()))
    assert done.status == 2
    assert remedy in one_line(done.err)
    command.ok(*shlex.split(again), *picture)
