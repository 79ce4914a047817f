import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sweeps import a_sweep
from words import texts

import renderers
from kmeans_engine import Engine, make_clusters
from renderers import InvalidOption, Options, Panel, Scene
from renderers.describing import describe
from renderers.picture.clear import ClearPainter
from renderers.picture.elbow import ElbowPainter
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.growing import play_sweep
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stage.scenes import make_scene
from renderers.stills.png import PngRenderer

POINTS = make_clusters(4, 60, seed=3)


def run(**limits):
    return Engine(POINTS).snapshots(POINTS[:4], **limits)


def pixels(path):
    with Image.open(path) as image:
        return np.array(image.convert("RGB")), image.info, image.size


def test_a_png_is_the_last_frame(tmp_path):
    path = renderers.save(run(), tmp_path / "last.png", size=(320, 240), theme="dark", title="End")
    picture, info, _ = pixels(path)
    (*_, last) = moments(run())
    scene = make_scene(last.snapshots[0], title="End")
    frame = Painter(scene, Options(size=(320, 240), theme="dark")).paint(last)
    assert np.array_equal(picture, frame[..., :3])
    assert info["Title"] == "End"
    assert info["dpi"] == pytest.approx((100, 100), abs=0.1)


def test_dots_per_inch_make_a_finer_picture_of_the_same_size_on_paper(tmp_path):
    path = renderers.save(run(), tmp_path / "fine.png", size=(320, 240), dpi=250)
    _, info, size = pixels(path)
    assert size == (800, 600) and info["dpi"] == pytest.approx((250, 250), abs=0.1)


def test_an_image_is_recoloured_in_its_own_size(tmp_path):
    rng = np.random.default_rng(1)
    original = rng.integers(0, 256, size=(7, 9, 3)).astype(np.uint8)
    points = original.reshape(-1, 3)
    last = Engine(points).fit(points[:3].astype(float))
    expected = np.rint(last.centroids).astype(np.uint8)[last.labels].reshape(7, 9, 3)
    scene = Scene((Panel(3, View(points), image=(7, 9)),))
    for size, factor in ((PngRenderer.default_size, 1), ((27, 600), 3)):
        path = tmp_path / "few.png"
        play(moments([last]), scene, [PngRenderer(path, Options(size=size))])
        assert np.array_equal(pixels(path)[0], expected.repeat(factor, 0).repeat(factor, 1))


def test_standardised_colours_are_put_back(tmp_path):
    points = np.array([[0.0, 10.0, 20.0], [250.0, 110.0, 40.0]])
    offset, scale = points.mean(axis=0), points.std(axis=0)
    scaled = (points - offset) / scale
    last = Engine(scaled).fit(scaled)
    scene = Scene((Panel(2, View(scaled, offset=offset, scale=scale), image=(1, 2)),))
    path = tmp_path / "back.png"
    play(moments([last]), scene, [PngRenderer(path, Options())])
    assert np.array_equal(pixels(path)[0][0], points.astype(np.uint8))


def test_a_still_that_no_memory_holds_is_refused(tmp_path):
    with pytest.raises(InvalidOption, match=r"dpi=2400 gives 30720x17280 dots; the limit is"):
        renderers.save(run(), tmp_path / "huge.png", dpi=2400)
    assert not list(tmp_path.iterdir())


def test_the_facts_are_in_the_file(tmp_path):
    snapshot = Engine(POINTS).fit(POINTS[:4])
    facts = {"seed": "7", "command": "kmeans-engine --seed 7 -o \N{GREEK SMALL LETTER ALPHA}.png"}
    scene = Scene((Panel(4, View(POINTS)),), "With facts", facts)
    path = tmp_path / "facts.png"
    play(moments([snapshot]), scene, [PngRenderer(path, Options(size=(80, 60)))])
    assert pixels(path)[1]["command"] == facts["command"]
    assert zlib.crc32(path.read_bytes())  # readable to its end


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_still_is_described_for_those_who_cannot_see_it(tmp_path, suffix):
    path = renderers.save(run(), tmp_path / f"said.{suffix}", title="Said")
    (*_, last) = moments(run())
    scene = make_scene(last.snapshots[0], title="Said")
    words = describe(scene, last)
    assert "240 points" in words and "4 clusters" in words
    if suffix == "png":
        assert pixels(path)[1]["Description"] == words
    elif suffix == "svg":
        assert f"<desc>{words}</desc>" in path.read_text(encoding="utf-8")
    else:
        subject = re.search(rb"/Subject \((.*?)\)", path.read_bytes(), re.DOTALL)[1]
        assert subject.decode() == words


def test_a_png_without_a_ground(tmp_path):
    path = renderers.save(run(), tmp_path / "clear.png", size=(320, 240), transparent=True)
    (*_, last) = moments(run())
    frame = ClearPainter(make_scene(last.snapshots[0]), Options((320, 240))).paint(last)
    with Image.open(path) as image:
        assert image.mode == "RGBA" and np.array_equal(np.array(image), frame)


def test_a_sequence_without_a_ground(tmp_path):
    renderers.save(run(), tmp_path / "clear_%02d.png", size=(160, 120), transparent=True)
    with Image.open(tmp_path / "clear_00.png") as image:
        assert image.mode == "RGBA" and image.getpixel((0, 0))[3] == 0
    with pytest.raises(InvalidOption, match=r"transparent= has no effect without a \.webm, \.gif"):
        renderers.save(run(), tmp_path / "clear.mp4", transparent=True)


def test_a_still_of_a_sweep_is_its_figure(tmp_path):
    found = a_sweep(high=6)
    scene = replace(make_scene(found.rows[-1].last, title="Blobs"), sweep=found)
    painter = ElbowPainter(scene, Options((320, 240)))
    path = renderers.save(found, tmp_path / "k.png", size=(320, 240), title="Blobs")
    picture, info, _ = pixels(path)
    assert np.array_equal(picture, painter.paint()[..., :3])
    words = "Blobs: 300 points with 2 features, clustered by K-means with K = 2 to 6: K = 5 stands "
    assert info["Description"] == f"{words}out: silhouette and gap agree."
    text = renderers.save(found, tmp_path / "k.svg", size=(320, 240), title="Blobs").read_text()
    assert [m.words for m, _ in texts(painter.marks())] == re.findall(r"<text[^>]*>([^<]*)", text)
    assert info["Description"] in text
    page = renderers.save(found, tmp_path / "k.pdf", size=(320, 240), title="Blobs").read_bytes()
    assert b"K = 5 stands out" in page and page.startswith(b"%PDF")
    clear = renderers.save(found, tmp_path / "clear.png", size=(320, 240), transparent=True)
    with Image.open(clear) as image:
        assert image.mode == "RGBA" and image.getpixel((0, 0))[3] == 0


def test_a_sweep_over_the_colours_of_an_image_is_a_figure(tmp_path):
    found = a_sweep(high=6)
    panel = replace(make_scene(found.rows[-1].last).panels[0], image=(20, 15))
    path = tmp_path / "k.png"
    play_sweep(found, Scene((panel,)), [PngRenderer(path, Options((320, 240)))], Pace())
    assert pixels(path)[2] == (320, 240)
