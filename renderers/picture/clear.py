"""Frames without a ground: what is drawn, and how much of what lies below shows through.

A frame is painted upon black and upon white. Where both agree it is opaque, where they differ by
all of 255 nothing was drawn, and what lies between follows: on = colour * a + ground * (1 - a). So
whatever is drawn in the colour of the ground, such as the casings of lines, becomes a gap.
"""

from __future__ import annotations

import numpy as np
from numpy import uint8
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.contract import Options
from renderers.picture.elbow import ElbowPainter
from renderers.picture.painter import Painter
from renderers.picture.themes import theme_named
from renderers.scene import Moment, Scene

__all__ = ["ClearPainter", "HardPainter"]

_SEEN = 40  # opacity, of 255


class ClearPainter:
    """Paint moments of a scene without the theme's ground.

    Parameters
    ----------
    scene : Scene
        What stays the same.
    options : Options
        As for `Painter`.
    kind : type
        What paints upon a ground.
    """

    def __init__(
        self, scene: Scene, options: Options, kind: type[Painter | ElbowPainter] = Painter
    ) -> None:
        self._scene, self._options = scene, options
        self._painters = [kind(scene, options, ground=(level, level, level)) for level in (0, 255)]
        width, height = options.size
        self._frame = np.empty((height, width, 4), np.uint8)

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the frame of a moment.

        Returns
        -------
        ndarray, (height, width, 4), uint8
            RGBA, its colours not multiplied by its opacity, C-contiguous, valid until the next
            call.
        """
        black, white = (painter.paint(moment) for painter in self._painters)
        _part(black, white, self._frame)
        return self._frame

    def palette(self) -> NDArray[np.uint8]:
        """Return colours that serve every frame; its edges are seen upon the theme's ground."""
        return Painter(self._scene, self._options).palette()


class HardPainter(ClearPainter):
    """Paint moments of a scene for a format whose pixels are opaque or are not there at all.

    What can be seen lies upon the theme's ground, and is opaque: thin letters would lose their
    stems, and borders would vanish, if it took half.
    """

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the frame of a moment, each opacity 0 or 255."""
        frame = super().paint(moment)
        ground = theme_named(self._options.theme).background
        _harden(frame, *ground)
        return frame


@kernel(counted=False)
def _part(
    black: NDArray[uint8],  # in, (height, width, 4), painted upon black
    white: NDArray[uint8],  # in, (height, width, 4), painted upon white
    frame: NDArray[uint8],  # out, (height, width, 4)
) -> None:
    """Find colour and opacity.

    Pixels where nothing is have the colour of what is in their square of four: films keep one
    colour for such a square.
    """
    height, width = frame.shape[:2]
    for top in range(0, height, 2):
        for left in range(0, width, 2):
            red = green = blue = weight = 0
            for i in range(top, min(top + 2, height)):
                for j in range(left, min(left + 2, width)):
                    differ = 0
                    for c in range(3):
                        differ += int(white[i, j, c]) - int(black[i, j, c])
                    a = 255 - (differ + 1) // 3
                    frame[i, j, 3] = a
                    if a > 0:
                        for c in range(3):
                            frame[i, j, c] = min(255, (int(black[i, j, c]) * 255 + a // 2) // a)
                        red += int(black[i, j, 0])
                        green += int(black[i, j, 1])
                        blue += int(black[i, j, 2])
                        weight += a
            for i in range(top, min(top + 2, height)):
                for j in range(left, min(left + 2, width)):
                    if frame[i, j, 3] == 0:
                        share = max(1, weight)
                        frame[i, j, 0] = min(255, red * 255 // share)
                        frame[i, j, 1] = min(255, green * 255 // share)
                        frame[i, j, 2] = min(255, blue * 255 // share)


@kernel(counted=False)
def _harden(
    frame: NDArray[uint8],  # in and out, (height, width, 4)
    red: int,
    green: int,
    blue: int,
) -> None:
    """Lay what can be seen upon a ground, and leave out the rest."""
    for i in range(frame.shape[0]):
        for j in range(frame.shape[1]):
            a = int(frame[i, j, 3])
            if a < _SEEN:
                frame[i, j, :] = 0
            else:
                frame[i, j, 0] = (int(frame[i, j, 0]) * a + red * (255 - a) + 127) // 255
                frame[i, j, 1] = (int(frame[i, j, 1]) * a + green * (255 - a) + 127) // 255
                frame[i, j, 2] = (int(frame[i, j, 2]) * a + blue * (255 - a) + 127) // 255
                frame[i, j, 3] = 255
