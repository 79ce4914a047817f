import numpy as np
import pytest

from renderers.films.ffmpeg.yuv import to_yuv420p


def convert(frame):
    height, width = frame.shape[:2]
    luma = np.zeros((height, width), np.uint8)
    blue, red = np.zeros((2, height // 2, width // 2), np.uint8)
    rows = frame.reshape(height, -1)
    to_yuv420p(rows.view(np.uint32), rows.view(np.uint64), luma, blue, red)
    return luma, blue, red


def textbook(frame):
    """BT.709 in floating point."""
    rgb = frame[:, :, :3].astype(float)
    height, width = frame.shape[:2]
    mean = rgb.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    weights = np.array([0.2126, 0.7152, 0.0722])
    luma = 16 + 219 / 255 * (rgb @ weights)
    blue = 128 + 224 / 255 * (mean[..., 2] - mean @ weights) / 1.8556
    red = 128 + 224 / 255 * (mean[..., 0] - mean @ weights) / 1.5748
    return luma, blue, red


@pytest.mark.parametrize("size", [(2, 2), (64, 48), (66, 2), (2, 100)])
def test_textbook(size):
    frame = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4), np.uint8)
    for got, expected in zip(convert(frame), textbook(frame), strict=True):
        assert np.abs(got - expected).max() < 0.502  # rounded once


def test_corners_of_the_cube():
    levels = np.array([0, 255], np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    frame = np.full((2, 16, 4), 255, np.uint8)
    frame[:, :, :3] = colours.repeat(2, axis=0)
    luma, blue, red = convert(frame)
    assert (luma.min(), luma.max()) == (16, 235)
    assert (blue.min(), blue.max(), red.min(), red.max()) == (16, 240, 16, 240)


def test_alpha_does_not_matter():
    frame = np.random.default_rng(2).integers(0, 256, (4, 4, 4), np.uint8)
    opaque = frame.copy()
    opaque[:, :, 3] = 255
    for got, expected in zip(convert(frame), convert(opaque), strict=True):
        assert np.array_equal(got, expected)
