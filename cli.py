"""The command line: joins the engine with the renderers. The only place that prints.

Everything heavy is imported where it is used, so that ``--help`` answers at once.
"""

from __future__ import annotations

if __name__ == "__main__":  # First of all, so that a signal during the imports below is answered.
    import sys

    from kmeans_engine.__main__ import run

    sys.exit(run())

import argparse
import functools
import json
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kmeans_engine import __version__
from kmeans_engine.command.spelling import flag, spell_command, spell_options
from kmeans_engine.errors import InvalidInput, KMeansError
from kmeans_engine.runtime.processors import asked_threads
from kmeans_engine.runtime.signals import ENDINGS, Terminated, raise_again, raising
from kmeans_engine.starts.methods import METHODS
from renderers.contract import OPTIONS
from renderers.errors import InvalidOption, RenderError, UnknownRenderer

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.tables import Table
    from renderers.stage.scenes import Scenes
    from renderers.stage.window import Window

EXAMPLES = """\
examples:
  kmeans-engine --render live                     the classic demo, in a window
  kmeans-engine --render mp4 --smooth             the same as a film, kmeans.mp4
  kmeans-engine --race random,k-means++ -o a.gif  two starts side by side
  kmeans-engine data.csv -k 8 -o run.mp4 -o run.gif --labels labels.csv
  kmeans-engine data.csv -k 8 --columns height,weight --standardize --runs 10 --json
  kmeans-engine photo.jpg -k 16 --render png      a picture in 16 colours

"""


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
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {minimum}")

    return read


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number; give one, such as 0.5"
        ) from None


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = map(int, text.lower().split("x"))
    except ValueError:
        message = f"{text!r} is not a size; give width and height in pixels, such as 1280x720"
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
        "also .gz), an image (.png .jpg), or - for CSV on standard input; without it the classic "
        "demo: 12 synthetic clusters of 100 points")  # fmt: skip
    add("-k", type=_whole(1), metavar="K", help="number of clusters; required with DATA")
    add("--version", action="version", version=f"kmeans-engine {__version__}")
    add("--list-renderers", action="store_true", help="show what --render takes, and exit")

    add = parser.add_argument_group("synthetic clusters (without DATA)").add_argument
    add("--clusters", type=_whole(1), metavar="N", help="clusters to make (default: 12)")
    add("--points-per-cluster", type=_whole(1), metavar="N", help="points in each (default: 100)")
    add("--spread", type=_number, metavar="S", help="variance per axis, as a share of its span "
        "(default: 0.01)")  # fmt: skip

    add = parser.add_argument_group("reading DATA").add_argument
    add("--columns", metavar="A,B", help="columns to cluster, by name or 0-based index")
    add("--delimiter", metavar="C", help="between the cells of text (default: the comma, semicolon "
        "or tab that is found)")  # fmt: skip
    add("--drop-missing", action="store_true", help="leave out rows with empty cells or NaN")

    add = parser.add_argument_group("clustering").add_argument
    add("--standardize", action="store_true", help="cluster z-scores; results in original units")
    add("--init", default=METHODS[0], metavar="HOW",
        help=f"{', '.join(METHODS)} or a file of centroids (default: {METHODS[0]})")  # fmt: skip
    add("--seed", type=_whole(0), metavar="N", help="makes everything random repeatable")
    add("--race", metavar="A,B", help=f"runs from several starts side by side: {', '.join(METHODS)}"
        " or files of centroids")  # fmt: skip
    add("--runs", type=_whole(1), default=1, metavar="N", help="keep the best of N starts "
        "(default: 1)")  # fmt: skip
    add("--max-iterations", type=_whole(0), metavar="N", help="stop after N (default: no limit)")
    add("--tolerance", type=_number, default=0.0, metavar="D",
        help="stop once no centroid moves farther (default: 0)")  # fmt: skip
    add("--threads", type=_whole(1), metavar="N", help="threads to compute with (default: the "
        "processors that this process may use, or NUMBA_NUM_THREADS)")  # fmt: skip

    add = parser.add_argument_group("pictures (with --render or -o)").add_argument
    add("--render", action="append", default=[], metavar="NAME", help="how to draw, such as live "
        "(a window) or mp4; --list-renderers shows all; may be repeated")  # fmt: skip
    add("-o", "--output", action="append", default=[], metavar="PATH", help="a file to draw; its "
        "suffix says how; may be repeated")  # fmt: skip
    add("--smooth", action="store_true", help="move the centroids; linger on the first iterations,"
        " compress the long tail")  # fmt: skip
    add("--phases", action="store_true", help="two steps an iteration: the points change cluster, "
        "then the centroids move")  # fmt: skip
    add("--duration", type=_number, metavar="S", help="fit the film to S seconds")
    add("--fps", type=_number, metavar="F", help="frames per second (default: 2, one for each "
        "iteration; 30 with --smooth or --duration)")  # fmt: skip
    add("--size", type=_size, metavar="WxH", help="pixels (default: 1280x720, GIF 640x480)")
    add("--theme", metavar="NAME", help="light, dark or classic (default: light)")
    add("--overlays", metavar="A,B", help="numbers, trails, borders, changes, curve, sizes; all or "
        "none (default: all; none in the classic theme)")  # fmt: skip
    add("--quality", metavar="NAME", help="draft, standard or best: how much time the encoder may "
        "take (default: standard)")  # fmt: skip
    add("--max-size", metavar="SIZE", help="largest file, as in 2MB: size and rate of a GIF, "
        "quality of an mp4 or webm are chosen to fit")  # fmt: skip
    add("--dpi", type=_number, metavar="D", help="dots per inch of a still (default: 100)")
    add("--title", metavar="TEXT", help="above the picture (default: the name of DATA)")
    add("--axes", metavar="A,B", help="draw these two columns, by name or index")

    add = parser.add_argument_group("results").add_argument
    add("--labels", metavar="FILE", help="the cluster of each row (.csv .npy .parquet)")
    add("--centroids", metavar="FILE", help="the final centroids (.csv .npy .parquet)")
    add("--overwrite", action="store_true", help="replace files that exist")
    add("--json", action="store_true", help="print the summary as JSON on standard output")
    add("--quiet", action="store_true", help="no summary, no progress")
    return parser


