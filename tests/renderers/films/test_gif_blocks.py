import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from renderers.films.gif_blocks import complete


@pytest.fixture
def gif(tmp_path):
    path = tmp_path / "run.gif"
    rng = np.random.default_rng(1)
    frames = [Image.fromarray(rng.integers(0, 255, (20, 30), np.uint8)) for _ in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200, loop=0)
    return path


def read(path):
    with Image.open(path) as image:
        seconds = [frame.info["duration"] / 1000 for frame in ImageSequence.Iterator(image)]
        pixels = [np.array(frame.convert("L")) for frame in ImageSequence.Iterator(image)]
        return seconds, np.array(pixels), image.info.get("comment", b"").decode()


@pytest.mark.parametrize("comment", ["", "short", 1000 * "long "])
def test_complete(gif, comment):
    _, before, _ = read(gif)
    complete(gif, last_seconds=1.5, comment=comment)
    seconds, after, said = read(gif)
    assert seconds == [0.2, 0.2, 1.5]
    assert said == comment
    assert np.array_equal(before, after)
    assert gif.read_bytes()[-1:] == b";"


@pytest.mark.parametrize(("seconds", "told"), [(0.0, 0.01), (655.35, 655.35), (1000, 655.35)])
def test_delays_have_limits(gif, seconds, told):
    complete(gif, last_seconds=seconds, comment="")
    assert read(gif)[0][-1] == pytest.approx(told)


def test_a_single_frame(tmp_path):
    path = tmp_path / "one.gif"
    Image.new("P", (4, 4)).save(path)
    complete(path, last_seconds=1.0, comment="alone")
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.load()
        assert image.n_frames == 1


@pytest.mark.parametrize("data", [b"", b"no GIF at all here"])
def test_no_gif(tmp_path, data):
    path = tmp_path / "run.gif"
    path.write_bytes(data)
    with pytest.raises(OSError, match="not a GIF"):
        complete(path, last_seconds=1.0, comment="")


def test_cut_off(gif):
    gif.write_bytes(gif.read_bytes()[:-1])
    with pytest.raises(OSError, match="without an end"):
        complete(gif, last_seconds=1.0, comment="")
