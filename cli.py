"""The command line: joins the engine with the renderers. The only place that prints.

Everything heavy is imported where it is used, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from kmeans_engine import __version__
from kmeans_engine.errors import InvalidInput, KMeansError
from renderers.errors import InvalidOption, RenderError, UnknownRenderer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kmeans_engine import Engine, Snapshot
    from kmeans_engine.source import Source
    from kmeans_engine.tables import Table
    from renderers.contract import Scene

EXAMPLES = """\
examples:
  kmeans-engine --render live                     watch the tutorial's clusters in a window
  kmeans-engine --render mp4 --theme dark         the same as a film, kmeans.mp4
  kmeans-engine data.csv -k 8 -o run.mp4 -o run.gif --labels labels.csv
  kmeans-engine data.csv -k 8 --columns height,weight --standardize --runs 10 --json
  kmeans-engine photo.jpg -k 16 --render gif      the colours of a picture

"""


class Terminated(BaseException):
    """SIGTERM was received."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line; argparse would print the usage as well."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")

    def format_help(self) -> str:
        return EXAMPLES + super().format_help()


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = map(int, text.lower().split("x"))
    except ValueError:
        message = f"{text!r} is no size; give width and height in pixels, such as 1280x720"
        raise argparse.ArgumentTypeError(message) from None
    return width, height


