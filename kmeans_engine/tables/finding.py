"""Who reads a file: its kind is found out, and what its user says of it must suit that."""

import functools
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input, existing, open_input
from kmeans_engine.tables.kinds import COMPRESSED, kind_of_file
from kmeans_engine.tables.options import ReadOptions

__all__ = ["find_reader"]

# What reads each kind of file: a module and its function. Their libraries take a while to import.
_READERS = {
    "npy": ("arrays", "read_npy"),
    "npz": ("arrays", "read_npz"),
    "parquet": ("arrow", "read_parquet"),
    "arrow": ("arrow", "read_arrow"),
    "orc": ("arrow", "read_orc"),
    "json": ("records", "read_json"),
    "arff": ("arff", "read_arff"),
    "workbook": ("workbooks", "read_workbook"),
    "image": ("images", "read_image"),
}
# The kinds of files that an option is of use for.
_OPTIONS = {
    "delimiter": ("text",),
    "decimal": ("text",),
    "thousands": ("text",),
    "comment": ("text",),
    "encoding": ("text", "arff"),
    "header": ("text", "workbook"),
    "missing": ("text", "workbook", "arff"),
    "sheet": ("workbook",),
}


def find_reader(
    source: str | os.PathLike[str], options: ReadOptions, stdin: BinaryIO | None
) -> tuple[str, Callable[[], Any], list[str]]:
    """Return the name of a file, what reads it, and what to say of it.

    It is read as a frame, as an array (M, N) or, if it is an image, as a table.
    """
    if os.fspath(source) != "-" and existing(source).is_dir():
        from kmeans_engine.tables.arrow import read_folder

        path = Path(source)
        _refuse_options(options, "parquet", str(path))
        return str(path), functools.partial(read_folder, path, str(path)), []
    given = open_input(source, stdin=stdin, member=options.array)
    kind, differs = kind_of_file(given.head, given.suffix, given.where, given.kind)
    _refuse_options(options, kind, given.where)
    notes = []
    named = "" if given.path is None else given.path.suffix.lower()
    if named in COMPRESSED and not given.kind:
        notes.append(f"{given.where} is not compressed, whatever its suffix {named} says")
    if differs:
        notes.append(f"{given.where} is read by its content, not its suffix {given.suffix}")
    return given.where, functools.partial(_reader(kind), given, options), notes


def _reader(kind: str) -> Callable[[Input, ReadOptions], Any]:
    if kind not in _READERS:
        return _read_text
    module, name = _READERS[kind]
    found: Callable[[Input, ReadOptions], Any] = getattr(
        importlib.import_module(f"kmeans_engine.tables.{module}"), name
    )
    return found


def _read_text(given: Input, options: ReadOptions) -> Frame:
    from kmeans_engine.tables.text import read_text

    return read_text(given.opener, given.where, given.suffix, options)


def _refuse_options(options: ReadOptions, kind: str, where: str) -> None:
    """Raise if an option was given that this kind of file knows nothing of."""
    default = ReadOptions()
    for name, kinds in _OPTIONS.items():
        if kind not in kinds and getattr(options, name) != getattr(default, name):
            needs = "a workbook" if name == "sheet" else "text"
            words = "has no such marks" if kind in ("arff", "workbook") else f"is not {needs}"
            raise InvalidInput(f"{where} {words}; leave out {name}=", options=(name,))
