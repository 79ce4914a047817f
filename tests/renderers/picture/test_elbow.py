"""The figure of a sweep: every word can be read, and the same is in PNG, SVG and PDF."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pictures import THEME_NAMES, at, blobs, has, state
from sweeps import NONE, a_sweep, row_of
from words import apart, check_words, edges, texts

from kmeans_engine.choosing.rows import Sweep
from renderers import Options, make_scene
from renderers.picture.colours import cluster_colours
from renderers.picture.elbow import ElbowPainter, wrapped
from renderers.picture.marks import Disc, Polyline, Segments
from renderers.picture.text import extent
from renderers.picture.themes import THEMES

SIZES = [
    *((1, 1), (60, 40), (120, 90), (200, 150), (320, 240), (480, 270), (640, 360), (640, 480)),
    *((1280, 720), (720, 1280), (240, 380), (1920, 1080), (3840, 2160), (600, 600), (1000, 200)),
    *((200, 1000), (300, 900)),
]
TITLES = ["", "Five blobs", "长度厘米", "A title that goes on, and on, and on, " * 3]
VERDICTS = [NONE, "K = 5 stands out", "K = 12 stands out: " + "one criterion after the other " * 6]
END = state(blobs(clusters=2, each=10), np.repeat([0, 1], 10), [[0, 0], [1, 1]])


def random_sweep(rng):
    """Return a sweep with values of all magnitudes, some of them not known."""
    low = int(rng.integers(1, 6))
    ks = list(range(low, low + int(rng.choice([1, 2, 3, 9, 20, 59, 300]))))
    if len(ks) > 3 and rng.random() < 0.3:
        ks = sorted(rng.choice(ks, 4, replace=False).tolist())
    scale, lift = 10.0 ** rng.integers(-9, 9), rng.choice([0, 0, -1, 1e3])
    unknown = rng.random(6) < 0.25

    def column(i):
        values = scale * (rng.random(len(ks)) + lift)
        return [
            None if unknown[i] or (k == 1 and i) else float(v)
            for k, v in zip(ks, values, strict=True)
        ]

    falling = np.sort(scale * rng.random(len(ks)))[::-1] * float(rng.choice([0, 1, 1, 1]))
    columns = {
        "silhouette": column(1),
        "gap": column(2),
        "gap_error": [abs(scale * x) for x in rng.normal(size=len(ks))],
        "stability": column(3),
        "davies_bouldin": column(4),
        "bic": column(5),
    }
    rows = tuple(
        row_of(END, k=k, inertia=float(inertia), **{name: v[i] for name, v in columns.items()})
        for i, (k, inertia) in enumerate(zip(ks, falling, strict=True))
    )
    best = None if rng.random() < 0.3 else int(rng.choice(ks))
    return Sweep(rows, rows[0], best, str(rng.choice(VERDICTS)))


def figure(sweep, title="", **options):
    """Return the painter of a figure."""
    scene = replace(make_scene(END, title=title), sweep=sweep)
    return ElbowPainter(scene, Options(**options))


def check(seed):
    rng = np.random.default_rng(seed)
    theme, size = str(rng.choice(THEME_NAMES)), SIZES[rng.integers(len(SIZES))]
    title = TITLES[rng.integers(len(TITLES))]
    marks = figure(random_sweep(rng), title, theme=theme, size=size).marks(at(END))
    words = list(texts(marks))
    check_words(words, size, THEMES[theme], seed)
    for mark in marks:
        if isinstance(mark, Disc):
            radius = max([mark.radius, *(ring for ring, _ in mark.rings)])
            places = [(mark.x - radius, mark.y - radius, mark.x + radius, mark.y + radius)]
        elif isinstance(mark, Polyline | Segments):
            places = [(x, y, x, y) for x, y in mark.xy.reshape(-1, 2).tolist()]
        else:
            continue
        for place in places:
            assert place[0] >= 0 and place[2] <= size[0], (seed, mark)
            assert place[1] >= 0 and place[3] <= size[1], (seed, mark)
            for word, _ in words:
                assert apart(place, edges(word)), (seed, size, mark, word)
    return len(words)


def test_words_do_not_meet_in_random_figures():
    assert sum(check(seed) for seed in range(60)) > 1000


def test_k_that_stands_out_is_marked_and_the_best_of_each_criterion():
    marks = figure(a_sweep(), size=(1280, 720)).marks(at(END))
    (accent,) = map(tuple, cluster_colours(1).tolist())
    lines = [m for m in marks if isinstance(m, Polyline) and m.colour == accent]
    discs = [m for m in marks if isinstance(m, Disc) and m.colour == accent]
    assert len(lines) == 7  # one in each plot
    assert len(discs) == 6  # more clusters always have less inertia
    bold = [m.words for m, _ in texts(marks) if m.bold]
    assert bold.count("5") == 7
    assert "inertia" in bold


def test_nothing_is_marked_where_no_k_stands_out():
    sweep = replace(a_sweep(), best=None, verdict=NONE)
    marks = figure(sweep, size=(1280, 720)).marks(at(END))
    assert not any(isinstance(m, Polyline) and m.dash for m in marks)
    said = [m.words for m, _ in texts(marks)]
    assert NONE[:1].upper() + NONE[1:] in said


def test_the_figure_says_where_it_comes_from():
    said = [m.words for m, _ in texts(figure(a_sweep(), "Blobs", size=(1280, 720)).marks(at(END)))]
    assert said[0] == "Blobs"
    assert said[-1] == "20 points · 2 features"
    assert {"inertia", "silhouette", "gap statistic", "stability of halves", "BIC"} <= set(said)


@pytest.mark.parametrize(("name", "told"), [("people", " · weights: people"), ("p" * 300, "")])
def test_the_figure_names_the_weights_if_there_is_room(name, told):
    scene = replace(make_scene(END), sweep=a_sweep(), facts={"weights": name, "seed": "7"})
    said = [m.words for m, _ in texts(ElbowPainter(scene, Options((1280, 720))).marks(at(END)))]
    assert said[-1] == f"20 points · 2 features{told} · seed 7"


def test_a_small_figure_leaves_out_the_least_telling():
    said = {m.words for m, _ in texts(figure(a_sweep(), "Blobs", size=(480, 270)).marks(at(END)))}
    assert {"inertia", "Cal.-Harabasz"} <= said
    assert not {"BIC", "Davies-Bouldin"} & said


def test_the_palette_gives_the_accent():
    palette = ((200, 30, 90),)
    painted = figure(a_sweep(), size=(640, 360), palette=palette).paint(at(END))
    assert has(painted, palette[0])
    assert not has(painted, cluster_colours(1)[0])


@pytest.mark.parametrize("words", ["", "one", "two words", "a b c d e f g h " * 9, "x" * 300])
def test_lines_are_wrapped(words):
    for width in (5, 60, 200, 1e6):
        for most in (0, 1, 2, 99):
            lines = wrapped(words, 12.0, width, most)
            assert len(lines) <= most
            assert " ".join(lines) == (words.strip() if most else "")
            for line in lines[: most - 1]:  # a lone word may be longer than the line
                assert extent(line, 12.0).width <= width or " " not in line
