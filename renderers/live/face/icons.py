"""The signs on the buttons, as masks of coverage. Knows no colours."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ["ICONS", "icon"]

_SMOOTH = 6  # drawn this many times larger, then reduced

# Lines of half the unit square around its middle, as shapes: polygons (filled), strokes (widths
# in units), discs and rings.
Shape = tuple[str, tuple[float, ...]]


def _scattered() -> list[Shape]:
    places = ((-0.3, -0.25), (0.05, -0.35), (0.33, -0.08), (-0.1, 0.06), (-0.35, 0.3), (0.2, 0.32))
    return [("disc", (x, y, 0.085)) for x, y in places]


ICONS: dict[str, list[Shape]] = {
    "first": [
        ("fill", (-0.36, -0.34, -0.24, -0.34, -0.24, 0.34, -0.36, 0.34)),
        ("fill", (0.34, -0.34, 0.34, 0.34, -0.18, 0)),
    ],
    "last": [
        ("fill", (0.36, -0.34, 0.24, -0.34, 0.24, 0.34, 0.36, 0.34)),
        ("fill", (-0.34, -0.34, -0.34, 0.34, 0.18, 0)),
    ],
    "back": [("line", (0.1, 0.14, -0.32, -0.18, 0, 0.14, 0.32))],
    "forward": [("line", (0.1, -0.14, -0.32, 0.18, 0, -0.14, 0.32))],
    "play": [("fill", (-0.26, -0.4, -0.26, 0.4, 0.42, 0))],
    "pause": [
        ("fill", (-0.28, -0.36, -0.09, -0.36, -0.09, 0.36, -0.28, 0.36)),
        ("fill", (0.28, -0.36, 0.09, -0.36, 0.09, 0.36, 0.28, 0.36)),
    ],
    "minus": [("line", (0.1, -0.26, 0, 0.26, 0))],
    "plus": [("line", (0.1, -0.26, 0, 0.26, 0)), ("line", (0.1, 0, -0.26, 0, 0.26))],
    "new clusters": _scattered(),
    "new centroids": [
        ("arc", (0.1, 0.3, 40, 350)),
        ("fill", (0.42, -0.34, 0.42, 0.06, 0.06, -0.1)),
    ],
    "place": [
        ("arc", (0.08, 0.24, 0, 360)),
        *(
            ("line", (0.09, 0.2 * x, 0.2 * y, 0.42 * x, 0.42 * y))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))
        ),
    ],
    "columns": [
        ("line", (0.1, -0.28, -0.38, -0.28, 0.28, 0.38, 0.28)),
        ("disc", (-0.04, 0.04, 0.08)),
        ("disc", (0.22, -0.2, 0.08)),
    ],
    "save": [
        ("line", (0.1, 0, -0.38, 0, 0.08)),
        ("fill", (-0.22, -0.02, 0.22, -0.02, 0, 0.22)),
        ("line", (0.09, -0.34, 0.18, -0.34, 0.36, 0.34, 0.36, 0.34, 0.18)),
    ],
    "help": [
        ("arc", (0.1, 0.17, 170, 400)),
        ("line", (0.1, 0.12, -0.06, 0.0, 0.04, 0.0, 0.14)),
        ("disc", (0.0, 0.33, 0.07)),
    ],
}


@lru_cache(maxsize=128)
def icon(name: str, size: int) -> NDArray[np.uint8]:
    """Return a sign as a read-only mask, (size, size)."""
    n = size * _SMOOTH
    large = Image.new("L", (n, n))
    draw = ImageDraw.Draw(large)

    def at(values: tuple[float, ...]) -> list[tuple[float, float]]:
        return [
            (n / 2 + n * x, n / 2 + n * y) for x, y in zip(values[::2], values[1::2], strict=True)
        ]

    for kind, values in ICONS[name]:
        if kind == "fill":
            draw.polygon(at(values), fill=255)
        elif kind == "disc":
            x, y, r = (n * v for v in values)
            draw.ellipse((n / 2 + x - r, n / 2 + y - r, n / 2 + x + r, n / 2 + y + r), fill=255)
        elif kind == "arc":
            width, radius, start, end = values
            middle = -0.16 * n if name == "help" else 0.0
            outer = n * (radius + width / 2)
            box = (n / 2 - outer, n / 2 - outer + middle, n / 2 + outer, n / 2 + outer + middle)
            draw.arc(box, start, end, fill=255, width=math.ceil(n * width))
        else:
            width, *rest = values
            draw.line(at(tuple(rest)), fill=255, width=math.ceil(n * width), joint="curve")
    mask = np.array(large.resize((size, size), Image.Resampling.BOX))
    mask.flags.writeable = False
    return mask
