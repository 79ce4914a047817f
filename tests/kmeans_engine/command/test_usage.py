"""What options mean together."""

from pathlib import Path

import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.command.parser import build_parser
from kmeans_engine.command.usage import (
    Entrant,
    check_usage,
    entrants,
    read_options,
    says_data,
    stem,
)
from kmeans_engine.tables import ReadOptions

_PLUS = Entrant("k-means++", "k-means++", 0)
_FILE = Entrant("a#2.csv", "a#2.csv", 0)


def parse(words):
    return build_parser().parse_args(words.split())


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("", [Entrant("random", "random")]),  # as the tutorial does
        ("d.csv", [Entrant("k-means++", "k-means++")]),
        ("d.csv --init random", [Entrant("random", "random")]),
        ("--init c.csv", [Entrant("c.csv", "c.csv")]),
        (
            "--race random,k-means++,random,a/c.csv",
            [
                Entrant("random#1", "random", 0),
                Entrant("k-means++", "k-means++", 0),
                Entrant("random#2", "random", 1),
                Entrant("a/c.csv", "a/c.csv", 0),
            ],
        ),
        ("--race random#7,k-means++", [Entrant("random#7", "random", 6), _PLUS]),
        ("--race random*3", [Entrant(f"random#{n + 1}", "random", n) for n in range(3)]),
        ("--race random*1,k-means++", [Entrant("random", "random", 0), _PLUS]),
        (
            "--race random,random#1,random*2",  # those without a number take those that are free
            [Entrant(f"random#{n + 1}", "random", n) for n in (1, 0, 2, 3)],
        ),
        ("--race k-means++#2,a#2.csv", [Entrant("k-means++#2", "k-means++", 1), _FILE]),
    ],
)
def test_entrants(words, runs):
    assert entrants(parse(words)) == runs


def test_titles():
    assert [one.title for one in entrants(parse("--race random,random,a/c.csv.gz"))] == [
        "random#1",
        "random#2",
        "c",
    ]


@pytest.mark.parametrize(
    "words", ["-k 3", "--columns a", "--header no", "--describe", "--init c.csv", "--drop-missing"]
)
def test_what_is_about_data(words):
    assert says_data(parse(words))


@pytest.mark.parametrize("words", ["", "--render live", "--init random", "--labels -", "--seed 1"])
def test_what_may_be_the_demo(words):
    assert not says_data(parse(words))


def test_what_is_said_of_a_file():
    assert read_options(parse("d.csv")) == ReadOptions()
    args = parse("d.csv --missing x,y --missing - --drop-missing --columns -id --header no")
    want = ReadOptions(missing=("x", "y", "-"), drop_missing=True, columns="-id", header="no")
    assert read_options(args) == want


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("d.csv -k 2 --labels - --table -", "--labels - and --table - would both go to standard"),
        ("d.csv -k 2 --table - --json", "--table - and --json would both go to standard output"),
        ("d.csv", r"d\.csv needs a number of clusters; add it, as in -k 8, or compare"),
        ("-", "standard input needs a number of clusters"),
        ("--sheet a", "--sheet has no effect without DATA; name a file to read"),
        ("--race random", "--race random needs at least two starts"),
        ("--race random*1", r"--race random\*1 needs at least two starts"),
        (
            "--race random#0,random",
            "--race random#0 needs a number of at least 1, such as ran",
        ),
        ("--race random*0,random*2", r"--race random\*0 needs .* such as random\*3"),
        ("--race random#2,random#2", "--race random#2,random#2 names random#2 twice, and both"),
        ("--race a.csv,a.csv", "--race a.csv,a.csv names a.csv twice, and both"),
        ("--race randm#2,random", "--race randm#2 is neither a method nor a file; did you mean r"),
        ("--race randm*2", r"--race randm\*2 is neither a method nor a file; did you mean random"),
        ("--race random*999999999999", r"--race random\*9+ has more than 64 runs, too many"),
        ("d.csv -k 2 --spread 1", "--spread has no effect with DATA; leave out either"),
    ],
)
def test_what_does_not_go_together(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("d.csv").touch()
    with pytest.raises(InvalidInput, match=f"^{said}"):
        check_usage(parse(words), ("fps",))


@pytest.mark.parametrize(
    "words", ["d.csv --describe", "d.csv -k 2 --table -", "--race random,random"]
)
def test_what_goes_together(words):
    check_usage(parse(words), ("fps",))


@pytest.mark.parametrize(
    ("name", "short"),
    [("a/iris.csv", "iris"), ("iris.csv.gz", "iris"), ("iris.tsv.BZ2", "iris"), ("iris", "iris"),
     ("-", ""), (None, "")],
)  # fmt: skip
def test_stems(name, short):
    assert stem(name) == short
