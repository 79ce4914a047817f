"""Write the tables of docs/scaling.md from the results of outofcore.py and cluster.py.

python benchmarks/large_report.py [--results FOLDER]

A table stands between a comment that names it and the next one; without results it is left alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from page import fill

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "scaling.md"

Row = dict[str, Any]


def spell(seconds: float) -> str:
    return f"{seconds * 1e3:,.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sweeps(run: Row) -> float:
    """Return the seconds of a sweep over the file, once many labels have settled."""
    names = run["strategies"]
    # State 1 has the labels of state 0, and the state in which the points are sorted is no sweep.
    found = [t for i, t in enumerate(run["states"][:-1]) if i > 2 and names[i + 1] == "brute"]
    return median(found or run["states"][2:3])


def settled(run: Row) -> float:
    """Return the seconds of a late iteration."""
    return median(run["states"][-5:])


def late(run: Row, read: float) -> list[str]:
    """Return what sorting and a late iteration take, if the run comes that far."""
    names, end = run["strategies"], f"{spell(settled(run))} ({settled(run) / read:.3f})"
    if names[-1] != "blocks":
        return ["-", end if names[-1] != "brute" else "-"]
    return [spell(run["states"][names.index("blocks") - 1]), end]


def out_of_core(report: Row) -> str:
    rows = []
    for row in report["rows"].values():
        for name, words in (("ours", "free"), ("confined", "confined")):
            if name not in row or not (name == "ours" or row[name]["confined"]):
                continue
            run = row[name]
            # A file that cannot stay in memory is read from the disk again and again.
            read = run["read after" if name == "ours" else "read cold"]
            rows.append(
                [
                    f"{row['m']:,} x {row['n']}, K={row['k']}, {words}",
                    f"{spell(run['read cold'])}, {spell(read)}",
                    f"{spell(run['prepared'])} ({run['prepared'] / run['read cold']:.2f})",
                    f"{spell(run['states'][0])} ({run['states'][0] / read:.2f})",
                    f"{spell(sweeps(run))} ({sweeps(run) / read:.2f})"
                    if "brute" in run["strategies"]
                    else "-",
                    *late(run, read),
                    f"{run['peak'] / 1e6:,.0f} MB",
                ]
            )
    head = ["work", "read: cold, again", "measured (of a cold read)", "first state (of a read)",
            "a sweep (of a read)", "sorting", "a late iteration (of a read)",
            "peak beyond the start"]  # fmt: skip
    return table(head, rows)


def beside(report: Row) -> str:
    rows = []
    for row in report["rows"].values():
        ours, other = row["ours"], row["minibatch"]
        total = ours["prepared"] + sum(ours["states"])
        rows.append(
            [
                f"{row['m']:,} x {row['n']}, K={row['k']}",
                f"{spell(total)}, {len(ours['states']) - 1} iterations",
                spell(other["seconds"]),
                f"{other['inertia'] / ours['inertia']:.4f}",
                f"{ours['peak'] / 1e6:,.0f}, {other['peak'] / 1e6:,.0f} MB",
            ]
        )
    return table(
        ["work", "ours", "one pass of MiniBatchKMeans", "its inertia / ours", "memory"], rows
    )


def here_or_there(report: Row) -> str:
    both = report["both"]
    here, there = both["memory"], both["file"]
    same = "the same" if here["digest"] == there["digest"] else "DIFFERENT"

    def total(run: Row) -> float:
        return run["prepared"] + sum(run["states"])

    return (
        f"{both['m']:,} x 2, K=12, {len(here['states']) - 1} iterations: {spell(total(here))} in "
        f"memory, {spell(total(there))} from a file with a memory of an eighth of it "
        f"({total(there) / total(here):.1f} times), {same} bits; a late iteration takes "
        f"{spell(settled(here))} and {spell(settled(there))}."
    )


def workers(report: Row) -> str:
    rows = []
    for row in report["memory"]:
        one, two = (median(row["memory"][t][2:]) for t in ("1", "2"))
        for count, run in row["workers"].items():
            late = median(run["states"][2:])
            here = one if count == "1" else two
            peer = run["dask-ml"]
            rows.append(
                [
                    f"{row['m']:,} x {row['n']}, K={row['k']}",
                    count,
                    spell(here),
                    spell(late),
                    spell(late - here),
                    f"{run['bytes']:,.0f}",
                    f"{spell(peer)} ({peer / late:.0f})" if isinstance(peer, float) else peer,
                ]
            )
    head = ["work", "workers", "an iteration in memory, on as many threads", "on the cluster",
            "more", "bytes per part", "dask-ml (of ours)"]  # fmt: skip
    return table(head, rows)


def parts(report: Row) -> str:
    rows = [
        [f"{row['parts']:,}", spell(row["prepared"]), spell(row["iteration"]),
         spell(row["scheduler"])]
        for row in report["parts"]
    ]  # fmt: skip
    head = ["chunks", "engine", "an iteration", "of it, processor time of scheduler and client"]
    return table(head, rows)


def kill(report: Row) -> str:
    run = report["kill"]
    return (
        f"Of {len(run['plain']) - 1} iterations over 20,000,000 x 2 on two workers, one killed "
        f"in the middle, the longest takes {spell(max(run['killed'][1:]))}; without, "
        f"{spell(max(run['plain'][1:]))}. The bits are the same."
    )


def spark(report: Row) -> str:
    rows = [
        [
            re.sub(r"^\d+", lambda m: f"{int(m[0]):,}", work),
            spell(run["spark"]),
            spell(run["ours in memory"]),
            f"{run['spark'] / run['ours in memory']:.0f}",
        ]
        for work, run in report["spark"].items()
    ]  # fmt: skip
    return table(["work, uniform", "Spark, two threads", "ours, in memory", "ratio"], rows)


TABLES: dict[str, tuple[str, str, Callable[[Row], str]]] = {
    "out of core": ("outofcore", "rows", out_of_core),
    "minibatch": ("outofcore", "rows", beside),
    "here or there": ("outofcore", "both", here_or_there),
    "workers": ("cluster", "memory", workers),
    "parts": ("cluster", "parts", parts),
    "kill": ("cluster", "kill", kill),
    "spark": ("cluster", "spark", spark),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    args = parser.parse_args()
    for name, (file, part, make) in TABLES.items():
        path = args.results / f"{file}.json"
        report = json.loads(path.read_text()) if path.exists() else {}
        if isinstance(report.get(part), list | dict):
            fill(PAGE, name, make(report))


if __name__ == "__main__":
    main()
