"""Options as they are typed, and the line that reproduces a film."""

import shlex

import pytest

from kmeans_engine.command.spelling import flag, spell_command


@pytest.mark.parametrize(
    ("name", "typed"), [("k", "-k"), ("max_size", "--max-size"), ("fps", "--fps")]
)
def test_flag(name, typed):
    assert flag(name) == typed


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (None, {"seed": 69}, ["--seed", "69"]),
        ("a/b c.csv", {"k": 3, "smooth": True}, ["b c.csv", "-k", "3", "--smooth"]),
        ("in/-x.csv", {"size": (64, 48)}, ["./-x.csv", "--size", "64x48"]),
        ("-", {"title": "-o; 'x'"}, ["-", "--title=-o; 'x'"]),
        (None, {"race": "random, in/a.npy"}, ["--race", "random,a.npy"]),
        (None, {"init": "in/a.npy"}, ["--init", "a.npy"]),
    ],
)
def test_command(data, options, words):
    assert shlex.split(spell_command(data, options)) == ["kmeans-engine", *words]
