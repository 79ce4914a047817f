"""What the engine warns of, as lines: a command says it in its own way. Prints nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["warned"]


@contextmanager
def warned(lines: list[str]) -> Iterator[None]:
    """Context: what this project warns of is added to `lines`; warnings of others stay warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if warning.category.__module__.startswith("kmeans_engine"):
            lines.append(str(warning.message))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
