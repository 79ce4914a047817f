import colorsys

import numpy as np
import pytest

from renderers.errors import InvalidOption
from renderers.picture.colours import cluster_colours
from renderers.picture.themes import THEMES, theme_named

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def oklab(rgb, seen_with=None):
    c = np.asarray(rgb) / 255.0
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    if seen_with is not None:
        linear = (linear @ np.transpose(seen_with)).clip(0, 1)
    return np.cbrt(linear @ np.transpose(TO_LMS)) @ np.transpose(TO_LAB)


def smallest_distance(colours, seen_with=None):
    lab = oklab(colours, seen_with)
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    return distances[~np.eye(len(lab), dtype=bool)].min()


def test_up_to_eight_clusters_are_okabe_and_itos():
    assert cluster_colours(3).tolist() == [[0, 114, 178], [230, 159, 0], [0, 158, 115]]
    assert cluster_colours(8).tolist()[-1] == [240, 228, 66]


def test_nine_and_ten_clusters_are_petroffs():
    assert cluster_colours(9).tolist()[0] == [0x3F, 0x90, 0xDA]
    assert len(cluster_colours(10)) == 10


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("k", [1, 2, 8, 10, 11, 100, 256])
def test_colours_are_distinct(k, theme):
    colours = cluster_colours(k, theme)
    assert colours.shape == (k, 3) and colours.dtype == np.uint8
    assert len(np.unique(colours, axis=0)) == k


@pytest.mark.parametrize(
    ("k", "at_least"),
    [
        (7, 0.07),
        (8, 0.07),
        (10, 0.06),
        (12, 0.065),
        (20, 0.05),
        (32, 0.04),
        (100, 0.02),
        (256, 0.01),
    ],
)
@pytest.mark.parametrize("seen_with", [None, DEUTERANOPIA, PROTANOPIA])
def test_colours_stay_apart_for_colour_blind_eyes(k, at_least, seen_with):
    assert smallest_distance(cluster_colours(k), seen_with) > at_least


def test_the_large_table_reads_on_white_and_on_near_black():
    lightness = oklab(cluster_colours(256))[:, 0]
    assert lightness.min() > 0.5 and lightness.max() < 0.77


def test_colours_repeat_past_the_table():
    colours = cluster_colours(600)
    assert np.array_equal(colours[:88], colours[512:])


@pytest.mark.parametrize("k", [1, 3, 12, 300])
def test_classic_has_evenly_spaced_hues(k):
    for i, colour in enumerate(cluster_colours(k, "classic")):
        expected = colorsys.hsv_to_rgb(i / k, 0.8, 0.8)
        assert np.abs(colour / 255 - expected).max() <= 0.5 / 255 + 1e-12


def test_an_unknown_theme_is_told_with_a_close_match():
    assert theme_named("dark") is THEMES["dark"]
    with pytest.raises(
        InvalidOption, match=r"'drak' is not one of light, dark, classic: did you mean dark"
    ):
        theme_named("drak")


@pytest.mark.parametrize("name", sorted(THEMES))
def test_type_contrasts_with_its_ground(name):
    theme = THEMES[name]

    def luminance(colour):
        c = np.asarray(colour) / 255.0
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for ink in (theme.text, theme.muted):
        pair = sorted((luminance(ink), luminance(theme.background)))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5  # WCAG 2, level AA
