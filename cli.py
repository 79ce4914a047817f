"""The command line: joins the engine with the renderers. The only place that prints.

Everything heavy is imported where it is used, so that ``--help`` answers at once.
"""

from __future__ import annotations

if __name__ == "__main__":  # First of all, so that a signal during the imports below is answered.
    import sys

    from kmeans_engine.__main__ import run

    sys.exit(run())

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from kmeans_engine.command.completion import complete, script
from kmeans_engine.command.parser import EXAMPLES, SHELLS, build_parser
from kmeans_engine.command.piped import look
from kmeans_engine.command.progress import Progress
from kmeans_engine.command.spelling import spell_options
from kmeans_engine.command.streams import hold, stdout, tell
from kmeans_engine.command.usage import check_usage, says_data
from kmeans_engine.errors import KMeansError
from kmeans_engine.runtime.processors import asked_threads
from kmeans_engine.runtime.progress import doing, listen
from kmeans_engine.runtime.signals import ENDINGS, Terminated, raise_again, raising
from kmeans_engine.starts.methods import METHODS
from renderers.contract import OPTIONS, Quality
from renderers.errors import InvalidOption, RenderError, UnknownRenderer

if TYPE_CHECKING:
    from renderers.stage.job import Job
    from renderers.stage.window import Window

__all__ = ["EXAMPLES", "build_parser", "main"]

_NOT_FIXED = 3  # the status of an audit that finds a fault


def _describe(args: argparse.Namespace, progress: Progress) -> None:
    """Show the columns of DATA, or the run of a recording."""
    from kmeans_engine.command.description import describe, is_recording

    if is_recording(args.data):
        from kmeans_engine.command.retelling import retell, spell_recording

        run = retell(args.data)
        progress.hide()
        tell(json.dumps(run) if args.json else spell_recording(run))
        return
    from kmeans_engine.tables import spell_facts

    facts, notes = describe(args)
    progress.hide()
    if args.json:
        tell(json.dumps([fact._asdict() for fact in facts]))
    else:
        tell(spell_facts(facts))
    if not args.quiet:
        _advise(notes)


def _verify(args: argparse.Namespace, progress: Progress) -> int:
    """Tell what an audit finds; return the status."""
    from kmeans_engine.command.auditing import audit, facts_of

    found, notes = audit(args)
    progress.hide()
    if args.json:
        tell(json.dumps(facts_of(found, notes)))
    elif not args.quiet:
        tell(str(found))
    if not args.quiet:
        _advise(notes)
    return 0 if found.fixed_point else _NOT_FIXED


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
    if os.environ.get("KMEANS_ENGINE_TRACEBACK"):  # for the authors of plug-ins
        _say(traceback.format_exc().rstrip())
    _say(f"kmeans-engine: {' '.join(message.split())}")
    return status


def _saved(started: Sequence[Job]) -> str:
    """Return what is left of a run that has failed, as the end of a line."""
    return "".join(f"; {job.saved}" for job in started if job.saved)


def _report(args: argparse.Namespace, job: Job, said: Iterable[str]) -> None:
    """Sum up what was done; leave out what was said before."""
    if job.clustering.last is None:  # a window that was closed before the first picture
        return
    warnings = list(dict.fromkeys([*said, *job.advice]))
    facts, lines = job.summary(warnings)
    if not args.quiet:
        for text in (*job.notes, lines):
            _say(text)
        _advise(line for line in warnings if line not in set(said))
        if sys.stderr is not None and sys.stderr.isatty() and not (args.json or job.renderers):
            _say(job.hint)
    if args.json:
        tell(json.dumps(facts))


def _offer_menu(window: Window, say: Callable[[str], None]) -> None:
    """Have a terminal command a window."""
    if sys.stdin is not None and sys.stdin.isatty():
        from renderers.live import start_menu

        start_menu(window.post, say=say, without=window.commands.missing)


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
        tell(f"{row.name:{wide[0]}}  {row.writes or '?':{wide[1]}}  {row.origin}{problem}")


