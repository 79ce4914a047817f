"""What a toolkit lacks on this machine, as its loader names it, and the packages that have it."""

from __future__ import annotations

import re
import sys

__all__ = ["explain"]

#: Debian's package (Ubuntu's as well) and Fedora's, by the beginning of the library's file name.
_PACKAGES = {
    "libEGL.so": ("libegl1", "libglvnd-egl"),
    "libGL.so": ("libgl1", "libglvnd-glx"),
    "libOpenGL.so": ("libopengl0", "libglvnd-opengl"),
    "libX11-xcb.so": ("libx11-xcb1", "libX11-xcb"),
    "libX11.so": ("libx11-6", "libX11"),
    "libXft.so": ("libxft2", "libXft"),
    "libdbus-1.so": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so": ("libfontconfig1", "fontconfig"),
    "libfreetype.so": ("libfreetype6", "freetype"),
    "libglib-2.0.so": ("libglib2.0-0", "glib2"),
    "libgthread-2.0.so": ("libglib2.0-0", "glib2"),
    "libtcl": ("tcl", "tcl"),
    "libtk": ("tk", "tk"),
    "libxcb-cursor.so": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-render.so": ("libxcb-render0", "libxcb"),
    "libxcb-shape.so": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so": ("libxcb-xkb1", "libxcb"),
    "libxcb.so": ("libxcb1", "libxcb"),
    "libxkbcommon-x11.so": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxkbcommon.so": ("libxkbcommon0", "libxkbcommon"),
}
_MISSING = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object file")
_NO_TK = re.compile(r"No module named '?_?tkinter'?")


def explain(problem: str) -> str:
    """Return why a toolkit cannot be used, with what to install where that is known.

    Parameters
    ----------
    problem : str
        The message of the loader or of Python's import, one line.
    """
    if _NO_TK.search(problem):
        if sys.platform == "darwin":
            return "Python lacks Tk: brew install python-tk"
        return "Python lacks Tk: apt install python3-tk, or dnf install python3-tkinter"
    found = _MISSING.search(problem)
    if found is None:
        return problem
    library = found[1]
    known = (packages for name, packages in _PACKAGES.items() if library.startswith(name))
    debian, fedora = next(known, ("", ""))
    if not debian:
        return f"{library} is missing on this system"
    remedy = f"apt install {debian}, or dnf install {fedora}"
    return f"{library} is missing on this system: {remedy}"
