"""A command that records its run, or goes on from a recording: what was asked for is told there."""

from __future__ import annotations

import argparse
import base64
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.command.inputs import read_data, synthetic
from kmeans_engine.command.scaling import Scaling
from kmeans_engine.command.source import Source
from kmeans_engine.command.spelling import flag
from kmeans_engine.command.trial import Trial
from kmeans_engine.command.usage import READING, SYNTHETIC, changed, entrants, reproducing
from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.weights import weights_of
from kmeans_engine.recording.points import find_file
from kmeans_engine.recording.reader import Recording
from kmeans_engine.recording.reader import open as open_recording
from kmeans_engine.recording.writer import record
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.tables import Table

__all__ = ["Past", "Replayed", "recall", "record_trial", "saved"]

# What decides a run; the rest is about pictures, results and this machine.
_CHANGEABLE = ("max_iterations", "tolerance")
_RUN = (*READING, *SYNTHETIC, "k", "standardize", "init", "seed", "race", "runs", *_CHANGEABLE)


@dataclass(frozen=True)
class Past:
    """A recording that a command goes on from.

    Attributes
    ----------
    recording : Recording
        Looked at as a whole.
    data : str or None
        The file of data that the command names; by default that of the recording.
    resumed : bool
        Whether the run goes on where it ends.
    """

    recording: Recording
    data: str | None
    resumed: bool


def record_trial(trial: Trial, args: argparse.Namespace) -> None:
    """Have a trial record its run, as its command says."""
    source, named = trial.source, args.data not in (None, "-")

    def recorded(states: Iterator[Snapshot]) -> Iterator[Snapshot]:
        return record(
            states,
            args.record,
            points=args.record_points,
            source=args.data if named else None,
            settings=_settings(source, args),
            overwrite=args.overwrite,
        )

    trial.record = recorded


def _settings(source: Source, args: argparse.Namespace) -> dict[str, Any]:
    """Return what a recording tells of its command, ready for JSON."""
    settings: dict[str, Any] = {
        "command": reproducing(args, source.seed),
        "seed": source.seed,
        "max_iterations": args.max_iterations,
        "tolerance": args.tolerance,
        "strategy": "auto",
        "asked": {
            "data": args.data,
            "options": {**changed(args, _RUN), "seed": source.seed},
            "init": entrants(args)[0].name,
            "names": list(source.table.names),
        },
    }
    if source.offset is not None and source.scale is not None:
        settings |= {"offset": source.offset.tolist(), "scale": source.scale.tolist()}
    if source.scaling is not None:
        settings["scaling"] = source.scaling.spelled()
    if args.record_points:
        settings["asked"]["table"] = _spell_table(source.table)
    return settings


def _spell_table(table: Table) -> dict[str, Any]:
    return {
        "rows_read": table.rows_read,
        "kept": None if table.kept is None else _spell_bytes(np.packbits(table.kept)),
        "shape": table.shape,
        "alpha": None if table.alpha is None else _spell_bytes(table.alpha),
        "white": table.white,
        **({} if table.weights is None else {"weighed_by": table.weighed_by}),
    }


def _spell_bytes(array: npt.NDArray[np.uint8]) -> str:
    return base64.b64encode(zlib.compress(array.tobytes())).decode()


def _read_bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)


def recall(args: argparse.Namespace) -> tuple[argparse.Namespace, Past]:
    """Return a command as its recording completes it, and the recording.

    Parameters
    ----------
    args : Namespace
        Of the parser.

    Raises
    ------
    InvalidInput, OSError
        If the recording cannot be used, or an option contradicts it.
    """
    option = "--replay" if args.replay else "--resume"
    path = args.replay or args.resume
    for name in changed(args, ("predict", "verify")):
        raise InvalidInput(f"{flag(name)} does not go with {option}; leave out either")
    for name in changed(args, _RUN):
        if not (args.resume and name in _CHANGEABLE):
            raise InvalidInput(
                f"{flag(name)} has no effect with {option}: the run is that of {path}"
            )
    for other in ("record", "resume"):
        if getattr(args, other) and option != f"--{other}":
            what = "records nothing" if args.replay else "appends to its recording"
            raise InvalidInput(f"{flag(other)} does not go with {option}, which {what}")
    recording = open_recording(path).check()
    about = recording.metadata
    asked = recording.settings.get("asked") or {
        "data": about["points"].get("path", "-"),
        "options": {"k": about["clusters"], "seed": recording.settings.get("seed", 0)},
    }
    values = dict(asked["options"])
    if args.resume:
        values |= changed(args, _CHANGEABLE)
    past = Past(recording, args.data, bool(args.resume))
    return argparse.Namespace(**{**vars(args), **values, "data": asked["data"]}), past


