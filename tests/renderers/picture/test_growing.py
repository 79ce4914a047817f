"""What is told while K grows: every word can be read, and the curves end where the film is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pictures import THEME_NAMES, blobs
from sweeps import a_sweep, fits, sweep_of
from words import check_words, texts

from renderers import Options, make_scene
from renderers.contract import OVERLAYS
from renderers.picture.growing import grown_caption
from renderers.picture.marks import Polyline, Text
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.stage.growing import grown, states_of
from renderers.stage.pace import Pace, moments

SIZES = [
    *((120, 90), (200, 150), (320, 240), (480, 270), (640, 360), (1280, 720), (720, 1280)),
    *((600, 600), (1000, 200), (300, 900), (240, 380), (1920, 1080)),
]
POINTS = blobs(seed=16, clusters=5, each=8)
SWEEPS = [
    a_sweep(high=8),
    sweep_of(fits(POINTS, range(1, 31)), 12),
    sweep_of(fits(POINTS, (3,))),
    sweep_of(fits(POINTS, (2, 4, 8)), 8, verdict="K = 8 stands out: " + "a long reason " * 9),
]


def film_of(sweep, fps=8):
    """Return the scene and the moments of a film."""
    growth = grown(sweep)
    states = list(states_of(growth, sweep.best))
    scene = make_scene(states[0], title="Five blobs")
    scene = replace(scene, sweep=replace(sweep, rows=growth.rows), facts={"seed": "123456789"})
    return scene, list(moments(states, Pace(smooth=True, fps=fps)))


FILMS = list(map(film_of, SWEEPS))


def check(seed):
    rng = np.random.default_rng(seed)
    scene, film = FILMS[rng.integers(len(FILMS))]
    theme, size = str(rng.choice(THEME_NAMES)), SIZES[rng.integers(len(SIZES))]
    overlays = frozenset(OVERLAYS) if rng.random() < 0.7 else frozenset({"curve"})
    painter = Painter(scene, Options(size, theme=theme, overlays=overlays))
    words = list(texts(painter.marks(film[rng.integers(len(film))])))
    outside = [(mark, box) for mark, box in words if box != painter.boxes[0]]
    check_words(outside, size, THEMES[theme], seed)
    return len(outside)


def test_words_do_not_meet_in_random_frames():
    assert sum(check(seed) for seed in range(60)) > 400


def shown(at, size=(1280, 720)):
    """Return the words and the curves of a moment of the first film."""
    scene, film = FILMS[0]
    moment = next(filter(at, film))
    marks = Painter(scene, Options(size)).marks(moment)
    box = Painter(scene, Options(size)).boxes[0]
    flat = list(marks)
    for mark in flat:
        flat += getattr(mark, "marks", ())
    words = [m.words for m in flat if isinstance(m, Text)]
    curves = [
        m for m in flat if isinstance(m, Polyline) and m.xy[:, 0].min() > box.left + box.width
    ]
    return words, curves


def test_a_curve_grows_to_the_k_that_is_shown():
    ends = []
    for k in (3, 5, 8):
        words, curves = shown(lambda m, k=k: m.snapshots[0].iteration == k and m.progress == 1)
        assert f"K = {k}" in words
        ends.append([len(curve.xy) for curve in curves if not curve.dash])
        assert not any(curve.dash for curve in curves)
    assert ends == [[2, 2], [4, 4], [7, 7]]


def test_at_the_end_the_curves_are_whole_and_the_best_k_is_marked():
    words, curves = shown(lambda moment: moment.last)
    assert {"K = 5", "K = 5 stands out: silhouette and gap agree"} <= set(words)
    assert [len(curve.xy) for curve in curves if not curve.dash] == [7, 7]
    assert len([curve for curve in curves if curve.dash]) == 2


def test_there_is_a_bar_for_each_cluster_that_is_there():
    words, _ = shown(lambda m: m.snapshots[0].iteration == 3 and m.progress == 1)
    at = words.index("sizes of the clusters")
    assert sorted(words[at + 1 : at + 7 : 2]) == ["0", "1", "2"]


def test_a_small_film_has_a_short_caption():
    scene, film = FILMS[3]
    last = film[-1]
    assert grown_caption(scene.sweep, last)[-1] == "K = 8 stands out"
    painter = Painter(scene, Options((240, 180)))
    assert "K = 8 stands out" in [mark.words for mark, _ in texts(painter.marks(last))]


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_a_hidden_cluster_is_not_painted(theme):
    """A frame has the colours of the clusters that are there, and no others."""
    scene, film = FILMS[0]
    painter = Painter(scene, Options((640, 360), theme=theme))
    frame = painter.paint(film[0])
    colours = painter.colours_of(0)
    found = [(frame[..., :3] == colour).all(axis=2).any() for colour in colours]
    assert found == [True, True] + [False] * 6
