"""Words to values: dashes that begin a value, words that were meant, what --help says."""

import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.command.parser import STATUSES, build_parser


def parse(*words):
    return build_parser().parse_args(list(words))


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--columns", "-id"], "columns", "-id"),
        (["--columns", "-id,-name"], "columns", "-id,-name"),
        (["--columns", "-3"], "columns", "-3"),
        (["--columns", "-k3"], "columns", "-k3"),
        (["--columns", "-origin"], "columns", "-origin"),  # not -o rigin
        (["--columns=-k"], "columns", "-k"),
        (["--missing", "-"], "missing", ["-"]),
        (["--missing", "-999", "--missing", "x,y"], "missing", ["-999", "x,y"]),
        (["--delimiter", "-"], "delimiter", "-"),
        (["--title", "-draft"], "title", "-draft"),
        (["-o", "-x.mp4"], "output", ["-x.mp4"]),
        (["--labels", "-"], "labels", "-"),
        (["--fps", "-2"], "fps", -2.0),
        (["--smooth", "-k", "3"], "k", 3),
        (["-k3"], "k", 3),
        (["--seed", "7"], "seed", 7),
        (["--seed", "random"], "seed", "random"),
        (["--", "-data.csv"], "data", "-data.csv"),
        (["-"], "data", "-"),
    ],
)
def test_values(words, name, value):
    assert getattr(parse(*words), name) == value


def test_all_around_a_value_that_begins_with_a_dash():
    args = parse("d.csv", "--columns", "-id", "-k", "3", "--json")
    assert (args.data, args.columns, args.k, args.json) == ("d.csv", "-id", 3, True)


@pytest.mark.parametrize("words", [["--columns"], ["--columns", "-k", "3"], ["--title", "--json"]])
def test_a_value_that_is_missing(words):
    with pytest.raises(InvalidInput, match="expected one argument; see kmeans-engine --help"):
        parse(*words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["--column", "a,b"], "--columns"),
        (["--colums=a"], "--columns"),
        (["--labls", "l.csv"], "--labels"),
        (["--Theme", "dark"], "--theme"),
        (["--standardise"], "--standardize"),
        (["--max-iteration", "3"], "--max-iterations"),
        (["--out", "a.mp4"], "--output"),
    ],
)
def test_options_that_were_meant(words, meant):
    with pytest.raises(InvalidInput, match=rf"unrecognized arguments: .*did you mean {meant}\?$"):
        parse("d.csv", *words)


@pytest.mark.parametrize("word", ["--xyzzy", "-x"])
def test_options_that_nobody_knows(word):
    with pytest.raises(InvalidInput, match=rf"unrecognized arguments: {word}; see .* --help"):
        parse("d.csv", word)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("other.csv", r"^d\.csv and other\.csv are two files, .*; leave out the other$"),
        ("8", r"did you mean -k 8\?$"),
        ("", "is empty; leave it out"),
    ],
)
def test_a_word_too_many(word, said):
    with pytest.raises(InvalidInput, match=said):
        parse("d.csv", word)


@pytest.mark.parametrize("words", [["--header", "Yes"], ["--print-completion", "zhs"]])
def test_words_of_a_list(words):
    with pytest.raises(InvalidInput, match=r"is not one of .*: did you mean (yes|zsh)\?$"):
        parse(*words)


def test_help_tells_the_exit_statuses():
    assert build_parser().format_help().endswith(STATUSES)
    assert "%%" not in build_parser().format_help()
