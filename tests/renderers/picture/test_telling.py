"""Every word on a picture stands in the frame, apart from other words and from the points."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from pictures import THEME_NAMES, blobs, state

from renderers import Moment, Options, Panel, Scene
from renderers.contract import OVERLAYS
from renderers.picture.centroids import centroid_marks, centroid_sizes
from renderers.picture.colours import cluster_colours
from renderers.picture.layout import lay_out
from renderers.picture.marks import Disc, Group, Text
from renderers.picture.painter import Painter
from renderers.picture.telling import Telling
from renderers.picture.text import LEAST_TYPE, extent
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


def texts(marks, within=None):
    """Yield the words among marks, and the box that each must not leave."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from texts(mark.marks, mark.box)
        elif isinstance(mark, Text) and mark.words:
            yield mark, within


def edges(mark):
    """Return where a line of words begins and ends on the frame: left, top, right, foot."""
    width = extent(mark.words, mark.size, mark.bold).width
    share = {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.anchor] * width
    above, below = 0.74 * mark.size, 0.22 * mark.size
    if mark.turned:
        return mark.x - above, mark.y + share - width, mark.x + below, mark.y + share
    return mark.x - share, mark.y - above, mark.x - share + width, mark.y + below


def rectangle(box):
    return box.left, box.top, box.left + box.width, box.top + box.height


def covers(one, other, slack=0.5):
    """Whether one holds the other."""
    return (
        one[0] - slack <= other[0]
        and one[1] - slack <= other[1]
        and other[2] <= one[2] + slack
        and other[3] <= one[3] + slack
    )


def apart(one, other, slack=0.6):
    return (
        one[2] <= other[0] + slack
        or other[2] <= one[0] + slack
        or one[3] <= other[1] + slack
        or other[3] <= one[1] + slack
    )


def luminance(colour):
    parts = [c / 255 for c in colour]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check(seed):
    scene, moment, options = random_scene(np.random.default_rng(seed))
    layout, words, numbers = told(scene, moment, options)
    theme, (width, height) = THEMES[options.theme], options.size
    places = [(mark, edges(mark)) for mark, _ in words]
    for (mark, within), (_, (left, top, right, foot)) in zip(words, places, strict=True):
        said = seed, options.size, options.theme, mark
        assert covers((0, 0, width, height), (left, top, right, foot)), said
        if within is not None:
            assert covers(rectangle(within), (left, top, right, foot)), (*said, within)
        assert mark.size >= LEAST_TYPE - 1e-9, said
        least = 3.0 if mark.colour == theme.muted else 4.5
        assert contrast(mark.colour, theme.background) >= least, said
        for box in layout.boxes:
            if within == box:  # the tutorial's corner, below the centroids
                assert theme.boxed and mark.words.startswith("i = "), said
            else:
                assert apart((left, top, right, foot), rectangle(box)), (*said, box)
    for (one, a), (other, b) in itertools.combinations(places, 2):
        assert apart(a, b), (seed, options.size, options.theme, one, other)
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
