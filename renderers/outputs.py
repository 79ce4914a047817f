"""What is asked for, checked before anything is computed: which renderers, files and options.

Nothing is opened or written here.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple, cast, get_args

from kmeans_engine.runtime.atomic import check_writable
from kmeans_engine.runtime.similar import did_you_mean
from kmeans_engine.runtime.sizes import parse_bytes
from renderers import registry
from renderers.contract import OPTIONS, OVERLAYS, Options, Quality, Renderer
from renderers.errors import InvalidOption, UnknownRenderer
from renderers.guard import call
from renderers.numbered import check_numbered, is_pattern
from renderers.picture.palettes import parse_palette
from renderers.picture.themes import theme_named

__all__ = ["FPS_RANGE", "Output", "make_options", "plan", "refuse_useless", "within"]

FPS_RANGE = (0.01, 240.0)  # a GIF cannot hold a frame for more than 655 s
SIDE_RANGE = (1, 16384)  # x264's limit
DPI_RANGE = (1.0, 2400.0)
LEAST_BYTES = 10_000


class Output(NamedTuple):
    """A renderer and the file it is to write.

    Attributes
    ----------
    name : str
        The renderer's name.
    renderer : type of Renderer
        Its class.
    path : Path or None
        Its file; None if it writes none.
    """

    name: str
    renderer: type[Renderer]
    path: Path | None


def plan(
    renders: Sequence[str],
    paths: Sequence[str | PathLike[str]],
    *,
    stem: str = "kmeans",
    folder: Path = Path(),
    overwrite: bool = False,
) -> list[Output]:
    """Match renderers with files, and check that each can run here and write there.

    A path goes to the chosen renderer that writes its suffix, to the first that lacks one if there
    are several. If there is none, the suffix implies a built-in, unless a chosen renderer still
    lacks a path: then the path was probably meant for that one and contradicts it. A renderer
    without a path gets ``<stem><suffix>`` in `folder`, and one with several paths writes each.

    Parameters
    ----------
    renders : sequence of str
        Names of renderers; one named twice counts once.
    paths : sequence of path-like
        Files to write.
    stem, folder
        Make the name of a file that no path is given for.
    overwrite : bool
        Whether a file may be there already.

    Returns
    -------
    list of Output
        In the order of `renders`, then of the paths that imply a renderer.

    Raises
    ------
    UnknownRenderer
        If a name or a suffix belongs to no renderer.
    InvalidOption
        If names and paths contradict each other.
    RendererBroken, RendererUnavailable
        If a renderer cannot be imported, or lacks something on this machine.
    InvalidInput
        If a file cannot be written, or exists and `overwrite` is false.
    """
    outputs = []
    owners: dict[str, str] = {}
    for name, renderer, path in _matched(renders, paths):
        file = path
        if file is None and renderer.suffix is not None:
            file = folder / f"{stem}{renderer.suffix}"
        sequence = renderer.sequence() if path is not None and is_pattern(path) else None
        if file is not None:
            place = os.path.normcase(os.path.realpath(file))
            if place in owners:
                both = " and ".join(dict.fromkeys(repr(one) for one in (owners[place], name)))
                raise InvalidOption(
                    f"{file} would be written twice, by {both}; name another file for one of them"
                )
            owners[place] = name
        outputs.append(Output(name, sequence or renderer, file))
    for output in outputs:
        if output.path is not None:
            check = check_numbered if output.renderer.numbers else check_writable
            check(output.path, overwrite=overwrite)
        call(output.renderer, "check")
    return outputs


def _matched(renders: Sequence[str], paths: Sequence[str | PathLike[str]]) -> list[Output]:
    """Return who writes what; a renderer that no path was given for has none."""
    chosen = {name: registry.load(name) for name in renders}
    files: dict[str, list[Path]] = {name: [] for name in chosen}
    implied: list[Path] = []
    for path in map(Path, paths):
        writers = [
            name for name, renderer in chosen.items() if renderer.suffix == path.suffix.lower()
        ]
        if writers:
            files[min(writers, key=lambda name: len(files[name]))].append(path)
        else:
            implied.append(path)
    waiting = [name for name, renderer in chosen.items() if renderer.suffix and not files[name]]
    outputs: list[Output] = []
    for name, renderer in chosen.items():
        its = [Output(name, renderer, file) for file in files[name]]
        outputs += its or [Output(name, renderer, None)]
    for path in implied:
        found = registry.by_suffix(path)
        if waiting:
            raise InvalidOption(
                f"{path} does not suit renderer {waiting[0]!r}, which writes "
                f"{chosen[waiting[0]].suffix}; change the suffix"
                + (f", or ask for {found!r} as well" if found else "")
            )
        if found is None:
            known = registry.suffixes()
            hint = did_you_mean(
                path.suffix, known, f"use {_either(known)}, or choose a plug-in by name"
            )
            raise UnknownRenderer(
                f"no renderer writes {path.suffix or 'files without a suffix'} ({path}); {hint}"
            )
        outputs.append(Output(found, registry.load(found), path))
    return outputs


def refuse_useless(kinds: Iterable[type[Renderer]], asked: Iterable[str]) -> None:
    """Refuse an option that none of the chosen renderers uses.

    Parameters
    ----------
    kinds : iterable of type of Renderer
        Those that were chosen.
    asked : iterable of str
        Those of `OPTIONS` that were given.

    Raises
    ------
    InvalidOption
        With what would use it.
    """
    useless = set(asked).difference(*(kind.honours for kind in kinds))
    for option in OPTIONS:
        if option in useless:
            suffixes = registry.suffixes(option)
            user = "a renderer that uses it"
            if suffixes:
                user = f"a {_either(suffixes)} file, such as run{suffixes[0]}"
            raise InvalidOption(f"{option}= has no effect without {user}", option=option)


def _either(words: Sequence[str]) -> str:
    """Return words as a choice: ``a, b or c``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def make_options(
    renderer: type[Renderer],
    *,
    fps: float = 2.0,
    size: tuple[int, int] | str | None = None,
    theme: str | None = None,
    overlays: Iterable[str] | str | None = None,
    quality: str = "standard",
    max_size: str | int | None = None,
    dpi: float = 100.0,
    palette: Sequence[str] | str | None = None,
    font: str | None = None,
    transparent: bool = False,
    max_points: int = 300_000,
) -> Options:
    """Check the options of a picture and return them for one renderer.

    Parameters
    ----------
    renderer : type of Renderer
        Gives the size if none is named.
    fps : float
        Frames per second, 0.01 to 240.
    size : tuple of int, or str, optional
        Width and height in pixels, each 1 to 16384; also as ``"640x480"``.
    theme : str, optional
        Name of a theme; by default the renderer's.
    overlays : iterable of str, or str, optional
        Some of `OVERLAYS`, ``"all"`` or ``"none"``, also as one string with commas.
    quality : {"draft", "standard", "best"}
        How much work an encoder may spend.
    max_size : str or int, optional
        Largest file, in bytes or as ``"2MB"``.
    dpi : float
        Dots per inch of a still, 1 to 2400.
    palette, font, transparent, max_points
        As in `renderers.save`.

    Raises
    ------
    InvalidOption
        If one is outside its range.
    """
    fps = within("fps", fps, FPS_RANGE, "frames per second")
    if theme is None:
        theme = renderer.default_theme
    else:
        theme_named(str(theme))
    size = _checked_size(renderer.default_size if size is None else size)
    dpi = within("dpi", dpi, DPI_RANGE, "dots per inch")
    if quality not in get_args(Quality):
        known = ", ".join(get_args(Quality))
        hint = did_you_mean(str(quality), get_args(Quality), "choose one of these")
        message = f"quality={quality!r} is not one of {known}: {hint}"
        raise InvalidOption(message, option="quality")
    return Options(
        size=size,
        fps=fps,
        theme=theme,
        overlays=_checked_overlays(overlays),
        quality=cast(Quality, quality),
        max_bytes=None if max_size is None else _checked_bytes(max_size),
        dpi=dpi,
        palette=None if palette is None else parse_palette(palette),
        font=None if font is None else _checked_font(font),
        transparent=bool(transparent),
        max_points=_checked_points(max_points),
    )


