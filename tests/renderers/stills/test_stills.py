import zlib

import numpy as np
import pytest
from PIL import Image

import renderers
from kmeans_engine import Engine, make_clusters
from renderers import InvalidOption, Options, Panel, Scene
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.pace import moments
from renderers.stage.play import play
from renderers.stage.scenes import make_scene
from renderers.stills.png import PngRenderer
from renderers.stills.vector import SvgRenderer

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


@pytest.mark.parametrize("theme", ["light", "dark", "classic"])
@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_a_vector_still_holds_text_and_one_raster_for_the_points(tmp_path, suffix, theme):
    path = renderers.save(
        run(), tmp_path / f"paper.{suffix}", size=(640, 480), theme=theme, title="Paper", dpi=200
    )
    content = path.read_bytes()
    if suffix == "svg":
        text = content.decode()
        assert text.count("<image") == 1 and "<title>Paper</title>" in text
        assert "460.8pt" in text  # 640 hundredths of an inch
    else:
        assert content.startswith(b"%PDF") and content.count(b"/Subtype /Image") == 1
        assert b"/MediaBox [ 0 0 460.8 345.6 ]" in content


def test_a_vector_still_of_a_race_and_of_a_crowd(tmp_path):
    crowd = np.random.default_rng(0).normal(size=(30_000, 2))
    snapshots = list(Engine(crowd).snapshots(crowd[:3], max_iterations=2))
    view = View(crowd)
    scene = Scene((Panel(3, view, "one"), Panel(3, view, "other")), "Race")
    path = tmp_path / "race.svg"
    states = [(s, snapshots[0]) for s in snapshots]
    play(moments(states), scene, [SvgRenderer(path, Options())])
    assert path.read_text().count("<image") == 2


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
    with pytest.raises(InvalidOption, match=r"dpi=2400 makes 30720x17280 dots"):
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
