"""Make docs/benchmarks.md and its plots from the results of engine.py, scaling.py and threads.py.

python benchmarks/report.py [--results FOLDER]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
OURS = ("ours", "brute")
BLUE, GREY = "#0072B2", "#8a8a8a"


def seconds(value: float) -> str:
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


def table(rows: list[dict[str, Any]], names: list[str]) -> list[str]:
    """Return the lines of the table: seconds, ratios, and who ends elsewhere."""
    names = [name for name in names if any(name in row for row in rows)]
    head = ["work", *names, "best peer / ours", "target", "steady", "strategies", "ends elsewhere"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        mine, peers = row["ours"], [row[n] for n in names if n in row and n not in OURS]
        ratio = best_ratio(row, names)
        steady = [p["steady"] for p in peers if p["steady"]]
        apart = [
            n for n in names
            if n in row and abs(row[n]["inertia"] / mine["inertia"] - 1) > 1e-4
        ]  # fmt: skip
        cells = [
            row["work"],
            *(seconds(row[n]["seconds"]) if n in row else "-" for n in names),
            f"**{ratio:.1f}**" if ratio else "-",
            str(row["target"] or "-"),
            f"{min(steady) / mine['steady']:.0f}" if steady and mine["steady"] else "-",
            ", ".join(mine.get("strategies", {})),
            ", ".join(apart) or "-",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def vector_table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of the table of real vectors: seconds, ratios, memory."""
    names = ("ours", "sklearn-lloyd", "faiss", "superkmeans")
    head = ["work", *names, "best exact peer / ours", "superkmeans / ours", "strategies",
            "memory beyond the points: ours, scikit-learn, superkmeans"]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        exact = best_ratio(row, [name for name in names if name != "superkmeans"])
        other = best_ratio(row, ["superkmeans"])
        beyond = [
            f"{(row[n]['peak'] - row['bytes']) / 2**20:,.0f} MiB"
            if row.get(n, {}).get("peak")
            else "-"
            for n in ("ours", "sklearn-lloyd", "superkmeans")
        ]
        cells = [
            row["work"],
            *(seconds(row[n]["seconds"]) if n in row else "-" for n in names),
            *(f"**{ratio:.1f}**" if ratio else "-" for ratio in (exact, other)),
            ", ".join(row["ours"].get("strategies", {})),
            ", ".join(beyond),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def thread_table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of the table of threads."""
    head = ["work", "threads", "end to end", "late iteration", "outside regions", "under the GIL",
            "speed-up"]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [
            row["work"], str(row["threads"]), seconds(row["total"]), seconds(row["late"]),
            f"{row['outside'] * 1e6:.0f} us ({row['share']:.1%})", f"{row['gil'] * 1e6:.0f} us",
            f"{row['speed-up']:.2f}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def best_ratio(row: dict[str, Any], names: list[str]) -> float | None:
    peers = [row[n]["seconds"] for n in names if n in row and n not in OURS]
    return min(peers) / row["ours"]["seconds"] if peers else None


def plot_ratios(report: dict[str, Any]) -> None:
    exact = [name for name in report["libraries"] if name != "superkmeans"]
    rows = [r for r in report["rows"] if best_ratio(r, exact)][::-1]
    ratios = [best_ratio(r, exact) for r in rows]
    figure = Figure(figsize=(8, 0.36 * len(rows) + 1.1), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    bars = axes.barh([r["work"] for r in rows], ratios, color=BLUE, height=0.62)
    axes.bar_label(bars, [f"{r:.1f}" for r in ratios], padding=3, fontsize=9)
    axes.axvline(1, color="black", lw=0.8)
    axes.set_xscale("log")
    axes.set_xlim(0.7, max(ratios) * 1.5)
    axes.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes.set_xlabel("times as fast as the fastest other library, end to end")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "benchmarks.png")


def exponent(rows: list[dict[str, Any]], key: str, name: str) -> float:
    """Return the slope of log time over log size, of the larger half."""
    rows = [r for r in rows if r[name]]
    rows = rows[len(rows) // 2 - 1 :]
    return float(np.polyfit(*(np.log([r[c] for r in rows]) for c in (key, name)), 1)[0])


def plot_scaling(report: dict[str, Any]) -> None:
    figure = Figure(figsize=(10, 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    parts = (
        ("points", "m", "points (2 features, K = 12)"),
        ("centroids", "k", "centroids (1 M points, 2 features)"),
        ("features", "n", "features (200,000 points, K = 64)"),
    )
    for axes, (part, key, label) in zip(figure.subplots(1, 3), parts, strict=True):
        for name, colour in (("scikit-learn", GREY), ("ours", BLUE)):
            rows = [r for r in report[part] if r[name]]
            axes.loglog([r[key] for r in rows], [1e3 * r[name] for r in rows], "o-", ms=4,
                        color=colour, label=name.replace("ours", "kmeans-engine"))  # fmt: skip
        axes.set_xlabel(label)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.axes[0].set_ylabel("ms per steady iteration")
    figure.axes[0].legend(frameon=False)
    figure.savefig(DOCS / "scaling.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    results = parser.parse_args().results
    engine = json.loads((results / "engine.json").read_text())
    scaling = json.loads((results / "scaling.json").read_text())
    plot_ratios(engine)
    plot_scaling(scaling)
    facts, points = engine["machine"], scaling["points"]
    large = next((r for r in engine["rows"] if r["work"].startswith("100 M")), None)
    threads = scaling["threads"]
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`; the table is one run of engine.py, the growth one of scaling.py. "
        f"{facts['cpu']}, {facts['threads']} threads, Python {facts['python']}.",
        "",
        "![Times as fast as the fastest other library](benchmarks.png)",
        "",
        "End to end: checks, preparation, every snapshot consumed, labels of the last one. Each "
        "library runs in a process of its own on the same array, from the same centroids, for the "
        "same number of iterations; medians of interleaved rounds after a warm-up. *steady* is "
        "the ratio of the seconds per iteration late in a run. *ends elsewhere*: the inertia of "
        "the final centroids, evaluated by one function, differs from ours by more than 1e-4; "
        "float32 sums round, and a run of many iterations may then take another path.",
        "",
        *table([row for row in engine["rows"] if not row["vectors"]], engine["libraries"]),
        "",
        "## Real vectors",
        "",
        "Blobs flatter every pruning. These are made from seeds like the vectors of the field "
        "(`descriptors` and `embeddings` in `benchmarks/works.py` say how): no two clusters are "
        "apart, bounds are used up within an iteration, and the first pass is what counts. "
        "superkmeans is not exact, and starts from centroids of its own, since it takes no "
        "others; it runs flat, on all points, without an early end. Memory is the most that the "
        "process held, the library's own code included.",
        "",
        *vector_table([row for row in engine["rows"] if row["vectors"]]),
        "",
    ]
    if large:
        lines += [
            f"100 M points: first snapshot after {large['ours']['first']:.2f} s, then "
            f"{1 / large['ours']['steady']:.0f} iterations a second.",
            "",
        ]
    lines += [
        "## Threads",
        "",
        "A run of `benchmarks/threads.py`, which says how each figure is measured. *outside "
        "regions*: what of a late iteration passes outside parallel regions, and its share of "
        "that iteration with one thread. *under the GIL*: what all threads together spend in "
        "Python.",
        "",
        *thread_table([json.loads(line) for line in (results / "threads.jsonl").open()]),
        "",
        "## Growth",
        "",
        "![Time of an iteration against points, centroids and features](scaling.png)",
        "",
        "In two dimensions the time of a steady iteration grows like the power "
        f"{exponent(points, 'm', 'ours'):.2f} of the number of points (scikit-learn: "
        f"{exponent(points, 'm', 'scikit-learn'):.2f}), like the power "
        f"{exponent(scaling['centroids'], 'k', 'ours'):.2f} of the number of centroids "
        f"({exponent(scaling['centroids'], 'k', 'scikit-learn'):.2f}).",
        "",
        "Two threads in place of one: "
        + ", ".join(
            f"{threads[i]['ours'] / threads[i + 1]['ours']:.2f} times as fast at "
            f"{threads[i]['m']:,} x {threads[i]['n']}, K = {threads[i]['k']}"
            for i in range(0, len(threads), 2)
        )
        + ".",
        "",
        "Asking every snapshot for its labels takes "
        f"{scaling['labels of all / fit']:.2f} times as long as `fit` (1 M x 2, K = 100).",
    ]
    (DOCS / "benchmarks.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
