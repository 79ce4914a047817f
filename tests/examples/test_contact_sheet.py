"""The example plug-in is installed for real, found, and held to the contract."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SAVE = """
import sys
import numpy as np
import renderers
from kmeans_engine import Engine
from renderers import registry

assert "kmeans_contact_sheet" not in sys.modules
(row,) = [r for r in registry.describe_all() if r.name == "contact-sheet"]
print(row.origin, "|", row.writes, "|", row.problem)
points = np.random.default_rng(0).uniform(size=(400, 2))
snapshots = list(Engine(points).snapshots(points[:6], max_iterations=6))
print(renderers.save(snapshots, sys.argv[1], renderer="contact-sheet", size=(80, 60)))
print(len(snapshots))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the example as a user does, apart from the network; return the environment to use."""
    folder = tmp_path_factory.mktemp("contact_sheet")
    # A copy, so that the build leaves nothing in the checkout.
    source = folder / "source"
    source.mkdir()
    for file in (ROOT / "examples" / "contact_sheet").iterdir():
        if file.is_file():
            (source / file.name).write_bytes(file.read_bytes())
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*command, "--target", folder / "site", source], check=True)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)])}


def test_save(installed, tmp_path):
    page = tmp_path / "page.png"
    run = subprocess.run(
        [sys.executable, "-c", SAVE, str(page)],
        env=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    described, path, count = run.stdout.splitlines()
    assert described.split(" | ")[:2] == [
        "kmeans-contact-sheet 1.0",
        "one page with iterations 0, 1, 2, 4, 8, ... and the last",
    ]
    assert path == str(page)
    assert int(count) == 7
    assert list(tmp_path.iterdir()) == [page]
    with Image.open(page) as image:
        sheet = np.array(image)
    # Iterations 0, 1, 2, 4 and 6: two rows of three, the last place empty.
    assert sheet.shape == (2 * 60, 3 * 80, 3)
    places = sheet.reshape(2, 60, 3, 80, 3).swapaxes(1, 2).reshape(6, -1, 3)
    assert [len(np.unique(place, axis=0)) > 10 for place in places] == [True] * 5 + [False]
    assert all(not np.array_equal(a, b) for a, b in pairwise(places))


def test_contract(installed):
    # The suite that the built-ins pass, in a process that sees the plug-in.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "contact-sheet",
    ]
    run = subprocess.run(
        [*command, "tests/renderers/test_contract.py"],
        cwd=ROOT,
        env=installed,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
