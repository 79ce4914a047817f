"""Kernels that blend discs, rings, lines and masks over a picture. They know no marks."""

from __future__ import annotations

from math import sqrt

from numpy import float64, intp, uint8
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.picture.raster import cross_cover

__all__ = [
    "blend_cover",
    "blend_disc",
    "blend_line",
    "blend_markers",
    "blend_net",
    "blend_path",
    "blend_pixels",
    "blend_rings",
]


@kernel(counted=False, inline=True)
def _blend(
    image: NDArray[uint8],
    i: int,
    j: int,
    red: int,
    green: int,
    blue: int,
    q: int,  # 0..256
) -> None:
    image[i, j, 0] = (int(image[i, j, 0]) * (256 - q) + red * q + 128) // 256
    image[i, j, 1] = (int(image[i, j, 1]) * (256 - q) + green * q + 128) // 256
    image[i, j, 2] = (int(image[i, j, 2]) * (256 - q) + blue * q + 128) // 256


@kernel(counted=False)
def blend_disc(
    x: float,  # pixels
    y: float,
    rings: NDArray[float64],  # in, (R, 4): radius in pixels, red, green, blue; the largest first
    radius: float,  # pixels
    red: int,
    green: int,
    blue: int,
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend one anti-aliased disc over those around it."""
    height, width = image.shape[0], image.shape[1]
    for r in range(rings.shape[0] + 1):
        reach = radius + 0.5
        if r < rings.shape[0]:
            reach = rings[r, 0] + 0.5
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        a, b, c = red, green, blue
        if r < rings.shape[0]:
            a, b, c = int(rings[r, 1]), int(rings[r, 2]), int(rings[r, 3])
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                cover = min(1.0, reach - sqrt(dx * dx + dy * dy))
                if cover > 0.0:
                    _blend(image, i, j, a, b, c, int(cover * 256 + 0.5))


@kernel(counted=False)
def blend_rings(
    xy: NDArray[float64],  # in, (R, 2), pixels of the frame
    left: int,  # the first pixel of the image in them
    top: int,
    radius: float,  # of the middle of the ring, pixels
    line: float,  # its width, pixels
    red: int,
    green: int,
    blue: int,
    opacity: float,  # 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend an anti-aliased ring around each place."""
    height, width = image.shape[0], image.shape[1]
    reach = radius + 0.5 * line + 0.5
    for r in range(xy.shape[0]):
        x = xy[r, 0] - left
        y = xy[r, 1] - top
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                off = abs(sqrt(dx * dx + dy * dy) - radius)
                cover = min(1.0, 0.5 * line + 0.5 - off)
                if cover > 0.0:
                    q = int(cover * opacity * 256 + 0.5)
                    _blend(image, i, j, red, green, blue, q)


@kernel(counted=False)
def blend_markers(
    xy: NDArray[float64],  # in, (R, 2), pixels
    radii: NDArray[float64],  # in, (R,), pixels
    colours: NDArray[uint8],  # in, (R, 3)
    opacity: float,  # 0..1
    crosses: bool,  # whether they are crosses, see `raster.add_crosses`
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend an anti-aliased disc or cross at each place, one over the other."""
    height, width = image.shape[0], image.shape[1]
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        size = radii[r]
        half = max(0.5, size * 0.25)
        reach = size + (1.0 if crosses else 0.5)
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        red, green, blue = int(colours[r, 0]), int(colours[r, 1]), int(colours[r, 2])
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                if crosses:
                    cover = cross_cover(dx, dy, size, half)
                else:
                    cover = min(1.0, reach - sqrt(dx * dx + dy * dy))
                if cover > 0.0:
                    _blend(image, i, j, red, green, blue, int(cover * opacity * 256 + 0.5))


@kernel(counted=False, inline=True)
def _columns(
    x0: float, y0: float, x1: float, y1: float, i: int, reach: float, width: int
) -> tuple[int, int]:
    """Return the columns that a row can touch: where a line, widened by its reach, crosses it."""
    low, high = min(x0, x1), max(x0, x1)
    if abs(y1 - y0) > 1e-9:
        slope = (x1 - x0) / (y1 - y0)
        a = x0 + (i - reach - y0) * slope
        b = x0 + (i + 1.0 + reach - y0) * slope
        low, high = max(low, min(a, b)), min(high, max(a, b))
    return max(0, int(low - reach)), min(width, int(high + reach) + 1)


@kernel(counted=False)
def blend_line(
    x0: float,  # pixels
    y0: float,
    x1: float,
    y1: float,
    line: float,  # width, pixels
    red: int,
    green: int,
    blue: int,
    opacity: float,  # 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend an anti-aliased line with round ends."""
    height, width = image.shape[0], image.shape[1]
    if not (abs(x0) < 1e7 and abs(y0) < 1e7 and abs(x1) < 1e7 and abs(y1) < 1e7):
        return
    dx = x1 - x0
    dy = y1 - y0
    squared = dx * dx + dy * dy
    reach = 0.5 * line + 0.5
    top = max(0, int(min(y0, y1) - reach))
    foot = min(height, int(max(y0, y1) + reach) + 1)
    for i in range(top, foot):
        first, end = _columns(x0, y0, x1, y1, i, reach, width)
        for j in range(first, end):
            px = j + 0.5 - x0
            py = i + 0.5 - y0
            t = 0.0
            if squared > 0.0:
                t = min(1.0, max(0.0, (px * dx + py * dy) / squared))
            ex = px - t * dx
            ey = py - t * dy
            cover = min(1.0, reach - sqrt(ex * ex + ey * ey))
            if cover > 0.0:
                q = int(cover * opacity * 256 + 0.5)
                _blend(image, i, j, red, green, blue, q)


@kernel(counted=False)
def blend_net(
    ends: NDArray[float64],  # in, (S, 2, 2), pixels of the frame
    left: int,  # the first pixel of the image in them
    top: int,
    line: float,  # width, pixels
    red: int,
    green: int,
    blue: int,
    opacity: float,  # 0..1
    cover: NDArray[uint8],  # scratch, (height, width), zeros before and after
    pixels: NDArray[intp],  # scratch, (height * width,)
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend anti-aliased lines with round ends as one shape: each pixel once."""
    height, width = cover.shape
    reach = 0.5 * line + 0.5
    found = 0
    for s in range(ends.shape[0]):
        x0, y0 = ends[s, 0, 0] - left, ends[s, 0, 1] - top
        x1, y1 = ends[s, 1, 0] - left, ends[s, 1, 1] - top
        if not (abs(x0) < 1e7 and abs(y0) < 1e7 and abs(x1) < 1e7 and abs(y1) < 1e7):
            continue
        dx = x1 - x0
        dy = y1 - y0
        squared = dx * dx + dy * dy
        scale = 1.0 / sqrt(squared) if squared > 0.0 else 0.0
        for i in range(max(0, int(min(y0, y1) - reach)), min(height, int(max(y0, y1) + reach) + 1)):
            first, end = _columns(x0, y0, x1, y1, i, reach, width)
            for j in range(first, end):
                px = j + 0.5 - x0
                py = i + 0.5 - y0
                along = px * dx + py * dy
                if along <= 0.0:
                    away = sqrt(px * px + py * py)
                elif along >= squared:
                    away = sqrt((px - dx) * (px - dx) + (py - dy) * (py - dy))
                else:
                    away = abs(px * dy - py * dx) * scale
                q = int(255 * min(1.0, reach - away) + 0.5)
                if q > int(cover[i, j]):
                    if cover[i, j] == 0:
                        pixels[found] = i * width + j
                        found += 1
                    cover[i, j] = q
    for p in range(found):
        i = pixels[p] // width
        j = pixels[p] - i * width
        q = int(cover[i, j] * opacity * (256.0 / 255.0) + 0.5)
        cover[i, j] = 0
        _blend(image, i, j, red, green, blue, q)


@kernel(counted=False)
def blend_path(
    xy: NDArray[float64],  # in, (R, 2), pixels of the frame
    left: int,  # the first pixel of the image in them
    top: int,
    line: float,  # width, pixels
    red: int,
    green: int,
    blue: int,
    opacity: float,  # 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend the line through some places, piece by piece."""
    for r in range(xy.shape[0] - 1):
        x0, y0 = xy[r, 0] - left, xy[r, 1] - top
        x1, y1 = xy[r + 1, 0] - left, xy[r + 1, 1] - top
        blend_line(x0, y0, x1, y1, line, red, green, blue, opacity, image)


@kernel(counted=False)
def blend_cover(
    image: NDArray[uint8],  # in and out, (height, width, 4)
    cover: NDArray[uint8],  # in, (h, w), 0..255
    left: int,  # where its first column goes; what falls outside is cut off
    top: int,
    red: int,
    green: int,
    blue: int,
) -> None:
    """Blend a colour in through a mask."""
    for i in range(max(0, top), min(image.shape[0], top + cover.shape[0])):
        for j in range(max(0, left), min(image.shape[1], left + cover.shape[1])):
            q = int(cover[i - top, j - left])
            if q == 255:
                image[i, j, 0] = red
                image[i, j, 1] = green
                image[i, j, 2] = blue
            elif q > 0:
                image[i, j, 0] += (red - int(image[i, j, 0])) * q // 255
                image[i, j, 1] += (green - int(image[i, j, 1])) * q // 255
                image[i, j, 2] += (blue - int(image[i, j, 2])) * q // 255


@kernel(counted=False)
def blend_pixels(
    pixels: NDArray[intp],  # in, (P,), as row * width + column
    cover: NDArray[uint8],  # in, (P,), 0..255
    red: int,
    green: int,
    blue: int,
    opacity: float,  # 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Blend a colour over some pixels."""
    width = image.shape[1]
    for p in range(pixels.shape[0]):
        i = pixels[p] // width
        j = pixels[p] - i * width
        q = int(cover[p] * opacity * (256.0 / 255.0) + 0.5)
        _blend(image, i, j, red, green, blue, q)
