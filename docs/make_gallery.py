"""Make the pictures of the gallery and its page, docs/gallery.md, with the command alone.

python docs/make_gallery.py [--data FOLDER] [--large]

`--data` names a folder with s1.txt, birch1.txt and europe.txt of the clustering basic benchmark
(Fränti and Sieranoja); `--large` makes those of 100 million points as well (needs 8 GB and five
minutes). A picture that is not made stays as it was.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

import cli

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS / "gallery"
MOST = 5_000_000  # bytes of all pictures together
INTRODUCTION = (
    "Each picture is what one command makes; `make gallery` makes all. The files `s1.txt`, "
    "`birch1.txt` and `europe.txt` are those of the clustering basic benchmark (Fränti and "
    "Sieranoja 2018); `china.jpg`, `iris.csv` and `tumours.csv` come with scikit-learn, and "
    "`land.csv` is where the heights that come with matplotlib are above the sea."
)


class Picture(NamedTuple):
    """A picture: its file, what is said of it, and the arguments of the command."""

    file: str
    caption: str
    arguments: str
    needs: str = ""  # a file, or "large"


PICTURES = [
    Picture(
        "kmeans.gif",
        'The classic demo that this grew from ("the tutorial"): twelve clusters of 100 points. '
        "Borders, trails, rings around the points that just changed cluster, the inertia, the "
        "sizes.",
        "--seed 69 --smooth --duration 9 --theme dark",
    ),
    Picture(
        "million.gif",
        "The same with a million points: one pixel is the mix of its points' clusters, as bright "
        "as there are many. White: what changed just now.",
        '--seed 69 --points-per-cluster 83334 --smooth --duration 9 --theme dark --title "One '
        'million points"',
    ),
    Picture(
        "race.gif",
        "A race of two starts; the same cluster has the same colour in both. The random one needs "
        "20 iterations to end in a worse place than k-means++ reaches in five.",
        "--seed 3 --race random,k-means++ --smooth --duration 9 --size 720x405",
    ),
    Picture(
        "k.gif",
        "K grows from 2 to 9: each new cluster comes out of the one that it splits, and looks like "
        "it. The curves beside it and the verdict say that five were there.",
        "--clusters 5 --spread 0.05 --seed 16 -k 2-9 --size 720x405 --max-size 400kB",
    ),
    Picture(
        "birch1.png",
        "birch1: 100,000 points, 100 clusters. After 93 iterations two pairs of blobs share a "
        "centroid, and the trails show why.",
        "birch1.txt -k 100 --init k-means++ --seed 1",
        "birch1.txt",
    ),
    Picture(
        "china.gif",
        "A photograph finds eight colours. Beside it are its pixels as points, each in the colour "
        "of its cluster, which is the mean of the colours in it.",
        "china.jpg -k 8 --init k-means++ --seed 1 --smooth --duration 9 --size 720x405 "
        "--max-size 550kB",
        "china.jpg",
    ),
    Picture(
        "china.png",
        "A photograph in 16 colours: a PNG of an image is the image with each pixel in the colour "
        "of its centroid.",
        "china.jpg -k 16 --init k-means++ --seed 1",
        "china.jpg",
    ),
    Picture(
        "cube.gif",
        "The same eight colours in the cube of red, green and blue, which turns.",
        "china.jpg -k 8 --init k-means++ --seed 1 --view 3d --smooth --duration 9 --theme dark "
        "--size 720x405 --max-size 550kB",
        "china.jpg",
    ),
    Picture(
        "land.png",
        "A map: the land around the Strait of Georgia in nine parts. Columns named `lat` and `lon` "
        "are drawn true to scale.",
        "land.csv -k 9 --init k-means++ --seed 1 --overlays numbers,borders",
        "land.csv",
    ),
    Picture(
        "tumours.png",
        "Two columns whose values lie a hundredfold apart, on logarithmic axes. The clusters are "
        "those of the values as they are, so their borders are curves.",
        "tumours.csv -k 4 --init k-means++ --seed 1 --columns area,spread --log xy --aspect auto",
        "tumours.csv",
    ),
    Picture(
        "phases.gif",
        "As a teacher tells it: the points change cluster, then the centroids move. The theme is "
        "the tutorial's own.",
        "--seed 69 --phases --theme classic",
    ),
    Picture(
        "s1.gif",
        "s1: 5,000 points, 15 clusters, started at random.",
        "s1.txt -k 15 --init random --seed 4 --smooth --duration 10 --max-size 500kB",
        "s1.txt",
    ),
    Picture(
        "europe.png",
        "europe: differences of coordinates along its borders. Few points lie far out, and the "
        "centroids of those walked a long way.",
        "europe.txt -k 50 --init random --seed 1 --theme dark",
        "europe.txt",
    ),
    Picture(
        "iris.png",
        "iris: four features, standardised, drawn along their first two principal components.",
        "iris.csv -k 3 --init random --seed 1 --standardize",
        "iris.csv",
    ),
    Picture(
        "hundred-million.png",
        "A hundred million points. The picture takes a second, the run four.",
        "--clusters 40 -k 40 --points-per-cluster 2500000 --spread 0.004 --init k-means++ "
        '--seed 9 --theme dark --title "A hundred million points"',
        "large",
    ),
]


def fetch(folder: Path) -> None:
    """Write what scikit-learn and matplotlib ship: a photograph, tables, heights of land."""
    import matplotlib as mpl
    from PIL import Image
    from sklearn.datasets import load_breast_cancer, load_iris, load_sample_image

    Image.fromarray(load_sample_image("china.jpg")).save(folder / "china.jpg", quality=95)
    iris = load_iris()
    names = ",".join(name.removesuffix(" (cm)") for name in iris.feature_names)
    np.savetxt(folder / "iris.csv", iris.data, "%g", ",", header=names, comments="")
    cancer = load_breast_cancer()
    columns = [list(cancer.feature_names).index(name) for name in ("mean area", "area error")]
    tumours = cancer.data[:, columns]
    np.savetxt(folder / "tumours.csv", tumours, "%g", ",", header="area,spread", comments="")
    with np.load(Path(mpl.get_data_path(), "sample_data", "topobathy.npz")) as heights:
        row, column = np.nonzero(heights["topo"] > 0)
        land = np.c_[heights["latitude"][row], heights["longitude"][column] - 360]
    np.savetxt(folder / "land.csv", land, "%.4f", ",", header="lat,lon", comments="")


def make(picture: Picture, folder: Path) -> bool:
    """Make one picture in the folder of its data; return whether it could be made."""
    if picture.needs and not (folder / picture.needs).exists():
        return False
    os.chdir(folder)
    arguments = [*shlex.split(picture.arguments), "-o", str(FOLDER / picture.file)]
    status = cli.main([*arguments, "--overwrite", "--quiet"])
    if status:
        sys.exit(status)
    return True


def page() -> str:
    """Return the page."""
    parts = ["# Gallery", "", INTRODUCTION]
    for picture in PICTURES:
        if (FOLDER / picture.file).exists():
            alt = picture.caption.split(".")[0].split(":")[0].replace("`", "")
            parts += ["", f"![{alt}](gallery/{picture.file})", "", picture.caption, "", "```sh"]
            parts += [f"kmeans-engine {picture.arguments} -o {picture.file}", "```"]
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of s1.txt, birch1.txt and europe.txt")
    parser.add_argument("--large", action="store_true", help="100 million points as well")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch(folder)
        if options.data:
            for file in ("s1.txt", "birch1.txt", "europe.txt"):
                (folder / file).symlink_to((options.data / file).resolve())
        if options.large:
            (folder / "large").touch()
        for picture in PICTURES:
            made = make(picture, folder)
            print(picture.file, "" if made else f"stays as it is: needs {picture.needs}")
        os.chdir(DOCS)
    total = sum(file.stat().st_size for file in FOLDER.iterdir())
    if total > MOST:
        sys.exit(f"the pictures have {total:,} bytes, at most {MOST:,} belong into the repository")
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")
    print(f"{total:,} bytes in {FOLDER}")


if __name__ == "__main__":
    main()