def _seed(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; give a whole number of at least 0")
    return number


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="kmeans-engine",
        description="K-means you can watch: cluster points, and see every iteration.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("data", nargs="?", metavar="DATA", help="a table (.csv .tsv .txt .parquet .npy .npz, text "
        "also .gz), an image (.png .jpg), or - for CSV on standard input; without it: synthetic "
        "clusters")  # fmt: skip
    add("-k", type=int, metavar="K", help="number of clusters; required with DATA")
    add("--version", action="version", version=f"kmeans-engine {__version__}")
    add("--list-renderers", action="store_true", help="show what --render takes, and exit")

    group = parser.add_argument_group("synthetic clusters (without DATA)")
    add = group.add_argument
    add("--clusters", type=int, metavar="N", help="clusters to make (12)")
    add("--points-per-cluster", type=int, metavar="N", help="points in each (100)")
    add("--spread", type=float, help="variance per axis, as a share of its span (0.01)")

    group = parser.add_argument_group("reading DATA")
    add = group.add_argument
    add("--columns", metavar="A,B", help="columns to cluster, by name or 0-based index")
    add("--delimiter", help="between the cells of text; guessed among comma, semicolon and tab")
    add("--drop-missing", action="store_true", help="leave out rows with empty cells or NaN")
    add("--standardize", action="store_true", help="cluster z-scores; results in original units")

    group = parser.add_argument_group("clustering")
    add = group.add_argument
    add("--init", default="random", metavar="HOW",
        help="random, k-means++ or a file of centroids (random)")  # fmt: skip
    add("--seed", type=_seed, help="makes everything random repeatable")
    add("--runs", type=int, default=1, metavar="N", help="keep the best of N starts (1)")
    add("--max-iterations", type=int, metavar="N")
    add("--tolerance", type=float, default=0.0, help="stop once no centroid moves farther (0)")
    add("--threads", type=int, metavar="N", help="all processors, unless given")

    group = parser.add_argument_group("pictures")
    add = group.add_argument
    add("--render", action="append", default=[], metavar="NAME", help="live, mp4, gif or a plug-in;"
        " may be repeated")  # fmt: skip
    add("-o", "--output", action="append", default=[], metavar="PATH", help="a file to draw, told "
        "by its suffix; may be repeated")  # fmt: skip
    add("--fps", type=float, default=2.0, help="iterations per second (2)")
    add("--size", type=_size, metavar="WxH", help="pixels (1280x720, GIF 640x480)")
    add("--theme", default="light", help="light, dark or classic (light)")
    add("--title", help="above the picture; the name of DATA unless given")
    add("--axes", metavar="A,B", help="draw these two columns, by name or index")

    group = parser.add_argument_group("results")
    add = group.add_argument
    add("--labels", metavar="FILE", help="the cluster of each row (.csv .npy .parquet)")
    add("--centroids", metavar="FILE", help="the final centroids (.csv .npy .parquet)")
    add("--overwrite", action="store_true", help="replace files that exist")
    add("--json", action="store_true", help="print the summary as JSON on standard output")
    add("--quiet", action="store_true", help="no summary, no progress")
    return parser


def _clusters(args: argparse.Namespace) -> int:
    return 12 if args.clusters is None else int(args.clusters)


def _synthetic(args: argparse.Namespace, seed: int) -> Table:
    from kmeans_engine.source import synthetic_table

    per_cluster = 100 if args.points_per_cluster is None else args.points_per_cluster
    spread = 0.01 if args.spread is None else args.spread
    return synthetic_table(_clusters(args), per_cluster, spread, seed)


def _check(args: argparse.Namespace) -> None:
    """Find what is wrong with the arguments before anything is read."""
    synthetic = ("clusters", "points_per_cluster", "spread")
    reading = ("columns", "delimiter", "drop_missing")
    for name in synthetic if args.data else reading:
        if getattr(args, name) not in (None, False):
            flag, need = "--" + name.replace("_", "-"), "without" if args.data else "with"
            raise InvalidInput(f"{flag} can only be used {need} DATA; leave out one of them")
    if args.k is not None and args.k < 1:
        raise InvalidInput(f"-k {args.k} is too small, needs at least 1 cluster")
    if args.runs < 1:
        raise InvalidInput(f"--runs {args.runs} is too small, needs at least 1 start")
    if args.init in ("random", "k-means++"):
        if args.data and args.k is None:
            raise InvalidInput(f"{args.data} needs a number of clusters; add it, as in -k 8")
    elif args.runs > 1:
        raise InvalidInput(f"--runs {args.runs} needs random starts; leave out --init {args.init}")


def _read(args: argparse.Namespace) -> Source:
    """Read the points and the initial centroids, or make them."""
    from kmeans_engine.initial import METHODS
    from kmeans_engine.source import Source
    from kmeans_engine.tables import read_centroids, read_table

    seed = secrets.randbits(32) if args.seed is None else args.seed
    if args.data:
        table = read_table(
            args.data,
            columns=args.columns,
            drop_missing=args.drop_missing,
            delimiter=args.delimiter,
        )
    else:
        table = _synthetic(args, seed)
    k, init = args.k, args.init
    if init not in METHODS:
        init = read_centroids(init, names=table.names)
        if k not in (None, len(init)):
            raise InvalidInput(f"-k {k} but {args.init} holds {len(init)} centroids; leave out -k")
        k = len(init)
    k = k or _clusters(args)
    return Source.of(table, k, init, seed, standardized=args.standardize)


def _scene(args: argparse.Namespace, source: Source) -> Scene:
    """Return what the renderers are told."""
    from kmeans_engine.tables.columns import choose
    from renderers.contract import Panel, Scene
    from renderers.errors import InvalidOption
    from renderers.view import View

    axes = None
    if args.axes is not None:
        columns = choose(args.axes, source.table.names, "--axes")
        if len(columns) != 2:
            raise InvalidOption(f"--axes {args.axes} needs two columns, as in --axes 0,1")
        axes = columns[0], columns[1]
    # Nobody named the axes of synthetic points.
    names = source.table.names if args.data else ()
    view = View(source.points, axes=axes, names=names, offset=source.offset, scale=source.scale)
    title = args.title if args.title is not None else Path(args.data or "").stem.strip("-")
    return Scene((Panel(source.k, view),), title)


class _Job:
    """One command: prepared as a whole, then run."""

    def __init__(self, args: argparse.Namespace) -> None:
        from renderers.outputs import make_options, plan

        self.args = args
        _check(args)
        stem = Path(args.data).stem.removesuffix(".csv") if args.data not in (None, "-") else ""
        outputs = plan(args.render, args.output, stem=stem or "kmeans", overwrite=args.overwrite)
        # A window comes last: it must not hold back the files.
        self.outputs = sorted(outputs, key=lambda output: output.path is None)
        self.options = [
            make_options(o.renderer, fps=args.fps, size=args.size, theme=args.theme)
            for o in self.outputs
        ]
        self._check_results()
        self.source = _read(args)
        from kmeans_engine import Engine

        self.engine = Engine(self.source.points, threads=args.threads)
        # Everything that can be wrong with the arguments of a run is found here, not while it runs.
        self.start = self.source.start(0)
        self.snapshots(self.engine, self.start)
        self.scene = _scene(args, self.source) if self.outputs else None
        self.last: Snapshot | None = None
        self.seconds = 0.0

    def _check_results(self) -> None:
        from kmeans_engine.tables import check_result

        taken = {o.path.resolve(): "a picture" for o in self.outputs if o.path is not None}
        for flag in ("labels", "centroids"):
            path = getattr(self.args, flag)
            if path is None:
                continue
            check_result(path, overwrite=self.args.overwrite)
            other = taken.setdefault(Path(path).resolve(), f"--{flag}")
            if other != f"--{flag}":
                raise InvalidInput(f"--{flag} {path} is also the file of {other}; choose another")

    def snapshots(self, engine: Engine, start: npt.NDArray[np.float64]) -> Iterator[Snapshot]:
        """Return a run as the command line wants it."""
        return engine.snapshots(
            start, max_iterations=self.args.max_iterations, tolerance=self.args.tolerance
        )

    def run(self) -> None:
        """Cluster, draw and write everything that was asked for."""
        begin, args = time.perf_counter(), self.args
        self._choose_start()
        renderers = [
            output.renderer(output.path, options)
            for output, options in zip(self.outputs, self.options, strict=True)
        ]

        def job() -> None:
            with _Progress(args.quiet, args.max_iterations) as progress:
                states = self._watched(begin, progress)
                if self.scene is None:
                    for _ in states:
                        pass
                    return
                from renderers.film import moments, play

                play(moments(states, fps=args.fps), self.scene, renderers)

        windows = [r for r, o in zip(renderers, self.outputs, strict=True) if o.name == "live"]
        if windows:
            self._drive(windows[0], job, full_speed=len(renderers) > 1)
        else:
            job()
        self._write_results()

    def _choose_start(self) -> None:
        """Keep the best of several starts; the bits of its run are the same when it is drawn."""
        best = None
        for run in range(self.args.runs if self.args.runs > 1 else 0):
            start, last = self.source.start(run), None
            for snapshot in self.snapshots(self.engine, start):
                last = snapshot
            assert last is not None
            if best is None or last.inertia < best:
                best, self.start = last.inertia, start

    def _watched(self, begin: float, progress: _Progress) -> Iterator[Snapshot]:
        for snapshot in self.snapshots(self.engine, self.start):
            self.last = snapshot
            self.seconds = time.perf_counter() - begin
            progress.show(snapshot)
            yield snapshot

    def _drive(self, window: Any, job: Callable[[], None], *, full_speed: bool) -> None:
        """Run `job` beside a window, with its keys and the menu in the terminal."""
        from renderers.live.commands import Commands
        from renderers.live.menu import start_menu

        def say(text: str) -> None:
            print(text, file=sys.stderr, flush=True)

        args = self.args
        window.full_speed = bool(full_speed or args.labels or args.centroids or args.json)
        window.commands = Commands(_Restart(self, window).job)
        if not args.quiet:
            window.notify = say
        if sys.stdin is not None and sys.stdin.isatty():
            start_menu(window.post, say=say)
        window.drive(job)

    def _write_results(self) -> None:
        if self.last is None:
            return
        from kmeans_engine.tables import write_centroids, write_labels

        args, source = self.args, self.source
        if args.labels:
            write_labels(args.labels, self.last.labels, source.table)
        if args.centroids:
            write_centroids(
                args.centroids, source.original(self.last.centroids), source.table.names
            )

    def written(self) -> list[str]:
        """Return the files that there are now, in the order of the command line."""
        paths = [str(o.path) for o in self.outputs if o.path is not None]
        return paths + [p for p in (self.args.labels, self.args.centroids) if p]


class _Restart:
    """New runs for the window: from other centroids, or on other points as well."""

    def __init__(self, job: _Job, window: Any) -> None:
        self._job, self._window = job, window
        self._source, self._engine = job.source, job.engine
        self._count = 0

    def job(self, new_clusters: bool) -> Callable[[], None]:
        """Return a job that plays a new run to the window.

        Raises
        ------
        ChoiceUnavailable
            If points or centroids come from a file.
        """
        from renderers.live.commands import ChoiceUnavailable

        args = self._job.args
        if not isinstance(self._source.init, str):
            raise ChoiceUnavailable(
                f"the centroids come from {args.init}; leave out --init to draw them at random"
            )
        if new_clusters and args.data:
            raise ChoiceUnavailable(
                f"the points come from {args.data}; choose new centroids only, or leave out DATA"
            )
        self._count += 1
        number = self._count
        return lambda: self._play(number, new_clusters)

    def _play(self, number: int, new_clusters: bool) -> None:
        from kmeans_engine import Engine
        from renderers.film import moments, play

        args = self._job.args
        if new_clusters:
            seed = (self._source.seed << 16) + number
            table = _synthetic(args, seed)
            self._source = replace(self._source, table=table, points=table.points, seed=seed)
            self._engine = Engine(table.points, threads=args.threads)
        source, engine = self._source, self._engine
        states = self._job.snapshots(engine, source.start(args.runs + number))
        play(moments(states, fps=args.fps), _scene(args, source), [self._window])


class _Progress:
    """A bar on a terminal, once the work takes longer than a second."""

    def __init__(self, quiet: bool, total: int | None) -> None:
        self._hidden, self._total = quiet or not sys.stderr.isatty(), total
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        if not self._hidden:
            from tqdm import tqdm

            self._bar = tqdm(total=self._total, unit=" iterations", delay=1, leave=False)
        return self

    def show(self, snapshot: Snapshot) -> None:
        """Tell that there is one more snapshot."""
        if self._bar is not None and snapshot.iteration:
            self._bar.set_postfix_str(f"{snapshot.n_changed:,} changed", refresh=False)
            self._bar.update()

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _summary(job: _Job) -> dict[str, Any]:
    assert job.last is not None
    points, last = job.source.points, job.last
    return {
        "points": points.shape[0],
        "features": points.shape[1],
        "k": job.source.k,
        "iterations": last.iteration,
        "converged": bool(last.converged),
        "inertia": last.inertia,
        "standardized": bool(job.args.standardize),
        "counts": last.counts.tolist(),
        "rows_dropped": job.source.table.dropped,
        "seconds": round(job.seconds, 6),
        "outputs": job.written(),
        "seed": job.source.seed,
        "version": __version__,
    }


def _say_summary(facts: dict[str, Any]) -> None:
    dropped = f" ({facts['rows_dropped']:,} incomplete rows left out)"
    counts = facts["counts"]
    sizes = " ".join(f"{count:,}" for count in counts[:20])
    if len(counts) > 20:
        ordered = sorted(counts)
        sizes = f"{ordered[0]:,} to {ordered[-1]:,}, median {ordered[len(ordered) // 2]:,}"
    state = "converged after" if facts["converged"] else "stopped after"
    unit = " (standardised)" if facts["standardized"] else ""
    lines = [
        f"{facts['points']:,} points, {facts['features']} features, k = {facts['k']}, "
        f"seed {facts['seed']}" + (dropped if facts["rows_dropped"] else ""),
        f"{state} {facts['iterations']} iterations, {facts['seconds']:.2f} s",
        f"inertia {facts['inertia']:.10g}{unit}",
        f"sizes {sizes}",
        *(f"wrote {path}" for path in facts["outputs"]),
    ]
    print("\n".join(lines), file=sys.stderr)


def _list_renderers() -> None:
    from renderers.registry import describe_all

    for row in describe_all():
        problem = f"  [{row.problem}]" if row.problem else ""
        print(f"{row.name:14} {row.writes or '?':34} {row.origin}{problem}")


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Returns
    -------
    int
        0 if all is done; 1 if something failed while running; 2 for wrong usage, bad input and
        whatever is found before clustering; 130 after Ctrl-C, 143 after SIGTERM.
    """
    args = build_parser().parse_args(argv)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    job = None
    try:
        if args.list_renderers:
            _list_renderers()
            return 0
        job = _Job(args)
        job.run()
        if job.last is not None:
            facts = _summary(job)
            if not args.quiet:
                _say_summary(facts)
            if args.json:
                print(json.dumps(facts))
        return 0
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except Terminated:
        return _fail("terminated", 143)
    except (KMeansError, UnknownRenderer, InvalidOption, RenderError, OSError) as error:
        return _fail(str(error), 1 if job is not None else 2)
    except MemoryError:
        return _fail("out of memory; use fewer points, or float32", 1)


def _fail(message: str, status: int) -> int:
    print(f"kmeans-engine: {' '.join(message.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
