"""A matplotlib figure with a window of its own; what a toolkit refuses is one line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import matplotlib

from renderers.errors import RendererUnavailable
from renderers.live.toolkit.display import REMEDY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["new_figure"]

DPI = 100


def new_figure(backend: str, size: tuple[int, int]) -> Figure:
    """Return a figure with a window; the settings of matplotlib stay as they are."""
    try:
        if backend.startswith("qt"):
            _need_no_display()
        from matplotlib import pyplot  # drops a choice of Qt if it finds neither display nor Qt

        if not isinstance(dict.__getitem__(matplotlib.rcParams, "backend"), str):
            pyplot.switch_backend(backend)
        with matplotlib.rc_context({"toolbar": "None", "figure.hooks": []}):
            inches = (size[0] / DPI, size[1] / DPI)
            return pyplot.figure(figsize=inches, dpi=DPI, layout="none")
    except (ImportError, RuntimeError) as error:
        raise RendererUnavailable(f"a window cannot be opened ({error}); {REMEDY}") from error
    except Exception as error:  # tkinter.TclError, without importing tkinter
        if type(error).__name__ != "TclError":
            raise
        raise RendererUnavailable(f"a window cannot be opened ({error}); {REMEDY}") from error


def _need_no_display() -> None:
    """Make the application of a Qt platform without X or Wayland; matplotlib refuses to."""
    if sys.platform.startswith("linux") and os.environ.get("QT_QPA_PLATFORM"):
        import matplotlib.backends.qt_compat as qt

        global _application
        widgets: Any = vars(qt)["QtWidgets"]
        _application = widgets.QApplication.instance() or widgets.QApplication(["kmeans"])


_application: object = None  # Qt deletes it when the last reference goes
