"""PNG: the last state as a still; of an image, the image in the colours of its clusters."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from renderers.picture.photo import colours_of
from renderers.stills.still import Still

if TYPE_CHECKING:
    from renderers.scene import Moment, Panel, Scene

__all__ = ["PngRenderer"]


class PngRenderer(Still):
    """Write the last state to a PNG.

    If the points are the pixels of an image, the picture is that image with each pixel in the
    colour of its centroid, in its own size, or within `size` where that is not the default. It
    keeps its transparency; 16 bits and floats are shown in 8 bits.
    """

    suffix = ".png"
    writes = "the last state as a still; of an image, the image in K colours"

    honours = Still.honours | {"transparent"}

    def picture(self, scene: Scene, moment: Moment) -> bytes:
        """Return the file."""
        panel = scene.panels[0]
        if panel.image is not None and len(scene.panels) == 1 and not self.is_figure(scene):
            picture = self._recoloured(panel, moment)
        else:
            picture = self._painted(scene, moment)
        info = PngInfo()
        said = {"Title": scene.title, "Description": self.description(scene, moment)}
        for name, text in {**said, **scene.facts}.items():
            if text:
                info.add_itxt(name, text)
        file, dpi = io.BytesIO(), (self.options.dpi, self.options.dpi)
        picture.save(file, format="PNG", pnginfo=info, dpi=dpi)
        return file.getvalue()

    def _painted(self, scene: Scene, moment: Moment) -> Image.Image:
        if self.options.transparent:
            from renderers.picture.clear import ClearPainter

            options = self.options.with_size(self.dots)
            painter = ClearPainter(scene, options, self.painter_kind(scene))
            return Image.fromarray(painter.paint(moment))
        return Image.fromarray(self.painter(scene).paint(moment)[:, :, :3])

    def _recoloured(self, panel: Panel, moment: Moment) -> Image.Image:
        assert panel.image is not None
        snapshot = moment.snapshots[0]
        colours = colours_of(panel, snapshot.centroids)
        if panel.alpha is None:
            pixels = colours[snapshot.labels]
        else:
            pixels = np.zeros((len(panel.alpha), 4), np.uint8)
            pixels[panel.alpha != 0, :3] = colours[snapshot.labels]
            pixels[:, 3] = panel.alpha
        picture = Image.fromarray(pixels.reshape(*panel.image, -1))
        if self.options.size == self.default_size:
            return picture
        factor = min(a / b for a, b in zip(self.options.size, picture.size, strict=True))
        size = [max(1, round(side * factor)) for side in picture.size]
        return picture.resize((size[0], size[1]), Image.Resampling.NEAREST)