def _warm(*, shown: bool) -> None:
    """Compile whatever a run or a picture may need, and tell where that is kept."""
    shown = shown and sys.stderr is not None and sys.stderr.isatty()
    with Progress(sys.stderr, shown=shown) as progress:
        from renderers.stage.backend import shield

        shield(drawing=True, showing=False)
        from renderers.stage.warm import kept, steps

        todo = list(steps())
        progress.count("steps", len(todo))
        for number, (words, act) in enumerate(todo):
            raise_again()
            progress.phase(f"compiling for {words}")
            progress.step(number)
            act()
    code = kept()
    if not code.complete:
        raise OSError(
            f"cannot write the machine code to {code.folder}; set NUMBA_CACHE_DIR to a folder that "
            "can be written"
        )
    tell(f"{code.files} files of machine code, {code.size / 1e6:.1f} MB, in {code.folder}")


def _answer(argv: list[str] | None, started: list[Job]) -> int:
    """Do what the words say, or tell what was asked about; return the status."""
    parser = build_parser()
    complete(parser, _words_of_options)
    args = parser.parse_args(argv)
    asked_threads()  # names a wrong environment variable
    if args.list_renderers:
        _list_renderers()
    elif args.warm:
        _warm(shown=not args.quiet)
    elif args.print_completion:
        tell(script(args.print_completion))
    else:
        return _do(args, started)
    return 0


def _do(args: argparse.Namespace, started: list[Job]) -> int:
    """Do what is asked for; `started` gets the job once nothing was found wrong with it."""
    shown = sys.stderr is not None and sys.stderr.isatty() and not args.quiet
    with Progress(sys.stderr, shown=shown) as progress, listen(progress.phase):
        said, past = [], None
        if args.replay or args.resume:
            from kmeans_engine.command.recorded import recall

            args, past = recall(args)
        elif args.data is None and args.clusters is None:
            stdin = None if sys.stdin is None else sys.stdin.buffer
            with doing("reading standard input"):
                piped = look(stdin, asked=says_data(args))
            args.data = "-" if piped.is_data else None
            said += [piped.note] if piped.note else []
        check_usage(args, OPTIONS)
        if args.json or "-" in (args.labels, args.table):
            stdout()
        if args.describe:
            _describe(args, progress)
            return 0
        if args.verify is not None:
            return _verify(args, progress)
        from renderers.registry import window
        from renderers.stage.backend import shield
        from renderers.stage.comparing import job_of

        shield(drawing=bool(args.render or args.output), showing=window() in args.render)
        job = job_of(args, progress, say=_say, menu=_offer_menu, past=past)
        started.append(job)
        said += job.advice
        if not args.quiet:
            with progress.apart():
                _advise(said)
        job.run()
    _report(args, job, said)
    return _fail(job.unwritten, 1) if job.unwritten else 0


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Returns
    -------
    int
        0 if all is done; 1 if something failed while running; 2 for wrong usage, bad input and
        whatever is found before clustering; 3 if what `--verify` was given is not a fixed point;
        130 after Ctrl-C, 143 after SIGTERM.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``.
    """
    started: list[Job] = []
    try:
        with raising():
            try:
                hold()
                return _answer(argv, started)
            except Exception:
                raise_again()  # A library may make an error of its own of what a signal raises.
                raise
    except (KeyboardInterrupt, Terminated) as error:
        words, status = ENDINGS[Terminated if isinstance(error, Terminated) else KeyboardInterrupt]
        return _fail(words + _saved(started), status)
    except (KMeansError, UnknownRenderer, InvalidOption, RenderError, OSError) as error:
        return _fail(_words(error) + _saved(started), 1 if started else 2)
    except MemoryError as error:
        words = str(error) or "out of memory"
        words = f"{words}; use fewer points, or float32{_saved(started)}"
        return _fail(words, 1 if started else 2)
