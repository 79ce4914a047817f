"""What the options of one command mean together: refused where they do not go together."""

from __future__ import annotations

import argparse
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kmeans_engine.command.ks import Ks
from kmeans_engine.command.parser import build_parser
from kmeans_engine.command.spelling import flag, spell_command
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.similar import did_you_mean
from kmeans_engine.starts.methods import METHODS

if TYPE_CHECKING:
    from kmeans_engine.tables.options import ReadOptions

__all__ = [
    "LABEL_NAME",
    "READING",
    "SYNTHETIC",
    "Entrant",
    "changed",
    "check_usage",
    "entrants",
    "given",
    "read_options",
    "reproducing",
    "says_data",
    "stem",
    "where",
]

READING = (
    *("columns", "weights", "header", "delimiter", "decimal", "thousands", "comment", "missing"),
    *("drop_missing", "encoding", "sheet", "array"),
)
"""Options that say how a file is read, by their names in `ReadOptions`."""

LABEL_NAME = "cluster"
"""What a table calls its column of clusters where its user names none."""

SYNTHETIC = ("clusters", "points_per_cluster", "spread")
"""Options of the classic demo."""


class Entrant(NamedTuple):
    """One of the runs of a command.

    Attributes
    ----------
    name : str
        How it starts, and which one it is where several start in the same way.
    init : str
        A method, or a file of centroids.
    number : int
        Which start of its method it is, from 0: each has random numbers of its own.
    """

    name: str
    init: str
    number: int = 0

    @property
    def title(self) -> str:
        """The name, a file without folder and suffix."""
        return self.name if self.init in METHODS else stem(self.init)


# A method, and which of its starts (#), or how many (*); 18 digits are a number of a machine.
_NUMBERED = re.compile(rf"({'|'.join(map(re.escape, METHODS))})\s*([#*])\s*(\d{{1,18}})")
_MOST_RUNS = 64  # side by side; on more panels nobody sees anything

# What is not done on a cluster.
_HERE = ("memory", "scratch", "standardize", "drop_missing", "describe", "distances")
# What decides a run, and what comes of one: nothing where none is computed.
_OF_RUNS = (
    *("k", "init", "seed", "race", "runs", "max_iterations", "tolerance", "standardize"),
    *("record", "record_points"),
)
# What is about one run, with one number of clusters.
_OF_ONE_RUN = ("init", "race", "record", "record_points", "replay", "resume")
_OF_RESULTS: tuple[str, ...] = ("render", "output", "labels", "table", "distances")


