"""The colour of each cluster. Knows nothing of pixels or of the other colours of a theme.

One table serves all themes and any number of clusters: the first 8 of 12 are those of 8. It is made
in the manner of Glasbey et al., "Colour displays for categorical images" (2007), by
`docs/make_colours.py`. It begins with three of Okabe and Ito, "Color Universal Design" (2008); each
further entry is the sRGB colour (on a grid of 6 units) farthest from all entries before it, among
those with a contrast (WCAG 2) of at least 3:1 against white as well as against the near-black of
the dark theme. The distance of two colours is the smallest of four OKLab distances: with normal
vision (counted half, so that it stays the widest), deuteranopia, protanopia and tritanopia
(matrices of Machado, Oliveira and Fernandes, 2009, full severity). The first twelve have an OKLab
chroma of 0.10 to 0.22, so that they are told apart by name as well.

A table for each ground would reach up to 1.3 times the distances, and the same run would have
other colours in another theme.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Colour",
    "Palette",
    "cluster_colours",
    "contrast",
    "distances",
    "mixed",
    "oklab",
    "readable_on",
]

Colour: TypeAlias = tuple[int, int, int]  # red, green and blue, 0..255

_COLOURS = """
0072b2 d55e00 009e73 c66cfc b41878 7e5a00 de729c 7e4ee4 8484cc 007248 d2062a 785490 b43cc0 908448
787884 a84e5a 0096fc 6c9ca8 f04ecc fc4e54 a86ca2 c0786c 5a6cfc a260de b49000 9624cc 5a6072 9c8a8a
cc18a2 d24890 a87ee4 5a9000 6c66c6 d80072 6c7236 548ab4 9654a8 b43600 7e9c48 904e3c 4e7e6c 365af6
c06cc0 c64e5a 3654d2 ae12a8 9c3c84 ba7236 f66084 0096d8 8472f0 a83660 9c5484 4e5aae 3c6c18 54a81e
de60e4 cc2a5a f63ca2 609660 6c3ce4 008496 c64eea 9690ba 9c7242 f6662a 2aa296 8a3cba 9084fc e44e7e
b44e3c 6c78b4 4272d2 c0004e 126696 de36b4 a24ecc c0547e 486c6c 78604e 4e7290 ae7e5a ba84ae 5a7218
d2787e 9c9660 ba3c4e 30841e 966cc0 966666 6c669c 7290ea c68436 5460d8 e43024 c654c0 6c72e4 969684
d266cc ba6cd8 8a7296 8460d8 608a90 de7866 665a84 8a54ba 8430d8 d854b4 7e7ea8 ba367e 2a84f0 9c7866
665a9c 487854 9054ea a2486c 6c8460 a26648 6c78fc ae5478 54969c b4728a cc6078 604ec6 a22a9c c03096
7890cc b45a30 849696 8a9048 c01266 726066 a836ae 486c3c cc3012 c68472 ae60f0 7e5478 8a542a 067e30
d272c0 9678b4 de2a42 a89042 a27ea8 ba0c8a d80c8a 3c90c6 c078d8 3c6ca8 42a854 726c78 4266f6 8a7e72
b44ecc 189c54 90901e b478f0 ea7242 9c3cde 36725a 48967e 484ef0 3c84de 547ea8 e45442 c61e42 ba3cd2
4e8a78 cc0c00 6c4eba 369cde 5a78d8 d86678 ae84a2 cc7212 e43c84 848a30 c08454 b42a9c 6c849c b4725a
5a668a cc1290 a21ec0 a8307e 6c90ba c060a8 c03c60 ae42a2 d8546c ea6690 a86c8a 5a72c6 e466ba 6684d2
7866ba 909c12 c63cae e47272 6066ae cc5af6 c65496 d22442 6c6030 c07e96 548448 06a836 369054 d81e1e
ae3c30 667860 a854c0 60a284 844ecc ae5aa2 784eae ae1896 ae662a ba60d8 72728a cc3cc0 606648 905a90
0c908a 96662a a82acc 3690de 665ac6 b48a90 6c78c6 486090 5a90f0 c05a4e 3c6678 a278c6 247200 546660
d83c12 ae3072 907ee4 a8722a a24e1e 78720c 2460b4 7e6cae 609c90 729096 666054 846c9c a24248 6ca260
9072e4 fc4eae 00a2b4 2466de
"""

# sRGB without its gamma, as eyes see it that lack one kind of cones.
_EYES = np.array(
    [
        np.eye(3),
        [
            [0.367322, 0.860646, -0.227968],  # deuteranopia
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [0.152286, 1.052583, -0.204868],  # protanopia
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [1.255528, -0.076749, -0.178779],  # tritanopia
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ]
)
# From linear sRGB to cones, and from their cube roots to OKLab.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

Palette: TypeAlias = Sequence[Colour]


def _table(text: str) -> NDArray[np.uint8]:
    """Read RRGGBB words into rows of (R, G, B)."""
    return np.frombuffer(bytes.fromhex(text), dtype=np.uint8).reshape(-1, 3)


def cluster_colours(
    k: int, theme: str = "light", palette: Palette | None = None
) -> NDArray[np.uint8]:
    """Return the colours of `k` clusters.

    Parameters
    ----------
    k : int
        Number of clusters; past 256, or past the end of a palette, the colours repeat.
    theme : str
        ``"classic"`` takes evenly spaced hues, every other theme the table above.
    palette : sequence of (int, int, int), optional
        Red, green and blue of other colours.

    Returns
    -------
    ndarray, (k, 3), uint8
        Red, green and blue of each cluster.
    """
    if palette is not None:
        table = np.array(palette, dtype=np.uint8)
    elif theme == "classic":
        hues = [colorsys.hsv_to_rgb(i / k, 0.8, 0.8) for i in range(k)]
        table = np.array([[round(255 * c) for c in hue] for hue in hues], dtype=np.uint8)
    else:
        table = _table(_COLOURS)
    colours: NDArray[np.uint8] = np.resize(table, (k, 3))
    return colours


def _linear(colours: ArrayLike) -> NDArray[np.float64]:
    """Return sRGB colours, 0..255, without their gamma, 0..1."""
    c = np.asarray(colours, dtype=np.float64) / 255
    linear: NDArray[np.float64] = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear


def contrast(colours: ArrayLike, ground: Colour) -> NDArray[np.float64]:
    """Return the contrast (WCAG 2) of colours, (R, 3), against a ground: 1 to 21, (R,)."""
    one, other = (_linear(c) @ [0.2126, 0.7152, 0.0722] + 0.05 for c in (colours, ground))
    ratio: NDArray[np.float64] = np.maximum(one, other) / np.minimum(one, other)
    return ratio


def oklab(colours: ArrayLike, eyes: int = 0) -> NDArray[np.float64]:
    """Return colours, (R, 3), in OKLab: lightness, green to red, blue to yellow.

    Parameters
    ----------
    colours : array_like, (R, 3)
        Red, green and blue, 0..255.
    eyes : int
        As seen with normal vision (0), deuteranopia (1), protanopia (2) or tritanopia (3).
    """
    linear = _linear(colours)
    seen = (linear @ _EYES[eyes].T).clip(0, 1) if eyes else linear
    found: NDArray[np.float64] = np.cbrt(seen @ _CONES.T) @ _OKLAB.T
    return found


def distances(colours: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Return how far colours, (R, 3), are from others, (S, 3), for the eyes that see least, (R, S).

    In OKLab; that of normal vision is halved.
    """
    found = []
    for eyes, share in enumerate((0.5, 1.0, 1.0, 1.0)):
        one, other = oklab(colours, eyes), oklab(others, eyes)
        found.append(share * np.linalg.norm(one[:, None] - other[None], axis=2))
    least: NDArray[np.float64] = np.min(found, axis=0)
    return least


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour between two, `share` of the way to the other."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return r, g, b


@lru_cache(maxsize=512)
def readable_on(colour: Colour) -> Colour:
    """Return black or white, whichever has the higher contrast (WCAG 2) against `colour`."""
    red, green, blue = ((c / 255) ** 2.2 for c in colour)
    return (0, 0, 0) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else (255, 255, 255)
