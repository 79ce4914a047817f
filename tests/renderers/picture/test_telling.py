"""Every word on a picture stands in the frame, apart from other words and from the points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pictures import THEME_NAMES, blobs, state
from words import apart, check_words, contrast, edges, rectangle, texts

from renderers import Moment, Options, Panel, Scene
from renderers.contract import OVERLAYS
from renderers.picture.centroids import centroid_marks, centroid_sizes
from renderers.picture.colours import cluster_colours
from renderers.picture.layout import lay_out
from renderers.picture.marks import Disc, Group
from renderers.picture.painter import Painter
from renderers.picture.telling import Telling
from renderers.picture.themes import THEMES
from renderers.plane.view import View
from renderers.scene import History

POINTS = blobs(clusters=4, each=20)
SIZES = [
    *((120, 90), (160, 120), (200, 150), (320, 240), (420, 300), (480, 270), (640, 360)),
    *((640, 480), (853, 480), (1280, 720), (720, 1280), (240, 380), (1920, 1080), (3840, 2160)),
    *((600, 600), (1000, 200), (200, 1000), (300, 900)),
]
NAMES = [
    *("k-means++", "random#1", "", "Größe in cm", "长度厘米", "ширина, мм", "مساحة المدينة"),
    *("लंबाई", "ความยาว", "長さ", "길이", "μήκος", "אורך", "x"),
    "A name that is far longer than whatever it stands beside, and goes on and on " * 2,
]
INITS = ["k-means++", "farthest-first traversal", "centroids of last week's run.csv", ""]
VIEWS = [
    View(POINTS, names=["length", "width"]),
    View(POINTS * 1e7),
    View(POINTS * 1e-9 + 5.0, names=[NAMES[-1], "长度厘米"]),
    View(POINTS[:, :1], names=["weight"]),
    View(np.hstack([POINTS, POINTS**2])),
]


def random_scene(rng):
    """Return a scene, one of its moments and how it is drawn."""

    def one_of(values):
        return values[rng.integers(len(values))]

    n = one_of([1, 1, 1, 2, 3, 5, 9])
    view, k = one_of(VIEWS), int(one_of([1, 2, 3, 8, 12, 30, 60, 100, 256]))
    panels = tuple(Panel(k, view, one_of(NAMES) if n > 1 else "") for _ in range(n))
    facts = {"seed": str(rng.integers(2**32)), "init": one_of(INITS)} if rng.random() < 0.8 else {}
    scene = Scene(panels, one_of(NAMES), facts)
    overlays = one_of([None, frozenset(OVERLAYS), frozenset(OVERLAYS) - {"sizes"}, frozenset()])
    if overlays is not None:
        overlays = frozenset(name for name in overlays if rng.random() < 0.9)
    options = Options(one_of(SIZES), theme=one_of(THEME_NAMES), overlays=overlays)
    return scene, random_moment(rng, panels), options


def random_moment(rng, panels):
    many = 10 ** int(rng.integers(0, 8))
    iteration = int(rng.choice([0, 1, 2, 3, 7, 40, 1234]))
    snapshots, before, histories = [], [], []
    for panel in panels:
        features = panel.view.points.n_features
        rows = panel.view.points.sample(1)[: 256 if panel.k > 80 else 80]
        places = rng.normal(size=(panel.k, features)) * rows.std() + rows.mean()
        labels = rng.integers(0, panel.k, len(rows))
        one = state(rows, labels, places, assigned_from=places + rows.std() / 9)
        one = replace(
            one,
            iteration=iteration,
            counts=one.counts * many,
            n_changed=int(rng.integers(0, len(rows) * many + 1)),
            converged=bool(rng.random() < 0.3),
        )
        history = History()
        for i in range(iteration + 1):
            inertia = float(many * rng.random() * 10.0 ** rng.integers(-5, 6))
            history.add(replace(one, iteration=i, compute_inertia=lambda value=inertia: value))
        snapshots.append(replace(one, compute_inertia=lambda h=history: h.inertia[-1]))
        before.append(replace(one, iteration=max(0, iteration - 1), counts=one.counts[::-1].copy()))
        histories.append(history)
    phase = str(rng.choice(["points", "start", "state", "state", "assignment", "update"]))
    progress = float(rng.choice([1.0, 1.0, 0.3, 0.999]))
    last = phase in ("state", "update") and progress == 1 and rng.random() < 0.4
    return Moment(
        () if phase == "points" else tuple(snapshots),
        1.0,
        phase,
        progress,
        bool(last),
        tuple(histories) if rng.random() < 0.9 else (),
        tuple(before) if progress < 1 else (),
        legend=float(rng.choice([0.0, 1.0])),
    )


def told(scene, moment, options):
    """Return the layout of a picture, its words, and its centroids, without painting points."""
    theme = THEMES[options.theme]
    probe = Painter(scene, replace(options, size=(8, 6)))  # which decides on overlays
    unit = unit_of_panels(scene, options)
    layout = lay_out(scene, options.size, theme, probe.overlays, unit=unit)
    notes = ["shaded by density, 3 points outside"] * len(scene.panels)
    telling = Telling(scene, layout, theme, options.size, unit, notes, rings=True)
    colours = [cluster_colours(panel.k, options.theme) for panel in scene.panels]
    marks = [*layout.marks, *telling.still_marks(moment, colours, probe.overlays)]
    for box, some in zip(layout.boxes, telling.marks_below(moment), strict=True):
        marks.append(Group(box, tuple(some)))
    numbers = []
    for panel, box, snapshot in zip(scene.panels, layout.boxes, moment.snapshots, strict=False):
        if min(box.width, box.height) < 1:
            continue
        numbered = "numbers" in probe.overlays
        sizes = centroid_sizes(box, 0.5, panel.k, theme, unit, numbered=numbered)
        plane = panel.view.placed(box)
        xy = plane.on_frame(panel.view.plane.project(moment.centroids_of(snapshot)))
        inks = [tuple(c) for c in cluster_colours(panel.k, options.theme).tolist()]
        numbers += centroid_marks(xy, inks, sizes, box)
    return layout, list(texts(marks)), numbers


def unit_of_panels(scene, options):
    from renderers.picture.axes import unit_of
    from renderers.picture.layout import grid
    from renderers.plane.placement import Box

    cell = grid(len(scene.panels), Box(0, 0, *options.size))[0]
    return unit_of(cell.width, cell.height)


def check(seed):
    scene, moment, options = random_scene(np.random.default_rng(seed))
    layout, words, numbers = told(scene, moment, options)
    theme = THEMES[options.theme]
    check_words(words, options.size, theme, seed)
    for mark, within in words:
        for box in layout.boxes:
            if within == box:  # the tutorial's corner, below the centroids
                assert theme.boxed and mark.words.startswith("i = "), (seed, mark)
            else:
                assert apart(edges(mark), rectangle(box)), (seed, options, mark, box)
    disc = None
    for mark in numbers:  # each after its disc
        if isinstance(mark, Disc):
            disc = mark
            continue
        assert mark.size >= 7 - 1e-9 and contrast(mark.colour, disc.colour) >= 4.5, (seed, mark)
    return len(words)


def test_words_do_not_meet_in_random_pictures():
    assert sum(check(seed) for seed in range(100)) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_words_do_not_meet_in_2000_random_pictures(part):
    for seed in range(1000 + 200 * part, 1200 + 200 * part):
        check(seed)
