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
import logging
import os
import secrets
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, get_args

from kmeans_engine import __version__
from kmeans_engine.command.completion import complete, script
from kmeans_engine.command.parser import EXAMPLES, SHELLS, build_parser
from kmeans_engine.command.piped import look
from kmeans_engine.command.progress import Progress
from kmeans_engine.command.spelling import spell_command, spell_options
from kmeans_engine.command.usage import (
    LABEL_NAME,
    READING,
    check_usage,
    entrants,
    given,
    read_options,
    says_data,
    stem,
)
from kmeans_engine.errors import InvalidInput, KMeansError
from kmeans_engine.runtime.processors import asked_threads
from kmeans_engine.runtime.progress import doing, listen
from kmeans_engine.runtime.signals import ENDINGS, Terminated, raise_again, raising
from kmeans_engine.starts.methods import METHODS
from renderers.contract import OPTIONS, Quality
from renderers.errors import InvalidOption, RenderError, UnknownRenderer

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.tables import Table
    from renderers.stage.scenes import Scenes
    from renderers.stage.window import Window

__all__ = ["EXAMPLES", "build_parser", "main"]


def _synthetic(args: argparse.Namespace, seed: int) -> Table:
    from kmeans_engine.command.source import synthetic_table

    spread = 0.01 if args.spread is None else args.spread
    return synthetic_table(args.clusters or 12, args.points_per_cluster or 100, spread, seed)


def _read(args: argparse.Namespace) -> dict[str, Source]:
    """Read the points and the initial centroids of each run, or make them."""
    from kmeans_engine.command.files import read_sources

    # The same command on the same data gives the same answer; the demo is new each time.
    asked = args.seed if args.seed is not None else 0 if args.data is not None else "random"
    seed = secrets.randbits(32) if asked == "random" else int(asked)
    table = _synthetic(args, seed) if args.data is None else _read_data(args)
    return read_sources(
        table,
        entrants(args),
        k=args.k,
        default_k=args.clusters or 12,
        seed=seed,
        standardized=args.standardize,
    )


def _read_data(args: argparse.Namespace) -> Table:
    from dataclasses import replace

    from kmeans_engine.tables import read_table
    from kmeans_engine.tables.rows import check_name

    with doing(f"reading {_where(args)}"):
        table = read_table(args.data, read_options(args))
        if args.table is None or table.rows is None:
            return table
        # A name that is taken should not wait for the end.
        rows = table.rows()
        check_name(rows.column_names, args.label_name or LABEL_NAME)
        return replace(table, rows=lambda: rows)


def _describe(args: argparse.Namespace, progress: Progress) -> None:
    """Show the columns of DATA."""
    from kmeans_engine.tables import describe_table, spell_facts

    with doing(f"reading {_where(args)}"):
        facts = describe_table(args.data, read_options(args))
    progress.hide()
    if args.json:
        _tell(json.dumps([fact._asdict() for fact in facts]))
    else:
        _tell(spell_facts(facts))


def _where(args: argparse.Namespace) -> str:
    return "standard input" if args.data == "-" else str(args.data)


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
    title = stem(args.data) if args.title is None else args.title
    # Nobody named the axes of synthetic points.
    return Scenes(title, axes, named=args.data is not None)


def _distinct(words: list[str]) -> list[str]:
    """Return titles that differ: numbered where files in two folders have one name."""
    seen = [words[:place].count(word) + 1 for place, word in enumerate(words)]
    return [
        f"{word} {number}" if words.count(word) > 1 else word
        for word, number in zip(words, seen, strict=True)
    ]


# What does not change a film: the same one has the same bytes, wherever it is made.
_UNTOLD = {
    *("data", "list_renderers", "print_completion", "describe", "render", "output", "threads"),
    *("labels", "table", "label_name", "centroids", "overwrite", "json", "quiet"),
}


def _command(args: argparse.Namespace, seed: int) -> str:
    """Return what reproduces the film of this command."""
    default = build_parser().get_default
    values = {name: v for name, v in {**vars(args), "seed": seed}.items() if name not in _UNTOLD}
    told = {name: value for name, value in values.items() if value != default(name)}
    return spell_command(args.data, told)


