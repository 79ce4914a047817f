"""The command line: joins the engine with the renderers. The only place that prints.

Everything heavy is imported where it is used, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import secrets
import shlex
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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

    from kmeans_engine import Snapshot
    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Run
    from kmeans_engine.tables import Table
    from renderers.contract import Renderer
    from renderers.scene import Scene

EXAMPLES = """\
examples:
  kmeans-engine --render live                     watch the tutorial's clusters in a window
  kmeans-engine --render mp4 --smooth             the same as a film, kmeans.mp4
  kmeans-engine --race random,k-means++ -o a.gif  two starts side by side
  kmeans-engine data.csv -k 8 -o run.mp4 -o run.gif --labels labels.csv
  kmeans-engine data.csv -k 8 --columns height,weight --standardize --runs 10 --json
  kmeans-engine photo.jpg -k 16 --render png      a picture in 16 colours

"""


class Terminated(BaseException):
    """SIGTERM was received."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Have `main` say what is wrong in one line; argparse would print the usage as well."""
        raise InvalidInput(f"{message}; see {self.prog} --help")

    def format_help(self) -> str:
        return EXAMPLES + super().format_help()


def _whole(minimum: int) -> Callable[[str], int]:
    """Return what reads a whole number."""

    def read(text: str) -> int:
        with suppress(ValueError):
            if (number := int(text)) >= minimum:
                return number
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {minimum}")

    return read


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number; give one, such as 0.5") from None


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = map(int, text.lower().split("x"))
    except ValueError:
        message = f"{text!r} is no size; give width and height in pixels, such as 1280x720"
        raise argparse.ArgumentTypeError(message) from None
    return width, height


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="kmeans-engine",
        description="K-means you can watch: cluster points, and see every iteration.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("data", nargs="?", metavar="DATA", help="a table (.csv .tsv .txt .parquet .npy .npz, text "
        "also .gz), an image (.png .jpg), or - for CSV on standard input; without it: synthetic "
        "clusters")  # fmt: skip
    add("-k", type=_whole(1), metavar="K", help="number of clusters; required with DATA")
    add("--version", action="version", version=f"kmeans-engine {__version__}")
    add("--list-renderers", action="store_true", help="show what --render takes, and exit")

    add = parser.add_argument_group("synthetic clusters (without DATA)").add_argument
    add("--clusters", type=_whole(1), metavar="N", help="clusters to make (12)")
    add("--points-per-cluster", type=_whole(1), metavar="N", help="points in each (100)")
    add("--spread", type=_number, metavar="S", help="variance per axis / its span (0.01)")

    add = parser.add_argument_group("reading DATA").add_argument
    add("--columns", metavar="A,B", help="columns to cluster, by name or 0-based index")
    add("--delimiter", metavar="C", help="between the cells of text; guessed among , ; and tab")
    add("--drop-missing", action="store_true", help="leave out rows with empty cells or NaN")

    add = parser.add_argument_group("clustering").add_argument
    add("--standardize", action="store_true", help="cluster z-scores; results in original units")
    add("--init", default="random", metavar="HOW",
        help="random, k-means++ or a file of centroids (random)")  # fmt: skip
    add("--seed", type=_whole(0), metavar="N", help="makes everything random repeatable")
    add("--race", metavar="A,B", help="runs of several starts side by side: random, k-means++ or "
        "files of centroids")  # fmt: skip
    add("--runs", type=_whole(1), default=1, metavar="N", help="keep the best of N starts (1)")
    add("--max-iterations", type=_whole(0), metavar="N", help="stop after N; no limit unless given")
    add("--tolerance", type=_number, default=0.0, metavar="D",
        help="stop once no centroid moves farther (0)")  # fmt: skip
    add("--threads", type=_whole(1), metavar="N", help="threads to compute with (default: the "
        "processors that this process may use, or NUMBA_NUM_THREADS)")  # fmt: skip

    add = parser.add_argument_group("pictures (with --render or -o)").add_argument
    add("--render", action="append", default=[], metavar="NAME", help="live, mp4, webm, gif, png, "
        "svg, pdf or a plug-in; may be repeated")  # fmt: skip
    add("-o", "--output", action="append", default=[], metavar="PATH", help="a file to draw, told "
        "by its suffix; may be repeated")  # fmt: skip
    add("--smooth", action="store_true", help="move the centroids; linger on the first iterations,"
        " compress the long tail")  # fmt: skip
    add("--phases", action="store_true", help="two steps an iteration: the points change cluster, "
        "then the centroids move")  # fmt: skip
    add("--duration", type=_number, metavar="S", help="fit the film to S seconds")
    add("--fps", type=_number, metavar="F", help="frames per second (2, one for each iteration; 30 "
        "with --smooth or --duration)")  # fmt: skip
    add("--size", type=_size, metavar="WxH", help="pixels (1280x720, GIF 640x480)")
    add("--theme", metavar="NAME", help="light, dark or classic (light)")
    add("--overlays", metavar="A,B", help="numbers, trails, borders, changes, curve, sizes; all or "
        "none (all; none in the classic theme)")  # fmt: skip
    add(
        "--quality", metavar="NAME", help="draft, standard or best: time for the encoder (standard)"
    )
    add("--max-size", metavar="SIZE", help="largest file, as in 2MB: size and rate of a GIF, "
        "quality of an mp4 or webm are chosen to fit")  # fmt: skip
    add("--dpi", type=_number, metavar="D", help="dots per inch of a still (100)")
    add("--title", metavar="TEXT", help="above the picture; the name of DATA unless given")
    add("--axes", metavar="A,B", help="draw these two columns, by name or index")

    add = parser.add_argument_group("results").add_argument
    add("--labels", metavar="FILE", help="the cluster of each row (.csv .npy .parquet)")
    add("--centroids", metavar="FILE", help="the final centroids (.csv .npy .parquet)")
    add("--overwrite", action="store_true", help="replace files that exist")
    add("--json", action="store_true", help="print the summary as JSON on standard output")
    add("--quiet", action="store_true", help="no summary, no progress")
    return parser


