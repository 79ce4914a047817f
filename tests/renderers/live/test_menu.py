"""The menu in the terminal: what it asks, what it posts, how it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from renderers.live import start_menu
from renderers.live.commands import KEYS
from renderers.live.menu import CHOICES, read_line
from renderers.stage.window import Commands


def converse(*answers: str) -> tuple[list[str], list[str]]:
    """Return what was posted and what was said, for these answers and then the end of the input."""
    posted: list[str] = []
    said: list[str] = []
    lines = iter([f"{answer}\n" for answer in answers])
    thread = start_menu(posted.append, say=said.append, read=lambda: next(lines, ""))
    assert thread.daemon
    thread.join(10)
    assert not thread.is_alive()
    return posted, said


def test_offers_the_four_choices():
    _, said = converse()
    assert said == [
        "(1) randomise clusters and centroids\n"
        "(2) randomise centroids only\n"
        "(3) save the animation\n"
        "(4) exit\n"
        "type 1, 2, 3 or 4"
    ]


@pytest.mark.parametrize(
    ("answer", "command"),
    [("1", "new clusters"), ("2", "new centroids"), ("3", "save"), (" 4 ", "exit")],
)
def test_posts_what_was_chosen(answer: str, command: str):
    posted, said = converse(answer)
    assert posted == [command]
    assert len(said) == 1


@pytest.mark.parametrize("answer", ["0", "5", "", "one", "11", "q"])
def test_an_invalid_choice_is_told_so_and_asked_again(answer: str):
    posted, said = converse(answer, "2")
    assert said[1:] == [f"{answer!r} is not a choice; type 1, 2, 3 or 4"]
    assert posted == ["new centroids"]


def test_a_race_offers_what_it_can_do():
    said: list[str] = []
    lines = iter(["1\n", "4\n"])
    posted: list[str] = []
    thread = start_menu(
        posted.append, say=said.append, read=lambda: next(lines, ""), without=Commands().missing
    )
    thread.join(10)
    assert posted == ["exit"]
    assert said == [
        "(3) save the animation\n(4) exit\ntype 3 or 4",
        "'1' is not a choice; type 3 or 4",
    ]


def test_asks_again_after_each_choice_until_exit():
    posted, _ = converse("1", "3", "2", "4", "1")
    assert posted == ["new clusters", "save", "new centroids", "exit"]


def test_the_end_of_the_input_only_ends_the_menu():
    posted, _ = converse("1")
    assert posted == ["new clusters"]


@pytest.mark.parametrize("how", ["closed", "none", "ended"])
def test_a_stdin_that_gives_nothing_only_ends_the_menu(
    how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with (tmp_path / "empty").open("w+") as empty:
        if how == "closed":
            empty.close()
        monkeypatch.setattr(sys, "stdin", None if how == "none" else empty)
        posted: list[str] = []
        thread = start_menu(posted.append, say=lambda line: None)
        thread.join(10)
        assert not thread.is_alive()
    assert posted == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals in os")
def test_reads_lines_of_a_terminal(monkeypatch: pytest.MonkeyPatch):
    keyboard, terminal = os.openpty()
    with open(terminal) as stdin:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdin", stdin)
        os.write(keyboard, b"3\n\n2\n\x04")
        assert [read_line() for _ in range(4)] == ["3\n", "\n", "2\n", ""]
    os.close(keyboard)


def test_every_choice_has_a_key():
    assert {command for _, command in CHOICES.values()} <= set(KEYS.values())
