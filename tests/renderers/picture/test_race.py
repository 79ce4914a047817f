from dataclasses import replace

from pictures import at, blobs, lloyd

from renderers import Panel, Scene
from renderers.picture.marks import Polyline, Text
from renderers.picture.race import letter_of, race
from renderers.picture.themes import THEMES
from renderers.plane.placement import Box
from renderers.plane.view import View

POINTS = blobs(clusters=3)


BOX = Box(10, 20, 300, 500)


def drawn(inertias, box=BOX, last=True):
    first = lloyd(POINTS, POINTS[:3], 1)[-1]
    states = [replace(first, compute_inertia=lambda v=v: v) for v in inertias]
    scene = Scene(tuple(Panel(3, View(POINTS), f"run {i}") for i in range(len(states))))
    moment = replace(at(*states), last=last)
    (group,) = race(box, scene, moment, THEMES["light"], 7.2, 13.0)
    return group.marks


def words(marks):
    return [mark.words for mark in marks if isinstance(mark, Text)]


def test_letters_go_on_after_z():
    assert [letter_of(i) for i in (0, 1, 25, 26, 701, 702)] == ["A", "B", "Z", "AA", "ZZ", "AAA"]


def test_each_run_has_its_letter_its_line_its_name_and_its_inertia():
    marks = drawn([2.5, 3.25])
    assert words(marks) == [
        *("run", "inertia"),
        *("A", "run 0", "wins, 2.500"),
        *("B", "run 1", "3.250"),
    ]
    one, other = (mark for mark in marks if isinstance(mark, Polyline))
    assert (one.colour, one.dash) != (other.colour, other.dash)
    bold = {mark.words for mark in marks if isinstance(mark, Text) and mark.bold}
    assert bold == {"A", "B", "run 0", "wins, 2.500"}


def test_inertias_that_differ_are_written_so_that_they_do_in_the_end():
    said = words(drawn([179.9121, 179.9134, 200.0]))
    assert "wins, 179.912" in said and "179.913" in said
    said = words(drawn([179.9121, 179.9134, 200.0], last=False))
    assert said.count("179.9") == 2


def test_of_too_many_runs_the_best_are_listed():
    said = words(drawn([float(30 - i) for i in range(30)], Box(0, 0, 300, 200)))
    listed = [word for word in said if word.startswith("run ")]
    assert listed and listed == [f"run {i}" for i in range(30 - len(listed), 30)]
