import numpy as np
import pytest
from media import COLOURS, FakePainter, at, colour, fake_scene, fake_snapshots, read_mp4, said

import renderers.films.ffmpeg.program
from renderers.contract import Options
from renderers.errors import RendererUnavailable
from renderers.films.webm import WebmRenderer
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play


@pytest.fixture(autouse=True)
def fake_painter(monkeypatch):
    monkeypatch.setattr("renderers.picture.painter.Painter", FakePainter)


def save(path, count=3, fps=2.0, size=(64, 48), **words):
    renderer = WebmRenderer(path, Options(size=size, fps=fps))
    play(moments(fake_snapshots(count), Pace(fps=fps)), fake_scene(**words), [renderer])
    return read_mp4(path)


@pytest.mark.parametrize("fps", [0.5, 2, 7, 25, 60])
def test_frames(tmp_path, fps):
    film = save(tmp_path / "run.webm", count=5, fps=fps)
    assert len(film.frames) == 4 + max(1, round(2 * fps))
    assert "Video: vp9" in film.facts
    for i in range(5):
        assert np.abs(film.frames[i][40, 50].astype(int) - colour(i)).max() <= 8


def test_colours(tmp_path):
    film = save(tmp_path / "run.webm", count=len(COLOURS))
    assert "yuv420p(tv, bt709" in film.facts
    for i in range(len(COLOURS)):
        assert np.abs(film.frames[i][40, 50].astype(int) - colour(i)).max() <= 8
    assert np.array_equal(film.frames[-1], at(film, 100))


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 480)])
def test_odd_sizes_are_painted_one_pixel_larger(tmp_path, size):
    film = save(tmp_path / "run.webm", size=size)
    assert film.frames.shape[1:3] == (size[1] + size[1] % 2, size[0] + size[0] % 2)


@pytest.mark.parametrize("quality", ["draft", "standard", "best"])
def test_same_bytes_twice(tmp_path, quality):
    noise = np.random.default_rng(1).integers(0, 255, (10, 240, 320, 4), np.uint8)

    class Noise(FakePainter):
        def paint(self, moment):
            return noise[moment.snapshots[0].iteration]

    for name in ("one.webm", "two.webm"):
        renderer = WebmRenderer(tmp_path / name, Options(size=(320, 240), quality=quality))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("renderers.picture.painter.Painter", Noise)
            play(moments(fake_snapshots(10)), fake_scene(), [renderer])
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_metadata(tmp_path):
    save(tmp_path / "run.webm", title="Köln", facts={"k": "3"})
    found = {key.lower(): value for key, value in said(tmp_path / "run.webm").items()}
    assert (found["title"], found["comment"]) == ("Köln", "k=3")


def test_an_ffmpeg_without_the_codec(monkeypatch):
    monkeypatch.setattr("renderers.films.webm.encoders", lambda: frozenset({"libx264"}))
    with pytest.raises(
        RendererUnavailable, match=r"no libvpx-vp9.*write \.mp4.*IMAGEIO_FFMPEG_EXE"
    ):
        WebmRenderer.check()


def test_encoders(monkeypatch):
    assert {"libx264", "gif"} <= renderers.films.ffmpeg.program.encoders()
    monkeypatch.setattr(renderers.films.ffmpeg.program, "find_ffmpeg", lambda: "/bin/false")
    with pytest.raises(RendererUnavailable, match="does not say what it can encode"):
        renderers.films.ffmpeg.program.encoders()
