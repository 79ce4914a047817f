"""Make the figures of the pages, docs/figures: python docs/make_figures.py [NAME ...].

Each is a function below, named as its file. What the gallery shows is made by make_gallery.py.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import cli
import renderers
from kmeans_engine import Engine, Snapshot, initial_centroids, make_clusters
from renderers.contract import ON_REQUEST, OVERLAYS
from renderers.picture.colours import cluster_colours

FOLDER = Path(__file__).resolve().parent / "figures"
MOST = 150_000  # bytes of one figure


def best_of(points: NDArray[np.float64], k: int, starts: int = 10) -> Snapshot:
    """Return the end of the best of some starts, as --runs does."""
    engine = Engine(points)
    starts = [initial_centroids(points, k, method="k-means++", seed=s) for s in range(starts)]
    return min(map(engine.fit, starts), key=lambda last: last.inertia)


def page(columns: int, rows: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(np.ravel(figure.subplots(rows, columns)))


def scatter(axes: Axes, last: Snapshot, title: str) -> None:
    """Draw one end, with equal units on both axes."""
    colours = np.array(cluster_colours(len(last.centroids))) / 255
    axes.scatter(*last.points.T, s=3, c=colours[last.labels], linewidths=0)
    axes.scatter(*last.centroids.T, s=60, c=colours, edgecolors="black", zorder=3)
    axes.set_title(title, fontsize=10)
    axes.set(xticks=[], yticks=[])


def shrink(image: Image.Image, path: Path) -> None:
    """Write an image in 128 colours, which halves the file."""
    image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def store(figure: Figure, name: str) -> None:
    path = FOLDER / f"{name}.png"
    figure.savefig(path)
    with Image.open(path) as image:
        shrink(image, path)


def frame() -> None:
    """Paint one frame with everything on it, in the middle of a run."""
    points = make_clusters(12, 100, seed=69)
    start = initial_centroids(points, 12, seed=69)
    with TemporaryDirectory() as folder:
        pictures = Path(folder) / "frame_%04d.png"
        renderers.save(Engine(points).snapshots(start), pictures, size=(900, 506))
        shutil.copy(Path(folder) / "frame_0002.png", FOLDER / "frame.png")


def overlays() -> None:
    """Paint the same moment once for each overlay, which is alone on it."""
    points = make_clusters(6, 60, seed=7, spread=0.02)
    start = points[[0, 60, 70, 180, 190, 300]]
    path, width, height = FOLDER / "overlays.png", 480, 360
    sheet = Image.new("RGB", (3 * width, 2 * height))
    for i, overlay in enumerate(name for name in OVERLAYS if name not in ON_REQUEST):
        run = Engine(points).snapshots(start)
        one = {"overlays": [overlay], "title": overlay, "size": (width, height)}
        with TemporaryDirectory() as folder:
            renderers.save(run, Path(folder) / "one_%04d.png", **one)
            with Image.open(Path(folder) / "one_0002.png") as image:
                sheet.paste(image.convert("RGB"), (i % 3 * width, i // 3 * height))
    shrink(sheet, path)


def choosing_k() -> None:
    """Draw what is compared for K = 2 to 10, by the command of the page."""
    words = "--clusters 5 --points-per-cluster 200 --spread 0.02 --seed 1 -k 2-10"
    path = FOLDER / "choosing_k.png"
    options = ["--size", "960x540", "--overwrite", "--quiet"]
    cli.main([*words.split(), "-o", str(path), *options])
    with Image.open(path) as image:
        shrink(image, path)


def wrong_tool() -> None:
    """Draw six data sets that K-means cuts where nobody would."""
    rng = np.random.default_rng(0)
    noise = rng.normal(scale=0.06, size=(800, 2))
    angle = rng.uniform(0, 2 * np.pi, 800)
    ring = np.repeat([1.0, 0.35], [550, 250])[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    half = rng.uniform(0, np.pi, 400)
    upper, lower = np.c_[np.cos(half), np.sin(half)], np.c_[1 - np.cos(half), 0.4 - np.sin(half)]
    stripes = rng.normal(size=(800, 2)) * (1.0, 0.12) + np.repeat([[0, 0], [0, 1]], 400, axis=0)
    sizes = np.r_[rng.normal(size=(760, 2)), rng.normal((3.6, 0), 0.15, size=(40, 2))]
    far = np.r_[rng.normal((-1, 0), 0.4, (150, 2)), rng.normal((1, 0), 0.4, (150, 2)), [[22, 9]]]
    figure, places = page(3, 2, 9.0, 5.6)
    for axes, points, k, title in zip(
        places,
        (ring + noise, np.r_[upper, lower] + noise, stripes, sizes, far, rng.random((800, 2))),
        (2, 2, 2, 2, 2, 4),
        ("rings", "moons", "long clusters", "a large and a small one", "one point far away",
         "no clusters at all"),
        strict=True,
    ):  # fmt: skip
        scatter(axes, best_of(points, k), title)
        axes.set_aspect("equal", adjustable="datalim")
    store(figure, "wrong_tool")


def scales() -> None:
    """Draw two columns of different units, before and after --standardize."""
    rng = np.random.default_rng(4)
    age = np.r_[rng.normal(25, 4, 300), rng.normal(60, 4, 300)]
    income = rng.normal(40_000, 9_000, 600)
    points = np.c_[age, income]
    plain = best_of(points, 2)
    scaled = best_of((points - points.mean(0)) / points.std(0), 2)
    figure, (left, right) = page(2, 1, 8.0, 3.2)
    colours = np.array(cluster_colours(2)) / 255
    for axes, last, title in (
        (left, plain, "as it is: income alone decides"),
        (right, scaled, "--standardize: both count"),
    ):
        axes.scatter(age, income, s=5, c=colours[last.labels], linewidths=0)
        axes.set(xlabel="age, years", ylabel="income, euros")
        axes.set_title(title, fontsize=10)
    store(figure, "scales")


def tutorial() -> None:
    """Paint the picture of the tutorial, by the theme that is named after it."""
    points = make_clusters(12, 100, seed=69)
    run = Engine(points).snapshots(initial_centroids(points, 12, seed=69))
    path = FOLDER / "tutorial.png"
    renderers.save(run, path, theme="classic", size=(640, 480), overwrite=True)


def photo() -> None:
    """Paint the end of a run on the colours of a photograph, as a film of it does."""
    from sklearn.datasets import load_sample_image

    with TemporaryDirectory() as folder:
        path = Path(folder, "flower.png")
        Image.fromarray(load_sample_image("flower.jpg")).save(path)
        words = [str(path), "-k", "6", "--seed", "1", "--size", "900x506", "--fps", "1"]
        assert cli.main([*words, "-o", f"{folder}/run.gif", "--max-iterations", "9"]) == 0
        with Image.open(f"{folder}/run.gif") as film:
            film.seek(film.n_frames - 1)
            shrink(film, FOLDER / "photo.png")


def radii() -> None:
    """Paint what DBSCAN finds with three radii: steps of another algorithm, in a race."""
    from sklearn.cluster import DBSCAN
    from sklearn.datasets import make_moons

    moons, _ = make_moons(600, noise=0.06, random_state=0)
    ends = {f"eps = {eps}": DBSCAN(eps=eps).fit_predict(moons) for eps in (0.06, 0.09, 0.12)}
    path = FOLDER / "radii.png"
    renderers.save(ends, path, points=moons, size=(900, 320), overwrite=True)
    with Image.open(path) as image:
        shrink(image, path)


def weights() -> None:
    """Paint towns that count alike, and by their inhabitants."""
    rng = np.random.default_rng(11)
    towns = rng.normal(size=(9, 1, 2)) * 3.0 + rng.normal(size=(9, 70, 2)) * 0.8
    points, people = towns.reshape(-1, 2), np.round(1000 * rng.pareto(1.1, 630) + 200)
    start = initial_centroids(points, 4, method="k-means++", seed=5)
    sheet = Image.new("RGB", (900, 400))
    for i, own in enumerate((None, np.minimum(people, 3e5))):
        last = Engine(points, weights=own).fit(start)
        with TemporaryDirectory() as folder:
            path = Path(folder, "one.png")
            renderers.save(last, path, size=(450, 400), overlays=["numbers", "borders", "sizes"])
            with Image.open(path) as image:
                sheet.paste(image.convert("RGB"), (450 * i, 0))
    shrink(sheet, FOLDER / "weights.png")


FIGURES: dict[str, Callable[[], None]] = {
    made.__name__: made
    for made in (frame, overlays, choosing_k, wrong_tool, scales, tutorial, photo, radii, weights)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FIGURES)}")
    FOLDER.mkdir(exist_ok=True)
    for name in parser.parse_args().names or FIGURES:
        FIGURES[name]()
        size = (FOLDER / f"{name}.png").stat().st_size
        assert size <= MOST, f"{name}.png has {size:,} bytes, at most {MOST:,} belong here"
        print(f"{name}.png", f"{size:,} bytes")


if __name__ == "__main__":
    main()