_PICTURE = (
    *("smooth", "phases", "duration", "fps", "size", "theme", "overlays", "quality", "max_size"),
    *("dpi", "title", "axes"),
)


_METHODS = (
    "random",
    "k-means++",
)  # those of `kmeans_engine.starts.initial`, which is slow to import


def _check(args: argparse.Namespace) -> None:
    """Find the options that do not go together, before anything is read."""
    real, drawn = args.data is not None, bool(args.render or args.output)
    for names, usable, need in (
        (("clusters", "points_per_cluster", "spread"), not real, "leave out DATA"),
        (("columns", "delimiter", "drop_missing"), real, "name a file to read"),
        (_PICTURE, drawn, "add --render or -o"),
    ):
        for name in names:
            if not usable and getattr(args, name) not in (None, False):
                flag = "--" + name.replace("_", "-")
                raise InvalidInput(f"{flag} has nothing to act on; {need}, or leave it out")
    if args.race is not None:
        if args.runs > 1 or args.init != "random":
            raise InvalidInput(
                f"--race {args.race} names all its starts; leave out --init and --runs"
            )
        if len(_entrants(args)) < 2:
            raise InvalidInput(
                f"--race {args.race} needs two different starts at the least, such as "
                f"random,k-means++"
            )
    for init in _entrants(args):
        if not (init in _METHODS or Path(init).suffix or os.path.lexists(init)):
            flag = "--init" if args.race is None else "--race"
            raise InvalidInput(
                f"{flag} {init} is no method and no file; give random, k-means++ or a file"
            )
    if args.init in _METHODS and all(init in _METHODS for init in _entrants(args)):
        if real and args.k is None:
            raise InvalidInput(f"{args.data} needs a number of clusters; add it, as in -k 8")
    elif args.runs > 1:
        raise InvalidInput(f"--runs {args.runs} needs random starts; leave out --init {args.init}")


_STILLS = {"png", "svg", "pdf"}
_FILMS = {"live", "mp4", "webm", "gif"}


def _check_outputs(args: argparse.Namespace, names: set[str]) -> None:
    """Find the options that none of the built-ins which were asked for uses."""
    for options, useless, need in (
        (("smooth", "phases", "duration", "fps"), _STILLS, "a film, as in -o run.mp4"),
        (("quality",), {*_STILLS, "gif"}, "a film, as in -o run.mp4"),
        (("dpi",), _FILMS, "a still, as in -o last.png"),
    ):
        for name in options:
            if names <= useless and getattr(args, name) not in (None, False):
                flag = "--" + name.replace("_", "-")
                raise InvalidInput(f"{flag} has nothing to act on; add {need}, or leave it out")


def _entrants(args: argparse.Namespace) -> list[str]:
    """Return how each run side by side starts; of one run, how it starts."""
    if args.race is None:
        return [args.init]
    return list(dict.fromkeys(filter(None, map(str.strip, args.race.split(",")))))


def _stem(data: str | None) -> str:
    """Return the name of DATA without its suffix; nothing for no file."""
    if data in (None, "-"):
        return ""
    path = Path(data)
    return Path(path.stem if path.suffix.lower() == ".gz" else path).stem


