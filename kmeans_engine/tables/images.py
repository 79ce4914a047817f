"""Pixels of images as points in RGB, at the depth they are stored in."""

import logging
import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.table import Table

__all__ = ["read_image"]

# How Pillow unpacks two bytes to one, and the way that keeps the other one. N is the machine's own.
_FOREIGN = "B" if sys.byteorder == "little" else "L"
_OTHER_ORDER = {
    f"{channels};16{order}": f"{channels};16{other}"
    for channels in ("RGB", "RGBA")
    for order, other in (("B", "L"), ("L", "B"), ("N", _FOREIGN))
}

Pixels = npt.NDArray[Any]


def read_image(given: Input, options: ReadOptions) -> Table:
    """Read the pixels of an image, row after row, upright; transparent ones are left out.

    Grey is read as three equal channels, so that all images have the columns r, g and b. Points
    are uint8, uint16 for 16 bits, and float32 for floats.
    """
    where = given.where
    with unharmed(where, "image"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tags that say nothing about the pixels
        pixels, alpha, white, notes = _decoded(given)
    height, width, _ = pixels.shape
    points, kept = pixels.reshape(-1, 3), None
    if alpha is not None and alpha.all():
        alpha = None if (alpha == 255).all() else alpha
    elif alpha is not None:
        kept = alpha != 0
        if not kept.any():
            raise InvalidInput(f"{where} is transparent throughout; at least one pixel is needed")
        points = np.ascontiguousarray(points[kept])
        clear = len(kept) - len(points)
        notes.append(f"{clear} of {len(kept)} pixels are transparent and not clustered")
    return Table(
        points, ("r", "g", "b"), height * width, kept, (height, width), tuple(notes),
        alpha=alpha, white=white,
    )  # fmt: skip


def _decoded(given: Input) -> tuple[Pixels, npt.NDArray[np.uint8] | None, float, list[str]]:
    """Return pixels (h, w, 3), their opacity (h * w,) if any, the value of white, and notes."""
    from PIL import Image, ImageOps

    # Pillow logs what it raises as well; without a handler that would be printed.
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    where, notes, lower = given.where, list[str](), None
    try:
        # Pillow warns at its limit and raises at twice of it; both are an error here.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(given.path or given.seekable()) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                notes.append(f"{where} holds {frames} pictures; the first one is read")
            if _has_16_bits(image):
                try:
                    lower = _lower(given)
                except KeyError:
                    notes.append(f"{where} has 16 bits, of which the upper 8 are read")
            pixels, alpha, white = _channels(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InvalidInput(
            f"{where} has more pixels than Pillow's limit of {Image.MAX_IMAGE_PIXELS}; "
            "make it smaller"
        ) from error
    if lower is not None:
        pixels = pixels.astype(np.uint16) << 8 | lower
        white = _white(pixels)
    return pixels, alpha, white, notes


def _channels(image: Any) -> tuple[Pixels, npt.NDArray[np.uint8] | None, float]:
    """Return pixels (h, w, 3), their opacity (h * w,) if any, and the value of white."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = np.asarray(image)
        if grey.dtype.kind != "f":
            small = grey.min() >= 0 and grey.max() <= 65535
            grey = grey.astype(np.uint16 if small else np.int32)
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2), None, _white(grey)
    clear = "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La")
    if not clear:
        return np.asarray(image.convert("RGB")), None, 255.0
    if image.mode == "La":
        image = image.convert("LA")
    pixels = np.asarray(image.convert("RGBA"))
    return np.ascontiguousarray(pixels[:, :, :3]), pixels[:, :, 3].reshape(-1), 255.0


def _white(grey: Pixels) -> float:
    """Return the value to show as white: that of the depth, which may be less than is stored."""
    largest = float(np.nanmax(grey, initial=0, where=np.isfinite(grey)))
    depths = (1.0,) if grey.dtype.kind == "f" else (255.0, 1023.0, 4095.0, 65535.0)
    return next((depth for depth in depths if largest <= depth), largest)


def _has_16_bits(image: Any) -> bool:
    """Tell whether an image has colours of 16 bits, of which Pillow keeps the upper 8."""
    return not image.mode.startswith("I") and any(";16" in _raw_mode(tile) for tile in image.tile)


def _lower(given: Input) -> Pixels:
    """Return the lower 8 bits of such colours, upright, (h, w, 3), in uint8.

    Pillow keeps the first byte of a pair if it is said to be big-endian, and the second one
    otherwise. So the image is unpacked once more, with the other order.

    Raises
    ------
    KeyError
        If Pillow has no such order for these channels.
    """
    from PIL import Image, ImageOps

    with Image.open(given.path or given.seekable()) as image:
        tiles: list[Any] = []
        for tile in list[Any](image.tile):
            codec, box, offset, arguments = tile
            mode = _OTHER_ORDER[_raw_mode(tile)]
            arguments = mode if isinstance(arguments, str) else (mode, *arguments[1:])
            # Older versions of Pillow have plain tuples.
            fields = codec, box, offset, arguments
            tiles.append(type(tile)(*fields) if hasattr(tile, "_fields") else fields)
        image.tile = tiles
        upright = ImageOps.exif_transpose(image)
        return np.asarray(upright)[:, :, :3]


def _raw_mode(tile: Any) -> str:
    arguments = tile[3]
    return str(arguments if isinstance(arguments, str) else arguments[0] if arguments else "")
