"""PDF: the last state for a paper. Few points are shapes, and words are words in embedded fonts.

An artist for each mark of the PNG, one pixel of the frame for a unit of the page, so both are the
same picture.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import CircleCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text as PlainText
from numpy.typing import NDArray
from PIL import Image

from renderers.picture.colours import Colour
from renderers.picture.emoji import draw_outline, outline_width
from renderers.picture.fonts import has_outlines, typeset
from renderers.picture.marks import (
    Area,
    Disc,
    Fill,
    Group,
    Mark,
    Markers,
    Polyline,
    Raster,
    Rings,
    Segments,
    Text,
    dashed,
)
from renderers.picture.script import Run
from renderers.picture.text import extent, placed_runs
from renderers.scene import Moment, Scene
from renderers.stills.markers import cross_width, in_groups
from renderers.stills.still import MOST_SHAPES, Still

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["PdfRenderer", "draw"]

Floats = NDArray[np.float64]

_FINE = 8  # pixels of a picture within the page, for a pixel of the frame
# Every property that could come from elsewhere and changes the bytes.
_SETTINGS: Any = {
    "pdf.fonttype": 42,
    "text.usetex": False,
    "path.simplify": False,
    "image.composite_image": False,
}


class PdfRenderer(Still):
    """Write the last state to a PDF."""

    suffix = ".pdf"
    writes = f"the last state for a paper; more than {MOST_SHAPES:,} points are rasterised"

    def picture(self, scene: Scene, moment: Moment) -> bytes:
        """Return the file."""
        marks = self.painter(scene).marks(moment, most=MOST_SHAPES)
        facts = self.facts(scene)
        said = {
            "Title": scene.title,
            "Subject": self.description(scene, moment) or facts,
            "Keywords": facts,
        }
        page = io.BytesIO()
        with mpl.rc_context(_SETTINGS), typeset(self.options.font):
            figure = draw(marks, self.dots, self.options.dpi)
            figure.savefig(
                page,
                format="pdf",
                dpi=self.options.dpi,
                metadata={
                    "CreationDate": None,
                    **{name: text for name, text in said.items() if text},
                },
                transparent=True,  # the first mark is the ground
            )
        return page.getvalue()


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
            case Polyline(_, width, colour, opacity):
                gap = np.full((1, 2), np.nan)
                pieces = [part for piece in dashed(mark) for part in (gap, piece)]
                if not pieces:  # of no length
                    return []
                line = Line2D(*np.concatenate(pieces[1:]).T, color=_rgb(colour), alpha=opacity)
                line.set(linewidth=width * self._points, solid_capstyle="round")
                line.set_solid_joinstyle("round")
                return [line]
            case Segments(xy, width, colour, opacity):
                return [self._lines(xy, width, colour, opacity)] if len(xy) else []
            case Rings(xy, radius, width, colour, opacity):
                look = {"edgecolors": (*_rgb(colour), opacity), "linewidths": width * self._points}
                return [self._discs(xy, radius, facecolors="none", **look)]
            case Markers(xy, radius, "disc", colours, opacity):
                inks = np.column_stack([colours / 255, np.full(len(xy), opacity)])
                return [self._discs(xy, radius, facecolors=inks, linewidths=0)]
            case Markers():
                return self._crosses(mark)
            case Area(xy, foot):
                ends = [(xy[-1, 0], foot), (xy[0, 0], foot)]
                return [Polygon(np.concatenate([xy, ends]), **_filled(mark))]
            case Text():
                return self._text(mark)
            case Raster(box, pixels):
                left, top, width, height = box
                sides = (left, left + width, top + height, top)
                image = AxesImage(self._axes, interpolation="none", extent=sides)
                image.set_data(pixels)
                return [image] if pixels.size else []
        raise TypeError(f"{type(mark).__name__} is part of a raster")

    def _discs(self, xy: Floats, radius: float | Floats, **look: Any) -> CircleCollection:
        areas = np.atleast_1d(np.pi * (np.asarray(radius) * self._points) ** 2)
        axes = self._axes.transData
        return CircleCollection(areas, offsets=xy, offset_transform=axes, **look)

    def _crosses(self, mark: Markers) -> list[Artist]:
        artists: list[Artist] = []
        arms = np.array([[[-1, -1], [1, 1]], [[-1, 1], [1, -1]]])
        for places, radius, colour in in_groups(mark):
            lines = (places[:, None, None] + radius * arms).reshape(-1, 2, 2)
            artists.append(self._lines(lines, cross_width(radius), colour, mark.opacity, "butt"))
        return artists

    def _lines(
        self,
        xy: Floats,
        width: float,
        colour: Colour,
        opacity: float,
        ends: Literal["round", "butt"] = "round",
    ) -> Artist:
        """Return lines, (S, R, 2), as one path."""
        codes = np.full(xy.shape[:2], Path.LINETO)
        codes[:, 0] = Path.MOVETO
        path = Path(xy.reshape(-1, 2), codes.reshape(-1))
        look = {"edgecolor": (*_rgb(colour), opacity), "linewidth": width * self._points}
        return PathPatch(path, fill=False, capstyle=ends, joinstyle="round", **look)

    def _picture(self, run: Run, mark: Text, along: float) -> list[Artist]:
        """Return a run of emoji that are no outlines, as pixels."""
        size = mark.size
        wide, high = outline_width(run, size), 1.5 * size
        cover = Image.new("L", (round(wide * _FINE), round(high * _FINE)))
        draw_outline(cover, run, 0, 1.2 * size * _FINE, size * _FINE)
        pixels = np.empty((cover.height, cover.width, 4), np.uint8)
        pixels[..., :3], pixels[..., 3] = mark.colour, np.asarray(cover)
        begin, end, up, down = along, along + wide, 1.2 * size, 0.3 * size
        x, y = mark.x, mark.y
        sides = (x + begin, x + end, y + down, y - up)
        if mark.turned:
            pixels, sides = np.rot90(pixels), (x - up, x + down, y - begin, y - end)
        image = AxesImage(self._axes, interpolation="none", extent=sides)
        image.set_data(pixels)
        return [image] if pixels.size else []

    def _text(self, mark: Text) -> list[Artist]:
        words, x, y, size, colour, anchor, bold, turned = mark
        before, width = extent(words, size, bold)
        # From the anchor to where the pen begins, along the line.
        back = before - width * {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor]
        artists: list[Artist] = []
        for run, pen in placed_runs(words, size, bold):
            along = back + pen
            if not has_outlines(run.face):
                artists += self._picture(run, mark, along)
                continue
            artists.append(
                PlainText(
                    x if turned else x + along,
                    y - along if turned else y,
                    run.words,
                    fontproperties=FontProperties(fname=run.face.path),
                    fontsize=size * self._points,
                    color=_rgb(colour),
                    rotation=90 if turned else 0,
                    rotation_mode="anchor",
                    verticalalignment="baseline",
                    parse_math=False,
                )
            )
        return artists


def _filled(mark: Fill | Area) -> dict[str, Any]:
    return {"facecolor": _rgb(mark.colour), "alpha": mark.opacity, "linewidth": 0}


def _rgb(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255
