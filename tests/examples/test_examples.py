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


def test_steps_of_other_algorithms_are_drawn(root, tmp_path):
    example = root / "examples" / "other_algorithms.py"
    subprocess.run([sys.executable, example, tmp_path], check=True)
    with Image.open(tmp_path / "minibatch.gif") as film, Image.open(tmp_path / "dbscan.png") as end:
        assert film.n_frames > 12
        assert end.size == (1280, 480)
