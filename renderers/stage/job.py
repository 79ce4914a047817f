"""One command: what it clusters, draws and writes, prepared as a whole, then run. Prints nothing.

The engine is imported once nothing was found wrong with the words: that takes a moment.
"""

from __future__ import annotations

import argparse
import functools
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmeans_engine._version import __version__
from kmeans_engine.command.ks import Ks
from kmeans_engine.command.spelling import spell_options
from kmeans_engine.command.streams import standard_output
from kmeans_engine.command.usage import LABEL_NAME, READING, entrants, given, reproducing, stem
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import check_writable
from kmeans_engine.runtime.progress import doing
from kmeans_engine.runtime.signals import raise_again
from renderers.contract import OPTIONS
from renderers.outputs import Output, plan
from renderers.stage.ahead import Ahead
from renderers.stage.restart import Restart
from renderers.stage.scenes import Scenes
from renderers.stage.start import drive, engage
from renderers.stage.trials import offer_restarts, play_trials
from renderers.stage.unwritten import unwritten
from renderers.stage.window import Window

if TYPE_CHECKING:
    from kmeans_engine.command.progress import Progress
    from kmeans_engine.command.recorded import Past
    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.snapshot import Snapshot
    from kmeans_engine.tables import Table

__all__ = ["Job"]


class Job:
    """One command: prepared as a whole, then run."""

    def __init__(
        self,
        args: argparse.Namespace,
        progress: Progress,
        *,
        say: Callable[[str], None],
        menu: Callable[[Window, Callable[[str], None]], None],
        past: Past | None = None,
    ) -> None:
        self.args, self.progress, self._past = args, progress, past
        self._print, self._menu = say, menu
        # Folders of matplotlib's that cannot be written: it manages without, and says so at length.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        name = stem(args.data) or "kmeans"
        outputs = plan(args.render, args.output, stem=name, overwrite=args.overwrite)
        self.renderers, self.pace = engage(
            outputs, given(args, OPTIONS), sweep=isinstance(args.k, Ks)
        )
        self._check_files()
        with ExitStack() as stack:
            self._ahead = stack.enter_context(Ahead(outputs, given(args, OPTIONS)))
            self._prepare(outputs)
            self._until_done = stack.pop_all()
        self.notes: list[str] = []
        self._runs = self._frames = 0
        self._paced = False
        self._last_shown: Trial | None = None

    def _prepare(self, outputs: Sequence[Output]) -> None:
        """Read what is clustered, and make its scene."""
        args = self.args
        from kmeans_engine.command.inputs import read
        from kmeans_engine.command.model import read_with
        from kmeans_engine.command.trial import Trial

        options: dict[str, Any] = {
            "threads": args.threads,
            "strategy": args.strategy,
            "memory": args.memory,
            "scratch": args.scratch,
            "max_iterations": args.max_iterations if args.predict is None else 0,
            "tolerance": args.tolerance,
        }
        self.trials: dict[str, Trial] = {}
        if self._past is not None:
            from kmeans_engine.command.recorded import Replayed

            replayed = Replayed(self._past, args, **options)
            self.trials[replayed.name] = replayed
        else:
            if args.predict is None:
                sources = read(args)
            else:
                sources = {args.predict: read_with(args, args.predict)}
            one, *others = sources.values()
            trial = Trial(one, **options)
            self.trials |= zip(sources, [trial, *map(trial.beside, others)], strict=True)
        first, *rest = (trial.source for trial in self.trials.values())
        if args.record is not None:
            from kmeans_engine.command.recorded import record_trial

            record_trial(self.clustering, args)
        self.scenes = _scenes(args, first) if outputs else None
        self.scene = None
        if self.scenes is not None:
            titles = _distinct([one.title for one in entrants(args)]) if rest else [""]
            runs = zip(titles, (one.source for one in self.trials.values()), strict=True)
            self.scene = self.scenes.of(list(runs), self._facts(first))
            self._ahead.show(self.scene)

    @property
    def clustering(self) -> Trial:
        """The trial whose results count: the one of least inertia, the first of equals."""
        trials = list(self.trials.values())
        if len(trials) == 1:
            return trials[0]
        return min(trials, key=lambda trial: trial.last.inertia if trial.last else float("inf"))

    @property
    def told(self) -> Trial:
        """The trial that is summed up: that of a window which showed another one at the end."""
        shown = self._last_shown
        return self.clustering if shown is None or shown.last is None else shown

    @property
    def advice(self) -> list[str]:
        """What should be known of the input and of the runs, a line each."""
        from kmeans_engine.command.advice import advise_on_centroids

        first, *_ = self.trials.values()
        lines = [*first.source.table.notes]
        if self.args.centroids is not None:
            lines += advise_on_centroids(self.args.centroids, first.source)
        lines += [line for trial in self.trials.values() for line in trial.advice]
        if self.scene is not None:
            told = unwritten(self.scene, self.args.font, self.renderers)
            lines += [spell_options(line, ["font"]) for line in told]
        return [spell_options(line, READING) for line in dict.fromkeys(lines)]

    @property
    def written(self) -> list[str]:
        """Where this command writes: files, and - for standard output."""
        paths = [str(one.path) for one in self.renderers if one.path is not None]
        return paths + [path for path in (*self._results, self._recording) if path]

    @property
    def files(self) -> list[str]:
        """The files that this command writes."""
        return [path for path in self.written if path != "-"]

    @property
    def _results(self) -> tuple[str | None, ...]:
        args = self.args
        return args.labels, args.table, args.centroids

    @property
    def _recording(self) -> str | None:
        path: str | None = self.args.record or self.args.resume
        return path

    def _facts(self, source: Source) -> dict[str, str]:
        """Return what a picture tells of where it comes from."""
        return {
            "seed": str(source.seed),
            "k": str(self.args.k or source.k),
            "init": " or ".join(Path(name).name for name in self.trials),
            "version": __version__,
            "command": reproducing(self.args, source.seed),
        }

    def summary(self, warnings: Sequence[str]) -> tuple[dict[str, Any], str]:
        """Return the facts of what was done, for programs, and as lines for people.

        Parameters
        ----------
        warnings : sequence of str
            What was said beside, a line each.
        """
        from kmeans_engine.command.summary import spell_summary, summarize

        race = self.trials if len(self.trials) > 1 else None
        facts = summarize(self.told, outputs=self.files, race=race, warnings=warnings)
        return facts, spell_summary(facts)

    @property
    def hint(self) -> str:
        """How to see what has only been computed."""
        return "to watch it: add --render live for a window, or -o run.mp4 for a film"

    @property
    def unwritten(self) -> str:
        """Why results that were asked for could not be written, if it is so."""
        return ""

    @property
    def saved(self) -> str:
        """What is left of the run in a recording, if the command has failed."""
        if not (self.args.record or self.args.resume):
            return ""
        from kmeans_engine.command.recorded import saved

        return saved(self.args)

    def _check_files(self) -> None:
        """Find results that cannot be written, and files that would be written over another."""
        from kmeans_engine.command.files import refuse_shared_files
        from kmeans_engine.tables import WRITABLE, WRITABLE_CENTROIDS, WRITABLE_ROWS, check_result

        args = self.args
        kinds = (WRITABLE, WRITABLE_ROWS, WRITABLE_CENTROIDS)
        for path, known in zip(self._results, kinds, strict=True):
            if args.cluster is not None and path is not None and path != args.centroids:
                from kmeans_engine.cluster.writing import check_folder

                check_folder(path, overwrite=args.overwrite)
            elif path not in (None, "-"):
                check_result(path, overwrite=args.overwrite, known=known)
        if args.record is not None:
            if Path(args.record).suffix != ".arrows":
                raise InvalidInput(
                    f"--record {args.record}: a recording is an Arrow stream; name it such as "
                    "run.arrows"
                )
            check_writable(args.record, overwrite=args.overwrite)
        read = (args.data, args.replay, *(one.init for one in entrants(args)))
        refuse_shared_files(filter(None, read), self.files)

    def run(self) -> None:
        """Cluster, draw and write everything that was asked for."""
        with self._until_done:
            self._run()

    def _run(self) -> None:
        args = self.args
        if args.runs > 1 and self._past is None:
            self.progress.count("runs", args.runs)
            self.clustering.choose_best(args.runs, self._tried)
            if self.scene is None and args.record is None:
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
        if window is not None and isinstance(window.shown, Restart) and not window.full_speed:
            self._last_shown = window.shown.run
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
        with doing("writing results"), standard_output(used) as stdout:
            best.write(
                labels=args.labels,
                centroids=args.centroids,
                table=args.table,
                label_name=args.label_name or LABEL_NAME,
                distances=args.distances,
                stdout=stdout,
            )

    def _equip(self, window: Window) -> None:
        """Give a window what it needs of this command, and a menu in the terminal."""
        from kmeans_engine.command.inputs import synthetic

        args = self.args
        window.full_speed = bool(len(self.renderers) > 1 or self.written or args.json)

        def say(text: str) -> None:
            with self.progress.apart():
                self._print(text)

        make: Callable[[int], Table] | str = functools.partial(synthetic, args)
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
        self._menu(window, say)


def _scenes(args: argparse.Namespace, source: Source) -> Scenes:
    """Return what makes the scenes of runs on these points."""
    from kmeans_engine.tables.columns import choose

    axes = None
    if args.axes is not None:
        columns = choose(args.axes, source.table.names, "--axes")
        number, example = ("three", "0,1,2") if args.view == "3d" else ("two", "0,1")
        if len(columns) != len(example.split(",")):
            raise InvalidInput(f"--axes {args.axes} needs {number} columns, as in --axes {example}")
        axes = tuple(columns)
    title = stem(args.data) if args.title is None else args.title
    # Nobody named the axes of synthetic points.
    view = given(args, ("aspect", "limits", "log", "view"))
    return Scenes(title, named=args.data is not None, axes=axes, **view)


def _distinct(words: list[str]) -> list[str]:
    """Return titles that differ: numbered where files in two folders have one name."""
    seen = [words[:place].count(word) + 1 for place, word in enumerate(words)]
    return [
        f"{word} {number}" if words.count(word) > 1 else word
        for word, number in zip(words, seen, strict=True)
    ]
