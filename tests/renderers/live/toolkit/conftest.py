"""Processes that open a window on the X server of the tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screen import Program, Screen
from windows import SETUP


@pytest.fixture
def run(screen: Screen, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start a script, with what `SETUP` defines, in the test's own folder."""
    programs: list[Program] = []

    def start(script: str, **given: int) -> Program:
        env = {"DISPLAY": screen.display, "MPLBACKEND": "tkagg"}
        programs.append(Program(SETUP + textwrap.dedent(script), tmp_path, env, **given))
        return programs[-1]

    yield start
    for program in programs:
        program.kill()