def _synthetic(args: argparse.Namespace, seed: int) -> Table:
    from kmeans_engine.command.source import synthetic_table

    spread = 0.01 if args.spread is None else args.spread
    return synthetic_table(args.clusters or 12, args.points_per_cluster or 100, spread, seed)


def _read(args: argparse.Namespace) -> dict[str, Source]:
    """Read the points and the initial centroids of each run, or make them."""
    from kmeans_engine.command.source import Source
    from kmeans_engine.tables import read_centroids, read_table

    seed = secrets.randbits(32) if args.seed is None else args.seed
    if args.data is None:
        table = _synthetic(args, seed)
    else:
        table = read_table(
            args.data,
            columns=args.columns,
            drop_missing=args.drop_missing,
            delimiter=args.delimiter,
        )
    k, starts = args.k, dict[str, Any]()
    for init in _entrants(args):
        starts[init] = init if init in _METHODS else read_centroids(init, names=table.names)
        if init not in _METHODS:
            if k not in (None, len(starts[init])):
                held = f"{init} holds {len(starts[init])} centroids"
                remedy = "leave out -k" if args.k else "race starts of as many centroids"
                raise InvalidInput(
                    f"{f'-k {k}' if args.k else f'{k} clusters'} but {held}; {remedy}"
                )
            k = len(starts[init])
    k = k or args.clusters or 12
    first, *_ = starts.values()
    source = Source.of(table, k, first, seed, standardized=args.standardize)
    return {name: source.started(init) for name, init in starts.items()}


def _scene(args: argparse.Namespace, sources: dict[str, Source]) -> Scene:
    """Return what the renderers are told."""
    from kmeans_engine.tables.columns import choose
    from renderers.plane.view import View
    from renderers.scene import Panel, Scene

    source, *_ = sources.values()
    axes = None
    if args.axes is not None:
        columns = choose(args.axes, source.table.names, "--axes")
        if len(columns) != 2:
            raise InvalidOption(f"--axes {args.axes} needs two columns, as in --axes 0,1")
        axes = columns[0], columns[1]
    # Nobody named the axes of synthetic points.
    names = () if args.data is None else source.table.names
    view = View(source.points, axes=axes, names=names, offset=source.offset, scale=source.scale)
    title = _stem(args.data) if args.title is None else args.title
    facts = {
        "seed": str(source.seed),
        "k": str(source.k),
        "init": " or ".join(Path(name).name for name in sources),
        "version": __version__,
        "command": _command(args, source.seed),
    }
    image = source.table.shape if source.points.shape[1] == 3 and axes is None else None
    if len(sources) == 1:
        return Scene((Panel(source.k, view, image=image),), title, facts)
    panels = [
        Panel(other.k, view, name if name in _METHODS else _stem(name))
        for name, other in sources.items()
    ]
    return Scene(tuple(panels), title, facts)


# What does not change a film: the same one has the same bytes, wherever it is made.
_UNTOLD = {
    *("data", "list_renderers", "render", "output", "threads", "labels", "centroids", "overwrite"),
    *("json", "quiet"),
}


def _command(args: argparse.Namespace, seed: int) -> str:
    """Return what makes the film again, but for its own name, in the folder of the files it reads.

    Folders are left out: those of a user are nobody else's business.
    """
    default = build_parser().get_default
    words = ["kmeans-engine"]
    if args.data is not None:
        name = Path(args.data).name
        words.append(f"./{name}" if name.startswith("-") and name != "-" else name)
    for name, value in {**vars(args), "seed": seed}.items():
        if name in _UNTOLD or value == default(name):
            continue
        flag = "-k" if name == "k" else "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
            continue
        text = "x".join(map(str, value)) if name == "size" else str(value)
        if name in ("init", "race"):
            text = ",".join(Path(part.strip()).name for part in text.split(","))
        words += [f"{flag}={text}"] if text.startswith("-") else [flag, text]
    return shlex.join(words)


