"""Which K the verdict of a sweep finds, on data with known answers and on data without clusters.

python benchmarks/choosing.py DATA

DATA is a folder with s1.txt to s4.txt, unbalance.txt and birch1.txt, of the clustering benchmark of
Fränti and Sieranoja (2018). Writes the table of docs/choosing_k.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import fill
from sklearn import datasets

from kmeans_engine import make_clusters, sweep

PAGE = Path(__file__).resolve().parents[1] / "docs" / "choosing_k.md"


class Case(NamedTuple):
    """Points, which K are compared, and which one is right; None for no clusters."""

    name: str
    make: Callable[[Path], np.ndarray]
    ks: range
    right: int | None
    runs: int = 1


def text(name: str) -> Callable[[Path], np.ndarray]:
    return lambda folder: np.loadtxt(folder / f"{name}.txt")


def scaled(load: Callable[[], object]) -> Callable[[Path], np.ndarray]:
    def make(_: Path) -> np.ndarray:
        points = load().data
        return (points - points.mean(axis=0)) / points.std(axis=0)

    return make


def drawn(draw: Callable[[np.random.Generator], np.ndarray]) -> Callable[[Path], np.ndarray]:
    return lambda _: draw(np.random.default_rng(0))


CASES = (
    *(Case(name, text(name), range(2, 21), 15) for name in ("s1", "s2", "s3", "s4")),
    Case("unbalance", text("unbalance"), range(2, 13), 8),
    Case("birch1, runs=10", text("birch1"), range(96, 105), 100, 10),
    Case("iris", lambda _: datasets.load_iris().data, range(2, 11), 3),
    Case("wine, standardised", scaled(datasets.load_wine), range(2, 11), 3),
    Case("breast cancer, standardised", scaled(datasets.load_breast_cancer), range(2, 11), 2),
    Case("digits", lambda _: datasets.load_digits().data, range(2, 16), 10),
    Case("two in 8 dimensions", drawn(lambda rng: np.concatenate(
        [rng.normal(size=(500, 8)), rng.normal(3, 1, (500, 8))])), range(2, 11), 2),
    Case("the demo", lambda _: make_clusters(12, 100, seed=3), range(2, 17), 12),
    Case("uniform, a square", drawn(lambda rng: rng.random((5000, 2))), range(2, 11), None),
    Case("uniform, 8 dimensions", drawn(lambda rng: rng.random((5000, 8))), range(2, 11), None),
    Case("normal", drawn(lambda rng: rng.normal(size=(5000, 2))), range(2, 11), None),
    Case("normal, 8 dimensions", drawn(lambda rng: rng.normal(size=(5000, 8))), range(2, 11), None),
    Case("log-normal", drawn(lambda rng: np.exp(rng.normal(size=(5000, 2)))), range(2, 16), None),
    Case("exponential", drawn(lambda rng: rng.exponential(size=(5000, 3))), range(2, 16), None),
    Case("two moons", lambda _: datasets.make_moons(2000, noise=0.05, random_state=0)[0],
         range(2, 16), None),
)  # fmt: skip


def measure(case: Case, folder: Path) -> str:
    """Return a line of the table."""
    found = sweep(case.make(folder), case.ks, seed=0, runs=case.runs)

    def best(name: str, sign: int = 1) -> str:
        rows = [row for row in found.rows if getattr(row, name) is not None]
        return str(max(rows, key=lambda row: sign * getattr(row, name)).k)

    said = "none" if found.best is None else str(found.best)
    right = "none" if case.right is None else str(case.right)
    cells = (
        case.name, f"{case.ks[0]}-{case.ks[-1]}", right, said if said == right else f"**{said}**",
        best("silhouette"), best("davies_bouldin", -1), best("calinski_harabasz"), best("bic", -1),
        best("gap"), best("stability"),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    lines = [
        "| points | K | right | verdict | silhouette | Davies-Bouldin | Calinski-H. | BIC | gap "
        "| stability |",
        "|---" * 10 + "|",
    ]
    folder = parser.parse_args().data
    for case in CASES:
        lines.append(measure(case, folder))
        print(lines[-1], flush=True)
    fill(PAGE, "known answers", "\n".join(lines))


if __name__ == "__main__":
    main()
