"""Whether a window can be opened on this machine, and with which of matplotlib's backends."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from renderers.errors import RendererUnavailable
from renderers.live.toolkit.libraries import explain

__all__ = ["find_backend", "load_machinery"]

PROBE_SECONDS = 10.0
NO_QT = "neither PySide6 nor PyQt6 is installed"
REMEDY = "use --render mp4 instead (renderers.save in Python)"

# Each opens the display as the toolkit would. Qt ends the process when it cannot, which no except
# catches, and a display behind a dead network address blocks; hence in a process of its own.
PROBES = {
    "qt": """
import ctypes, importlib, os
def gone(kind, context, text):
    try: # what the loader says of the plug-in for X is more than what Qt says
        if "xcb" in text: ctypes.CDLL(folder + "/platforms/libqxcb.so")
    except OSError as error: print(error, flush=True)
    print(text.strip().splitlines()[0], flush=True)
    if kind == core.QtMsgType.QtFatalMsg: os._exit(1)
names = ["PyQt6", "PySide6", "PyQt5", "PySide2"]
named = os.environ.get("QT_API", "").lower()
problem = ""
for name in [name for name in names if name.lower() == named] or names:
    try:
        core = importlib.import_module(name + ".QtCore")
        widgets = importlib.import_module(name + ".QtWidgets")
    except ImportError as error:
        if not isinstance(error, ModuleNotFoundError): problem = problem or str(error)
        continue
    paths = core.QLibraryInfo
    of = getattr(paths, "path", None) or paths.location
    places = getattr(paths, "LibraryPath", paths)
    folder = of(places.PluginsPath)
    core.qInstallMessageHandler(gone)
    app = widgets.QApplication(["probe"])
    os._exit(0)
print(problem or "NONE")
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
    backends = [configured] if configured else _candidates()
    with contextlib.ExitStack() as ended:
        # All at once, while this process loads what any window needs: the wait is one for all.
        asked = {backend: ended.enter_context(_asking(backend, seconds)) for backend in backends}
        load_machinery()
        problems = {}
        for backend in backends:
            problem = asked[backend]()
            if not problem:
                return backend
            problems[backend] = problem
    told = "; ".join(f"{backend}: {problem}" for backend, problem in problems.items())
    toolkit = 'pip install "kmeans-engine[live]" for a toolkit, '
    # Who has one need not be told to install it.
    advice = f"check DISPLAY, {toolkit if NO_QT in problems.values() else ''}or {REMEDY}"
    raise RendererUnavailable(f"a window cannot be opened ({told}); {advice}")


def load_machinery() -> None:
    """Import what takes long in a window, before it is needed."""
    for name in ("matplotlib.figure", "renderers.picture.painter"):
        importlib.import_module(name)


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


@contextlib.contextmanager
def _asking(backend: str, seconds: float) -> Iterator[Callable[[], str]]:
    """Context: a process tries a backend; the function waits for why it cannot open a window.

    It returns an empty string if it can. The process ends with the context.
    """
    toolkit = _toolkit(backend) or ""
    if toolkit not in PROBES or sys.platform in ("darwin", "win32"):
        yield lambda: _import_problem(backend)
        return
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", PROBES[toolkit]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    deadline = time.monotonic() + seconds

    def answer() -> str:
        try:
            said, _ = process.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return f"the display did not answer within {seconds:g} s"
        if process.returncode == 0:
            return ""
        first, *_ = [*said.strip().splitlines(), f"status {process.returncode}"]
        return NO_QT if first == "NONE" else explain(first)

    try:
        yield answer
    finally:
        process.kill()
        process.communicate()


def _import_problem(backend: str) -> str:
    from matplotlib.backends.registry import backend_registry

    try:
        backend_registry.load_backend_module(backend)
    except (ImportError, RuntimeError) as error:
        return explain(str(error).splitlines()[0])
    return ""
