"""Tab in the shells themselves."""

import os
import shutil
import subprocess
import sys

import pytest
from command import ROOT

BASH = """
source <(kmeans-engine --print-completion bash)
COMP_LINE="$1"; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
_python_argcomplete kmeans-engine
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = """
kmeans-engine --print-completion fish | source
complete -C "$argv[1]"
"""
# zsh completes in its line editor only, which needs a terminal.
ZSH = """
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'autoload -U compinit; compinit -u -D; eval "$(kmeans-engine --print-completion zsh)"'
zpty -w shell 'print REA''DY'
zpty -r shell said '*READY*'
zpty -w -n shell "$1"$'\\t'
sleep 4
zpty -w -n shell $'\\C-a: \\C-e; print "<""$?>"\\n'
zpty -r shell said '*<0>*'
print -r -- "$said"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a file, where `kmeans-engine` is this one."""
    programs = tmp_path / "programs"
    programs.mkdir()
    command = programs / "kmeans-engine"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "measured.csv").touch()
    return tmp_path


def completed(shell, script, words, folder):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    options = {"bash": ["--norc", "-c", script, "bash"], "fish": ["--no-config", "-c", script]}
    done = subprocess.run(
        [program, *options.get(shell, ["-f", "-c", script, "zsh"]), words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


CASES = [
    ("--standa", {"--standardize"}),
    ("--th", {"--theme", "--thousands", "--threads"}),
    ("--theme d", {"dark"}),
    ("--render we", {"webm"}),
    ("measured.csv --init k", {"k-means++", "k-means||"}),
    ("mea", {"measured.csv"}),
]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other shells")
@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("fish", FISH)])
@pytest.mark.parametrize(("words", "offered"), CASES)
def test_what_is_offered(shell, script, words, offered, folder):
    said = completed(shell, script, f"kmeans-engine {words}", folder)
    # bash takes | for its own, unless it is told otherwise.
    words = {line.split("\t")[0].strip().replace("\\", "") for line in said.splitlines()}
    assert words - {""} == offered


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other shells")
@pytest.mark.parametrize(("words", "offered"), [CASES[0], CASES[2], CASES[5]])
def test_what_zsh_completes(words, offered, folder):
    said = completed("zsh", ZSH, f"kmeans-engine {words}", folder)
    assert " ".join(f"kmeans-engine {words}".split()[:-1]) + f" {offered.pop()}" in said
