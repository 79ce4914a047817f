"""Colours of clusters that a user has chosen: a name, a file or a list becomes red, green, blue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kmeans_engine.runtime.similar import did_you_mean
from renderers.errors import InvalidOption
from renderers.picture.colours import Colour

__all__ = ["parse_palette"]

_FEW = 32  # a colour map of no more has colours to be taken one by one
_MOST = 256  # colours of a file, or of a map without steps


def parse_palette(given: Sequence[str] | str) -> tuple[Colour, ...]:
    """Return the colours of a palette.

    Parameters
    ----------
    given : str, or sequence of str
        The name of a matplotlib colour map, the name of a file with a colour in each line, or
        colours, also as one string with commas. Of a map without steps, the first colours are its
        ends, then those half way between these, and so on: any number of them is spread over it.

    Raises
    ------
    InvalidOption
        If it is none of these.
    """
    if isinstance(given, str):
        words = [word.strip() for word in given.split(",")]
        if len(words) == 1 and Path(given).is_file():
            return _file(given)
        if len(words) == 1 and (_is_map(given) or not _is_colour(given)):
            return _map(given)
    else:
        words = [str(word).strip() for word in given]
    if not words:
        raise InvalidOption("palette= has no colours; give one at least", option="palette")
    return tuple(_colour(word, given) for word in words)


def _is_colour(word: str) -> bool:
    from matplotlib.colors import is_color_like

    return bool(re.fullmatch(r"[0-9A-Fa-f]{6}", word)) or is_color_like(word.lower())


def _colour(word: str, given: object, where: str = "") -> Colour:
    from matplotlib.colors import CSS4_COLORS, to_rgb

    if not _is_colour(word):
        hint = did_you_mean(word, CSS4_COLORS, "give #rrggbb or a name such as orange")
        message = f"palette={given!r}: {where}{word!r} is not a colour: {hint}"
        raise InvalidOption(message, option="palette")
    plain = re.fullmatch(r"[0-9A-Fa-f]{6}", word)
    r, g, b = (round(255 * channel) for channel in to_rgb(f"#{word}" if plain else word.lower()))
    return r, g, b


def _file(name: str) -> tuple[Colour, ...]:
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        message = f"palette={name!r} cannot be read as text: {error}; give one colour a line"
        raise InvalidOption(message, option="palette") from None
    colours = [
        _colour(line.strip(), name, f"line {number}: ")
        for number, line in enumerate(lines[: 4 * _MOST], 1)
        if line.strip()
    ]
    if not colours:
        message = f"palette={name!r} has no colours; give one a line, such as #0072b2"
        raise InvalidOption(message, option="palette")
    return tuple(colours[:_MOST])


def _is_map(name: str) -> bool:
    import matplotlib

    return name.lower() in {one.lower() for one in matplotlib.colormaps}


def _map(name: str) -> tuple[Colour, ...]:
    import matplotlib
    from matplotlib.colors import ListedColormap

    known = {one.lower(): one for one in matplotlib.colormaps}
    if not _is_map(name):
        hint = did_you_mean(name, list(matplotlib.colormaps), "name one such as tab10 or viridis")
        message = f"palette={name!r} is not a colour map, a file or a list of colours: {hint}"
        raise InvalidOption(message, option="palette")
    colours = matplotlib.colormaps[known[name.lower()]]
    if isinstance(colours, ListedColormap) and colours.N <= _FEW:
        places = [(i + 0.5) / colours.N for i in range(colours.N)]
    else:
        places = [0.0, 1.0, *map(_halved, range(1, _MOST - 1))]
    found = (colours(place)[:3] for place in places)
    rounded = ((round(255 * r), round(255 * g), round(255 * b)) for r, g, b in found)
    return tuple(dict.fromkeys(rounded))


def _halved(i: int) -> float:
    """Return 1/2, 1/4, 3/4, 1/8, 5/8, ... for 1, 2, 3, 4, 5, ... (van der Corput, 1935)."""
    place, step = 0.0, 0.5
    while i:
        place, step, i = place + step * (i % 2), step / 2, i // 2
    return place
