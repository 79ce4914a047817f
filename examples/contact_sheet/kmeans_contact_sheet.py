"""A contact sheet: one PNG with the frames of iterations 0, 1, 2, 4, 8, ... and the last."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from renderers import AtomicFile, Moment, Painter, Renderer, Scene


class ContactSheet(Renderer):
    """Paint the chosen states in a grid; each of them is as large as the size asked for."""

    suffix = ".png"
    writes = "one page with iterations 0, 1, 2, 4, 8, ... and the last"
    default_size = (480, 360)
    # Not how long a state lasts, nor how it moves.
    honours = Renderer.honours - {"smooth", "phases", "duration", "fps"} | {"overlays"}

    _painter: Painter | None = None
    _waiting: Moment | None = None

    def open(self, scene: Scene) -> None:
        """Prepare the painter."""
        self._painter = Painter(scene, self.options)
        self._frames: list[np.ndarray] = []

    def draw(self, moment: Moment) -> None:
        """Paint iterations 0, 1, 2, 4, 8, ...; remember any other in case it is the last."""
        before, self._waiting = self._waiting, moment
        if before is not None:
            iteration = _iteration(before)  # which is over, with all its motion, if another follows
            if iteration != _iteration(moment) and iteration & (iteration - 1) == 0:
                self._paint(before)

    def close(self) -> None:
        """Lay the frames out and write the file, which appears only when complete."""
        if self._painter is None:
            return
        if self._waiting is not None:
            self._paint(self._waiting)
        width, height = self.options.size
        columns = math.ceil(math.sqrt(len(self._frames)))
        rows = math.ceil(len(self._frames) / columns)
        ground = self._painter.palette()[0]
        sheet = np.full((rows * height, columns * width, 3), ground, np.uint8)
        for i, frame in enumerate(self._frames):
            top, left = i // columns * height, i % columns * width
            sheet[top : top + height, left : left + width] = frame
        with AtomicFile(self.path) as file:
            Image.fromarray(sheet).save(file.temporary, format="PNG")
        self.abort()

    def abort(self) -> None:
        """Forget the frames. Nothing is written before `close`, so no file is left behind."""
        self._painter = self._waiting = None

    def _paint(self, moment: Moment) -> None:
        self._frames.append(self._painter.paint(moment)[:, :, :3].copy())


def _iteration(moment: Moment) -> int:
    return max(snapshot.iteration for snapshot in moment.snapshots)
