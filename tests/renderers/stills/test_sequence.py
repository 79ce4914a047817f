"""A still of each state: ``frames_%04d.png``."""

import errno

import numpy as np
import pytest
from PIL import Image

import renderers
from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers.stills.png import PngRenderer


@pytest.fixture
def states():
    points = make_clusters(3, 20, seed=1)
    return list(Engine(points).snapshots(initial_centroids(points, 3, seed=2)))


def save(states, path, **options):
    return renderers.save(states, path, size=(120, 90), **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_file_for_each_state(states, suffix, tmp_path):
    assert len(states) > 2
    save(states, tmp_path / f"f_%02d.{suffix}")
    assert names(tmp_path) == [f"f_{number:02}.{suffix}" for number in range(len(states))]
    # Each is the still of its state.
    save(states, tmp_path / f"last.{suffix}")
    last = tmp_path / f"f_{len(states) - 1:02}.{suffix}"
    assert last.read_bytes() == (tmp_path / f"last.{suffix}").read_bytes()


def test_pictures_in_between(states, tmp_path):
    save(states, tmp_path / "f_%d.png", smooth=True, fps=10)
    smooth = len(names(tmp_path))
    assert smooth > 2 * len(states)
    save(states, tmp_path / "g_%d.png", phases=True)
    assert len(names(tmp_path)) - smooth == 2 * len(states) - 2


def test_an_older_sequence_is_replaced_as_a_whole(states, tmp_path):
    save(states, tmp_path / "f_%d.png", overwrite=True)
    others = [tmp_path / "f_x.png", tmp_path / "f_01.png"]
    for other in others:
        other.write_bytes(b"mine")
    save(states[:2], tmp_path / "f_%d.png", overwrite=True)
    assert names(tmp_path) == ["f_0.png", "f_01.png", "f_1.png", "f_x.png"]
    assert all(other.read_bytes() == b"mine" for other in others)


def test_a_run_that_fails_leaves_the_older_sequence(states, tmp_path):
    save(states[:2], tmp_path / "f_%d.png")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def broken():
        yield from states[:2]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        save(broken(), tmp_path / "f_%d.png", overwrite=True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_full_disk_names_the_pattern(states, tmp_path, monkeypatch):
    class Full:
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **options: Full())
    with pytest.raises(OSError, match=r"No space left on device: '.*f_%d\.png'"):
        save(states, tmp_path / "f_%d.png")
    assert names(tmp_path) == []


def test_other_renderers_write_one_file_of_that_name(states, tmp_path):
    save(states, tmp_path / "f_%d.gif")
    assert names(tmp_path) == ["f_%d.gif"]


def test_it_does_what_the_still_does(states, tmp_path):
    kind = PngRenderer.sequence()
    assert kind is PngRenderer.sequence()
    assert kind.honours - PngRenderer.honours == {"smooth", "phases", "fps"}
    save(states, tmp_path / "f_%d.png", dpi=200)
    with Image.open(tmp_path / "f_0.png") as picture:
        assert picture.size == (240, 180)
        assert np.asarray(picture).std() > 0
