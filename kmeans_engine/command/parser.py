"""The options of the command line: words to values. What goes together is for `usage`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from kmeans_engine._version import __version__
from kmeans_engine.command.ks import Ks, read_ks
from kmeans_engine.command.streams import tell
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.similar import did_you_mean
from kmeans_engine.runtime.sizes import parse_bytes
from kmeans_engine.starts.methods import METHODS

__all__ = ["EXAMPLES", "SHELLS", "STATUSES", "build_parser"]

EXAMPLES = """\
examples:
  kmeans-engine --render live                     the classic demo, in a window
  kmeans-engine --render mp4 --smooth             the same as a film, kmeans.mp4
  kmeans-engine --race random,k-means++ -o a.gif  two starts side by side
  kmeans-engine data.csv --describe               what the columns of a table are
  kmeans-engine data.csv -k 8 -o run.mp4 -o run.gif --table clustered.csv
  kmeans-engine data.csv -k 8 --columns height,weight --standardize --runs 10 --json
  kmeans-engine data.csv -k 2-10 -o elbow.png     which K stands out, if one does
  kmeans-engine photo.jpg -k 16 --render png      a picture in 16 colours
  kmeans-engine data.csv -k 8 --standardize --centroids model.json
  kmeans-engine new.csv --predict model.json --table - --distances
  kmeans-engine data.csv --verify labels.csv --centroids centroids.csv

"""

STATUSES = """\
exit status:
  0 all is done; 1 something failed while running; 2 wrong usage or bad input, found before
  clustering; 3 what --verify was given is not a fixed point; 130 after Ctrl-C; 143 after SIGTERM
