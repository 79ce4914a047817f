"""What is agreed with a window."""

import pytest

from renderers.films.mp4 import Mp4Renderer
from renderers.live import LiveRenderer
from renderers.outputs import make_options
from renderers.stage.window import NOT_MOVABLE, ChoiceUnavailable, Commands, Start, Window


def test_who_is_a_window():
    assert isinstance(LiveRenderer(None, make_options(LiveRenderer)), Window)
    assert not isinstance(Mp4Renderer(None, make_options(Mp4Renderer)), Window)


def test_a_window_without_a_caller_starts_nothing():
    with pytest.raises(ChoiceUnavailable, match=NOT_MOVABLE):
        Commands().job(Start())


def test_jobs_are_those_of_the_caller():
    asked = []
    start = Start(k=3)
    job = Commands(lambda start: asked.append(start) or asked.append).job(start)
    job("seat")
    assert asked == [start, "seat"]