def within(option: str, value: float, limits: tuple[float, float], unit: str) -> float:
    """Return an option as a float between two limits; raise `InvalidOption` if it is not."""
    low, high = limits
    try:
        number = float(value)
    except (TypeError, ValueError):
        message = f"{option}={value!r} is not a number; give {unit}"
        raise InvalidOption(message, option=option) from None
    if not low <= number <= high:  # NaN included
        message = f"{option}={number:g} must be between {low:g} and {high:g} {unit}"
        raise InvalidOption(message, option=option)
    return number


def _checked_overlays(overlays: Iterable[str] | str | None) -> frozenset[str] | None:
    if overlays is None:
        return None
    try:
        words = overlays.split(",") if isinstance(overlays, str) else list(overlays)
    except TypeError:
        message = f"overlays={overlays!r} is not a list of names; name some, all or none"
        raise InvalidOption(message, option="overlays") from None
    names = {str(word).strip() for word in words}
    if names == {"all"}:
        return frozenset(OVERLAYS)
    if names in ({"none"}, set(), {""}):
        return frozenset()
    for name in sorted(names.difference(OVERLAYS)):
        hint = did_you_mean(name, (*OVERLAYS, "all", "none"), "name some of these, all or none")
        message = f"overlays={name!r} is not one of {', '.join(OVERLAYS)}: {hint}"
        raise InvalidOption(message, option="overlays")
    return frozenset(names)


def _checked_font(font: str) -> str:
    from renderers.picture.fonts import check_font

    return check_font(font)


def _checked_bytes(size: str | int) -> int:
    try:
        number = parse_bytes(size)
    except ValueError:
        message = f"max_size={size!r} is not the size of a file; give bytes, such as 2MB or 800kB"
        raise InvalidOption(message, option="max_size") from None
    if number < LEAST_BYTES:
        message = f"max_size={size!r} must be at least {LEAST_BYTES} bytes"
        raise InvalidOption(message, option="max_size")
    return number


def _checked_points(count: int) -> int:
    try:
        number = operator.index(count)
    except TypeError:
        message = f"max_points={count!r} is not a whole number; give how many points, such as 50000"
        raise InvalidOption(message, option="max_points") from None
    if number < 1:
        raise InvalidOption(f"max_points={number} must be at least 1", option="max_points")
    return number


def _checked_size(size: tuple[int, int] | str) -> tuple[int, int]:
    low, high = SIDE_RANGE
    try:
        words = map(int, size.split("x")) if isinstance(size, str) else size
        width, height = map(operator.index, words)
    except (TypeError, ValueError):
        message = f"size={size!r} is not width and height in pixels; give 640x480, or (640, 480)"
        raise InvalidOption(message, option="size") from None
    if not (low <= width <= high and low <= height <= high):
        raise InvalidOption(
            f"size={width}x{height} must be between {low}x{low} and {high}x{high} pixels",
            option="size",
        )
    return width, height
