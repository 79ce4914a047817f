"""The bare points before the first picture: there, in the ink of the axes, without machine code."""

import subprocess
import sys

import numpy as np
import pytest
from live import scene_of

from renderers import Panel, Scene
from renderers.live.face.splash import paint_splash
from renderers.picture.themes import THEMES, theme_named
from renderers.plane.view import View


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(640, 480), (120, 90), (1, 1)])
def test_the_points_are_there(theme: str, size: tuple[int, int]):
    pixels = paint_splash(scene_of(2), theme, size)
    assert pixels.shape == (size[1], size[0], 4)
    if size != (1, 1):
        look = theme_named(theme)
        assert (pixels[..., :3] == look.muted).all(axis=2).sum() > 40
        assert (pixels[0, 0, :3] == look.background).all()


@pytest.mark.parametrize("features", [1, 3])
def test_of_any_number_of_features(features: int):
    muted = theme_named("light").muted
    pixels = paint_splash(scene_of(features), "light", (640, 480))
    assert (pixels[..., :3] == muted).all(axis=2).sum() > 40


def test_points_that_are_elsewhere_are_not_waited_for():
    class Elsewhere:
        n_points, n_features, parts = 10, 2, ()

    view = View(np.zeros((3, 2)))
    view.points = Elsewhere()
    words = paint_splash(Scene(()), "light", (640, 480))
    assert np.array_equal(paint_splash(Scene((Panel(2, view),)), "light", (640, 480)), words)


def test_it_compiles_nothing():
    """But for the kernel that places values on the plane, which the scene has needed already."""
    script = """
from live import scene_of
from kmeans_engine.runtime.jit import KERNELS
from renderers.live.face.splash import paint_splash
scene = scene_of(2)
before = {k.py_func.__name__: len(k.signatures) for k in KERNELS}
paint_splash(scene, "light", (640, 480))
after = {k.py_func.__name__: len(k.signatures) for k in KERNELS}
print({name for name in after if after[name] != before.get(name, 0)})
"""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
