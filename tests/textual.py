"""What the tests of text share: a reader of strings, and tables made up at random."""

import io
import random
import string
from dataclasses import dataclass, field
from typing import Any

from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text import read_text

WORDS = ("Oslo", "Rome", "New York", "Zürich", "a b", "x-1", "ok?", "id 7", "São Paulo", "n")
PAIRS = ((",", "."), (";", "."), ("\t", "."), ("|", "."), (";", ","), ("\t", ","), (" ", "."))


def frame(text, suffix=".csv", **options):
    data = text if isinstance(text, bytes) else text.encode()
    return read_text(lambda: io.BytesIO(data), "the text", suffix, ReadOptions(**options))


def columns(found):
    return [found.column(index).to_pylist() for index in range(len(found.names))]


@dataclass
class Made:
    """A text and how another reader is to read it."""

    data: bytes
    header: bool
    names: list[str]
    width: int
    numeric: list[int]  # columns of numbers
    commas: bool  # within numbers
    pandas: dict[str, Any] = field(default_factory=dict)


def make(seed: int) -> Made:
    """Make the text of one table."""
    rng = random.Random(seed)
    mark, decimal = rng.choice(PAIRS)
    width, height = rng.randint(1, 6), rng.randint(1, 12)
    end = rng.choice(("\n", "\n", "\r\n", "\r"))
    encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"))
    runs = mark == " "
    grouped = "," if rng.random() < 0.1 else None
    grouped = grouped if decimal == "." and not runs else None
    kinds = [rng.choice(("float", "float", "whole", "exact", "text")) for _ in range(width)]
    if grouped:  # With thousands= pandas does not round to the nearest float.
        kinds = ["float" if kind == "exact" else kind for kind in kinds]
    if width == 1 or "float" not in kinds:
        kinds[0] = "float"
    words = ("NA", "?", "-", "NULL", "None", "#N/A")
    missing = rng.choice((None, None, *words) if runs else (None, None, "", "", *words))
    share = rng.choice((0.05, 0.4)) if missing is not None else 0.0
    quoting = rng.choice(("none", "needed", "text", "all"))
    header = rng.random() < 0.7
    style = rng.choice(("words", "words", "odd", "spaced"))
    spaced = rng.random() < 0.1 and quoting == "none" and mark != "\t"
    breaks = quoting in ("text", "all") and rng.random() < 0.3

    def quoted(cell: str, is_text: bool) -> str:
        must = any(sign in cell for sign in (mark, '"', "\n", "\r"))
        must = must or (runs and not cell)
        if must or quoting == "all" or (quoting == "text" and is_text):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    def value(kind: str) -> tuple[str, bool]:
        if missing is not None and rng.random() < share and (width > 1 or missing):
            return missing, False
        if kind == "text":
            words = rng.choice(WORDS)
            if quoting != "none":
                words += rng.choice(("", "", f"{mark}x", ' "q"', f"{end}2nd" if breaks else ""))
            return words, True
        if kind == "whole":
            return str(rng.randint(-50, 50)), False
        if kind == "exact":
            number = repr(rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300))
        elif grouped:
            return f"{rng.gauss(0, 1e6):,.{rng.randint(1, 4)}f}", False
        else:
            number = f"{rng.gauss(0, 10):.{rng.randint(1, 4)}f}"
        return number.replace(".", decimal), False

    rows = []
    names = list[str]()
    if header:
        names = [_name(rng, style, index, mark, breaks, end) for index in range(width)]
        rows.append([quoted(name, True) for name in names])
    rows += [[quoted(*value(kind)) for kind in kinds] for _ in range(height)]
    joint = mark + " " if spaced else mark
    lines = [(rng.choice((" ", "  ", "\t")) if runs else joint).join(row) for row in rows]
    comments = (
        rng.random() < 0.1
        and end != "\r"
        and missing != "#N/A"
        and not any("#" in line for line in lines)
    )
    for _ in range(rng.randint(1, 3) if comments else 0):
        lines.insert(
            rng.randint(0, len(lines)),
            rng.choice(("# made by many hands one after the other", "#", "#-1")),
        )
    # pandas loses an empty first cell below a blank line or a comment that ends in \\r.
    for _ in range(rng.choice((0, 0, 0, 1, 2)) if end != "\r" else 0):
        lines.insert(rng.randint(0, len(lines)), "")
    text = end.join(lines) + (end if rng.random() < 0.8 else "")
    return Made(
        text.encode(encoding, "replace"),
        header,
        names,
        width,
        [index for index, kind in enumerate(kinds) if kind != "text"],
        decimal == "," or grouped is not None,
        {
            "sep": r"\s+" if runs else mark,
            "comment": "#" if comments else None,
            "thousands": grouped,
            "decimal": decimal,
            "header": 0 if header else None,
            "encoding": encoding,
            "na_values": ["?", "-"],
            "skipinitialspace": spaced,
            "float_precision": "round_trip",
            "index_col": False,
        },
    )


def _name(rng: random.Random, style: str, index: int, mark: str, breaks: bool, end: str) -> str:
    if style == "words":
        return "".join(rng.choices(string.ascii_letters, k=rng.randint(1, 6))) + str(index)
    if style == "spaced":
        return f"col {index}" + (f"{end}(EUR)" if breaks else "")
    return rng.choice(("length", "größe", f"a{mark}b" if breaks else "ab", "%", "x_y")) + str(index)


def stream(made: Made) -> io.BytesIO:
    """Open a made text."""
    return io.BytesIO(made.data)
