"""The window as a renderer."""

from __future__ import annotations

import pytest
from live import moments

from renderers import Options, RenderError, Scene
from renderers.live import LiveRenderer
from renderers.stage.play import play


def test_a_window_that_is_not_driven_says_so():
    renderer = LiveRenderer(None, Options())
    with pytest.raises(RenderError, match=r"call drive\(job\)"):
        play(moments(1), Scene(()), [renderer])
    renderer.close()
    renderer.abort()
