"""What more threads gain, and what they cannot: the serial part of an iteration, and the GIL.

python benchmarks/threads.py [--threads 1,2,4,16] [--rows TEXT] [--rounds N] [--quick]
                             [--record FILE] [--plot FILE]

For each work and number of threads, medians of the rounds, in seconds:

total    `Engine` and `fit`, end to end.
first    From the prepared engine to the first state.
late     An iteration of the last quarter of a run, at least three of them; somebody keeps the
         newest snapshot.
outside  Of `late`, what passes outside parallel regions. A region is a call of `run_kernel` of
         `kmeans_engine.runtime.team`, or of `fold_chunks` or `run_chunks` of `runtime.threads`,
         also where the work is worth one worker only.
gil      Of the processor time of `late`, what all threads together spend in Python, where only one
         can be: all of their time but that in machine code, plus what it takes to enter machine
         code with such arguments, which is the time of a function that does nothing with them.

speed-up and efficiency compare `total` with that of the fewest threads; `share` is `outside` over
`late` with the fewest threads: with one, the serial part in the law of Amdahl.

The last two are read in a run of their own: entries and kernels are replaced, wherever Python looks
them up, by functions that look at a clock, and what the clocks take is deducted. They need no more
processors than there are: a serial part does not shrink with fewer. NumPy counts as Python.
--record adds a line of JSON for each row to a file.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numba
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numba.core.dispatcher import Dispatcher

sys.path.insert(0, str(Path(__file__).parent))
from engine import machine
from works import WORKS, Work

from kmeans_engine import Engine

ENTRIES = ("fold_chunks", "run_chunks", "run_kernel")
NAMES = ("10 M x 2, f32", "1 M x 2", "1 M x 3", "1 M x 8", "1 M x 16", "500 k x 16", "200 k x 128")


class _Timed:
    """A kernel whose calls are timed: in a dictionary, and to a team of threads, the same one."""

    def __init__(self, watch: Watch, kernel: Dispatcher) -> None:
        self._watch, self._kernel = watch, kernel

    def __call__(self, *args: Any) -> Any:
        begin = time.thread_time_ns()
        result = self._kernel(*args)
        spent = time.thread_time_ns() - begin
        self._watch.calls.append((self._watch.number(self._kernel, args), spent))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def __hash__(self) -> int:
        return hash(self._kernel)

    def __eq__(self, other: object) -> bool:
        kernel = other._kernel if isinstance(other, _Timed) else other
        return kernel is self._kernel


class Watch:
    """Replaces entries and kernels by functions that measure, as a context manager.

    Attributes
    ----------
    region : int
        Nanoseconds in parallel regions so far, of the thread that made this.
    calls : list of tuple
        Each call of a kernel: its number in `kernels`, and nanoseconds of processor time.
    kernels : list of tuple
        Kernels, and the arguments of their first call.
    """

    def __init__(self) -> None:
        self.region = 0
        self.calls: list[tuple[int, int]] = []
        self.kernels: list[tuple[Dispatcher, tuple[Any, ...]]] = []
        self._leader, self._depth = threading.get_ident(), 0
        self._numbers: dict[Dispatcher, int] = {}
        self._replaced: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Watch:
        made: dict[int, Callable[..., Any]] = {}
        for name, module in list(sys.modules.items()):
            # Kernels call each other in machine code.
            if not name.startswith("kmeans_engine") or name.startswith("kmeans_engine.kernels"):
                continue
            for word, value in list(vars(module).items()):
                wrap = self._kernel if isinstance(value, Dispatcher) else self._entry
                if wrap == self._kernel or (word in ENTRIES and callable(value)):
                    self._replaced.append((module, word, value))
                    setattr(module, word, made.setdefault(id(value), wrap(value)))
        return self

    def __exit__(self, *_: object) -> None:
        for module, word, value in self._replaced:
            setattr(module, word, value)

    def _entry(self, entry: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(entry)
        def call(*args: Any, **options: Any) -> Any:
            if isinstance(args[0], Dispatcher):
                args = self._kernel(args[0]), *args[1:]  # one that Python has not looked up
            if threading.get_ident() != self._leader or self._depth:
                return entry(*args, **options)
            self._depth, begin = 1, time.perf_counter_ns()
            try:
                return entry(*args, **options)
            finally:
                self._depth = 0
                self.region += time.perf_counter_ns() - begin

        return call

    def _kernel(self, kernel: Dispatcher) -> _Timed:
        return _Timed(self, kernel)

    def number(self, kernel: Dispatcher, args: tuple[Any, ...]) -> int:
        """Return the number of a kernel that is called."""
        if kernel not in self._numbers:
            self._numbers[kernel] = len(self._numbers)
            self.kernels.append((kernel, args))
        return self._numbers[kernel]

    def cost(self) -> tuple[float, float]:
        """Return what the clocks of a call of a kernel take: inside of them, and altogether."""
        empty = entering((), counted=True)
        watched = Watch()._kernel(empty)
        plain, total = lasting(empty), lasting(watched)
        inner = Watch()
        call = inner._kernel(empty)
        for _ in range(2000):
            call()
        return median(spent for _, spent in inner.calls) - plain, total - plain


def entering(args: tuple[Any, ...], *, counted: bool) -> Dispatcher:
    """Return a compiled function that does nothing with such arguments."""
    names = ", ".join(f"a{i}" for i in range(len(args)))
    nothing = numba.njit(nogil=True, _nrt=counted)(eval(f"lambda {names}: None"))
    nothing(*args)
    return nothing


def lasting(function: Callable[..., Any], *args: Any) -> float:
    """Return the least nanoseconds of processor time of a call."""
    times = []
    for _ in range(7):
        begin = time.thread_time_ns()
        for _ in range(500):
            function(*args)
        times.append((time.thread_time_ns() - begin) / 500)
    return min(times)


def processor_time() -> int:
    """Return the nanoseconds that this thread and the engine's own have worked so far."""
    clocks = [threading.get_ident()]
    clocks += [t.ident for t in threading.enumerate() if t.name.startswith("kmeans-engine")]
    total = 0
    for ident in clocks:
        with contextlib.suppress(OSError):  # it has just ended
            total += time.clock_gettime_ns(time.pthread_getcpuclockid(ident))
    return total


