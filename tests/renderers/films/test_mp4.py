import re

import numpy as np
import pytest
from media import COLOURS, FakePainter, at, colour, fake_scene, fake_snapshots, read_mp4, said, save

from renderers.films.mp4 import Mp4Renderer
from renderers.scene import Moment


def film_of(path, count=3, **options):
    save(Mp4Renderer, path, count, **options)
    return read_mp4(path)


@pytest.mark.parametrize("fps", [0.5, 1, 2, 3, 7, 24, 25, 60, 240, 23.976, 0.01])
def test_frames_and_duration(tmp_path, fps):
    film = film_of(tmp_path / "run.mp4", count=5, fps=fps)
    frames = 4 + max(1, round(2 * fps))
    assert len(film.frames) == frames
    assert film.seconds == pytest.approx(1 / fps, rel=1e-3)
    assert film.seconds.sum() == pytest.approx(frames / fps, rel=1e-4)
    told = re.search(r"Duration: (\d+):(\d+):([\d.]+)", film.facts).groups()
    assert np.dot([3600, 60, 1], np.float64(told)) == pytest.approx(frames / fps, abs=0.011)


def test_colours(tmp_path):
    film = film_of(tmp_path / "run.mp4", count=len(COLOURS), fps=2)
    assert "yuv420p(tv, bt709, progressive)" in film.facts
    for i in range(len(COLOURS)):
        frame = at(film, i / 2 + 0.25).astype(int)
        assert np.abs(frame[40, 50] - colour(i)).max() <= 4
        assert np.abs(frame[4, 4] - colour(0)).max() <= 6


@pytest.mark.parametrize(
    ("size", "even"),
    [
        ((1, 1), (2, 2)),
        ((2, 2), (2, 2)),
        ((3, 5), (4, 6)),
        ((641, 480), (642, 480)),
        ((640, 479), (640, 480)),
    ],
)
def test_odd_sizes_are_painted_one_pixel_larger(tmp_path, size, even):
    film = film_of(tmp_path / "run.mp4", size=size)
    assert film.frames.shape == (6, even[1], even[0], 3)
    assert np.abs(film.frames[1][-1, -1].astype(int) - colour(1)).max() <= 6


def test_plays_before_it_is_loaded(tmp_path):
    film_of(tmp_path / "run.mp4")
    data = (tmp_path / "run.mp4").read_bytes()
    assert -1 < data.find(b"moov") < data.find(b"mdat")


def test_same_bytes_twice(tmp_path):
    film_of(tmp_path / "one.mp4")
    film_of(tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


@pytest.mark.parametrize("name", ["a b.mp4", "köln 点.mp4", "-y.mp4", "100%d.mp4", "UP.MP4"])
def test_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert len(film_of(type(tmp_path)(name)).frames) == 6
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.slow
def test_repeated_frames_cost_next_to_nothing(tmp_path):
    sizes = []
    for seconds in (1, 121):
        story = [Moment(tuple(fake_snapshots(1)), seconds)]
        save(Mp4Renderer, tmp_path / "run.mp4", story=story, size=(640, 480), fps=30)
        film = read_mp4(tmp_path / "run.mp4") if seconds == 1 else None
        assert film is None or len(film.frames) == 30
        sizes.append((tmp_path / "run.mp4").stat().st_size)
    assert sizes[1] - sizes[0] < 120 * 30 * 40


def test_metadata(tmp_path):
    path = tmp_path / "run.mp4"
    facts = {"seed": "69", "k": "3", "version": "1", "command": "kmeans-engine --title 'a = b; c'"}
    scene = fake_scene(title="Köln: a=b; # 点", facts=facts)
    save(Mp4Renderer, path, 2, scene=scene)
    found = said(path)
    assert found["title"] == "Köln: a=b; # 点"
    assert found["comment"] == (
        "seed=69; k=3; kmeans-engine 1; command: kmeans-engine --title 'a = b; c' -o film.mp4"
    )


def test_quality(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (5, 48, 64, 4), np.uint8)
    noise[:] = noise.mean(axis=3, keepdims=True)  # yuv420p keeps a quarter of the colours only

    class Noise(FakePainter):
        def paint(self, moment):
            return noise[moment.snapshots[0].iteration]

    errors = []
    for quality in ("draft", "standard", "best"):
        film = film_of(tmp_path / "run.mp4", 5, painter=Noise, quality=quality)
        errors.append(np.abs(film.frames[:5].astype(int) - noise[..., :3]).mean())
    assert errors[2] == min(errors)
    assert max(errors) < 8


def test_last_moment_is_in_however_short(tmp_path):
    short = [Moment((snapshot,), seconds=0.01) for snapshot in fake_snapshots(4)]
    film = film_of(tmp_path / "run.mp4", story=short)
    assert len(film.frames) == 1
    assert np.abs(film.frames[0][40, 50].astype(int) - colour(3)).max() <= 4
