"""Finds renderers by name or by suffix, and imports only the one that is asked for.

Built-ins stand in a table here; other packages offer theirs through the entry-point group
`kmeans_engine.renderers`. Which file each writes is settled in `renderers.outputs`.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from os import PathLike
from pathlib import Path

from kmeans_engine.runtime.similar import did_you_mean
from renderers.contract import OPTIONS, Renderer
from renderers.errors import RendererBroken, UnknownRenderer
from renderers.guard import INTERRUPTS, call, introduce, one_line

__all__ = [
    "GROUP",
    "Description",
    "by_suffix",
    "describe_all",
    "load",
    "names",
    "suffixes",
    "window",
]

GROUP = "kmeans_engine.renderers"


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    name: str
    module: str
    attribute: str
    suffix: str | None
    extra: str | None  # what to pip install if the import fails


_BUILT_INS = {
    record.name: record
    for record in (
        _BuiltIn("live", "renderers.live", "LiveRenderer", None, "live"),
        _BuiltIn("mp4", "renderers.films.mp4", "Mp4Renderer", ".mp4", None),
        _BuiltIn("webm", "renderers.films.webm", "WebmRenderer", ".webm", None),
        _BuiltIn("gif", "renderers.films.gif", "GifRenderer", ".gif", None),
        _BuiltIn("html", "renderers.html.renderer", "HtmlRenderer", ".html", None),
        _BuiltIn("png", "renderers.stills.png", "PngRenderer", ".png", None),
        _BuiltIn("svg", "renderers.stills.svg", "SvgRenderer", ".svg", None),
        _BuiltIn("pdf", "renderers.stills.pdf", "PdfRenderer", ".pdf", None),
    )
}


@dataclass(frozen=True, slots=True)
class Description:
    """One row of ``--list-renderers``.

    Attributes
    ----------
    name : str
        What ``--render`` takes.
    writes : str
        What it makes; empty if that cannot be told.
    origin : str
        ``"built-in"``, or the package and its version.
    problem : str
        Why it cannot be used here; empty if it can.
    """

    name: str
    writes: str
    origin: str
    problem: str


def names() -> list[str]:
    """Return every name that `load` knows, built-ins first, without importing any renderer."""
    return list(dict.fromkeys([*_BUILT_INS, *(entry.name for entry in _plug_ins())]))


def load(name: str) -> type[Renderer]:
    """Import the renderer called `name` and return its class. A built-in's name wins.

    Raises
    ------
    UnknownRenderer
        If nothing has this name.
    RendererBroken
        If it cannot be imported or is not a renderer.
    """
    if name in _BUILT_INS:
        return _load_built_in(_BUILT_INS[name])
    for entry in _plug_ins():
        if entry.name == name:
            return _load_plug_in(entry)
    known = names()
    hint = did_you_mean(name, known, f"choose from {', '.join(known)}")
    raise UnknownRenderer(f"there is no renderer {name!r}; {hint}")


def by_suffix(path: str | PathLike[str]) -> str | None:
    """Return the name of the built-in that the suffix of `path` implies; None if it implies none.

    Plug-ins are chosen by name only: to ask them for their suffix would mean to import them.
    """
    suffix = Path(path).suffix.lower()
    return next((r.name for r in _BUILT_INS.values() if r.suffix and r.suffix == suffix), None)


def suffixes(option: str | None = None) -> list[str]:
    """Return the suffixes that imply a built-in, all or those of whoever honours an option.

    A built-in that cannot be imported honours none.
    """
    return [
        record.suffix
        for record in _BUILT_INS.values()
        if record.suffix and (option is None or _honours(record, option))
    ]


def window() -> str:
    """Return the name of the built-in that opens a window: the one that writes no file."""
    return next(record.name for record in _BUILT_INS.values() if record.suffix is None)


def describe_all() -> list[Description]:
    """Import every renderer, each guarded, and return one row for each."""
    rows = [
        _describe(name, "built-in", partial(_load_built_in, record))
        for name, record in _BUILT_INS.items()
    ]
    taken = dict.fromkeys(_BUILT_INS, "the built-in")
    for entry in _plug_ins():
        origin = _origin(entry)
        if entry.name in taken:
            problem = f"hidden by {taken[entry.name]} of the same name"
            rows.append(Description(entry.name, "", origin, problem))
        else:
            taken[entry.name] = f"that of {origin}"
            rows.append(_describe(entry.name, origin, partial(_load_plug_in, entry)))
    return rows


def _honours(record: _BuiltIn, option: str) -> bool:
    try:
        return option in _load_built_in(record).honours
    except RendererBroken:
        return False


def _describe(name: str, origin: str, load: Callable[[], type[Renderer]]) -> Description:
    writes = ""
    try:
        renderer = load()
        writes = renderer.writes
        call(renderer, "check")
    except Exception as error:
        return Description(name, writes, origin, one_line(error))
    return Description(name, writes, origin, "")


def _plug_ins() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _package(entry: EntryPoint) -> str:
    """Return the name of its package; nothing where the metadata is damaged."""
    name: str | None = None
    # The backport of importlib.metadata, which some libraries put in its place, raises.
    with suppress(ImportError, KeyError, OSError):
        name = entry.dist.metadata["Name"] if entry.dist else None
    return name or ""


def _origin(entry: EntryPoint) -> str:
    name = _package(entry)
    return f"{name} {entry.dist.version}" if entry.dist and name else "a nameless package"


def _load_built_in(record: _BuiltIn) -> type[Renderer]:
    try:
        kind = _checked(getattr(importlib.import_module(record.module), record.attribute))
    except (Exception, SystemExit) as error:
        extra = f"[{record.extra}]" if record.extra else ""
        raise RendererBroken(
            f"renderer {record.name!r} of kmeans-engine cannot be loaded: {one_line(error)}; "
            f"pip install --upgrade 'kmeans-engine{extra}'"
        ) from error
    introduce(kind, f"renderer {record.name!r} of kmeans-engine", plug_in=False)
    return kind


def _load_plug_in(entry: EntryPoint) -> type[Renderer]:
    words = f"renderer {entry.name!r} of {_origin(entry)}"
    try:
        if entry.pattern.match(entry.value) is None:
            raise ValueError(f"its entry point {entry.value!r} is not like 'module:Class'")
        kind = _checked(entry.load())
    except INTERRUPTS:
        raise
    except BaseException as error:
        remedy = f"upgrade or uninstall {_package(entry) or f'what provides {entry.value!r}'}"
        raise RendererBroken(f"{words} cannot be loaded: {one_line(error)}; {remedy}") from error
    introduce(kind, words, plug_in=True)
    return kind


def _checked(found: object) -> type[Renderer]:
    if not (inspect.isclass(found) and issubclass(found, Renderer)):
        raise TypeError(f"{found!r} is not a subclass of renderers.Renderer")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise TypeError(f"{found.__name__} lacks {missing}")
    name, suffix = found.__name__, found.suffix
    if not (suffix is None or (isinstance(suffix, str) and re.fullmatch(r"\.[^A-Z/\\]+", suffix))):
        raise TypeError(f"{name}.suffix is {suffix!r}; it must be like '.png' or None")
    if not isinstance(found.writes, str):
        raise TypeError(f"{name}.writes is {found.writes!r}; it must be a line of text")
    if not _is_size(found.default_size):
        raise TypeError(
            f"{name}.default_size is {found.default_size!r}; it must be like (640, 480)"
        )
    if hasattr(found, "fits"):
        raise TypeError(
            f"{name}.fits was replaced by honours, the set of the options that it uses: "
            "write honours = Renderer.honours | {'max_size'} for fits = True, and leave out "
            "fits = False"
        )
    if not isinstance(found.honours, set | frozenset):
        raise TypeError(f"{name}.honours is {found.honours!r}; it must be a set of options")
    if unknown := sorted(map(repr, found.honours.difference(OPTIONS))):
        raise TypeError(
            f"{name}.honours names {', '.join(unknown)}; known are {', '.join(OPTIONS)}"
        )
    return found


def _is_size(size: object) -> bool:
    return (
        isinstance(size, tuple)
        and len(size) == 2
        and all(isinstance(side, int) and side > 0 for side in size)
    )
