"""The pages say what works: their Python and their commands run, their links lead somewhere."""

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib

import numpy as np
import pytest
from command import ROOT

import cli

PAGES = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for path in ROOT.glob(pattern)
)
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

# What a reference page may take for granted; all others run as they are pasted.
FRAGMENTS = ("adding_a_renderer.md", "films.md", "html.md", "troubleshooting.md")
PRELUDE = """
import numpy as np
import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
points = make_clusters(12, 100, seed=1)
engine = Engine(points)
centroids = initial_centroids(points, 12, seed=1)
"""

# What the Python of some pages prints, where a page says so or a run would mean nothing without.
PRINTED = {
    "README.md": r"\A0 1200 .*\n1 0 ",
    "choosing_k.md": r"\n5 of \[2, 3(.*\n)*5 \d+ 58% less than with 4\n6 \d+ 7% less than with 5\n",
    "tutorial.md": r"\nsaved 1-kmeans.mp4\n",
    "verify.md": r"every point is at its nearest centroid\n(.*\n)*\d+ of 1200 points are",
    "when_not.md": r"\n\[\[1. 0.\]\n \[0. 1.\]\]\n(0\.9|1\.)\d+\n",
}
TYPED = "1\n2\n3\n"  # into the menu of the tutorial


NEEDS_DATA = ("gallery.md",)  # of benchmarks that are not in the repository


def blocks(page, *languages):
    """Return the blocks of code of a page, each with the line where it begins."""
    text = page.read_text("utf-8")
    found = re.finditer(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)
    return [
        (text.count("\n", 0, match.start()) + 2, match[2])
        for match in found
        if match[1] in languages
    ]


def lines(page):
    """Return the lines of commands of a page, as they are typed."""
    for _, code in blocks(page, "sh", "console"):
        for line in code.replace("\\\n", " ").splitlines():
            if line.startswith("$ ") or "$ " not in code:  # beside what a command answers
                yield line.removeprefix("$ ")


def commands(page):
    """Return the commands of a page, each as its words, without variables of the environment."""
    for line in lines(page):
        words = shlex.split(line, comments=True)
        ends = [-1, *(i for i, word in enumerate(words) if word in ("|", "&&")), len(words)]
        for before, end in itertools.pairwise(ends):
            command = words[before + 1 : end]
            while command and "=" in command[0]:
                command = command[1:]
            if command:
                yield command


def runs(line):
    """Return whether a line is run here: the command, but for its window and another shell."""
    return re.search(r"(^|\s)(kmeans-engine|-m kmeans_engine)\s", line) and not re.search(
        r"\b(live|fish|pipx|uvx|docker|pip)\b", line
    )


def languages_of(page):
    return {
        *("python" for _ in blocks(page, "python")),
        *("commands" for line in lines(page) if runs(line) and page.name not in NEEDS_DATA),
    }


def pages_with(what):
    pages = [page for page in PAGES if what in languages_of(page)]
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


@pytest.fixture
def environment(tmp_path_factory):
    """The variables with which the command, Python and the example of a plug-in are installed."""
    folder = tmp_path_factory.mktemp("installed")
    for name, script in (("kmeans-engine", "-m kmeans_engine"), ("python", "")):
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {script} "$@"\n')
        program.chmod(0o755)
    info = folder / "kmeans_contact_sheet-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: kmeans-contact-sheet\nVersion: 1\n"
    )
    (info / "entry_points.txt").write_text(
        "[kmeans_engine.renderers]\ncontact-sheet = kmeans_contact_sheet:ContactSheet\n"
    )
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT / "examples/contact_sheet", ROOT))),
    }


def run(program, folder, environment, typed=""):
    return subprocess.run(
        program, cwd=folder, env=environment, input=typed, capture_output=True, text=True
    )


@pytest.mark.slow
@pages_with("python")
def test_python_of_a_page_runs(page, tmp_path, environment):
    """Its blocks run one after the other, as a reader would paste them."""
    script = PRELUDE if page.name in FRAGMENTS else ""
    for at, code in blocks(page, "python"):
        # A window is tested where there is a display.
        code = "\n".join("" if "renderers.show" in line else line for line in code.splitlines())
        script += f"exec(compile({chr(10) * (at - 1) + code!r}, {str(page)!r}, 'exec'))\n"
    done = run([sys.executable, "-c", script], tmp_path, environment, TYPED)
    assert done.returncode == 0, done.stderr
    assert re.search(PRINTED.get(page.name, ""), done.stdout), done.stdout
    for path in tmp_path.iterdir():
        assert path.stat().st_size > 1_000, path


