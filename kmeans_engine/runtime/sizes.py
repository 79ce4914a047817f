"""Amounts of bytes, as people write them and as they read them."""

from __future__ import annotations

import re

__all__ = ["parse_bytes", "shown_bytes"]

_PREFIXES = "kMGT"


def parse_bytes(size: str | int) -> int:
    """Return a number of bytes: 2MB, 800 kB, 1.5GiB, or a plain number.

    Raises
    ------
    ValueError
        If it is something else.
    """
    match = re.fullmatch(r"\s*([\d.]+)\s*([kMGT]?)(i?)B?\s*", str(size), flags=re.IGNORECASE)
    if match is None:
        raise ValueError(size)
    power = _PREFIXES.lower().index(match[2].lower()) + 1 if match[2] else 0
    try:
        return int(float(match[1]) * (1024 if match[3] else 1000) ** power)
    except OverflowError:
        raise ValueError(size) from None


def shown_bytes(size: float) -> str:
    """Return a number of bytes for a message: ``8.1 GB``."""
    for prefix in ("", *_PREFIXES):
        if size < 999.5 or prefix == _PREFIXES[-1]:
            break
        size /= 1000.0
    digits = 0 if not prefix or size >= 99.95 else 1
    return f"{size:.{digits}f} {prefix}B"