class Replayed(Trial):
    """The run of a recording, which may go on where that ends.

    Parameters
    ----------
    past : Past
    args : Namespace
        From `recall`.
    **options
        As for `Trial`.

    Attributes
    ----------
    name : str
        How the run started.
    """

    def __init__(self, past: Past, args: argparse.Namespace, **options: Any) -> None:
        recording = past.recording
        source, start = _source(past, args), recording[0].centroids
        super().__init__(replace(source, init=start), **options)
        self.source, self.start = replace(self.source, init=source.init), start
        self.recording = recording.on(self.source.points)
        self.name = _init(past, args)
        self._resumed, self._args = past.resumed, args
        end = f"ends after iteration {len(recording) - 1}, before its run did"
        if not (past.resumed or recording.complete):
            self.advice.append(
                f"{recording.damaged or f'{recording.path} {end}'}; "
                f"--resume {recording.path} goes on from there"
            )

    def snapshots(self, start: npt.NDArray[np.float64]) -> Iterator[Snapshot]:
        """Return the recorded run, or another one from any other start."""
        return self._told() if start is getattr(self, "start", None) else super().snapshots(start)

    def _told(self) -> Iterator[Snapshot]:
        yield from self.recording
        if not self._resumed:
            return
        recording, before = self.recording, self.recording.settings
        now = {name: getattr(self._args, name) for name in _CHANGEABLE}
        renewed: dict[str, Any] = {}
        if any(before.get(name) != value for name, value in now.items()):
            renewed = _settings(self.source, self._args)
            # How it started is known from the recording alone.
            renewed["asked"] |= {n: v for n, v in before.get("asked", {}).items() if n != "options"}
        following = self._engine.resume(recording, **self._limits)
        yield from recording.extend(following, settings=renewed)
        # Whoever asks again gets all of them from the file.
        self._resumed, longer = False, open_recording(recording.path)
        if len(longer) == len(recording):
            self.advice.append(
                f"{recording.path} is complete: its run ended with iteration {len(longer) - 1}, "
                "and nothing was computed"
            )
        self.recording = longer.on(self.source.points)


def _init(past: Past, args: argparse.Namespace) -> str:
    """Return how the recorded run started: a method, or a file of centroids."""
    name: str = past.recording.settings.get("asked", {}).get("init") or entrants(args)[0].name
    return name


def _source(past: Past, args: argparse.Namespace) -> Source:
    """Return what was clustered, and how its run started."""
    recording, about = past.recording, past.recording.metadata
    asked, settings = recording.settings.get("asked", {}), recording.settings
    init = _init(past, args) if _init(past, args) in METHODS else recording[0].centroids
    if about["points"]["recorded"] and (args.table is None or not _file(past)):
        read = _recorded_table(recording)
        offset, scale = (np.array(settings[name]) if name in settings else None for name in _UNITS)
        scaling = Scaling.read(settings["scaling"]) if "scaling" in settings else None
        return Source(
            read,
            read.points,
            about["clusters"],
            init,
            args.seed,
            offset,
            scale,
            scaling=scaling,
            weights=read.weights,
        )
    file = _file(past)
    if file is None and asked.get("data", "-") is not None:
        raise InvalidInput(
            f"{recording.path} does not hold the points, which came through a pipe or from Python; "
            "name a file of them before the options, and use --record-points next time"
        )
    if file is None:
        read = synthetic(args, args.seed)
    else:
        whole = argparse.Namespace(**{**vars(args), "data": file})
        read = read_data(whole, tuple(asked.get("names", ())))
    source = Source.of(
        read,
        about["clusters"],
        METHODS[0],
        args.seed,
        standardized=args.standardize,
        budget=Budget(args.memory, args.scratch),
    )
    return replace(source, init=init)


_UNITS = ("offset", "scale")


def _recorded_table(recording: Recording) -> Table:
    """Return the points in a recording as a table, with all that pictures and results need."""
    points, asked = recording.points, recording.settings.get("asked", {})
    names = asked.get("names") or recording.metadata["names"]
    known = asked.get("table", {})
    kept, alpha, shape = (known.get(name) for name in ("kept", "alpha", "shape"))
    rows = known.get("rows_read", len(points))
    if kept is not None:
        kept = np.unpackbits(_read_bytes(kept), count=rows).astype(np.bool_)
    return Table(
        points,
        tuple(names or (f"x{n}" for n in range(points.shape[1]))),
        rows,
        kept=kept,
        shape=None if shape is None else tuple(shape),
        alpha=None if alpha is None else _read_bytes(alpha),
        white=known.get("white", 255.0),
        weights=weights_of(recording.visible),
        weighed_by=known.get("weighed_by", ""),
    )


def _file(past: Past) -> str | None:
    """Return the file of the data, None if nothing names one."""
    found = find_file(past.recording.metadata["points"], past.recording.path)
    return past.data or (None if found is None else str(found))


def saved(args: argparse.Namespace) -> str:
    """Return what can be said of a recording whose command has failed; nothing if there is none."""
    path = args.record or args.resume
    try:
        states = len(open_recording(path))
    except (InvalidInput, OSError):
        return ""
    return f"{path} holds the run up to iteration {states - 1}, and --resume {path} goes on"
