"""The face of the live window: layers, and what the mouse does on them, without a toolkit."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from live import Clock, Painting
from wait import eventually

from renderers import Moment, Options, Panel, Renderer, Scene
from renderers.live.face.plan import bar_height
from renderers.live.face.surface import Surface
from renderers.live.session import Session
from renderers.plane.view import View
from renderers.stage.window import Commands, Job, Start

SIZE = (640, 480)
BAR = bar_height(SIZE)


class Desk:
    """A surface, its session and what the session was asked to start."""

    def __init__(
        self,
        size: tuple[int, int] = SIZE,
        theme: str = "light",
        features: int = 2,
        panels: int = 1,
    ) -> None:
        points = np.random.default_rng(5).normal(size=(60, features))
        self.centroids = points[:3]
        self.asked: list[Start] = []
        self.size = size
        self.clock = Clock()
        self.session = Session(
            Options(size=size, theme=theme),
            Commands(self._restart),
            clock=self.clock,
            painting=Painting(),
        )
        self.surface = Surface(self.session)
        self._scene = Scene((Panel(3, View(points)),) * panels)
        self._states = [
            SimpleNamespace(
                weights=None,
                iteration=i,
                centroids=self.centroids,
                assigned_from=self.centroids,
                counts=np.array([10, 20, 30]),
                points=points,
            )
            for i in range(30)
        ]
        self.session.start(self._job)
        eventually(lambda: self.look() is not None and self.session.frame is not None)

    def _job(self, seat: Renderer) -> None:
        seat.open(self._scene)
        for state in self._states:
            seat.draw(Moment((state,), 1.0))

    def _restart(self, start: Start) -> Job:
        self.asked.append(start)
        return self._job

    def look(self) -> tuple[Any, ...]:
        self.session.tick(self.surface.picture_size(self.size))
        return self.surface.layers(self.size)

    def pixel_of(self, value: np.ndarray) -> tuple[float, float]:
        frame = self.session.frame
        assert frame is not None
        x, y = frame.pixels_of(0, np.array(value)[None])[0]
        return x, y

    def click(self, x: float, y: float) -> None:
        self.surface.move(x, y)
        self.surface.press(x, y)
        self.surface.release(x, y)
        self.look()

    def button(self, command: str) -> tuple[float, float]:
        for y in range(SIZE[1] - BAR, SIZE[1], 2):
            for x in range(0, SIZE[0], 2):
                button = self.surface.button_at(x, y)
                if button is not None and button.command == command:
                    return x + 2, y + 2
        raise AssertionError(command)


@pytest.fixture
def desk():
    desks = []

    def make(*given: Any, **named: Any) -> Desk:
        desks.append(Desk(*given, **named))
        return desks[-1]

    yield make
    for desk in desks:
        desk.surface.stop()
        desk.session.end()


def test_the_picture_is_above_the_bar(desk: Callable[..., Desk]):
    picture, bar, *_ = desk().look()
    assert picture.pixels.shape[:2] == (480 - BAR, 640)
    assert (bar.left, bar.top, bar.pixels.shape[:2]) == (0, 480 - BAR, (BAR, 640))


def test_a_tiny_window_is_all_picture_with_words_on_it(desk: Callable[..., Desk]):
    small = desk((200, 150))
    picture, toast = small.look()
    assert picture.pixels.shape[:2] == (150, 200)
    assert toast.top + len(toast.pixels) <= 150
    small.clock.now += 60
    assert len(small.look()) == 1
    small.session.post("pause")
    assert len(small.look()) == 2


def test_while_nothing_changes_the_layers_are_the_same_arrays(desk: Callable[..., Desk]):
    one = desk()
    one.session.post("pause")
    one.look()
    first, second = one.look(), one.look()
    assert [id(layer.pixels) for layer in first] == [id(layer.pixels) for layer in second]


@pytest.mark.parametrize("theme", ["light", "dark", "classic"])
def test_buttons_do_what_they_say(desk: Callable[..., Desk], theme: str):
    one = desk(SIZE, theme)
    one.click(*one.button("pause"))
    assert not one.session.report.playing
    one.click(*one.button("forward"))
    assert one.session.report.state == 1
    one.click(*one.button("back"))
    assert one.session.report.state == 0
    one.click(*one.button("faster"))
    assert one.session.report.speed == 2.0
    one.click(*one.button("new centroids"))
    one.click(*one.button("more clusters"))
    assert [(start.new_points, start.k) for start in one.asked] == [(False, None), (False, 4)]
    one.click(*one.button("help"))
    assert one.session.helping
    one.click(300, 200)
    assert not one.session.helping


def test_a_button_under_the_pointer_is_raised_and_explained(desk: Callable[..., Desk]):
    one = desk()
    one.clock.now += 60
    one.session.post("pause")
    _, bar = one.look()
    one.surface.move(*one.button("save"))
    assert one.surface.pointer == "hand"
    _, raised, hint = one.look()
    assert not np.array_equal(bar.pixels, raised.pixels)
    assert hint.top + len(hint.pixels) <= 480 - BAR
    assert hint.left + hint.pixels.shape[1] <= 640
    one.surface.leave()
    assert len(one.look()) == 2
    assert one.surface.pointer == "arrow"


def test_the_slider_shows_what_it_is_dragged_to_and_plays_on(desk: Callable[..., Desk]):
    one = desk()
    eventually(lambda: one.look() is not None and one.session.report.states == 5)
    row = 480 - BAR + 3
    one.surface.press(12, row)
    one.look()
    assert not one.session.report.playing
    for x in range(12, 640, 5):
        one.surface.move(x, row - 200)  # the pointer may leave the bar
        one.look()
    # The run is pulled along, as far as it is computed.
    eventually(lambda: one.look() is not None and one.session.report.states >= 9)
    assert one.session.report.state > 3
    one.surface.release(639, row)
    one.look()
    assert one.session.report.playing


def test_a_slider_that_was_paused_stays_so(desk: Callable[..., Desk]):
    one = desk()
    one.session.post("pause")
    one.look()
    one.click(40, 480 - BAR + 3)
    assert not one.session.report.playing


def test_a_centroid_is_dragged_and_the_run_starts_from_there(desk: Callable[..., Desk]):
    one = desk()
    x, y = one.pixel_of(one.centroids[2])
    one.surface.move(x, y)
    assert one.surface.pointer == "hand"
    one.surface.press(x, y)
    before = len(one.look())
    target = np.array([0.25, -0.5])
    one.surface.move(*one.pixel_of(target))
    held = one.look()
    assert len(held) == before
    one.surface.release(*one.pixel_of(target))
    [start] = one.asked
    np.testing.assert_allclose(start.centroids[2], target)
    np.testing.assert_array_equal(start.centroids[:2], one.centroids[:2])


def test_k_clicks_place_the_centroids(desk: Callable[..., Desk]):
    one = desk()
    one.session.post("place")
    one.look()
    wanted = np.array([[0.5, 0.5], [-0.5, 0.25], [0.1, -0.9]])
    for value in wanted:
        assert one.session.message.startswith("click to place")
        one.click(*one.pixel_of(value))
    [start] = one.asked
    np.testing.assert_allclose(start.centroids, wanted)
    assert not one.session.choices.hand.placing


def test_more_or_fewer_can_be_placed(desk: Callable[..., Desk]):
    one = desk()
    for command in ("place", "fewer clusters"):
        one.session.post(command)
        one.look()
    for value in ([0.5, 0.5], [-0.5, 0.25]):
        one.click(*one.pixel_of(np.array(value)))
    [start] = one.asked
    assert start.centroids.shape == (2, 2)


def test_the_cluster_is_told_beside_the_pointer(desk: Callable[..., Desk]):
    one = desk()
    one.clock.now += 60
    one.session.post("pause")
    one.look()
    place = one.pixel_of(one.centroids[1] + [0.02, 0.02])
    for x, y in (place, (place[0] + 40, place[1])):
        one.surface.move(x, y)
        eventually(lambda: len(one.look()) == 3)
        tip = one.look()[-1]
        assert tip.left >= 0
        assert tip.left + tip.pixels.shape[1] <= 640
    one.surface.leave()
    assert len(one.look()) == 2


def test_the_help_lies_on_the_picture(desk: Callable[..., Desk]):
    one = desk()
    one.session.post("help")
    *_, panel = one.look()
    assert panel.pixels.shape[0] > 150
    one.session.post("cancel")
    one.look()
    assert not one.session.helping


def test_the_wheel_steps_over_the_bar(desk: Callable[..., Desk]):
    one = desk()
    eventually(lambda: one.look() is not None and one.session.report.states == 5)
    for steps in (-1, -1, 1):
        one.surface.scroll(100, SIZE[1] - 5, steps)
        one.look()
    assert one.session.report.state == 1


def test_the_wheel_looks_closer_around_the_pointer(desk: Callable[..., Desk]):
    one = desk()
    frame = one.session.frame
    assert frame is not None
    x, y = one.pixel_of(one.centroids[1])
    one.surface.scroll(x, y, 3)
    look = one.look()
    assert one.session.gaze.look.limits is not None
    left, right, *_ = one.session.gaze.look.limits
    whole = frame.wholes[0].limits
    assert right - left == pytest.approx(0.8**3 * (whole[1] - whole[0]))
    assert len(look) >= 2


def test_the_ground_is_dragged_and_a_double_click_shows_everything(desk: Callable[..., Desk]):
    one = desk()
    x, y = one.pixel_of(one.centroids.mean(axis=0) + np.array([0.05, 0.4]))
    one.surface.scroll(x, y, 4)
    one.look()
    before = one.session.gaze.look.limits
    one.surface.press(x, y)
    for step in (10, 40, 60):
        one.surface.move(x + step, y)
    assert one.surface.pointer == "hand"
    one.surface.release(x + 60, y)
    one.look()
    after = one.session.gaze.look.limits
    assert after[0] < before[0]
    assert after[1] - after[0] == pytest.approx(before[1] - before[0])
    one.surface.press_again(x, y)
    one.look()
    assert one.session.gaze.look.limits is None
    assert one.asked == []


def test_a_picture_follows_the_theme(desk: Callable[..., Desk]):
    one = desk()
    before = one.surface.ground
    one.session.post("next theme")
    one.look()
    assert one.session.gaze.look.theme == "dark"
    assert one.surface.ground != before


def test_the_full_screen_is_asked_for_and_left(desk: Callable[..., Desk]):
    one = desk()
    for command, full in (("full screen", True), ("cancel", False), ("full screen", True)):
        one.session.post(command)
        one.look()
        assert one.session.gaze.full_screen == full


def test_axes_are_chosen_from_a_list(desk: Callable[..., Desk]):
    one = desk(features=4)
    one.session.post("columns")
    one.look()
    columns = one.session.gaze.columns
    assert columns.shown
    assert columns.axes is None
    for command in ("slower", "forward", "slower"):  # the arrows: down, right, down
        one.session.post(command)
        one.look()
    assert one.session.gaze.look.axes == (0, 2)
    plan = one.surface._list
    row = plan.row(0, 3)
    one.click(plan.box.left + row.left + 20, plan.box.top + row.top + 5)
    assert one.session.gaze.look.axes == (3, 2)
    one.click(2, 2)
    assert not columns.shown


def test_two_features_have_no_list(desk: Callable[..., Desk]):
    one = desk()
    one.session.post("columns")
    one.look()
    assert not one.session.gaze.columns.shown
    assert "three or more features" in one.session.message


def test_a_race_has_no_controls_that_start_other_runs(desk: Callable[..., Desk]):
    one = desk(panels=2)
    there = {
        button.command
        for y in range(SIZE[1] - BAR, SIZE[1], 3)
        for x in range(0, SIZE[0], 3)
        if (button := one.surface.button_at(x, y)) is not None
    }
    assert there == {
        *("first", "back", "pause", "forward", "last", "slower", "faster", "save", "help")
    }
    x, y = one.pixel_of(one.centroids[0])
    one.surface.press(x, y)
    assert not one.session.choices.hand.holding
