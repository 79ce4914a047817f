"""The pages say what works: their Python runs, and their commands are commands."""

import re
import shlex
import subprocess
import sys

import pytest

import cli

PAGES = ("README.md", "CONTRIBUTING.md", "docs/*.md")

# What a page may take for granted.
PRELUDE = """
import numpy as np
import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
points = make_clusters(12, 100, seed=1)
engine = Engine(points)
centroids = initial_centroids(points, 12, seed=1)
"""


def pages(root):
    return [page for pattern in PAGES for page in sorted(root.glob(pattern))]


def blocks(page, *languages):
    found = re.findall(r"^```(\w+)\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    return [code for language, code in found if language in languages]


def commands(page):
    """Return the commands of a page, each as its words."""
    for code in blocks(page, "sh", "console"):
        code = code.replace("\\\n", " ")
        for line in code.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            while words and "=" in words[0]:  # variables of the environment
                words = words[1:]
            if words:
                yield words


@pytest.fixture
def plug_in(root, tmp_path):
    """Have the example of a plug-in installed; return the folders that Python must see."""
    info = tmp_path / "kmeans_contact_sheet-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: kmeans-contact-sheet\nVersion: 1\n"
    )
    (info / "entry_points.txt").write_text(
        "[kmeans_engine.renderers]\ncontact-sheet = kmeans_contact_sheet:ContactSheet\n"
    )
    return [str(tmp_path), str(root / "examples/contact_sheet"), str(root)]


@pytest.mark.slow
def test_python_of_all_pages_runs(root, tmp_path, plug_in):
    said = []
    for page in pages(root):
        for code in blocks(page, "python"):
            # A window is tested where there is a display.
            code = "\n".join(line for line in code.splitlines() if "renderers.show" not in line)
            script = f"import sys\nsys.path[:0] = {plug_in!r}\n{PRELUDE}\n{code}"
            done = subprocess.run(
                [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{page}: {code}\n{done.stderr}"
            said.append(done.stdout)
    assert len(said) >= 4
    assert said[0].startswith("0 1200 ")  # README prints iterations
    assert (tmp_path / "run.mp4").stat().st_size > 10_000
    assert (tmp_path / "page.png").stat().st_size > 1_000


def test_commands_of_all_pages_exist(root):
    parser, targets = cli.build_parser(), (root / "Makefile").read_text("utf-8")
    seen = set()
    for page in pages(root):
        for program, *words in commands(page):
            seen.add(program)
            match program:
                case "kmeans-engine" if "--help" not in words:
                    parser.parse_args(words)
                case "make":
                    for word in words:
                        assert "=" in word or f"\n{word}:" in targets, (page, word)
                case "python" if words[0] != "-m":
                    assert (root / words[0]).exists(), (page, words[0])
    assert {"kmeans-engine", "make"} <= seen


def test_links_between_pages_lead_somewhere(root):
    for page in pages(root):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), (page, link)