@pytest.fixture
def data(tmp_path):
    """The files that pages speak of."""
    from PIL import Image

    rng = np.random.default_rng(0)
    # Twenty people of each of nine kinds.
    kinds = np.repeat(rng.uniform((150, 50, 20), (190, 100, 70), size=(9, 3)), 20, axis=0)
    people = kinds + rng.normal(size=(180, 3))
    rows = [
        f"{i},{'north' if i % 2 else 'south'},{height:.1f},{weight:.1f},{age:.0f},{400 * age:.0f}"
        for i, (height, weight, age) in enumerate(people)
    ]
    for name in ("data.csv", "sample.csv"):
        (tmp_path / name).write_text("\n".join(["id,place,height,weight,age,income", *rows]))
    towns = [f"{x:.3f},{y:.3f},{people}" for x, y, people in rng.uniform(1, 9e4, (90, 3)).round()]
    (tmp_path / "towns.csv").write_text("\n".join(["east,north,people", *towns]))
    pixels = rng.integers(0, 256, size=(40, 60, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.jpg")
    return tmp_path


@pytest.mark.slow
@pages_with("commands")
def test_commands_of_a_page_run(page, data, environment):
    """One after the other, in one folder: none of them stumbles over what another left."""
    for line in filter(runs, lines(page)):
        done = run(["bash", "-c", f"set -eo pipefail\n{line}"], data, environment)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@by_page
def test_commands_of_a_page_exist(page):
    parser, targets = cli.build_parser(), (ROOT / "Makefile").read_text("utf-8")
    for program, *words in commands(page):
        match program:
            case "kmeans-engine" if "--help" not in words and "--version" not in words:
                parser.parse_args([word for word in words if not word.startswith((">", "<"))])
            case "make":
                for word in words:
                    assert "=" in word or f"\n{word}:" in targets, word
            case "python" if words[0] not in ("-m", "-c"):
                assert (ROOT / words[0]).exists(), words[0]


@by_page
def test_blocks_are_of_kinds_that_are_looked_at(page):
    fences = re.findall(r"^```(\S*)", page.read_text("utf-8"), re.M)[::2]
    kinds = {kind for kind in fences if not kind.startswith("{")}  # {directives} of the site
    known = {
        "python",
        "sh",
        "console",
        "toml",
        "dockerfile",
        "html",
        "json",
        "",
    }  # "": what a program answers
    assert kinds <= known, kinds
    for _, code in blocks(page, "toml"):
        tomllib.loads(code)
    for _, code in blocks(page, "json"):
        json.loads(code)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "dockerfile")])
def test_a_dockerfile_of_a_page_could_be_built(page):
    """There is no Docker here: its instructions are known, and so are the commands in them."""
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    least, end = (tuple(map(int, v.split("."))) for v in re.findall(r"[\d.]+", required))
    for _, code in blocks(page, "dockerfile"):
        steps = [line.split(maxsplit=1) for line in code.replace("\\\n", " ").splitlines()]
        names, said = zip(*steps, strict=True)
        assert names[0] == "FROM"
        assert set(names) <= {"FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "ENTRYPOINT"}
        version = re.fullmatch(r"python:(\d+)\.(\d+)-slim", said[0])
        assert least <= tuple(map(int, version.groups())) < end
        (program,) = json.loads(said[names.index("ENTRYPOINT")])
        assert program == "kmeans-engine"
        asked = [shlex.split(words) for name, words in steps if name == "RUN"]
        assert [words[:2] for words in asked] == [["pip", "install"], [program, "--warm"]]
        assert cli.build_parser().parse_args(asked[1][1:]).warm
        copied = shlex.split(said[names.index("COPY")])[1]
        assert asked[0][-1] == copied


def anchors(page):
    """Return the anchors of the headings of a page, as a forge and Sphinx make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_page
def test_links_of_a_page_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    for link, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


def test_pages_speak_of_examples_and_every_public_name():
    import kmeans_engine
    import renderers
    from kmeans_engine import estimator, recording

    text = {page.name: page.read_text("utf-8") for page in PAGES}
    for example in (
        "own_animation.py",
        "other_algorithms.py",
        "kmeans.ipynb",
        "kmeans_contact_sheet.py",
    ):
        assert example in text["index.md"]
    named = re.findall(r"^\.\. (?:auto\w+|py:data):: (\w+)", text["api.md"], re.M)
    rooms = kmeans_engine, renderers, recording, estimator
    public = {name for room in rooms for name in room.__all__} - {"__version__"}
    assert set(named) == public
    assert len(named) == len(public)


def test_every_figure_is_made_by_a_function_and_shown_on_a_page():
    script = (ROOT / "docs/make_figures.py").read_text("utf-8")
    made = {*re.findall(r"^def (\w+)\(\) -> None:", script, re.M)} - {"main"}
    there = {path.stem for path in (ROOT / "docs/figures").iterdir()}
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert made == there == {*re.findall(r"\(figures/(\w+)\.png\)", text)}


def test_what_pages_print_is_looked_at():
    assert set(PRINTED) <= {page.name for page in PAGES if blocks(page, "python")}


def test_readme_is_a_screen_and_a_half():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= 90
    first = textwrap.dedent("\n".join(lines)).split("```")[1].splitlines()
    assert [line.split("#")[0].strip() for line in first[1:]] == ["make demo", "make test"]
