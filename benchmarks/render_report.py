"""Make docs/rendering.md from the results of render.py, quality.py and window.py.

python benchmarks/render_report.py

A part whose results are not there is left out.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
PARTS = [
    (
        "render",
        "Films, the command, memory, painting",
        "`python benchmarks/render.py --large`. Films are smooth, 640x480, of 300 frames, "
        "from snapshots that are given, in the theme `classic` and in `light` with all "
        "overlays. *tutorial* is the classic demo that this grew from, 12 clusters of 100 points "
        "animated with matplotlib: FuncAnimation with its artists, drawing the same moments in "
        "the same run. *command* is `kmeans-engine --render "
        "mp4` at 1280x720 from the second time on, start-up, points and clustering "
        "included. *painting* has all overlays and no encoder: the first frame, then a "
        "frame for each iteration of the later half of the run.",
    ),
    (
        "window-tkagg",
        "The window, 1 million points",
        "`python benchmarks/window.py`, under Xvfb. A smooth run; *pause* and *step* are "
        "from a key to the redrawn picture.",
    ),
    (
        "window-large",
        "The window, 100 million points",
        "`python benchmarks/window.py --large`. A frame for each iteration, engine and "
        "painting together, in the later part of a run.",
    ),
    (
        "quality",
        "Encoding, and what our part adds",
        "`python benchmarks/quality.py`, 1280x720. Seconds of our whole "
        "film and of ffmpeg alone with the same frames from a file, in RGBA as they are "
        "painted, and in yuv420p as we send them.",
    ),
]


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    day = datetime.now(UTC).date()
    lines = [
        "# Rendering, measured",
        "",
        f"`make bench-render` on {day}: {processor()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}. Nobody typed these figures.",
    ]
    for name, title, words in PARTS:
        results = HERE / "results" / f"{name}.md"
        if results.exists():
            tables = results.read_text().strip().split("\n\n")
            # What each codec makes is in docs/films.md, with what was chosen.
            tables = tables[-1:] if name == "quality" else tables
            lines += ["", f"## {title}", "", words, "", "\n\n".join(tables)]
    page = HERE.parent / "docs" / "rendering.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
