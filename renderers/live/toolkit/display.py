"""Whether a window can be opened on this machine, and with which of matplotlib's backends."""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys

from renderers.errors import RendererUnavailable

__all__ = ["find_backend"]

PROBE_SECONDS = 10.0
REMEDY = "use --render mp4 instead (renderers.save in Python)"

# Each opens the display as the toolkit would. Qt ends the process when it cannot, which no except
# catches, and a display behind a dead network address blocks; hence in a process of its own.
PROBES = {
    "qt": """
import importlib, os
def gone(kind, context, text):
    print(text.strip().splitlines()[0], flush=True)
    if kind == core.QtMsgType.QtFatalMsg: os._exit(1)
names = ["PyQt6", "PySide6", "PyQt5", "PySide2"]
named = os.environ.get("QT_API", "").lower()
for name in [name for name in names if name.lower() == named] or names:
    try:
        core = importlib.import_module(name + ".QtCore")
        widgets = importlib.import_module(name + ".QtWidgets")
    except ImportError: continue
    core.qInstallMessageHandler(gone)
    app = widgets.QApplication(["probe"])
    os._exit(0)
print("neither PySide6 nor PyQt6 can be imported")
os._exit(1)
""",
    "tk": """
import os
try:
    import tkinter
    tkinter.Tk().destroy()
except Exception as error:
    print(error, flush=True)
    os._exit(1)
os._exit(0)
""",
}


def find_backend(*, seconds: float = PROBE_SECONDS) -> str:
    """Return the name of the matplotlib backend to open a window with.

    It is the one that is configured (MPLBACKEND, matplotlibrc, matplotlib.use), or else the first
    in matplotlib's own order, among those with a toolkit that is often there, that works here.

    Parameters
    ----------
    seconds : float
        How long a display may take to answer.

    Raises
    ------
    RendererUnavailable
        If none does.
    """
    return _find_backend(
        os.environ.get("DISPLAY", ""),
        os.environ.get("WAYLAND_DISPLAY", ""),
        _configured(),
        seconds,
    )


def _configured() -> str | None:
    try:
        import matplotlib
    except ValueError as error:  # raised by the import for an unknown MPLBACKEND
        name = os.environ.get("MPLBACKEND", "")
        raise RendererUnavailable(
            f"matplotlib does not know the backend {name!r}; unset MPLBACKEND, or {REMEDY}"
        ) from error
    # Past RcParams.__getitem__, which would resolve the choice, to Agg if need be. An object that
    # is not a string stands for "not chosen".
    name = dict.__getitem__(matplotlib.rcParams, "backend")
    return name.lower() if isinstance(name, str) else None


@functools.lru_cache(maxsize=1)
def _find_backend(display: str, wayland: str, configured: str | None, seconds: float) -> str:
    if configured is not None and _toolkit(configured) is None:
        raise RendererUnavailable(
            f"matplotlib's backend is {configured!r}, which does not open windows; unset "
            f"MPLBACKEND (or choose tkagg or qtagg), or {REMEDY}"
        )
    elsewhere = os.environ.get("QT_QPA_PLATFORM", "") not in ("", "xcb", "wayland")
    if sys.platform not in ("darwin", "win32") and not (display or wayland or elsewhere):
        raise RendererUnavailable(
            f"a window needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set; {REMEDY}"
        )
    problems = []
    for backend in [configured] if configured else _candidates():
        problem = _problem(backend, seconds)
        if not problem:
            return backend
        problems.append(f"{backend}: {problem}")
    raise RendererUnavailable(
        f"a window cannot be opened ({'; '.join(problems)}); check DISPLAY, pip install "
        f'"kmeans-engine[live]" for a toolkit, or {REMEDY}'
    )


def _candidates() -> list[str]:
    return ["macosx", "qtagg", "tkagg"] if sys.platform == "darwin" else ["qtagg", "tkagg"]


def _toolkit(backend: str) -> str | None:
    """Return the toolkit of a backend; None if it does not open windows."""
    for toolkit in ("qt", "tk", "gtk", "wx", "macosx"):
        if backend.startswith(toolkit):
            return toolkit
    if not backend.startswith("module://"):
        return None
    try:
        canvas = importlib.import_module(backend.removeprefix("module://")).FigureCanvas
        return canvas.required_interactive_framework or None
    except (ImportError, AttributeError):
        return None


def _problem(backend: str, seconds: float) -> str:
    """Return why a backend cannot open a window; empty if it can."""
    toolkit = _toolkit(backend) or ""
    if toolkit not in PROBES or sys.platform in ("darwin", "win32"):
        return _import_problem(backend)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", PROBES[toolkit]],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"the display did not answer within {seconds:g} s"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "" if done.returncode == 0 else (lines[0] if lines else f"status {done.returncode}")


def _import_problem(backend: str) -> str:
    from matplotlib.backends.registry import backend_registry

    try:
        backend_registry.load_backend_module(backend)
    except (ImportError, RuntimeError) as error:
        return str(error).splitlines()[0]
    return ""