class _Job:
    """One command: prepared as a whole, then run."""

    def __init__(self, args: argparse.Namespace) -> None:
        from renderers.outputs import make_options, make_pace, plan

        self.args = args
        _check(args)
        stem = _stem(args.data) or "kmeans"
        outputs = plan(args.render, args.output, stem=stem, overwrite=args.overwrite)
        # A window comes last: it must not hold back the files.
        self.outputs = sorted(outputs, key=lambda output: output.path is None)
        _check_outputs(args, {output.name for output in outputs})
        self.pace = make_pace(
            fps=args.fps, smooth=args.smooth, phases=args.phases, duration=args.duration
        )
        asked = ("size", "theme", "overlays", "quality", "max_size", "dpi")
        given = {name: value for name in asked if (value := getattr(args, name)) is not None}
        # Beside a file that fits, a window and a still may be as they are.
        some = any(output.renderer.fits for output in self.outputs)
        self.options = [
            make_options(
                output.renderer,
                fps=self.pace.fps,
                **{
                    n: v
                    for n, v in given.items()
                    if n != "max_size" or output.renderer.fits or not some
                },
            )
            for output in self.outputs
        ]
        self._check_files()
        sources = _read(args)
        from kmeans_engine.command.trial import Run

        first, *others = sources.values()
        run = Run(
            first,
            threads=args.threads,
            max_iterations=args.max_iterations,
            tolerance=args.tolerance,
        )
        self.runs = dict(zip(sources, [run, *map(run.beside, others)], strict=True))
        self.scene = _scene(args, sources) if self.outputs else None
        self.notes: list[str] = []

    @property
    def clustering(self) -> Run:
        """The run whose results count: the one of least inertia, the first of equals."""
        runs = list(self.runs.values())
        if len(runs) == 1:
            return runs[0]
        return min(runs, key=lambda run: run.last.inertia if run.last else float("inf"))

    @property
    def files(self) -> list[str]:
        """The files that this command writes."""
        paths = [str(o.path) for o in self.outputs if o.path is not None]
        return paths + [path for path in (self.args.labels, self.args.centroids) if path]

    def _check_files(self) -> None:
        """Find results that cannot be written, and files that would be written over another."""
        from kmeans_engine.tables import check_result

        args = self.args
        for path in (args.labels, args.centroids):
            if path is not None:
                check_result(path, overwrite=args.overwrite)
        taken = {_place(path) for path in (args.data, *_entrants(args)) if path is not None}
        for path in self.files:
            if _place(path) in taken:
                raise InvalidInput(f"{path} is also another file of this command; choose another")
            taken.add(_place(path))

    def run(self) -> None:
        """Cluster, draw and write everything that was asked for."""
        args = self.args
        if args.runs > 1:
            with _Progress(args) as progress:
                self.clustering.choose_best(args.runs, progress.show)
            if self.scene is None:
                self._write()
                return
        renderers = [
            output.renderer(output.path, options)
            for output, options in zip(self.outputs, self.options, strict=True)
        ]
        # A window of ours is the last one.
        window: Any = renderers[-1] if renderers and self.outputs[-1].name == "live" else None
        if window is not None:
            window.full_speed = bool(len(renderers) > 1 or self.files or args.json)

        def job() -> None:
            # What a window paces needs no bar in the terminal, beside the menu.
            with _Progress(args, shown=window is None or window.full_speed) as progress:
                self._play(renderers, progress)
            self._write()

        for renderer in renderers:
            if renderer is not window:
                job = functools.partial(renderer.drive, job)
        if window is None:
            job()
        else:
            self._drive(window, job)
        self.notes = [renderer.note for renderer in renderers if renderer.note]

    def _play(self, renderers: list[Renderer], progress: _Progress) -> None:
        from kmeans_engine.race import side_by_side
        from renderers.stage.pace import moments
        from renderers.stage.play import play

        def states() -> Iterator[tuple[Snapshot, ...]]:
            for state in side_by_side([run.states() for run in self.runs.values()]):
                _raise_again()
                progress.show(max(state, key=lambda snapshot: snapshot.iteration))
                yield state

        if self.scene is None:
            deque(states(), maxlen=0)
        else:
            count = None
            if self.pace.duration is not None:
                # The same bits twice: to count the states first keeps none of them.
                count = max(run.count(progress.show) for run in self.runs.values())
            play(moments(states(), self.pace, count=count), self.scene, renderers)

    def _write(self) -> None:
        _raise_again()
        self.clustering.write(labels=self.args.labels, centroids=self.args.centroids)

    def _drive(self, window: Any, job: Callable[[], None]) -> None:
        """Run `job` beside a window, with its keys and the menu in the terminal."""
        from renderers.live.commands import Commands
        from renderers.live.menu import start_menu
        from renderers.stage.pace import moments
        from renderers.stage.play import play
        from renderers.stage.restart import Restarts

        args = self.args

        def say(text: str) -> None:
            from tqdm import tqdm

            with tqdm.external_write_mode(file=sys.stderr):
                _say(text)

        scenes = {self.clustering.source: self.scene}

        def replay(run: Run, start: npt.NDArray[np.float64], seat: Renderer) -> None:
            film = moments(run.snapshots(start), self.pace)
            scene = scenes.get(run.source)  # where the points are need not be found again
            if scene is None:
                scenes.clear()
                scene = scenes[run.source] = _scene(args, {args.init: run.source})
            panels = tuple(replace(panel, k=len(start)) for panel in scene.panels)
            # No command repeats a start from the window.
            facts = {"k": str(len(start)), "version": __version__}
            play(film, replace(scene, panels=panels, facts=facts), [seat])

        if len(self.runs) == 1:
            restarts = Restarts(
                self.clustering,
                replay,
                make=functools.partial(_synthetic, args) if args.data is None else args.data,
                first=args.runs,
                centroids_from=args.init,
            )
            inits: tuple[str, ...] = ("random", "k-means++")
            if args.init in inits:
                inits = (args.init, *(init for init in inits if init != args.init))
            else:
                inits = ("given", *inits)
            window.commands = Commands(restarts.job, inits)
        if not args.quiet:
            window.notify = say
        if sys.stdin is not None and sys.stdin.isatty():
            start_menu(window.post, say=say)
        window.drive(job)