def given(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return those of these options that were given."""
    values = {name: getattr(args, name) for name in names}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def changed(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return those of these options that have another value than by default."""
    default = build_parser().get_default
    return {name: value for name in names if (value := getattr(args, name)) != default(name)}


def entrants(args: argparse.Namespace) -> list[Entrant]:
    """Return the runs side by side; of one run, that one."""
    if args.predict is not None:
        return [Entrant(args.predict, args.predict)]
    if args.race is None:
        # The classic demo starts as the tutorial does.
        far = args.cluster is not None
        default = METHODS[0] if args.data is None else METHODS[2] if far else METHODS[1]
        init = default if args.init is None else args.init
        return [Entrant(init, init)]
    named: list[tuple[str, int | None]] = []
    for init, mark, count in map(_parts, _words_of(args.race)):
        if mark == "*":
            named += [(init, None)] * min(count, _MOST_RUNS + 1)
        else:
            named.append((init, count - 1 if mark else None))
    times = Counter(init for init, _ in named)
    taken = {(init, number) for init, number in named if number is not None}
    runs = []
    for init, number in named:
        if init not in METHODS:
            runs.append(Entrant(init, init))
            continue
        # The first that nobody has, unless it says which.
        free = (n for n in itertools.count() if (init, n) not in taken)
        mine = next(free) if number is None else number
        taken.add((init, mine))
        alone = times[init] == 1 and number is None
        runs.append(Entrant(init if alone else f"{init}#{mine + 1}", init, mine))
    return runs


def _words_of(race: str) -> list[str]:
    """Return what a race names, as it was typed."""
    return [part for part in map(str.strip, race.split(",")) if part]


def _parts(word: str) -> tuple[str, str, int]:
    """Return a start, and which one, or how many of them, where it is a method."""
    found = _NUMBERED.fullmatch(word)
    return (found[1], found[2], int(found[3])) if found else (word, "", 0)


def says_data(args: argparse.Namespace) -> bool:
    """Return whether the options are about data of the user's own."""
    files = any(one.init not in METHODS for one in entrants(args))
    asked = args.describe or args.verify is not None
    return bool(args.k is not None or asked or files or given(args, READING))


def read_options(args: argparse.Namespace) -> ReadOptions:
    """Return what the user says of the file of data."""
    from kmeans_engine.tables.options import ReadOptions

    options = given(args, READING)
    if "missing" in options:
        options["missing"] = tuple(
            marker.strip() for words in args.missing for marker in words.split(",")
        )
    return ReadOptions(**options)


def check_usage(args: argparse.Namespace, drawing: Sequence[str]) -> None:
    """Find the options that do not go together, before anything is read.

    Parameters
    ----------
    args : Namespace
        Of the parser.
    drawing : sequence of str
        Options that have an effect on pictures only.

    Raises
    ------
    InvalidInput
        With what to leave out or to add.
    """
    if args.data == "":  # as a script has it whose variable is not set
        raise InvalidInput("the name of DATA is empty; name a file, or - for standard input")
    real, drawn = args.data is not None, bool(args.render or args.output)
    for names, usable, why in (
        (SYNTHETIC, not real, "with DATA; leave out either"),
        (("describe", *READING), real, "without DATA; name a file to read"),
        (drawing, drawn, "without a picture; add --render or -o"),
        (("record_points",), args.record is not None, "without --record; add --record run.arrows"),
        (("cluster",), real and args.data != "-", "without DATA; name files that the workers see"),
        (("predict", "verify"), real, "without DATA; name a file to read"),
        (
            ("label_name",),
            args.table is not None or args.verify is not None,
            "without --table; add --table FILE",
        ),
        (("distances",), args.table is not None, "without --table; add --table FILE"),
    ):
        for name in () if usable else given(args, names):
            raise InvalidInput(f"{flag(name)} has no effect {why}")
    for name in given(args, _HERE) if args.cluster is not None else ():
        raise InvalidInput(f"{flag(name)} is not possible with --cluster; leave out either")
    _check_standard_output(args)
    if args.predict is not None or args.verify is not None:
        _check_saved(args)
    elif isinstance(args.k, Ks) and not args.describe:
        _check_comparison(args)
    elif not args.describe:
        _check_starts(args)


def _check_standard_output(args: argparse.Namespace) -> None:
    users = [f"{flag(name)} -" for name in ("labels", "table") if getattr(args, name) == "-"]
    users += ["--json"] if args.json else []
    if len(users) > 1:
        raise InvalidInput(
            f"{' and '.join(users)} would both go to standard output; write one to a file, or "
            "leave it out"
        )
    for name, used, example in (
        ("--centroids", args.centroids == "-", "centroids.csv"),
        ("-o", "-" in args.output, "run.mp4"),
    ):
        if used:
            raise InvalidInput(f"{name} - is not supported; name a file, such as {example}")


def _check_saved(args: argparse.Namespace) -> None:
    """Find what has no effect where no run is computed."""
    others: tuple[str, ...]
    option, others = "--predict", ("centroids", "verify", "describe")
    if args.predict is None:
        option, others = "--verify", (*_OF_RESULTS, "describe")
    for name in changed(args, (*_OF_RUNS, *others)):
        raise InvalidInput(f"{flag(name)} does not go with {option}; leave out either")
    if args.verify is not None and args.centroids is None:
        raise InvalidInput(
            f"--verify {args.verify} needs the centroids that the labels are of; add --centroids "
            "FILE"
        )


def _check_comparison(args: argparse.Namespace) -> None:
    """Find what is about one run where several numbers of clusters are compared."""
    for name in changed(args, _OF_ONE_RUN):
        raise InvalidInput(
            f"{flag(name)} does not go with -k {args.k}, which compares several K; leave it out, "
            "or give one K"
        )


def _check_starts(args: argparse.Namespace) -> None:
    runs = entrants(args)
    if args.record and args.race is not None:
        raise InvalidInput(f"--record {args.record} holds one run; leave out --race {args.race}")
    if args.race is not None:
        if args.runs > 1 or args.init is not None:
            raise InvalidInput(
                f"--race {args.race} names all its starts; leave out --init and --runs"
            )
        _check_numbers(args.race, runs)
    for one in runs:
        init = one.init
        if not (init in METHODS or Path(init).suffix or os.path.lexists(init)):
            option = "--init" if args.race is None else "--race"
            typed = re.split("[#*]", init)[0]
            hint = did_you_mean(typed, METHODS, f"give {', '.join(METHODS)} or a file")
            raise InvalidInput(f"{option} {init} is neither a method nor a file; {hint}")
    if args.race is not None and len(runs) < 2:
        raise InvalidInput(
            f"--race {args.race} needs at least two starts, such as {','.join(METHODS)}"
        )
    if all(one.init in METHODS for one in runs):
        # A file that is not there is told when it is read.
        there = args.data is not None and (args.data == "-" or os.path.lexists(args.data))
        if there and args.k is None:
            raise InvalidInput(
                f"{where(args)} needs a number of clusters; add it, as in -k 8, or compare "
                "several, as in -k 2-10"
            )
    elif args.runs > 1:
        raise InvalidInput(f"--runs {args.runs} needs random starts; leave out --init {args.init}")


def _check_numbers(race: str, runs: Sequence[Entrant]) -> None:
    """Find starts of a race that are not there, or twice, or too many."""
    for word in _words_of(race):
        init, mark, number = _parts(word)
        if mark and not number:
            example = f"{init}#2" if mark == "#" else f"{init}*3"
            raise InvalidInput(f"--race {word} needs a number of at least 1, such as {example}")
    if len(runs) > _MOST_RUNS:
        raise InvalidInput(
            f"--race {race} has more than {_MOST_RUNS} runs, too many to see side by side; name "
            "fewer, or keep the best of many with --runs"
        )
    for name, times in Counter(one.name for one in runs).items():
        if times > 1:
            raise InvalidInput(
                f"--race {race} names {name} twice, and both would be the same run; name it once"
            )


def where(args: argparse.Namespace) -> str:
    """Return the name of DATA for messages."""
    return "standard input" if args.data == "-" else str(args.data)


def stem(data: str | None) -> str:
    """Return the name of a file without its suffixes; nothing for no file."""
    if data in (None, "-"):
        return ""
    path = Path(data)
    packed = path.suffix.lower() in (".gz", ".bz2", ".zst", ".xz", ".zip")
    return Path(path.stem if packed else path).stem


# What does not change a film: the same one has the same bytes, wherever it is made.
_UNTOLD = {
    *("data", "list_renderers", "print_completion", "warm", "describe", "render", "output"),
    *("labels", "table", "label_name", "centroids", "overwrite", "json", "quiet", "threads"),
    *("strategy", "memory", "scratch", "cluster"),
    *("record", "record_points", "replay", "resume", "distances", "verify"),
}


def reproducing(args: argparse.Namespace, seed: int) -> str:
    """Return what reproduces the film of this command."""
    seeded = argparse.Namespace(**{**vars(args), "seed": seed})
    told = (name for name in vars(seeded) if name not in _UNTOLD)
    return spell_command(args.data, changed(seeded, told))
