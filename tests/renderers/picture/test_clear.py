"""Frames without a ground, laid upon grounds: they are the frames that were painted upon these."""

import numpy as np
import pytest
from pictures import ALL, THEME_NAMES, blobs, lloyd

from renderers import Options, make_scene
from renderers.picture.clear import ClearPainter, HardPainter
from renderers.picture.painter import Painter
from renderers.picture.themes import theme_named
from renderers.stage.pace import Pace, moments

POINTS = blobs(clusters=4, each=30)


def film(pace=None):
    return list(moments(lloyd(POINTS, POINTS[:4], 4), pace or Pace()))


def upon(frame, ground):
    """The frame as it is seen upon a ground."""
    colour, a = frame[..., :3].astype(float), frame[..., 3:] / 255
    return colour * a + np.array(ground) * (1 - a)


@pytest.mark.parametrize("size", [(320, 240), (641, 479), (1, 1)])
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_upon_any_grey_it_is_the_frame_that_was_painted_there(theme, size):
    moment = film()[-1]
    options = Options(size, theme=theme, overlays=ALL, transparent=True)
    scene = make_scene(moment.snapshots[0], title="Clear")
    frame = ClearPainter(scene, options).paint(moment)
    for level in (0, 255, 90):
        ground = (level,) * 3
        painted = Painter(scene, options, ground=ground).paint(moment)[..., :3]
        # Discs that lie above each other are rounded each time.
        assert np.abs(upon(frame, ground) - painted).max() <= (6 if level == 90 else 3)


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_the_ground_is_left_out_and_words_and_lines_stay(theme):
    moment = film()[-1]
    options = Options((640, 480), theme=theme, transparent=True)
    scene = make_scene(moment.snapshots[0], title="Clear", names=["a", "b"])
    frame = ClearPainter(scene, options).paint(moment)
    assert (frame[..., 3] == 0).mean() > 0.5
    assert frame[0, 0, 3] == 0
    inks = {tuple(pixel) for pixel in frame[frame[..., 3] == 255][:, :3].tolist()}
    look = theme_named(theme)
    assert look.text in inks and look.line in inks


def test_frames_do_not_depend_on_those_before():
    story = film(Pace(smooth=True, fps=10))
    scene = make_scene(story[0].snapshots[0])
    options = Options((200, 150), transparent=True)
    painter = ClearPainter(scene, options)
    for moment in story[:: max(1, len(story) // 9)]:
        once = ClearPainter(scene, options).paint(moment)
        assert np.array_equal(painter.paint(moment), once)


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_hard_pixels_are_there_or_not_and_of_the_themes_own_blends(theme):
    moment = film()[-1]
    options = Options((320, 240), theme=theme, overlays=ALL, transparent=True)
    scene = make_scene(moment.snapshots[0])
    painter = HardPainter(scene, options)
    frame = painter.paint(moment)
    plain = Painter(scene, options).paint(moment)
    there = frame[..., 3] == 255
    assert set(np.unique(frame[..., 3]).tolist()) == {0, 255}
    assert not frame[~there].any()
    assert np.abs(frame[there].astype(int) - plain[there]).max() <= 6
    assert np.array_equal(painter.palette(), Painter(scene, options).palette())
