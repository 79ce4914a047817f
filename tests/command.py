"""Runs the command line: in this process where that is honest, in one of its own where not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli

ROOT = Path(__file__).parents[1]
SMALL = ("--size", "120x90")  # films that are made in no time

# The same as the command, but tells when it has begun: what comes later is for us to handle.
READY = """\
from kmeans_engine.runtime.signals import leave_at_once
leave_at_once("kmeans-engine: ")
print("ready", flush=True)
import sys
from kmeans_engine.__main__ import run
sys.exit(run())"""


@dataclass(frozen=True)
class Done:
    """What a command left: its status and its words."""

    status: int
    out: str
    err: str


class Command:
    """Calls `cli.main` and collects what it prints; the folder is the test's own."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *args: object) -> Done:
        self._capfd.readouterr()
        status = cli.main([str(arg) for arg in args])
        return Done(status, *self._capfd.readouterr())

    def ok(self, *args: object) -> Done:
        done = self(*args)
        assert done.status == 0, done.err
        return done


def start(*args: object, **options: object) -> subprocess.Popen[bytes]:
    """Start a process; its first line on stdout is ``ready``, which is waited for."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-c", READY, *map(str, args)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=env, bufsize=0, **{**pipes, **options})
    assert process.stdout.readline().strip() == b"ready", process.stderr.read()
    return process


def run(*args: object, **options: object) -> Done:
    """Run a process to its end."""
    process = start(*args, **options)
    try:
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    return Done(process.returncode, out.decode(), (err or b"").decode())


def facts(done: Done) -> dict:
    """Return the one JSON object that is all of standard output."""
    assert done.out.count("\n") == 1
    return json.loads(done.out)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def one_line(err: str) -> str:
    """Check that an error is what the user should see, and return its words."""
    assert err.startswith("kmeans-engine: "), err
    assert err.endswith("\n"), err
    assert err.count("\n") == 1, err
    return err.removeprefix("kmeans-engine: ").strip()


def ours(folder):
    """Return the processes that write into a folder, but for the command itself."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return [int(line[0]) for line in lines if len(line) > 1 and f"file:{folder}" in line[1]]


def hidden(folder):
    return [path for path in folder.iterdir() if path.name.startswith(".")]
