import colorsys
import importlib.util

import numpy as np
import pytest

from renderers.errors import InvalidOption
from renderers.picture.colours import cluster_colours, contrast, oklab
from renderers.picture.themes import THEMES, theme_named

EYES = range(4)  # normal vision, deuteranopia, protanopia, tritanopia


def smallest_distance(colours, eyes):
    lab = oklab(colours, eyes)
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    return distances[~np.eye(len(lab), dtype=bool)].min()


def test_the_colours_of_few_clusters_are_the_first_of_those_of_many():
    assert cluster_colours(3).tolist() == [[0, 114, 178], [213, 94, 0], [0, 158, 115]]
    for k in (1, 8, 9, 10, 12, 100):
        assert np.array_equal(cluster_colours(k), cluster_colours(256)[:k])
        assert np.array_equal(cluster_colours(k), cluster_colours(k, "dark"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_colour_stands_out_from_its_ground(theme):
    assert contrast(cluster_colours(256), THEMES[theme].background).min() >= 3


def test_contrast_is_that_of_wcag():
    assert contrast([[0, 0, 0], [255, 255, 255]], (255, 255, 255)) == pytest.approx([21, 1])
    assert contrast([[119, 119, 119]], (255, 255, 255)) == pytest.approx([4.48], abs=0.01)


def test_oklab_is_that_of_its_paper():
    # Ottosson, "A perceptual color space for image processing" (2020): white, and red.
    assert oklab([[255, 255, 255]])[0] == pytest.approx([1, 0, 0], abs=1e-3)
    assert oklab([[255, 0, 0]])[0] == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    # Without cones for red light, a grey stays as it is.
    for eyes in EYES:
        assert oklab([[90, 90, 90]], eyes)[0] == pytest.approx(oklab([[90, 90, 90]])[0], abs=1e-3)


def test_the_table_is_the_one_that_its_rule_makes(root):
    spec = importlib.util.spec_from_file_location("colours", root / "docs" / "make_colours.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert np.array_equal(made.table(48), cluster_colours(48))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("k", [1, 2, 8, 10, 11, 100, 256])
def test_colours_are_distinct(k, theme):
    colours = cluster_colours(k, theme)
    assert colours.shape == (k, 3) and colours.dtype == np.uint8
    assert len(np.unique(colours, axis=0)) == k


@pytest.mark.parametrize(
    ("k", "at_least"),
    [(8, 0.074), (12, 0.057), (20, 0.045), (32, 0.034), (100, 0.018), (256, 0.01)],
)
@pytest.mark.parametrize("eyes", EYES)
def test_colours_stay_apart_for_colour_blind_eyes(k, at_least, eyes):
    assert smallest_distance(cluster_colours(k), eyes) > at_least * (2 if eyes == 0 else 1)


def test_colours_repeat_past_the_table():
    colours = cluster_colours(600)
    assert np.array_equal(colours[:88], colours[512:])


def test_a_palette_takes_the_place_of_the_table():
    palette = ((1, 2, 3), (4, 5, 6))
    for theme in THEMES:
        assert cluster_colours(3, theme, palette).tolist() == [[1, 2, 3], [4, 5, 6], [1, 2, 3]]


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

    for ink in (theme.text, theme.muted):
        assert contrast([ink], theme.background)[0] >= 4.5  # WCAG 2, level AA
