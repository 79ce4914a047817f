import subprocess
import sys

import numpy as np
import pytest
from media import COLOURS, FakePainter, at, colour, fake_scene, read_mp4, said, save
from stories import run

import renderers
from renderers import Options, make_scene
from renderers.errors import RendererUnavailable
from renderers.films.ffmpeg.program import encoders, find_ffmpeg
from renderers.films.mp4 import Mp4Renderer
from renderers.films.webm import WebmRenderer
from renderers.picture.clear import ClearPainter
from renderers.stage.pace import moments


def film_of(path, count=3, **options):
    save(WebmRenderer, path, count, **options)
    return read_mp4(path)


@pytest.mark.parametrize("fps", [0.5, 2, 7, 25, 60])
def test_frames(tmp_path, fps):
    film = film_of(tmp_path / "run.webm", count=5, fps=fps)
    assert len(film.frames) == 4 + max(1, round(2 * fps))
    assert "Video: vp9" in film.facts
    for i in range(5):
        assert np.abs(film.frames[i][40, 50].astype(int) - colour(i)).max() <= 8


def test_colours(tmp_path):
    film = film_of(tmp_path / "run.webm", count=len(COLOURS))
    assert "yuv420p(tv, bt709" in film.facts
    for i in range(len(COLOURS)):
        assert np.abs(film.frames[i][40, 50].astype(int) - colour(i)).max() <= 8
    assert np.array_equal(film.frames[-1], at(film, 100))


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 480)])
def test_odd_sizes_are_painted_one_pixel_larger(tmp_path, size):
    film = film_of(tmp_path / "run.webm", size=size)
    assert film.frames.shape[1:3] == (size[1] + size[1] % 2, size[0] + size[0] % 2)


@pytest.mark.parametrize("quality", ["draft", "standard", "best"])
def test_same_bytes_twice(tmp_path, quality):
    noise = np.random.default_rng(1).integers(0, 255, (10, 240, 320, 4), np.uint8)

    class Noise(FakePainter):
        def paint(self, moment):
            return noise[moment.snapshots[0].iteration]

    for name in ("one.webm", "two.webm"):
        path = tmp_path / name
        save(WebmRenderer, path, 10, size=(320, 240), painter=Noise, quality=quality)
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_metadata(tmp_path):
    scene = fake_scene(title="Köln", facts={"k": "3"})
    save(WebmRenderer, tmp_path / "run.webm", scene=scene)
    found = {key.lower(): value for key, value in said(tmp_path / "run.webm").items()}
    assert (found["title"], found["comment"]) == ("Köln", "k=3")


@pytest.mark.skipif(sys.platform == "win32", reason="a script cannot be ffmpeg.exe on Windows")
def test_an_ffmpeg_without_the_codec(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text('#!/bin/sh\necho " V....D libx264    H.264 / AVC"\n')
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with pytest.raises(
        RendererUnavailable, match=r"no libvpx-vp9.*write \.mp4.*IMAGEIO_FFMPEG_EXE"
    ):
        WebmRenderer.check()
    Mp4Renderer.check()


def test_encoders(monkeypatch):
    assert {"libx264", "gif"} <= encoders()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/false")
    with pytest.raises(RendererUnavailable, match="does not say what it can encode"):
        encoders()


@pytest.mark.parametrize("limit", [None, "20kB"])
def test_a_film_without_a_ground(tmp_path, limit):
    states = list(run())
    path = renderers.save(
        states, tmp_path / "clear.webm", size=(320, 240), transparent=True, max_size=limit
    )
    # ffmpeg's own decoder of VP9 does not look for opacity.
    command = [find_ffmpeg(), "-v", "error", "-c:v", "libvpx-vp9", "-i", str(path)]
    command += ["-vf", "scale=320:240", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    film = np.frombuffer(done.stdout, np.uint8).reshape(-1, 240, 320, 4)
    (*_, last) = moments(states)
    options = Options((320, 240), transparent=True)
    wanted = ClearPainter(make_scene(last.snapshots[0]), options).paint(last)
    seen = film[-1, ..., 3]
    assert seen[0, 0] <= 2 and 0.7 < seen.mean() / wanted[..., 3].mean() < 1.6
    if limit is None:
        assert np.abs(seen.astype(int) - wanted[..., 3]).mean() < 4
        full = wanted[..., 3] == 255
        assert np.abs(film[-1][full][:, :3].astype(int) - wanted[full][:, :3]).mean() < 30
