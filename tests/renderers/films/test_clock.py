"""Seconds become frames without drift."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.films.clock import FrameClock


@pytest.mark.parametrize(
    ("rate", "seconds", "frames"),
    [
        (25.0, [0.02] * 6, [1, 0, 1, 0, 1, 0]),
        (2.0, [0.5, 0.5, 1.0], [1, 1, 2]),
        (30.0, [0.1, 0.0, 1.0], [3, 0, 30]),
        (3.0, [1 / 3] * 4, [1, 1, 1, 1]),
    ],
)
def test_frames_of_moments(rate: float, seconds: list[float], frames: list[int]):
    clock = FrameClock(rate)
    assert [clock.frames(s) for s in seconds] == frames


@given(st.floats(0.5, 240), st.lists(st.floats(0, 10), min_size=1, max_size=50))
def test_all_moments_so_far_last_as_long_as_their_frames(rate: float, seconds: list[float]):
    clock = FrameClock(rate)
    frames = [clock.frames(s) for s in seconds]
    assert min(frames) >= 0
    for count, total in zip(accumulate(frames), accumulate(seconds), strict=True):
        assert abs(count - total * rate) <= 0.5 + 1e-5
