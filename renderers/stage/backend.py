"""matplotlib is loaded whatever MPLBACKEND names."""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["shield"]


def shield(*, drawing: bool, showing: bool) -> None:
    """Forget an MPLBACKEND that nothing here can use: its import would fail, with any picture.

    Jupyter hands its own to every command, whether its package is installed or not.

    Parameters
    ----------
    drawing, showing : bool
        Whether there are pictures, and a window, whose backend a user may choose.
    """
    backend = os.environ.get("MPLBACKEND", "")
    jupyter = "inline" in backend
    if backend and drawing and (jupyter or not showing):
        del os.environ["MPLBACKEND"]
        import matplotlib

        with suppress(ValueError):
            if not jupyter:
                matplotlib.rcParams["backend"] = backend
                os.environ["MPLBACKEND"] = backend
