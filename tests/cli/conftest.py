"""What the tests of the command line share: the command in a folder of its own, and data."""

import numpy as np
import pytest
from command import Command


@pytest.fixture
def command(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Command(capfd)


@pytest.fixture
def points():
    rng = np.random.default_rng(5)
    return (rng.uniform(-9, 9, (4, 1, 2)) + rng.normal(0, 0.6, (4, 40, 2))).reshape(-1, 2)


@pytest.fixture
def data(points, tmp_path):
    """A table with a text column, as people have them."""
    names = np.repeat(["a", "b", "c", "d"], 40)
    rows = "".join(f"{n},{x!r},{y!r}\n" for n, (x, y) in zip(names, points.tolist(), strict=True))
    path = tmp_path / "data.csv"
    path.write_text(f"name,width,height\n{rows}", encoding="utf-8")
    return path
