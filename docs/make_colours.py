"""Make the table of clusters' colours in renderers/picture/colours.py; print it and its distances.

python docs/make_colours.py

In the manner of Glasbey et al., "Colour displays for categorical images" (2007), with the distance
and the limits that colours.py tells. Takes about 10 s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import contrast, distances, oklab
from renderers.picture.themes import THEMES

SEEDS = ((0, 114, 178), (213, 94, 0), (0, 158, 115))  # of Okabe and Ito, those that qualify
LIVELY, LARGEST = 12, 256  # so many have a chroma of 0.10 to 0.22; all others up to 0.24
STEP = 6


def candidates() -> NDArray[np.uint8]:
    """Return the colours that reach 3:1 on the grounds of all themes, (R, 3)."""
    levels = np.arange(0, 256, STEP)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    colours = grid.reshape(-1, 3).astype(np.uint8)
    grounds = [theme.background for theme in THEMES.values()]
    clear = np.min([contrast(colours, ground) for ground in grounds], axis=0) >= 3
    return colours[clear]


def table(length: int = LARGEST) -> NDArray[np.uint8]:
    """Return the first colours: each is the farthest from all before it, (length, 3)."""
    known = [np.array(seed, dtype=np.uint8) for seed in SEEDS]
    colours = candidates()
    chroma = np.hypot(*oklab(colours).T[1:])
    nearest = np.min([distances(colours, colour[None])[:, 0] for colour in known], axis=0)
    while len(known) < length:
        low, high = (0.10, 0.22) if len(known) < LIVELY else (0.0, 0.24)
        allowed = (chroma >= low) & (chroma <= high)
        farthest = colours[np.where(allowed, nearest, -1).argmax()]
        known.append(farthest)
        nearest = np.minimum(nearest, distances(colours, farthest[None])[:, 0])
    return np.array(known)[:length]


if __name__ == "__main__":
    found = table()
    words = ["".join(f"{channel:02x}" for channel in colour) for colour in found.tolist()]
    for start in range(0, len(words), 14):
        print(" ".join(words[start : start + 14]))
    for k in (8, 12, 20, 32, 100, 256):
        apart = distances(found[:k], found[:k]) + 9 * np.eye(k)
        print(f"the first {k}: at least {apart.min():.3f} apart")
