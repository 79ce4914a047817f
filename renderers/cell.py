"""The cell of a notebook: whether there is one, and what is shown below it."""

from __future__ import annotations

import sys
from html import escape

__all__ = ["label_of", "running", "show"]


def running() -> bool:
    """Tell whether this is the kernel of a notebook, without importing IPython to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def label_of(title: str) -> str:
    """Return what is shown, for those who do not see it, as HTML."""
    return escape(f"K-means, iteration by iteration{': ' if title else ''}{title}")


def show(html: str) -> None:
    """Show some HTML below the cell."""
    from IPython.display import HTML, display

    display(HTML(html))
