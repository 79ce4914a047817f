"""What is asked for, checked before anything is computed: which renderers, files and options.

Nothing is opened or written here.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from kmeans_engine.atomic import check_writable
from renderers import registry
from renderers.contract import Options, Renderer
from renderers.errors import InvalidOption, UnknownRenderer
from renderers.themes import theme_named

__all__ = ["FPS_RANGE", "SIDE_RANGE", "Output", "make_options", "plan"]

FPS_RANGE = (0.01, 240.0)  # a GIF cannot hold a frame for more than 655 s
SIDE_RANGE = (1, 16384)  # x264's limit


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

    A path goes to the chosen renderer that writes its suffix. If there is none, the suffix implies
    a built-in, unless a chosen renderer still lacks a path: then the path was probably meant for
    that one and contradicts it. A renderer without a path gets ``<stem><suffix>`` in `folder`.

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
        In the order of `renders`, then of the renderers implied by `paths`.

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
    chosen = {name: registry.load(name) for name in renders}
    files: dict[str, Path] = {}
    implied: list[Path] = []
    for path in map(Path, paths):
        writers = [
            name for name, renderer in chosen.items() if renderer.suffix == path.suffix.lower()
        ]
        free = [name for name in writers if name not in files]
        if free:
            files[free[0]] = path
        elif writers:
            raise InvalidOption(
                f"{files[writers[-1]]} and {path} are both for renderer {writers[-1]!r}, which "
                f"writes one file; leave one out"
            )
        else:
            implied.append(path)
    waiting = [name for name, r in chosen.items() if r.suffix and name not in files]
    for path in implied:
        name = registry.by_suffix(path)
        if waiting:
            raise InvalidOption(
                f"{path} does not suit renderer {waiting[0]!r}, which writes "
                f"{chosen[waiting[0]].suffix}; change the suffix"
                + (f", or ask for {name!r} as well" if name else "")
            )
        if name is None:
            raise UnknownRenderer(
                f"no renderer writes {path.suffix or 'files without a suffix'} ({path}); use "
                f"{' or '.join(registry.suffixes())}, or choose a plug-in by name"
            )
        if name in files:
            raise InvalidOption(
                f"{files[name]} and {path} are both for renderer {name!r}, which writes one file; "
                f"leave one out"
            )
        chosen[name], files[name] = registry.load(name), path
    outputs = []
    owners: dict[str, str] = {}
    for name, renderer in chosen.items():
        file = files.get(name)
        if file is None and renderer.suffix is not None:
            file = folder / f"{stem}{renderer.suffix}"
        if file is not None:
            owner = owners.setdefault(os.path.normcase(os.path.realpath(file)), name)
            if owner != name:
                raise InvalidOption(
                    f"renderers {owner!r} and {name!r} would both write {file}; name a file for one"
                )
        outputs.append(Output(name, renderer, file))
    for output in outputs:
        if output.path is not None:
            check_writable(output.path, overwrite=overwrite)
        output.renderer.check()
    return outputs


def make_options(
    renderer: type[Renderer],
    *,
    fps: float = 2.0,
    size: tuple[int, int] | None = None,
    theme: str = "light",
) -> Options:
    """Check the options of a picture and return them for one renderer.

    Parameters
    ----------
    renderer : type of Renderer
        Gives the size if none is named.
    fps : float
        Frames per second, 0.01 to 240.
    size : tuple of int, optional
        Width and height in pixels, each 1 to 16384.
    theme : str
        Name of a theme.

    Raises
    ------
    InvalidOption
        If one is outside its range.
    """
    low, high = FPS_RANGE
    try:
        fps = float(fps)
    except (TypeError, ValueError):
        raise InvalidOption(f"fps={fps!r} is no number; give frames per second") from None
    if not low <= fps <= high:  # NaN included
        raise InvalidOption(f"fps={fps:g} must be between {low:g} and {high:g} frames per second")
    theme_named(theme)
    size = _checked_size(renderer.default_size if size is None else size)
    return Options(size=size, fps=fps, theme=theme)


def _checked_size(size: tuple[int, int]) -> tuple[int, int]:
    low, high = SIDE_RANGE
    try:
        width, height = map(operator.index, size)
    except (TypeError, ValueError):
        raise InvalidOption(
            f"size={size!r} must be two whole numbers of pixels, width and height"
        ) from None
    if not (low <= width <= high and low <= height <= high):
        raise InvalidOption(
            f"size={width}x{height} must be between {low}x{low} and {high}x{high} pixels"
        )
    return width, height
