"""The colour of each cluster. Knows nothing of pixels or of the other colours of a theme.

Up to 8 clusters: Okabe and Ito, "Color Universal Design" (2008). Up to 10: Petroff,
"Accessible color sequences for data visualization" (arXiv:2107.02270). Beyond: a table in the
manner of Glasbey et al., "Colour displays for categorical images" (2007). It begins with six of
Okabe and Ito's; each further entry is the sRGB colour (on a grid of 6 units) farthest from all
entries before it, where the distance of two colours is the smallest of three OKLab distances: with
normal vision (counted half, so that it stays the widest), deuteranopia and protanopia (matrices of
Machado, Oliveira and Fernandes, 2009, full severity). OKLab lightness is kept within 0.50..0.76, so
that every entry reads on white and on near-black, and chroma below 0.22, so that none is neon.
"""

from __future__ import annotations

import colorsys
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Colour", "cluster_colours", "mixed", "readable_on"]

Colour: TypeAlias = tuple[int, int, int]  # red, green and blue, 0..255

# Okabe and Ito's set by how well it reads on white and on near-black. Their black would vanish on
# the dark theme and pass for text on the light one: grey stands in, dark enough that deuteranopia
# keeps it from the purple (with the usual 999999 they are 0.02 apart in OKLab, now all are 0.07).
# Yellow is weak on white (contrast 1.3), so it comes last and only K = 8 uses it.
_OKABE_ITO = "0072b2 e69f00 009e73 d55e00 56b4e9 cc79a7 6a6a6a f0e442"
_PETROFF = "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd"
_GLASBEY = """
0072b2 e69f00 009e73 d55e00 56b4e9 cc79a7 b40066 9066ff 1ed272 845a24 5a42d8 78548a b4aea8 ff486c
ba36b4 ff72d8 908448 ae545a cc72ff d20618 8a7ec6 607e90 2aa2b4 5a6cde f67e48 8a2aba 009cff 84b484
a29c00 d84296 427848 ba7e72 905ac6 96a2cc d85ad2 609006 8a6672 90908a baa266 30c6ba a86ca8 1e84e4
1860ea 18ae48 964278 ea9696 84a8ff c0b448 9c48a2 a284ea c04878 008a2a c6909c a2129c d890ea e46c84
ae8aba d81e54 786c00 ae66ea 7254d2 ba1e90 78aeb4 6684b4 ea303c f65a4e f64896 7848a8 668ad8 6c9060
de8400 726c60 9c3cc6 ae3c3c 78c65a ae6036 3c7e7e 847e66 7860b4 6c60f6 d2605a 0690c6 7e6ca2 0cc696
a26084 00a2d8 6c96a2 a2b400 369096 18c0d8 b44ea2 7e78f6 7eb448 d29c84 cc90c6 12c06c 546c4e b44ed8
c060ba c6005a e45436 72a260 846cc6 4e60ba 7836cc 12c0fc 9096f0 c69036 d88460 ea90ba d27836 d266a2
c63648 964e00 a83684 d8546c 908aff 8a4e96 66a27e ea66a2 0072ea 545ade cc5a8a 30aed8 3c72d2 8a543c
e47eae 66668a ba727e a2b496 4e6ca2 30963c d8307e c6480c de6cea 7ec61e 307eb4 7890c6 c6306c d87e78
ba968a 5496ea b47200 a872d2 6c78de a27836 b4a22a 847e8a d890a8 aea2f0 f67ecc 9c4e72 9cb45a c01830
a88a96 8460e4 b47896 605ac6 a25448 c672de 5a6666 84a272 24b4c0 de725a ae4866 e44eae a85aba 90c084
ba3c24 00b4f6 48b490 a26cff 4e90ba 248a72 00a8f6 aeae72 726678 7266cc 8a96c0 9c30a8 c67812 c65ade
d2a24e 426690 96a8e4 a89cd8 b4725a cc36a8 90b4de 78727e 78a23c e466d2 ba605a 8aa8c0 845a5a 668af6
5aa8ae ae369c 609084 78ba78 f05aba cc66c6 9c967e 966c24 60baba e4484e c63c90 a81884 5a72f0 4284f0
6c845a 48a272 b490de 6690ae de3c30 b42a24 3654e4 903cba 4eae5a 6cb4cc 7e6c90 249066 d82a30 067296
6cc0ae 36b4a8 1266cc 0072c6 7e784e 84c066 4e7e36 d20c3c c078cc fc7254 9c4248 3c7e96 3c72ba ae96f6
f090a2 d86042 604ed8 66c018 54a8e4 9c789c a8726c 8a3ca2 ae3066 ae2aae de8496 f6963c a8a8d2 8a9018
d842a8 726c42 1866ae ae2472
"""


def _table(text: str) -> NDArray[np.uint8]:
    """Read RRGGBB words into rows of (R, G, B)."""
    return np.frombuffer(bytes.fromhex(text), dtype=np.uint8).reshape(-1, 3)


def cluster_colours(k: int, theme: str = "light") -> NDArray[np.uint8]:
    """Return the colours of `k` clusters.

    Parameters
    ----------
    k : int
        Number of clusters; past 256 the colours repeat.
    theme : str
        ``"classic"`` takes evenly spaced hues; every other theme the colour-blind-safe sets.

    Returns
    -------
    ndarray, (k, 3), uint8
        Red, green and blue of each cluster.
    """
    if theme == "classic":
        hues = [colorsys.hsv_to_rgb(i / k, 0.8, 0.8) for i in range(k)]
        return np.array([[round(255 * c) for c in hue] for hue in hues], dtype=np.uint8)
    table = _table(_OKABE_ITO if k <= 8 else _PETROFF if k <= 10 else _GLASBEY)
    colours: NDArray[np.uint8] = np.resize(table, (k, 3))
    return colours


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour between two, `share` of the way to the other."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return r, g, b


@lru_cache(maxsize=512)
def readable_on(colour: Colour) -> Colour:
    """Return black or white, whichever has the higher contrast (WCAG 2) against `colour`."""
    red, green, blue = ((c / 255) ** 2.2 for c in colour)
    return (0, 0, 0) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else (255, 255, 255)
