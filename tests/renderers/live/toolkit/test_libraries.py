"""What a toolkit lacks is named as the loader names it, with the packages that have it."""

import sys

import pytest

from renderers.live.toolkit.libraries import explain

LOADER = "{}: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    ("library", "debian", "fedora"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
        ("libEGL.so.1", "libegl1", "libglvnd-egl"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
        ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
        ("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
        ("libxcb-render.so.0", "libxcb-render0", "libxcb"),
    ],
)
def test_a_library_is_named_with_its_packages(library: str, debian: str, fedora: str):
    assert explain(LOADER.format(library)) == (
        f"{library} is missing on this system: apt install {debian}, or dnf install {fedora}"
    )


def test_a_library_that_nobody_knows():
    told = explain(LOADER.format("libnowhere.so.3"))
    assert told == "libnowhere.so.3 is missing on this system"


def test_python_without_tk():
    told = explain("No module named '_tkinter'")
    assert told.startswith("Python lacks Tk: ")
    assert ("brew install python-tk" if sys.platform == "darwin" else "python3-tk") in told


def test_anything_else_is_told_as_it_came():
    assert explain("couldn't connect to display") == "couldn't connect to display"