class _Job:
    """One command: prepared as a whole, then run."""

    def __init__(self, args: argparse.Namespace, progress: Progress) -> None:
        from renderers.outputs import plan
        from renderers.stage.start import engage

        self.args, self.progress = args, progress
        # Folders of matplotlib's that cannot be written: it manages without, and says so at length.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        name = stem(args.data) or "kmeans"
        outputs = plan(args.render, args.output, stem=name, overwrite=args.overwrite)
        self.renderers, self.pace = engage(outputs, given(args, OPTIONS))
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
            titles = _distinct([one.title for one in entrants(args)]) if others else [""]
            runs = zip(titles, sources.values(), strict=True)
            self.scene = self.scenes.of(list(runs), self._facts(first))
        self.notes: list[str] = []
        self._runs = self._frames = 0
        self._paced = False

    @property
    def clustering(self) -> Trial:
        """The trial whose results count: the one of least inertia, the first of equals."""
        trials = list(self.trials.values())
        if len(trials) == 1:
            return trials[0]
        return min(trials, key=lambda trial: trial.last.inertia if trial.last else float("inf"))

    @property
    def advice(self) -> list[str]:
        """What should be known of the input and of the runs, a line each."""
        first, *_ = self.trials.values()
        lines = [*first.source.table.notes]
        lines += [line for trial in self.trials.values() for line in trial.advice]
        return [spell_options(line, READING) for line in dict.fromkeys(lines)]

    @property
    def written(self) -> list[str]:
        """Where this command writes: files, and - for standard output."""
        paths = [str(one.path) for one in self.renderers if one.path is not None]
        return paths + [path for path in self._results if path]

    @property
    def files(self) -> list[str]:
        """The files that this command writes."""
        return [path for path in self.written if path != "-"]

    @property
    def _results(self) -> tuple[str | None, ...]:
        return self.args.labels, self.args.table, self.args.centroids

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
        for path in self._results:
            if path not in (None, "-"):
                check_result(path, overwrite=args.overwrite, rows=path == args.table)
        read = (path for path in (args.data, *(one.init for one in entrants(args))) if path)
        refuse_shared_files(read, self.files)

    def run(self) -> None:
        """Cluster, draw and write everything that was asked for."""
        from renderers.stage.start import drive, play_trials
        from renderers.stage.window import Window

        args = self.args
        if args.runs > 1:
            self.progress.count("runs", args.runs)
            self.clustering.choose_best(args.runs, self._tried)
            if self.scene is None:
                self._write()
                return
        last = self.renderers[-1] if self.renderers else None
        window: Window | None = last if isinstance(last, Window) else None
        if window is not None:
            self._equip(window)
            self._paced = not window.full_speed

        def job() -> None:
            if not self._paced:
                self.progress.count("iterations", args.max_iterations)
            trials = list(self.trials.values())
            play_trials(
                trials, self.scene, self.renderers, self.pace, self._computed, self._painted
            )
            self._write()

        drive(self.renderers, job)
        self.notes = [renderer.note for renderer in self.renderers if renderer.note]

    def _tried(self, snapshot: Snapshot) -> None:
        """Count a run for its initial state, which comes when the one before is over."""
        raise_again()
        if snapshot.iteration == 0:
            self._runs += 1
            self.progress.step(self._runs - 1)

    def _computed(self, snapshot: Snapshot) -> None:
        raise_again()
        if self._paced:  # What a window shows needs no bar beside the menu.
            self.progress.hide()
        self.progress.step(snapshot.iteration, f"{snapshot.n_changed:,} changed")

    def _painted(self, seconds: float) -> None:
        """Count the frames of a film whose length is known."""
        raise_again()
        rate = self.pace.fps
        if not self._frames:
            self._frames = max(1, round((self.pace.duration or 0) * rate))
            self.progress.count("frames", self._frames)
        self.progress.step(min(self._frames, round(seconds * rate)))

    def _write(self) -> None:
        raise_again()
        args, best = self.args, self.clustering
        best.finish()
        used = "-" in (args.labels, args.table)
        if used:
            self.progress.hide()
        with doing("writing results"), _standard_output(used) as stdout:
            best.write(
                labels=args.labels,
                centroids=args.centroids,
                table=args.table,
                label_name=args.label_name or LABEL_NAME,
                stdout=stdout,
            )

    def _equip(self, window: Window) -> None:
        """Give a window what it needs of this command, and a menu in the terminal."""
        from renderers.live import start_menu
        from renderers.stage.start import offer_restarts

        args = self.args
        window.full_speed = bool(len(self.renderers) > 1 or self.written or args.json)

        def say(text: str) -> None:
            with self.progress.apart():
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
                centroids_from=entrants(args)[0].init,
            )
        if not args.quiet:
            window.notify = say
        if sys.stdin is not None and sys.stdin.isatty():
            start_menu(window.post, say=say)