def _place(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


class _Progress:
    """A bar on a terminal, once the work takes longer than a second."""

    def __init__(self, args: argparse.Namespace, *, shown: bool = True) -> None:
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self._shown = shown and terminal and not args.quiet
        self._total = args.max_iterations if args.runs == 1 else None
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        if self._shown:
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


def _tell(text: str) -> None:
    """Print on standard output, where results go."""
    try:
        print(text, flush=True)
    except OSError as error:
        # Python would try again when it ends.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(f"standard output takes no more ({error.strerror})") from error


def _say(text: str) -> None:
    """Print on standard error, where everything else goes."""
    if sys.stderr is not None:  # print would take standard output instead
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _fail(message: str, status: int) -> int:
    _say(f"kmeans-engine: {' '.join(message.split())}")
    return status


def _report(args: argparse.Namespace, job: _Job) -> None:
    from kmeans_engine.command.summary import spell_summary, summarize

    if job.clustering.last is None:  # a window that was closed before the first picture
        return
    race = job.runs if len(job.runs) > 1 else None
    facts = summarize(job.clustering, outputs=job.files, race=race)
    if not args.quiet:
        for text in (*job.notes, spell_summary(facts)):
            _say(text)
    if args.json:
        _tell(json.dumps(facts))


def _list_renderers() -> None:
    from renderers.registry import describe_all

    rows = describe_all()
    wide = [
        max(map(len, column)) for column in zip(*((r.name, r.writes) for r in rows), strict=True)
    ]
    for row in rows:
        problem = f"  [{row.problem}]" if row.problem else ""
        _tell(f"{row.name:{wide[0]}}  {row.writes or '?':{wide[1]}}  {row.origin}{problem}")


# What the handlers raised: a library that is being imported, or LLVM as it loads code, may lose it.
_arrived: list[type[BaseException]] = []


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Have SIGTERM raise `Terminated`, so that files are cleaned up; note what arrives."""

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)  # Another one must not stop the cleaning.
        _arrived.append(Terminated)
        raise Terminated

    def interrupt(number: int, frame: FrameType | None) -> None:
        _arrived.append(KeyboardInterrupt)
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _arrived.clear()
    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]]
    handlers = {signal.SIGTERM: terminate}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        handlers[signal.SIGINT] = interrupt
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, before[number])


def _raise_again() -> None:
    """Raise what arrived and was lost."""
    if _arrived and threading.current_thread() is threading.main_thread():
        raise _arrived[0]


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Returns
    -------
    int
        0 if all is done; 1 if something failed while running; 2 for wrong usage, bad input and
        whatever is found before clustering; 130 after Ctrl-C, 143 after SIGTERM.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``.
    """
    job = None
    try:
        with _signals_raise():
            args = build_parser().parse_args(argv)
            if args.list_renderers:
                _list_renderers()
                return 0
            job = _Job(args)
            job.run()
            _report(args, job)
            return 0
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except Terminated:
        return _fail("terminated", 143)
    except (KMeansError, UnknownRenderer, InvalidOption, RenderError, OSError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        named = getattr(error, "filename", None)
        return _fail(f"{named}: {words}" if named else words, 1 if job is not None else 2)
    except MemoryError as error:
        words = str(error) or "out of memory"
        return _fail(f"{words}; use fewer points, or float32", 1 if job is not None else 2)


if __name__ == "__main__":
    sys.exit(main())