def _given(args: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    """Return those of these options that were given."""
    values = {name: getattr(args, name) for name in names}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def _check(args: argparse.Namespace) -> None:
    """Find the options that do not go together, before anything is read."""
    asked_threads()  # names a wrong environment variable
    real, drawn = args.data is not None, bool(args.render or args.output)
    for names, usable, why in (
        (("clusters", "points_per_cluster", "spread"), not real, "with DATA; leave out either"),
        (("columns", "delimiter", "drop_missing"), real, "without DATA; name a file to read"),
        (OPTIONS, drawn, "without a picture; add --render or -o"),
    ):
        for name in () if usable else _given(args, names):
            raise InvalidInput(f"{flag(name)} has no effect {why}")
    if args.race is not None:
        if args.runs > 1 or args.init != METHODS[0]:
            raise InvalidInput(
                f"--race {args.race} names all its starts; leave out --init and --runs"
            )
        if len(_entrants(args)) < 2:
            raise InvalidInput(
                f"--race {args.race} needs at least two different starts, such as "
                f"{','.join(METHODS)}"
            )
    for init in _entrants(args):
        if not (init in METHODS or Path(init).suffix or os.path.lexists(init)):
            option = "--init" if args.race is None else "--race"
            choice = f"{', '.join(METHODS)} or a file"
            raise InvalidInput(f"{option} {init} is neither a method nor a file; give {choice}")
    if all(init in METHODS for init in _entrants(args)):
        if real and args.k is None:
            raise InvalidInput(f"{args.data} needs a number of clusters; add it, as in -k 8")
    elif args.runs > 1:
        raise InvalidInput(f"--runs {args.runs} needs random starts; leave out --init {args.init}")


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
    from kmeans_engine.command.files import read_sources
    from kmeans_engine.tables import read_table

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
    return read_sources(
        table,
        _entrants(args),
        k=args.k,
        default_k=args.clusters or 12,
        seed=seed,
        standardized=args.standardize,
    )


def _scenes(args: argparse.Namespace, source: Source) -> Scenes:
    """Return what makes the scenes of runs on these points."""
    from kmeans_engine.tables.columns import choose
    from renderers.stage.scenes import Scenes

    axes = None
    if args.axes is not None:
        columns = choose(args.axes, source.table.names, "--axes")
        if len(columns) != 2:
            raise InvalidInput(f"--axes {args.axes} needs two columns, as in --axes 0,1")
        axes = columns[0], columns[1]
    title = _stem(args.data) if args.title is None else args.title
    # Nobody named the axes of synthetic points.
    return Scenes(title, axes, named=args.data is not None)


# What does not change a film: the same one has the same bytes, wherever it is made.
_UNTOLD = {
    *("data", "list_renderers", "render", "output", "threads", "labels", "centroids", "overwrite"),
    *("json", "quiet"),
}


def _command(args: argparse.Namespace, seed: int) -> str:
    """Return what reproduces the film of this command."""
    default = build_parser().get_default
    values = {name: v for name, v in {**vars(args), "seed": seed}.items() if name not in _UNTOLD}
    told = {name: value for name, value in values.items() if value != default(name)}
    return spell_command(args.data, told)


class _Job:
    """One command: prepared as a whole, then run."""

    def __init__(self, args: argparse.Namespace) -> None:
        from renderers.outputs import plan
        from renderers.stage.start import engage

        self.args = args
        _check(args)
        stem = _stem(args.data) or "kmeans"
        outputs = plan(args.render, args.output, stem=stem, overwrite=args.overwrite)
        self.renderers, self.pace = engage(outputs, _given(args, OPTIONS))
        self._check_files()
        sources = _read(args)
        from kmeans_engine.command.trial import Trial

        first, *others = sources.values()
        trial = Trial(
            first,
            threads=args.threads,
            max_iterations=args.max_iterations,
            tolerance=args.tolerance,
        )
        self.trials = dict(zip(sources, [trial, *map(trial.beside, others)], strict=True))
        self.scenes = _scenes(args, first) if outputs else None
        self.scene = None
        if self.scenes is not None:
            names = [name if name in METHODS else _stem(name) for name in sources]
            runs = zip(names if others else [""], sources.values(), strict=True)
            self.scene = self.scenes.of(list(runs), self._facts(first))
        self.notes: list[str] = []

    @property
    def clustering(self) -> Trial:
        """The trial whose results count: the one of least inertia, the first of equals."""
        trials = list(self.trials.values())
        if len(trials) == 1:
            return trials[0]
        return min(trials, key=lambda trial: trial.last.inertia if trial.last else float("inf"))

    @property
    def files(self) -> list[str]:
        """The files that this command writes."""
        paths = [str(one.path) for one in self.renderers if one.path is not None]
        return paths + [path for path in (self.args.labels, self.args.centroids) if path]

    def _facts(self, source: Source) -> dict[str, str]:
        """Return what a picture tells of where it comes from."""
        return {
            "seed": str(source.seed),
            "k": str(source.k),
            "init": " or ".join(Path(name).name for name in self.trials),
            "version": __version__,
            "command": _command(self.args, source.seed),
        }

    def _check_files(self) -> None:
        """Find results that cannot be written, and files that would be written over another."""
        from kmeans_engine.command.files import refuse_shared_files
        from kmeans_engine.tables import check_result

        args = self.args
        for path in (args.labels, args.centroids):
            if path is not None:
                check_result(path, overwrite=args.overwrite)
        read = (path for path in (args.data, *_entrants(args)) if path is not None)
        refuse_shared_files(read, self.files)

    def run(self) -> None:
        """Cluster, draw and write everything that was asked for."""
        from renderers.stage.start import drive, play_trials
        from renderers.stage.window import Window

        args = self.args
        if args.runs > 1:
            with _Progress(args) as progress:
                self.clustering.choose_best(args.runs, progress.show)
            if self.scene is None:
                self._write()
                return
        last = self.renderers[-1] if self.renderers else None
        window: Window | None = last if isinstance(last, Window) else None
        if window is not None:
            self._equip(window)

        def job() -> None:
            # What a window paces needs no bar in the terminal, beside the menu.
            with _Progress(args, shown=window is None or window.full_speed) as progress:
                trials = list(self.trials.values())
                play_trials(trials, self.scene, self.renderers, self.pace, progress.show)
            self._write()

        drive(self.renderers, job)
        self.notes = [renderer.note for renderer in self.renderers if renderer.note]

    def _write(self) -> None:
        raise_again()
        self.clustering.write(labels=self.args.labels, centroids=self.args.centroids)

    def _equip(self, window: Window) -> None:
        """Give a window what it needs of this command, and a menu in the terminal."""
        from renderers.live import start_menu
        from renderers.stage.start import offer_restarts

        args = self.args
        window.full_speed = bool(len(self.renderers) > 1 or self.files or args.json)

        def say(text: str) -> None:
            from tqdm import tqdm

            with tqdm.external_write_mode(file=sys.stderr):
                _say(text)

        make: Callable[[int], Table] | str = functools.partial(_synthetic, args)
        if args.data is not None:
            make = f"the points come from {args.data}; choose new centroids only, or leave out DATA"
        if self.scenes is not None and len(self.trials) == 1:
            offer_restarts(
                window,
                self.clustering,
                self.scenes,
                self.pace,
                make=make,
                first=args.runs,
                centroids_from=args.init,
            )
        if not args.quiet:
            window.notify = say
        if sys.stdin is not None and sys.stdin.isatty():
            start_menu(window.post, say=say)


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
        """Tell that there is one more snapshot; raise what interrupts and was lost."""
        raise_again()
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
        raise OSError(f"standard output cannot be written ({error.strerror})") from error


def _say(text: str) -> None:
    """Print on standard error, where everything else goes."""
    if sys.stderr is not None:  # print would take standard output instead
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _words(error: Exception) -> str:
    """Return the message of an error, with its file and options as the user typed them."""
    if isinstance(error, OSError):
        words = error.strerror or str(error)
        return f"{error.filename}: {words}" if error.filename else words
    words, options = str(error), tuple[str, ...]()
    if isinstance(error, KMeansError):
        options = error.options
    elif isinstance(error, InvalidOption) and error.option:
        options = (error.option,)
    return spell_options(words, options)


def _fail(message: str, status: int) -> int:
    _say(f"kmeans-engine: {' '.join(message.split())}")
    return status


def _report(args: argparse.Namespace, job: _Job) -> None:
    from kmeans_engine.command.summary import spell_summary, summarize

    if job.clustering.last is None:  # a window that was closed before the first picture
        return
    race = job.trials if len(job.trials) > 1 else None
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
        with raising():
            args = build_parser().parse_args(argv)
            if args.list_renderers:
                _list_renderers()
                return 0
            job = _Job(args)
            job.run()
            _report(args, job)
            return 0
    except (KeyboardInterrupt, Terminated) as error:
        kind = Terminated if isinstance(error, Terminated) else KeyboardInterrupt
        return _fail(*ENDINGS[kind])
    except (KMeansError, UnknownRenderer, InvalidOption, RenderError, OSError) as error:
        return _fail(_words(error), 1 if job is not None else 2)
    except MemoryError as error:
        words = str(error) or "out of memory"
        return _fail(f"{words}; use fewer points, or float32", 1 if job is not None else 2)
