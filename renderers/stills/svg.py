"""SVG: the last state for a web page or a paper. Few points are shapes, and words are words.

A shape for each mark of the PNG, one pixel of the frame for a unit of the page, so both are the
same picture.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderers.picture.colours import Colour
from renderers.picture.fonts import base, has_outlines, typeset
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
from renderers.picture.script import is_rightward, runs_of
from renderers.picture.text import extent
from renderers.scene import Moment, Scene
from renderers.stills.markers import cross_width, in_groups
from renderers.stills.still import MOST_SHAPES, Still

__all__ = ["SvgRenderer", "document"]

# For a reader without the fonts of the picture: Verdana's letters are as wide as DejaVu's.
_SIMILAR = ("Verdana", "sans-serif")


class SvgRenderer(Still):
    """Write the last state to an SVG."""

    suffix = ".svg"
    writes = f"the last state as vectors; more than {MOST_SHAPES:,} points are rasterised"

    def picture(self, scene: Scene, moment: Moment) -> bytes:
        """Return the file."""
        marks = self.painter(scene).marks(moment, most=MOST_SHAPES)
        with typeset(self.options.font):
            page = document(
                marks,
                self.dots,
                self.options.dpi,
                font=self.options.font,
                title=scene.title,
                description=self.description(scene, moment),
                facts=self.facts(scene),
            )
        return page.encode("utf-8")


def document(
    marks: Iterable[Mark],
    size: tuple[int, int],
    dpi: float,
    *,
    font: str | None = None,
    title: str = "",
    description: str = "",
    facts: str = "",
) -> str:
    """Return an SVG of marks.

    Parameters
    ----------
    marks : iterable of Mark
        From the back to the front.
    size : tuple of int
        Width and height of the frame in pixels.
    dpi : float
        Pixels per inch of the page.
    font : str or None
        What words are set in, as in `Options`.
    title, description : str
        For those who cannot see it.
    facts : str
        Where it comes from.
    """
    width, height = size
    inch = 72 / dpi
    families = ", ".join(map(_family, (base(font, False).family, *_SIMILAR)))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_number(width * inch)}pt" height="{_number(height * inch)}pt" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{families}">',
    ]
    told = ("title", title), ("desc", description)
    lines += [f"<{tag}>{_words(said)}</{tag}>" for tag, said in told if said]
    if facts:
        lines.append(_metadata(facts))
    lines += _shapes(marks, font)
    return "\n".join([*lines, "</svg>", ""])


def _metadata(facts: str) -> str:
    return (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description rdf:about="">'
        f"<dc:source>{_words(facts)}</dc:source></rdf:Description></rdf:RDF></metadata>"
    )


def _shapes(marks: Iterable[Mark], font: str | None) -> Iterator[str]:
    for mark in marks:
        match mark:
            case Group(box, inside):
                shapes = list(_shapes(inside, font))
                if shapes:
                    # Two pictures on one page may share a name: it means the same for both.
                    name = "box-" + "-".join(map(str, box))
                    left, top, width, height = box
                    yield (
                        f'<clipPath id="{name}"><rect x="{left}" y="{top}" width="{width}" '
                        f'height="{height}"/></clipPath>'
                    )
                    yield f'<g clip-path="url(#{name})">'
                    yield from shapes
                    yield "</g>"
            case Fill(left, top, width, height, colour, opacity):
                place = _attributes(x=left, y=top, width=width, height=height)
                yield f"<rect{place}{_filled(colour, opacity)}/>"
            case Disc(x, y, radius, colour, rings):
                for r, ink in (*rings, (radius, colour)):
                    yield f"<circle{_attributes(cx=x, cy=y, r=r)}{_filled(ink)}/>"
            case Polyline(_, width, colour, opacity):
                path = "".join(map(_path, dashed(mark)))
                yield f'<path d="{path}"{_stroked(width, colour, opacity)}/>'
            case Segments(xy, width, colour, opacity):
                if len(xy):
                    path = "".join(map(_path, xy))
                    yield f'<path d="{path}"{_stroked(width, colour, opacity)}/>'
            case Area(xy, foot, colour, opacity):
                ends = [(xy[-1, 0], foot), (xy[0, 0], foot)]
                path = _path(np.concatenate([xy, ends]))
                yield f'<path d="{path}Z"{_filled(colour, opacity)}/>'
            case Rings(xy, radius, width, colour, opacity):
                if len(xy):
                    yield f"<g{_stroked(width, colour, opacity)}>"
                    yield from _circles(xy, radius)
                    yield "</g>"
            case Markers():
                yield from _markers(mark)
            case Text():
                if mark.words:
                    yield _text(mark, font)
            case Raster(box, pixels):
                if pixels.size:
                    yield _image(box, pixels)
            case _:
                raise TypeError(f"{type(mark).__name__} is part of a raster")


def _markers(mark: Markers) -> Iterator[str]:
    for places, radius, colour in in_groups(mark):
        if mark.shape == "disc":
            yield f"<g{_filled(colour, mark.opacity)}>"
            yield from _circles(places, radius)
            yield "</g>"
        else:
            across = _number(2 * radius)
            path = "".join(
                f"M{_number(x - radius)} {_number(y - radius)}l{across} {across}m0-{across}"
                f"l-{across} {across}"
                for x, y in places.tolist()
            )
            look = _stroked(cross_width(radius), colour, mark.opacity, "butt")
            yield f'<path d="{path}"{look}/>'


def _circles(xy: NDArray[np.float64], radius: float) -> Iterator[str]:
    r = _number(radius)
    for x, y in xy.tolist():
        yield f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{r}"/>'


def _text(mark: Text, font: str | None) -> str:
    words, x, y, size, colour, anchor, bold, turned = mark
    # A line begins with the pen, not with its ink.
    before = extent(words, size, bold).before if anchor == "left" else 0.0
    x, y = (x, y - before) if turned else (x + before, y)
    said = {"x": x, "y": y, "font-size": size}
    more = _filled(colour)
    ends = {"left": "", "middle": "middle", "right": "end"}
    if is_rightward(words):
        more += ' direction="rtl"'
        ends = {"left": "end", "middle": "middle", "right": ""}
    if ends[anchor]:
        more += f' text-anchor="{ends[anchor]}"'
    if bold:
        more += ' font-weight="bold"'
    own = base(font, bold).family
    # Pictures of emoji are found without being named, and named they would draw digits as well.
    faces = [run.face for run in runs_of(words, font, bold) if has_outlines(run.face)]
    others = {face.family for face in faces} - {own}
    if others:
        names = map(_family, (base(font, False).family, *sorted(others), *_SIMILAR))
        more += f' font-family="{", ".join(names)}"'
    if turned:
        more += f' transform="rotate(-90 {_number(x)} {_number(y)})"'
    return f"<text{_attributes(**said)}{more}>{_words(words)}</text>"


def _image(box: tuple[int, int, int, int], pixels: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    left, top, width, height = box
    return (
        f"<image{_attributes(x=left, y=top, width=width, height=height)} "
        f'preserveAspectRatio="none" xlink:href="data:image/png;base64,{data}"/>'
    )


def _path(xy: NDArray[np.float64]) -> str:
    (x, y), *rest = xy.tolist()
    return f"M{_number(x)} {_number(y)}" + "".join(f"L{_number(x)} {_number(y)}" for x, y in rest)


def _attributes(**values: float) -> str:
    return "".join(f' {name}="{_number(value)}"' for name, value in values.items())


def _filled(colour: Colour, opacity: float = 1.0) -> str:
    return f' fill="{_hex(colour)}"' + (f' fill-opacity="{opacity:.3g}"' if opacity < 1 else "")


def _stroked(width: float, colour: Colour, opacity: float, ends: str = "round") -> str:
    more = f' stroke-opacity="{opacity:.3g}"' if opacity < 1 else ""
    if ends == "round":
        more += ' stroke-linecap="round" stroke-linejoin="round"'
    return f' fill="none" stroke="{_hex(colour)}" stroke-width="{_number(width)}"{more}'


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _family(name: str) -> str:
    return name if name.replace("-", "").isalpha() else f"'{escape(name)}'"


def _words(text: str) -> str:
    """Return words as XML takes them: one line of characters that it has."""
    line = " ".join(text.split())
    return escape("".join(c if _is_xml(c) else "\ufffd" for c in line), quote=False)


def _is_xml(c: str) -> bool:
    code = ord(c)
    return (
        0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or (code > 0xDFFF and code & 0xFFFE != 0xFFFE)
    )