"""

SHELLS = ("bash", "zsh", "fish")
"""Shells that can complete the command."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Have the caller say what is wrong in one line; argparse would print the usage as well."""
        hint = "" if message.endswith("?") else f"; see {self.prog} --help"
        raise InvalidInput(f"{message}{hint}")

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse words; what is not known is answered with what is like it."""
        words = self._joined(sys.argv[1:] if args is None else args)
        values, unknown = self.parse_known_args(words, namespace)
        if unknown:
            strange = next((word for word in unknown if word.startswith("-")), unknown[0])
            message = f"unrecognized arguments: {' '.join(unknown)}"
            hint = ""
            if strange.startswith("--"):
                hint = did_you_mean(strange.split("=")[0], self._option_string_actions, limit=1)
            elif strange.isdecimal():
                hint = f"did you mean -k {strange}?"
            elif not strange:  # as a script has it whose variable is not set
                raise InvalidInput("one of the words of this command is empty; leave it out")
            elif not strange.startswith("-"):
                raise InvalidInput(
                    f"{values.data} and {strange} are two files, and one is clustered at a time; "
                    "leave out the other"
                )
            self.error(f"{message}; {hint}" if hint else message)
        return values

    def _print_message(self, message: str, file: object = None) -> None:
        """Print what was asked for, such as the help; a disk that is full is told."""
        tell(message.rstrip("\n"))

    def _joined(self, words: Sequence[str]) -> list[str]:
        """Join an option to its value where that begins with a dash: ``--columns -id``.

        argparse takes such a value for an option. Here it is one only if there is an option of
        this very name, or if it begins with two dashes.
        """
        joined: list[str] = []
        options = self._option_string_actions
        takes = False
        for place, word in enumerate(words):
            if word == "--":
                return joined + list(words[place:])
            if takes and re.match(r"-[^-]", word) and word not in options:
                joined[-1] += word if re.fullmatch("-[^-]", joined[-1]) else f"={word}"
                takes = False
                continue
            joined.append(word)
            action = options.get(word)
            takes = not takes and action is not None and action.nargs is None
        return joined

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


def _clusters(text: str) -> int | Ks:
    try:
        return read_ks(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seed(text: str) -> int | str:
    if text == "random":
        return text
    with suppress(ValueError):
        if (number := int(text)) >= 0:
            return number
    raise argparse.ArgumentTypeError(
        f"{text!r} is neither a whole number of at least 0 nor the word random"
    )


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


def _bytes(text: str) -> str:
    try:
        if parse_bytes(text) > 0:
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not an amount of memory; give bytes, as in 2GB")


def _cluster(text: str) -> str:
    kind, _, count = text.partition(":")
    if kind == "local" and not (count.isdecimal() and int(count) > 0):
        raise argparse.ArgumentTypeError(
            f"{text!r} does not say how many processes; give their number, as in local:4"
        )
    if ":" not in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a scheduler; give one, such as tcp://host:8786, or "
            "local:4"
        )
    return text


def _one_of(*known: str) -> Callable[[str], str]:
    """Return what reads a word of a list."""

    def read(text: str) -> str:
        if text in known:
            return text
        hint = did_you_mean(text, known, "choose one of these")
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(known)}: {hint}")

    return read


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="kmeans-engine",
        description="K-means you can watch: cluster points, and see every iteration.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("data", nargs="?", metavar="DATA", help="a table (text such as .csv .tsv .txt, also "
        "compressed, .parquet .npy .npz), an image (.png .jpg), or - for standard input, which is "
        "read as well if something is piped into it; without it the classic demo: 12 synthetic "
        "clusters of 100 points")  # fmt: skip
    add("-k", type=_clusters, metavar="K", help="number of clusters, or several to compare, such "
        "as 2-10 or 4,8,16; required with DATA")  # fmt: skip
    add("--version", action="version", version=f"kmeans-engine {__version__}")
    add("--list-renderers", action="store_true", help="show what --render takes, and exit")
    add("--warm", action="store_true", help="compile everything for this machine now, as for an "
        "image of a container, and exit")  # fmt: skip
    add("--print-completion", type=_one_of(*SHELLS), metavar="SHELL", help="print what has "
        f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]} complete this command, and exit")  # fmt: skip

    add = parser.add_argument_group("synthetic clusters (without DATA)").add_argument
    add("--clusters", type=_whole(1), metavar="N", help="clusters to make (default: 12)")
    add("--points-per-cluster", type=_whole(1), metavar="N", help="points in each (default: 100)")
    add("--spread", type=_number, metavar="S", help="variance per axis, as a share of its span "
        "(default: 0.01)")  # fmt: skip

    _add_reading(parser.add_argument_group("reading DATA").add_argument)

    add = parser.add_argument_group("clustering").add_argument
    add("--standardize", action="store_true", help="cluster z-scores; results in original units")
    add("--init", metavar="HOW", help=f"{', '.join(METHODS)} or a file of centroids (default: "
        f"{METHODS[1]}; {METHODS[0]} for synthetic clusters)")  # fmt: skip
    add("--seed", type=_seed, metavar="N", help="makes everything random repeatable; random draws "
        "one and tells it (default: 0; random for synthetic clusters)")  # fmt: skip
    add(
        "--race",
        metavar="A,B",
        help=f"runs from several starts side by side: {', '.join(METHODS)}"
        " or files of centroids; random*3 are three starts, random#7 is the seventh of --runs",
    )
    add("--runs", type=_whole(1), default=1, metavar="N", help="keep the best of N starts "
        "(default: 1)")  # fmt: skip
    add("--max-iterations", type=_whole(0), metavar="N", help="stop after N (default: no limit)")
    add("--tolerance", type=_number, default=0.0, metavar="D",
        help="stop once no centroid moves farther (default: 0)")  # fmt: skip
    add("--predict", metavar="FILE", help="compute nothing: label the rows of DATA by the "
        "centroids that a run has written to FILE, by their columns and in their "
        "units")  # fmt: skip
    add("--threads", type=_whole(1), metavar="N", help="threads to compute with (default: the "
        "processors that this process may use, or NUMBA_NUM_THREADS)")  # fmt: skip
    add("--strategy", default="auto", metavar="NAME", help="how points find their centroids, "
        "which changes no label: cuda for a GPU, and those of docs/engine.md (default: auto, which "
        "chooses)")  # fmt: skip

    add = parser.add_argument_group("large data").add_argument
    add("--memory", type=_bytes, metavar="SIZE", help="what points, labels and the like may take, "
        "as in 2GB; what is larger stays in files (default: half of what is free)")  # fmt: skip
    add("--scratch", metavar="DIR", help="a folder on a disk with room, for what does not fit "
        "(default: $TMPDIR or /var/tmp); nothing stays there")  # fmt: skip

    add("--cluster", type=_cluster, metavar="WHERE", help="cluster DATA on the workers of a Dask "
        "scheduler, such as tcp://host:8786, or of local:4, four processes of this machine; "
        "--labels and --table then name folders of Parquet files")  # fmt: skip

    add = parser.add_argument_group("recordings").add_argument
    add("--record", metavar="FILE", help="keep every iteration in FILE, such as run.arrows, while "
        "it is computed; with --runs those of the best run")  # fmt: skip
    add("--record-points", action="store_true", help="record the points as well, so that DATA is "
        "not needed again")  # fmt: skip
    add("--replay", metavar="FILE", help="draw a recorded run without computing it; DATA is that "
        "of the recording, unless it is named")  # fmt: skip
    add("--resume", metavar="FILE", help="go on with a recorded run where it was stopped, and "
        "append to FILE; --max-iterations and --tolerance may change")  # fmt: skip

    _add_pictures(parser.add_argument_group("pictures (with --render or -o)").add_argument)

    add = parser.add_argument_group("results (- is standard output)").add_argument
    add("--labels", metavar="FILE", help="the cluster of each row (.csv .npy .parquet)")
    add("--table", metavar="FILE", help="the rows of DATA with a column of their clusters (.csv "
        ".tsv .parquet .feather .jsonl and more)")  # fmt: skip
    add("--label-name", metavar="NAME", help="the name of that column (default: cluster)")
    add("--distances", action="store_true", help="with --table, one more column: the distance of "
        "each row to its centroid")  # fmt: skip
    add("--centroids", metavar="FILE", help="the final centroids (.json .parquet, which also keep "
        "how columns were standardised, .csv .npy); with --verify those to look at")  # fmt: skip
    add("--verify", metavar="LABELS", help="compute nothing: hold the labels in a file, and the "
        "--centroids, of any program against the definition")  # fmt: skip
    add("--overwrite", action="store_true", help="replace files that exist")
    add("--json", action="store_true", help="print the summary as JSON on standard output")
    add("--quiet", action="store_true", help="no summary, no progress, no advice")
    return parser


def _add_reading(add: Callable[..., Any]) -> None:
    add("--columns", metavar="A,B", help="columns to cluster: names, 0-based indices, ranges such "
        "as 3-17 or 3-, patterns such as score_*; -id leaves one out (default: all numeric "
        "columns that are not an index)")  # fmt: skip
    add("--weights", metavar="COLUMN", help="the column that says what each row weighs, by name or "
        "0-based index; it is not clustered (default: all rows count alike)")  # fmt: skip
    add("--describe", action="store_true", help="show the columns of DATA and which would be "
        "clustered, and exit")  # fmt: skip
    add("--header", type=_one_of("auto", "yes", "no"), metavar="WORD", help="yes or no: whether "
        "the first row holds names (default: auto, as it looks)")  # fmt: skip
    add("--delimiter", metavar="C", help="between the cells of text (default: the comma, semicolon,"
        " tab or space that is found)")  # fmt: skip
    add("--decimal", metavar="C", help="the mark before decimals (default: a point)")
    add("--thousands", metavar="C", help="the mark between thousands (default: none)")
    add("--comment", metavar="C", help="what begins a comment, such as #")
    add("--missing", action="append", metavar="A,B", help="more markers of missing values, beside "
        "the usual ones such as NA and ?; may be repeated")  # fmt: skip
    add("--drop-missing", action="store_true", help="leave out rows with a missing value")
    add("--encoding", metavar="NAME", help="of text (default: UTF-8, or what its first bytes say)")
    add("--sheet", metavar="NAME", help="of a workbook, by name or 0-based index")
    add("--array", metavar="NAME", help="of an .npz file, or a field of an .npy file")


def _add_pictures(add: Callable[..., Any]) -> None:
    add("--render", action="append", default=[], metavar="NAME", help="how to draw, such as live "
        "(a window) or mp4; --list-renderers shows all; may be repeated")  # fmt: skip
    add("-o", "--output", action="append", default=[], metavar="PATH", help="a file to draw; its "
        "suffix says how; frames_%%04d.png writes a picture of each iteration; may be "
        "repeated")  # fmt: skip
    add("--smooth", action="store_true", help="move the centroids; linger on the first iterations,"
        " compress the long tail")  # fmt: skip
    add("--phases", action="store_true", help="two steps an iteration: the points change cluster, "
        "then the centroids move")  # fmt: skip
    add("--duration", type=_number, metavar="S", help="fit the film to S seconds")
    add("--fps", type=_number, metavar="F", help="frames per second (default: 2, one for each "
        "iteration; 30 with --smooth or --duration)")  # fmt: skip
    add("--size", type=_size, metavar="WxH", help="pixels (default: 1280x720, GIF 640x480)")
    add("--theme", metavar="NAME", help="light, dark or classic (default: light)")
    add("--overlays", metavar="A,B", help="numbers, trails, borders, changes, curve, sizes, "
        "legend; all or none (default: all but the legend; none in the classic theme)")  # fmt: skip
    add("--quality", metavar="NAME", help="draft, standard or best: how much time the encoder may "
        "take (default: standard)")  # fmt: skip
    add("--max-size", metavar="SIZE", help="largest file, as in 2MB: the film is laid out in the "
        "largest size that fits")  # fmt: skip
    add("--dpi", type=_number, metavar="D", help="dots per inch of a still (default: 100)")
    add("--title", metavar="TEXT", help="above the picture (default: the name of DATA)")
    add("--axes", metavar="A,B", help="draw these two columns, by name or index; three with "
        "--view 3d")  # fmt: skip
    add("--aspect", metavar="NAME", help="equal or auto: whether a unit is as long on both axes "
        "(default: equal)")  # fmt: skip
    add("--limits", metavar="X0,X1,Y0,Y1", help="what part of the plane is drawn; all shows all "
        "points (default: without a few far outliers)")  # fmt: skip
    add("--log", metavar="AXES", help="x, y or xy: axes with a logarithmic scale")
    add("--view", metavar="NAME", help="2d or 3d; 3d turns the points slowly (default: 2d)")
    add("--palette", metavar="COLOURS", help="colours of the clusters: a name such as tab10, a file"
        " with a colour in each line, or colours such as '#0072b2,orange'")  # fmt: skip
    add("--font", metavar="FONT", help="a font of this machine by name, or its file")
    add("--transparent", action="store_true", help="leave out the ground (.png .webm .gif)")
    add("--max-points", type=_whole(1), metavar="N", help="of more points a page (.html) holds N, "
        "over a picture of how densely all lie (default: 300000)")  # fmt: skip
