"""SVG and PDF: the last state for a paper. The points are rasterised, all else is vectors.

The marks are those of the PNG, one pixel of the frame for a unit of the page, so both are the same
picture.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text as PlainText

from renderers.picture.colours import Colour
from renderers.picture.marks import (
    Area,
    Disc,
    Fill,
    Group,
    Mark,
    Net,
    Polyline,
    Raster,
    Rings,
    Text,
)
from renderers.picture.text import extent, font_file, known
from renderers.scene import Moment, Scene
from renderers.stills.still import Still

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["PdfRenderer", "SvgRenderer", "draw"]

# Every property that could come from elsewhere and changes the bytes.
_SETTINGS: Any = {
    "svg.hashsalt": "kmeans-engine",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.usetex": False,
    "path.simplify": False,
    "image.composite_image": False,
}


class _Vector(Still):
    """Draw the last state with matplotlib."""

    # matplotlib's names: of the format, of the date that is left out, and of what facts are.
    _format = _date = _facts = ""

    def picture(self, scene: Scene, moment: Moment) -> bytes:
        """Return the file."""
        marks = self.painter(scene).marks(moment)
        page = io.BytesIO()
        with mpl.rc_context(_SETTINGS):
            figure = draw(marks, self.dots, self.options.dpi)
            figure.savefig(
                page,
                format=self._format,
                dpi=self.options.dpi,
                metadata=self._metadata(scene),
                transparent=True,  # the first mark is the ground
            )
        return page.getvalue()

    def _metadata(self, scene: Scene) -> dict[str, Any]:
        facts = "; ".join(f"{name}: {text}" for name, text in scene.facts.items())
        said = {"Title": scene.title, self._facts: facts}
        return {self._date: None, **{name: text for name, text in said.items() if text}}


class SvgRenderer(_Vector):
    """Write the last state to an SVG."""

    suffix = ".svg"
    writes = "the last state for a web page or a paper, the points rasterised"
    _format, _date, _facts = "svg", "Date", "Description"


class PdfRenderer(_Vector):
    """Write the last state to a PDF."""

    suffix = ".pdf"
    writes = "the last state for a paper, the points rasterised"
    _format, _date, _facts = "pdf", "CreationDate", "Subject"


def draw(marks: Iterable[Mark], size: tuple[int, int], dpi: float) -> Figure:
    """Return a figure of marks: an artist for each, and for each ring of a disc one more.

    Parameters
    ----------
    marks : iterable of Mark
        From the back to the front.
    size : tuple of int
        Width and height of the frame in pixels.
    dpi : float
        Pixels per inch of the page.
    """
    width, height = size
    figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi, layout=None)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    _Page(axes, 72 / dpi).add(marks, None)
    return figure


class _Page:
    """Adds marks to axes whose units are pixels of the frame."""

    def __init__(self, axes: Axes, points: float) -> None:
        self._axes = axes
        self._points = points  # per pixel
        self._drawn = 0

    def add(self, marks: Iterable[Mark], clip: Rectangle | None) -> None:
        for mark in marks:
            if isinstance(mark, Group):
                left, top, width, height = mark.box
                edge = Rectangle((left, top), width, height, transform=self._axes.transData)
                self.add(mark.marks, edge)
                continue
            for artist in self._artists(mark):
                artist.set_zorder(self._drawn)
                self._drawn += 1
                self._axes.add_artist(artist)
                artist.set_clip_path(clip)

    def _artists(self, mark: Mark) -> list[Artist]:
        match mark:
            case Fill(left, top, width, height):
                return [Rectangle((left, top), width, height, **_filled(mark))]
            case Disc(x, y, radius, colour, rings):
                return [
                    Circle((x, y), r, facecolor=_rgb(ink), linewidth=0)
                    for r, ink in (*rings, (radius, colour))
                ]
            case Polyline(xy, width, colour, opacity, dash):
                line = Line2D(*xy.T, color=_rgb(colour), alpha=opacity)
                line.set(linewidth=width * self._points, solid_capstyle="round")
                line.set_solid_joinstyle("round")
                if dash:  # in widths of the line
                    line.set_linestyle((0, tuple(length / width for length in dash)))
                    line.set_dash_capstyle("round")
                return [line]
            case Net(pieces, width, colour, opacity):
                # One path: its stroke is one shape.
                codes = np.tile([Path.MOVETO, Path.LINETO], len(pieces))
                net = PathPatch(Path(pieces.reshape(-1, 2), codes), fill=False, alpha=opacity)
                net.set(edgecolor=_rgb(colour), linewidth=width * self._points, capstyle="round")
                return [net] if len(pieces) else []
            case Rings(xy, radius, width, colour, opacity):
                circles = EllipseCollection(
                    *([2 * radius], [2 * radius], [0]),
                    units="xy",
                    offsets=xy,
                    offset_transform=self._axes.transData,
                    facecolors="none",
                    edgecolors=[(*_rgb(colour), opacity)],
                    linewidths=width * self._points,
                )
                return [circles] if len(xy) else []
            case Area(xy, foot):
                ends = [(xy[-1, 0], foot), (xy[0, 0], foot)]
                return [Polygon(np.concatenate([xy, ends]), **_filled(mark))]
            case Text():
                return [self._text(mark)] if mark.words else []
            case Raster(box, pixels):
                left, top, width, height = box
                sides = (left, left + width, top + height, top)
                image = AxesImage(self._axes, interpolation="none", extent=sides)
                image.set_data(pixels)
                return [image] if pixels.size else []
        raise TypeError(f"{type(mark).__name__} is part of a raster")

    def _text(self, mark: Text) -> Artist:
        before, width = extent(mark.words, mark.size, mark.bold)
        # From the anchor to where the pen begins, along the line.
        back = before - width * {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.anchor]
        return PlainText(
            mark.x if mark.turned else mark.x + back,
            mark.y - back if mark.turned else mark.y,
            known(mark.words, mark.bold),
            fontproperties=FontProperties(fname=font_file(mark.bold)),
            fontsize=mark.size * self._points,
            color=_rgb(mark.colour),
            rotation=90 if mark.turned else 0,
            rotation_mode="anchor",
            verticalalignment="baseline",
            parse_math=False,
        )


def _filled(mark: Fill | Area) -> dict[str, Any]:
    return {"facecolor": _rgb(mark.colour), "alpha": mark.opacity, "linewidth": 0}


def _rgb(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255