def _tell(text: str) -> None:
    """Print on standard output, where results go."""
    with _standard_output() as stdout:
        assert stdout is not None
        stdout.write(f"{text}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


@contextmanager
def _standard_output(used: bool = True) -> Iterator[BinaryIO | None]:
    """Context: write there; what goes wrong is said in one line."""
    if not used:
        yield None
        return
    stdout = _stdout()
    try:
        yield stdout
        stdout.flush()
    except OSError as error:
        if error.errno is None:  # of another file, and in our words
            raise
        # Python would try again when it ends.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise OSError(f"standard output cannot be written ({error.strerror})") from error


def _stdout() -> BinaryIO:
    if sys.stdout is None:
        raise OSError("standard output is closed; write to a file, or open it")
    return sys.stdout.buffer


def _say(text: str) -> None:
    """Print on standard error, where everything else goes."""
    if sys.stderr is not None:  # print would take standard output instead
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _hold_streams() -> None:
    """Give standard streams that are closed a place: a file that is opened would take it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _shield_matplotlib(args: argparse.Namespace) -> None:
    """Forget an MPLBACKEND that nothing here can use: its import would fail, with any picture.

    Jupyter hands its own to every command, whether its package is installed or not.
    """
    from renderers.registry import window

    backend = os.environ.get("MPLBACKEND", "")
    jupyter = "inline" in backend
    if backend and (args.render or args.output) and (jupyter or window() not in args.render):
        del os.environ["MPLBACKEND"]
        import matplotlib

        with suppress(ValueError):
            if not jupyter:
                matplotlib.rcParams["backend"] = backend
                os.environ["MPLBACKEND"] = backend


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
    if os.environ.get("KMEANS_ENGINE_TRACEBACK"):  # for the authors of plug-ins
        _say(traceback.format_exc().rstrip())
    _say(f"kmeans-engine: {' '.join(message.split())}")
    return status


def _report(args: argparse.Namespace, job: _Job, said: Iterable[str]) -> None:
    """Sum up what was done; leave out what was said before."""
    from kmeans_engine.command.summary import spell_summary, summarize

    if job.clustering.last is None:  # a window that was closed before the first picture
        return
    race = job.trials if len(job.trials) > 1 else None
    warnings = list(dict.fromkeys([*said, *job.advice]))
    facts = summarize(job.clustering, outputs=job.files, race=race, warnings=warnings)
    if not args.quiet:
        for text in (*job.notes, spell_summary(facts)):
            _say(text)
        _advise(line for line in warnings if line not in set(said))
        if sys.stderr is not None and sys.stderr.isatty() and not (args.json or job.renderers):
            _say("to watch it: add --render live for a window, or -o run.mp4 for a film")
    if args.json:
        _tell(json.dumps(facts))


def _advise(lines: Iterable[str]) -> None:
    for line in lines:
        _say(f"note: {' '.join(line.split())}")


def _words_of_options() -> dict[str, Sequence[str]]:
    """Return what some options take, for completion in a shell."""
    from renderers.contract import OVERLAYS
    from renderers.picture.themes import THEMES
    from renderers.registry import names

    return {
        "header": ("auto", "yes", "no"),
        "init": METHODS,
        "overlays": (*OVERLAYS, "all", "none"),
        "print_completion": SHELLS,
        "quality": get_args(Quality),
        "race": METHODS,
        "render": names(),
        "seed": ("random",),
        "theme": tuple(THEMES),
    }


def _list_renderers() -> None:
    from renderers.registry import describe_all

    rows = describe_all()
    wide = [
        max(map(len, column)) for column in zip(*((r.name, r.writes) for r in rows), strict=True)
    ]
    for row in rows:
        problem = f"  [{row.problem}]" if row.problem else ""
        _tell(f"{row.name:{wide[0]}}  {row.writes or '?':{wide[1]}}  {row.origin}{problem}")


def _answer(argv: list[str] | None, started: list[_Job]) -> None:
    """Do what the words say, or tell what was asked about."""
    parser = build_parser()
    complete(parser, _words_of_options)
    args = parser.parse_args(argv)
    asked_threads()  # names a wrong environment variable
    if args.list_renderers:
        _list_renderers()
    elif args.print_completion:
        _tell(script(args.print_completion))
    else:
        _do(args, started)


def _do(args: argparse.Namespace, started: list[_Job]) -> None:
    """Do what is asked for; `started` gets the job once nothing was found wrong with it."""
    shown = sys.stderr is not None and sys.stderr.isatty() and not args.quiet
    with Progress(sys.stderr, shown=shown) as progress, listen(progress.phase):
        said = []
        if args.data is None and args.clusters is None:
            stdin = None if sys.stdin is None else sys.stdin.buffer
            with doing("reading standard input"):
                piped = look(stdin, asked=says_data(args))
            args.data = "-" if piped.is_data else None
            said += [piped.note] if piped.note else []
        check_usage(args, OPTIONS)
        if args.json or "-" in (args.labels, args.table):
            _stdout()
        if args.describe:
            _describe(args, progress)
            return
        _shield_matplotlib(args)
        job = _Job(args, progress)
        started.append(job)
        said += job.advice
        if not args.quiet:
            with progress.apart():
                _advise(said)
        job.run()
    _report(args, job, said)


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
    started: list[_Job] = []
    try:
        with raising():
            try:
                _hold_streams()
                _answer(argv, started)
            except Exception:
                raise_again()  # A library may make an error of its own of what a signal raises.
                raise
            return 0
    except (KeyboardInterrupt, Terminated) as error:
        kind = Terminated if isinstance(error, Terminated) else KeyboardInterrupt
        return _fail(*ENDINGS[kind])
    except (KMeansError, UnknownRenderer, InvalidOption, RenderError, OSError) as error:
        return _fail(_words(error), 1 if started else 2)
    except MemoryError as error:
        words = str(error) or "out of memory"
        return _fail(f"{words}; use fewer points, or float32", 1 if started else 2)
