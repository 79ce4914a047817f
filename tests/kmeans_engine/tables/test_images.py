"""Pixels of images: every depth and mode, upright, the transparent ones left out."""

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from tabular import numbered

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import ReadOptions, describe_table, read_table, write_labels


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("images"))


def grey_of(table):
    assert (table.points == table.points[:, :1]).all()
    return table.points[:, 0].reshape(table.shape)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_grey_of_16_bits_keeps_its_levels(fresh, suffix):
    path, levels = fresh(suffix), np.arange(4096, dtype=np.uint16).reshape(64, 64)
    Image.fromarray(levels).save(path)
    table = read_table(path)
    assert table.points.dtype == np.uint16
    assert np.array_equal(grey_of(table), levels)
    assert (table.names, table.white, table.alpha) == (("r", "g", "b"), 4095.0, None)
    Image.fromarray(levels * 16).save(path)
    assert read_table(path).white == 65535.0


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("kind", ["rgb48be", "rgba64be", "rgb48le", "rgba64le"])
def test_colours_of_16_bits_keep_their_levels(fresh, suffix, kind):
    rng, channels = np.random.default_rng(1), 4 if "rgba" in kind else 3
    pixels = rng.integers(0, 1 << 16, (13, 17, channels), dtype=np.uint16)
    path = fresh(suffix)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-f", "rawvideo", "-pix_fmt", kind, "-s", "17x13"]
    stored = pixels.astype(">u2" if kind.endswith("be") else "<u2").tobytes()
    mixed = ["-pred", "mixed"] if suffix == ".png" else []
    subprocess.run(
        [*command, "-v", "error", "-i", "-", *mixed, path], input=stored, check=True, timeout=60
    )
    table = read_table(path)
    assert (table.points.dtype, table.white) == (np.uint16, 65535.0)
    assert np.array_equal(table.points.reshape(13, 17, 3), pixels[:, :, :3])
    assert table.notes == ()


def test_floats_keep_their_values(fresh):
    path, values = fresh(".tiff"), np.linspace(-0.5, 1.5, 12, dtype=np.float32).reshape(3, 4)
    Image.fromarray(values).save(path)
    table = read_table(path)
    assert table.points.dtype == np.float32
    assert np.array_equal(grey_of(table), values)
    assert table.white == 1.5
    values[1, 2] = np.nan
    Image.fromarray(values).save(path)
    with pytest.raises(InvalidInput, match="1 of 12 rows hold an empty cell"):
        read_table(path)
    table = read_table(path, ReadOptions(drop_missing=True))
    assert np.flatnonzero(~table.kept).tolist() == [6]
    assert table.dropped == 1


def test_transparent_pixels_are_no_points(fresh):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    pixels[:, :, 3] = [[255, 0, 7], [0, 255, 255]]
    path = fresh(".png")
    Image.fromarray(pixels).save(path)
    table = read_table(path)
    assert table.shape == (2, 3)
    assert np.array_equal(table.points, pixels[pixels[:, :, 3] != 0][:, :3])
    assert table.kept.tolist() == [True, False, True, False, True, True]
    assert table.alpha.tolist() == [255, 0, 7, 0, 255, 255]
    assert (table.rows_read, table.dropped) == (6, 0)
    assert table.notes == ("2 of 6 pixels are transparent and not clustered",)
    labels = fresh(".npy")
    write_labels(labels, np.array([1, 0, 1, 0], dtype=np.uint8), table)
    assert np.load(labels).tolist() == [1, -1, 0, -1, 1, 0]
    assert table.rows().read_all().num_rows == 6
    assert [one.name for one in describe_table(path)[0]] == ["r", "g", "b"]
    Image.fromarray(pixels * np.array([1, 1, 1, 0], np.uint8)).save(path)
    with pytest.raises(InvalidInput, match="is transparent throughout"):
        read_table(path)


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_one_colour_may_be_transparent(fresh, mode):
    image = Image.new("RGB", (3, 1), (0, 0, 0))
    image.putpixel((1, 0), (255, 255, 255))
    image = image.convert(mode)
    path = fresh(".png")
    image.save(path, transparency=(255, 255, 255) if mode == "RGB" else image.getpixel((1, 0)))
    table = read_table(path)
    assert table.kept.tolist() == [True, False, True]
    assert table.points.tolist() == [[0, 0, 0]] * 2


def test_an_opaque_alpha_is_none(fresh):
    path = fresh(".png")
    Image.new("RGBA", (3, 2), (1, 2, 3, 255)).save(path)
    table = read_table(path)
    assert (table.kept, table.alpha, table.notes) == (None, None, ())


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".tif", ".bmp", ".png"])
def test_other_formats(fresh, suffix):
    pixels = np.random.default_rng(1).integers(0, 6, (4, 5, 3)).astype(np.uint8) * 51
    image, path = Image.fromarray(pixels), fresh(suffix)
    image.save(path, lossless=True)
    assert np.array_equal(read_table(path).points, pixels.reshape(-1, 3))
    bare = fresh("")
    bare.write_bytes(path.read_bytes())
    assert read_table(bare).shape == (4, 5)


@pytest.mark.parametrize("suffix", [".gif", ".tif", ".webp"])
def test_the_first_of_several_pictures(fresh, suffix):
    path = fresh(suffix)
    frames = [Image.new("RGB", (4, 3), (n * 80, 0, 0)) for n in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    table = read_table(path)
    assert table.points.tolist() == [[0, 0, 0]] * 12
    assert table.notes == (f"{path} holds 3 pictures; the first one is read",)


def test_palettes_and_inks_are_converted(fresh):
    path = fresh(".png")
    Image.new("RGB", (2, 2), (10, 200, 30)).quantize(4).save(path)
    assert read_table(path).points.tolist() == [[10, 200, 30]] * 4
    path = fresh(".tif")
    Image.new("CMYK", (2, 2), (255, 0, 0, 0)).save(path)
    assert read_table(path).points.tolist() == [[0, 255, 255]] * 4


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_of_a_camera(fresh, turn):
    upright = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    mirrored = upright[:, ::-1] if turn in (2, 4, 5, 7) else upright
    stored = np.rot90(mirrored, {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}[turn])
    path, exif = fresh(".png"), Image.Exif()
    exif[0x0112] = turn
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    table = read_table(path)
    assert np.array_equal(table.points.reshape(*table.shape, 3), upright)
