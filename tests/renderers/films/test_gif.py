import numpy as np
import pytest
from media import COLOURS, FakePainter, at, colour, fake_scene, fake_snapshots, read_gif, said, save
from PIL import Image, ImageSequence
from stories import run

import renderers
from renderers import Options, make_scene
from renderers.films.gif import GifRenderer
from renderers.picture.clear import HardPainter
from renderers.scene import Moment
from renderers.stage.pace import moments


def film_of(path, count=3, **options):
    save(GifRenderer, path, count, **options)
    return read_gif(path)


@pytest.mark.parametrize("fps", [0.05, 0.5, 1, 2, 3, 7, 24, 25])
def test_duration(tmp_path, fps):
    film = film_of(tmp_path / "run.gif", count=10, fps=fps)
    assert film.seconds.sum() == pytest.approx(9 / fps + max(2, 1 / fps), abs=0.03)
    assert film.seconds[:9] == pytest.approx(1 / fps, abs=0.011)
    for i in range(10):
        assert np.array_equal(at(film, (i + 0.5) / fps)[40, 50], colour(i))


@pytest.mark.parametrize("fps", [30, 50, 60, 240])
def test_no_delay_under_40_ms(tmp_path, fps):
    film = film_of(tmp_path / "run.gif", count=100, fps=fps)
    assert film.seconds.min() >= 0.04 - 1e-9
    assert film.seconds.sum() == pytest.approx(99 / fps + 2, abs=0.06)
    assert np.array_equal(film.frames[-1][40, 50], colour(99))


def test_colours_are_exact(tmp_path):
    film = film_of(tmp_path / "run.gif", count=len(COLOURS))
    for i in range(len(COLOURS)):
        frame = at(film, i / 2 + 0.25)
        assert np.array_equal(np.unique(frame.reshape(-1, 3), axis=0), unique(i))
        assert np.array_equal(frame[4, 4], colour(0))
        assert np.array_equal(frame[40, 50], colour(i))


def unique(i):
    return np.unique([colour(0), colour(i)], axis=0)


def test_full_palette(tmp_path):
    ramp = np.stack([np.arange(256), np.arange(256)[::-1], np.full(256, 7)], axis=1)

    class Ramp(FakePainter):
        def paint(self, moment):
            self._frame[0, :, :3] = np.roll(ramp, moment.snapshots[0].iteration, axis=0)
            return self._frame

        def palette(self):
            return ramp.astype(np.uint8)

    film = film_of(tmp_path / "run.gif", size=(256, 1), painter=Ramp)
    assert np.array_equal(film.frames[1][0], np.roll(ramp, 1, axis=0))


def test_loops(tmp_path):
    assert film_of(tmp_path / "run.gif").facts == "loop=0"


def test_only_what_changes_is_stored(tmp_path):
    class Corner(FakePainter):
        def paint(self, moment):
            self._frame[400:, 600:, :3] = colour(moment.snapshots[0].iteration)
            return self._frame

    film = film_of(tmp_path / "run.gif", count=2, size=(640, 480), painter=Corner)
    assert film.seconds.tolist() == [0.5, 2.0]
    with Image.open(tmp_path / "run.gif") as image:
        image.seek(1)
        assert image.tile[0][1] == (600, 400, 640, 480)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 479)])
def test_sizes(tmp_path, size):
    assert film_of(tmp_path / "run.gif", size=size).frames.shape[1:] == (size[1], size[0], 3)


def test_same_bytes_twice(tmp_path):
    film_of(tmp_path / "one.gif")
    film_of(tmp_path / "two.gif")
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()


@pytest.mark.parametrize("name", ["a b.gif", "köln 点.gif", "-y.gif", "100%d.gif", "UP.GIF"])
def test_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    film_of(type(tmp_path)(name))
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("fps", [0.7, 2, 3, 10, 25, 30])
def test_a_frame_that_repeats_is_one_frame(tmp_path, fps):
    states = fake_snapshots(3)
    story = [Moment((states[i],), s) for i, s in ((0, 2.0), (1, 1.0), (1, 3.0), (2, 4.0))]
    film = film_of(tmp_path / "run.gif", story=story, fps=fps)
    assert film.seconds == pytest.approx([2, 4, 4], abs=1 / fps)
    assert film.seconds.sum() == pytest.approx(10, abs=0.6 / min(fps, 25))


def test_longer_than_a_delay_can_be(tmp_path):
    story = [Moment((s,), 1500.0) for s in fake_snapshots(2)]
    film = film_of(tmp_path / "run.gif", story=story, size=(8, 8), fps=1)
    assert film.seconds.max() <= 655
    assert film.seconds.sum() == pytest.approx(3000)
    assert np.array_equal(at(film, 1499)[6, 6], colour(0))
    assert np.array_equal(at(film, 1501)[6, 6], colour(1))


def test_metadata(tmp_path):
    scene = fake_scene(title="Köln", facts={"k": "3", "command": "kmeans-engine"})
    save(GifRenderer, tmp_path / "run.gif", 2, scene=scene)
    assert said(tmp_path / "run.gif")["comment"] == (
        "Köln: 9 points with 2 features, in 3 clusters of 2 to 4 points; K-means stopped after 1 "
        "iteration, before convergence; k=3; command: kmeans-engine -o film.gif"
    )


def test_more_colours_than_256(tmp_path):
    ramp = np.stack(np.meshgrid(np.arange(0, 256, 16), np.arange(0, 256, 8)), -1).reshape(-1, 2)

    class Ramp(FakePainter):
        def paint(self, moment):
            self._frame[:, :, 0] = np.roll(ramp[:, 0], moment.snapshots[0].iteration)
            self._frame[:, :, 1] = ramp[:, 1]
            return self._frame

        def palette(self):
            return np.insert(ramp, 2, 0, axis=1).astype(np.uint8)

    film = film_of(tmp_path / "run.gif", count=5, size=(512, 4), painter=Ramp)
    assert len(film.frames) == 5
    assert film.seconds.tolist() == [0.5, 0.5, 0.5, 0.5, 2.0]
    last = np.stack([np.roll(ramp[:, 0], 4), ramp[:, 1]], axis=1)
    assert np.abs(film.frames[-1][0, :, :2].astype(int) - last).mean() < 8
    assert [path.name for path in tmp_path.iterdir()] == ["run.gif"]


def test_last_moment_is_in_however_short(tmp_path):
    short = [Moment((snapshot,), seconds=0.01) for snapshot in fake_snapshots(4)]
    film = film_of(tmp_path / "run.gif", story=short)
    assert len(film.frames) == 1
    assert np.array_equal(film.frames[0][40, 50], colour(3))


def test_a_gif_without_a_ground(tmp_path):
    path = renderers.save(run(), tmp_path / "clear.gif", size=(200, 150), transparent=True)
    with Image.open(path) as image:
        frames = [np.array(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]
    assert len(frames) >= 3
    (*_, last) = moments(run())
    options = Options((200, 150), transparent=True)
    wanted = HardPainter(make_scene(last.snapshots[0]), options).paint(last)
    assert np.array_equal(frames[-1][..., 3], wanted[..., 3])
    there = wanted[..., 3] == 255
    assert np.abs(frames[-1][there].astype(int) - wanted[there]).mean() < 6
    # What has moved on leaves nothing behind.
    assert all((frame[..., 3] == 0).mean() > 0.5 for frame in frames)
