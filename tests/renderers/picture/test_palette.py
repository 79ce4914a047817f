import numpy as np
import pytest
from pictures import THEME_NAMES, at, has, painter, state

from renderers.picture.colours import cluster_colours
from renderers.picture.themes import THEMES


@pytest.mark.parametrize("theme", THEME_NAMES)
@pytest.mark.parametrize("k", [1, 2, 12, 100, 256, 300])
def test_the_palette_holds_the_dominant_colours_exactly(k, theme):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(max(k, 400), 2))
    snapshot = state(points, np.arange(len(points)) % min(k, 256), points[:k])
    shown = painter(snapshot, (400, 300), theme, title="Palette")
    palette = shown.palette()
    assert palette.dtype == np.uint8 and palette.shape[1] == 3 and len(palette) <= 255
    assert len(np.unique(palette, axis=0)) == len(palette)
    known = {tuple(colour) for colour in palette.tolist()}
    frame = shown.paint(at(snapshot))[..., :3].reshape(-1, 3)
    colours, counts = np.unique(frame, axis=0, return_counts=True)
    assert tuple(colours[counts.argmax()].tolist()) in known
    if k <= 100:
        clusters = cluster_colours(k, theme)
        ground = np.array(THEMES[theme].background)
        alpha = np.rint(255 * THEMES[theme].opacity) / 255
        lone = np.rint(ground + (clusters - ground) * alpha).astype(int)
        assert {tuple(c) for c in (*clusters.tolist(), *lone.tolist())} <= known
        assert sum(has(frame, c) for c in lone) > 0.8 * k  # these are what is painted
    assert {THEMES[theme].background, THEMES[theme].text, THEMES[theme].line} <= known
