"""Options as they are typed, and the line that reproduces a film."""

import shlex

import pytest

from kmeans_engine.command.parser import build_parser
from kmeans_engine.command.spelling import flag, spell_command, spell_options


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
        ("a.csv", {"missing": ["-", "n/a"]}, ["a.csv", "--missing=-", "--missing=n/a"]),
        ("a.csv", {"columns": "-id,b c"}, ["a.csv", "--columns=-id,b c"]),
    ],
)
def test_command(data, options, words):
    assert shlex.split(spell_command(data, options)) == ["kmeans-engine", *words]


@pytest.mark.parametrize(
    "value",
    [
        *("a,b", "a b", "it's", 'say "no"', 'it\'s "it"', "a(b),c", "$HOME `x` \\", "-id", "-k"),
        *("x;y", "größe", "50%", "a=b", ""),
    ],
)
def test_remedies_can_be_pasted(value):
    message = f"choose some ({'columns='}{value!r}) or others"
    said = spell_options(message, ["columns", "missing"])
    assert said.startswith("choose some (--columns")
    words = shlex.split(said.removeprefix("choose some (").removesuffix(") or others"))
    assert words in (["--columns", value], [f"--columns={value}"])
    assert build_parser().parse_args(words).columns == value


@pytest.mark.parametrize(
    ("message", "names", "said"),
    [
        ("leave them out (drop_missing=True) or", ["drop_missing"], "(--drop-missing) or"),
        ("k=5 needs at least 5 points", ["k"], "-k 5 needs at least 5 points"),
        ("size=(0, 10) must be", ["size"], "--size (0, 10) must be"),
        ("fps=0 and dpi=3", ["fps", "dpi"], "--fps 0 and --dpi 3"),
        ("label=3 of label_name='x'", ["label_name"], "label=3 of --label-name 'x'"),
        ("k=5 needs", [], "k=5 needs"),
        ("header='k=5'", ["header", "k"], "--header 'k=5'"),
    ],
)
def test_options_in_a_message(message, names, said):
    assert said in spell_options(message, names)