def late_ones(times: list[Any]) -> list[Any]:
    """Return the last quarter of a list, at least three."""
    return times[-max(len(times) // 4, 3) :]


def marks(engine: Engine, start: np.ndarray, work: Work, read: Callable[[], Any]) -> Iterator[Any]:
    """Yield what `read` returns before a run and after each of its states."""
    yield read()
    for snapshot in engine.snapshots(start, max_iterations=work.iterations):
        kept = snapshot
        yield read()
    del kept


def steps(engine: Engine, start: np.ndarray, work: Work) -> tuple[float, float]:
    """Return the seconds of the first state and of a late iteration."""
    times = np.diff(list(marks(engine, start, work, time.perf_counter))).tolist()
    return times[0], median(late_ones(times[1:]))


def serial(engine: Engine, start: np.ndarray, work: Work) -> tuple[float, float]:
    """Return the seconds of a late iteration outside parallel regions, and under the GIL."""
    with Watch() as watch:

        def read() -> tuple[int, int, int, int]:
            # The number of calls last: those in between are few.
            return time.perf_counter_ns(), watch.region, processor_time(), len(watch.calls)

        found = list(marks(engine, start, work, read))
    whole = np.diff(found, axis=0)
    outside = median((late[0] - late[1]) / 1e9 for late in late_ones(whole[1:].tolist()))
    inside, around = watch.cost()
    entries = [
        lasting(entering(args, counted=kernel.targetoptions.get("_nrt", True)), *args)
        for kernel, args in watch.kernels
    ]
    n = len(late_ones(whole[1:].tolist()))
    python = float(whole[-n:, 2].sum())
    for number, spent in watch.calls[found[-n - 1][3] : found[-1][3]]:
        python -= spent - entries[number] + around - inside
    return outside, python / n / 1e9


def measure(work: Work, points: np.ndarray, threads: int, rounds: int) -> dict[str, Any]:
    """Return the row of a work with so many threads."""
    chosen = np.random.default_rng(1).choice(len(points), work.k, replace=False)
    start = points[chosen].astype(np.float64)
    engine = Engine(points, threads=threads)
    engine.fit(start, max_iterations=work.iterations)  # compile, start the threads
    totals, stepped, parts = [], [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        Engine(points, threads=threads).fit(start, max_iterations=work.iterations)
        totals.append(time.perf_counter() - begin)
        stepped.append(steps(engine, start, work))
        parts.append(serial(engine, start, work))
    row: dict[str, Any] = {"work": work.name, "points": len(points), "threads": threads}
    values = [totals, *zip(*stepped, strict=True), *zip(*parts, strict=True)]
    names = ("total", "first", "late", "outside", "gil")
    return row | {name: median(value) for name, value in zip(names, values, strict=True)}


def compare(rows: list[dict[str, Any]]) -> None:
    """Add speed-up, efficiency and share to the rows of one work, the fewest threads first."""
    first = rows[0]
    for row in rows:
        row["speed-up"] = first["total"] / row["total"]
        row["efficiency"] = row["speed-up"] * first["threads"] / row["threads"]
        row["share"] = row["outside"] / first["late"]


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Plot all rows over the number of threads."""
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 4)
    threads = sorted({row["threads"] for row in rows})
    titles = ("speed-up, end to end", "late iteration, ms", "outside regions, us", "GIL, us")
    scales = {"speed-up": 1.0, "late": 1e3, "outside": 1e6, "gil": 1e6}
    for ax, title, (key, scale) in zip(axes, titles, scales.items(), strict=True):
        for name in dict.fromkeys(row["work"] for row in rows):
            line = [(r["threads"], r[key] * scale) for r in rows if r["work"] == name]
            ax.plot(*zip(*line, strict=True), "o-", label=name, lw=1.2, ms=3.5)
        ax.set(xscale="log", yscale="log", title=title, xlabel="threads")
        ax.set_xticks(threads, [str(t) for t in threads])
        ax.minorticks_off()
    axes[0].plot(threads, [t / threads[0] for t in threads], "--", color="0.6", lw=1)
    axes[3].plot(threads, [60 + 2 * t for t in threads], "--", color="0.6", lw=1)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path)


def line(row: dict[str, Any]) -> str:
    """Return a row to read."""
    return (
        f"{row['work']:34} {row['threads']:3} threads  {row['total'] * 1e3:8.1f} ms"
        f"  first {row['first'] * 1e3:7.2f}  late {row['late'] * 1e3:7.3f} ms"
        f"  outside {row['outside'] * 1e6:6.0f} us ({row['share']:.1%})"
        f"  GIL {row['gil'] * 1e6:6.0f} us  speed-up {row['speed-up']:.2f}"
        f" ({row['efficiency']:.0%})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", default="1,2", help="numbers of threads, with commas")
    parser.add_argument("--rows", default="", help="only works whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points")
    parser.add_argument("--record", type=Path, help="add lines of JSON to this file")
    parser.add_argument("--plot", type=Path, help="draw to this file (.svg, .png)")
    args = parser.parse_args()
    counts, every = sorted(map(int, args.threads.split(","))), []
    for work in WORKS:
        if work.vectors or not work.name.startswith(NAMES) or args.rows not in work.name:
            continue
        points = work.points(work.rows // 10 if args.quick else None)
        rows = []
        for threads in counts:
            rows.append(measure(work, points, threads, args.rounds))
            compare(rows)
            print(line(rows[-1]), flush=True)
            if args.record:
                args.record.parent.mkdir(exist_ok=True)
                with args.record.open("a") as file:
                    file.write(json.dumps(machine(threads) | rows[-1]) + "\n")
        every += rows
    if args.plot:
        draw(every, args.plot)


if __name__ == "__main__":
    main()
