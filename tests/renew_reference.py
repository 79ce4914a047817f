"""The pictures that `test_reference.py` compares with those in `tests/reference`.

After a change that is meant to be seen: python tests/renew_reference.py [name ...], and look at
what `git diff` shows before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from pictures import ALL, blobs
from sweeps import a_sweep

from kmeans_engine import Engine
from kmeans_engine.race import side_by_side
from renderers import Options, Panel, Renderer, Scene, make_scene
from renderers.picture.elbow import ElbowPainter
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.growing import play_sweep
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stills.png import PngRenderer

FOLDER = Path(__file__).parent / "reference"
SMALL, LARGE = (320, 240), (640, 360)


def frame(points, k, at, *, size=SMALL, theme="light", pace=None, title="", names=(), **view):
    """Return the frame of a moment of a run: its number, or the first that `at` holds for."""
    film = list(moments(Engine(points).snapshots(points[:: len(points) // k][:k]), pace or Pace()))
    if isinstance(at, int):
        moment = [moment for moment in film if not moment.opening][at]
    else:
        moment = next(filter(at, film))
    overlays = None if theme == "classic" else ALL
    scene = make_scene(film[0].snapshots[0], title=title, names=names, **view)
    return Painter(scene, Options(size, theme=theme, overlays=overlays)).paint(moment)


def halfway(moment):
    """Whether centroids are on their way in the third iteration."""
    return moment.snapshots[0].iteration == 3 and 0.4 < moment.progress < 0.7


def recoloured(moment):
    """Whether points are changing cluster in the third iteration."""
    return moment.snapshots[0].iteration == 3 and moment.phase == "assignment"


def started(moment):
    """Whether the initial centroids are there, and no colours yet."""
    return moment.phase == "start"


def race():
    """Return the end of a race."""
    points = blobs(seed=5)
    starts = {"random": points[::100], "k-means++": points[50::100], "third": points[:12]}
    runs = [Engine(points).snapshots(start, max_iterations=20) for start in starts.values()]
    panels = tuple(Panel(12, View(points), name) for name in starts)
    (*_, last) = moments(side_by_side(runs))
    return Painter(Scene(panels, "A race of three"), Options((640, 360))).paint(last)


def sweep_figure():
    """Return the figure of a sweep."""
    found = a_sweep()
    scene = replace(make_scene(found.rows[-1].last, title="Five clusters"), sweep=found)
    return ElbowPainter(scene, Options((640, 360))).paint()


def growing():
    """Return a frame of a film in which K grows: a centroid leaves the one that it comes from."""
    film = Film(LARGE)
    play_sweep(a_sweep(), make_scene(a_sweep().rows[-1].last), [film], Pace(smooth=True, fps=10))
    return film.at(lambda moment: moment.snapshots[0].iteration == 4 and moment.progress > 0.4)


class Film(Renderer):
    """Keeps what it is told, and paints a moment of it."""

    def __init__(self, size):
        super().__init__(None, Options(size))
        self._moments = []

    def open(self, scene):
        self._scene = scene

    def draw(self, moment):
        self._moments.append(moment)

    def close(self):
        pass

    def abort(self):
        pass

    def at(self, holds):
        return Painter(self._scene, self.options).paint(next(filter(holds, self._moments)))


def survey(features):
    """Return answers of 1 to 5."""
    rng = np.random.default_rng(8)
    opinion = rng.normal(3, 1, size=(600, 1))
    return np.clip(np.rint(opinion + rng.normal(0, 0.9, size=(600, features))), 1, 5)


def outliers():
    """Return incomes and ages, and few incomes that are far away or none."""
    rng = np.random.default_rng(9)
    points = np.stack([np.exp(rng.normal(10, 0.6, 600)), rng.normal(45, 9, 600)], axis=1)
    points[:2, 0] = 4e6, 0
    return points


def spread(n_points, features):
    """Return normal points whose features have different widths."""
    return np.random.default_rng(7).normal(size=(n_points, features)) * np.arange(1, features + 1)


def image():
    """Return an image in the colours of its clusters, as its PNG is written."""
    y, x = np.mgrid[0:48, 0:64]
    points = np.stack([4 * x, 5 * y, 255 - 2 * x - 2 * y], axis=2).astype(np.uint8).reshape(-1, 3)
    last = Engine(points).fit(points[::600].astype(float))
    scene = Scene((Panel(len(last.centroids), View(points), image=(48, 64)),))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image.png")
        play(moments([last]), scene, [PngRenderer(path, Options())])
        with Image.open(path) as picture:
            return np.array(picture)


PICTURES = {
    "opening-points": lambda: frame(blobs(), 12, lambda moment: moment.opening),
    "opening-start": lambda: frame(blobs(), 12, started, theme="dark"),
    "demo-first": lambda: frame(blobs(), 12, 0, title="The demo"),
    "demo-middle": lambda: frame(blobs(), 12, 3, size=LARGE, names=["across", "upwards"]),
    "demo-last": lambda: frame(blobs(), 12, -1, size=LARGE, title="To the end"),
    "demo-smooth": lambda: frame(blobs(), 12, halfway, pace=Pace(smooth=True, fps=10)),
    "demo-phases": lambda: frame(blobs(), 12, recoloured, pace=Pace(phases=True)),
    "dark": lambda: frame(blobs(seed=2), 12, -1, theme="dark", names=["length", "width"]),
    "classic": lambda: frame(blobs(seed=3), 12, -1, theme="classic", title="The tutorial"),
    "crowd": lambda: frame(blobs(seed=4, each=2500), 12, 2),
    "one-feature": lambda: frame(spread(200, 1), 3, -1, names=["weight"]),
    "five-features": lambda: frame(spread(400, 5), 4, 4, theme="dark"),
    "survey-pies": lambda: frame(survey(5), 4, -1, theme="dark", axes=(0, 3)),
    "outliers": lambda: frame(outliers(), 4, 2, names=["income", "age"]),
    "log": lambda: frame(outliers(), 4, 2, names=["income", "age"], log="x"),
    "solid": lambda: frame(spread(300, 3), 4, 3, names=["a", "b", "c"], view="3d"),
    "many-clusters": lambda: frame(blobs(seed=6, clusters=70, each=20), 70, 1),
    "race": race,
    "sweep": sweep_figure,
    "growing": growing,
    "image": image,
}


def picture(name: str) -> NDArray[np.uint8]:
    """Return a picture as it is now, (height, width, 3)."""
    return np.ascontiguousarray(PICTURES[name]()[..., :3])


def write(name: str, pixels: NDArray[np.uint8], suffix: str = ".png") -> Path:
    """Write a picture into the folder of references."""
    path = FOLDER / f"{name}{suffix}"
    Image.fromarray(pixels).save(path, optimize=True)
    return path


if __name__ == "__main__":
    for name in sys.argv[1:] or PICTURES:
        print(write(name, picture(name)))
