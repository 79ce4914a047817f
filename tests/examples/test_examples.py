"""The examples run, and make what they say."""

import subprocess
import sys

import pytest
from PIL import Image

from kmeans_engine import Engine, initial_centroids, make_clusters

pytestmark = pytest.mark.slow


def test_snapshots_are_frames_of_a_func_animation(root, tmp_path):
    film = tmp_path / "own.gif"
    subprocess.run([sys.executable, root / "examples" / "own_animation.py", film], check=True)
    points = make_clusters(12, 100, seed=69)
    last = Engine(points).fit(initial_centroids(points, 12, seed=69))
    with Image.open(film) as image:
        assert image.n_frames == last.iteration + 1


def test_the_readme_says_what_works(root, tmp_path):
    text = (root / "README.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    # The window of its last line is tested where there is a display.
    code = "\n".join(line for line in code.splitlines() if "renderers.show" not in line)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[0].startswith("0 1200 ")
    assert (tmp_path / "run.mp4").stat().st_size > 10_000
