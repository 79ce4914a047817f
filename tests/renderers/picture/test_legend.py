import pytest
from pictures import ALL, BARE, blobs, lloyd

from renderers import Options, make_scene
from renderers.picture.legend import LEGEND, legend_marks
from renderers.picture.marks import Text
from renderers.picture.painter import Painter
from renderers.picture.text import extent
from renderers.picture.themes import THEMES
from renderers.plane.placement import Box
from renderers.stage.pace import Pace, moments

POINTS = blobs(clusters=3)


def words(marks):
    return [mark.words for mark in marks if isinstance(mark, Text)]


@pytest.mark.parametrize(("width", "level"), [(1000, 0), (383, 1), (342, 2)])
def test_words_are_as_long_as_there_is_room_for_all(width, level):
    marks = legend_marks(Box(10, 0, width, 20), list(LEGEND), THEMES["light"], 11.0)
    assert words(marks) == [wordings[level] for wordings in LEGEND.values()]


def test_the_first_ones_stand_where_there_is_no_room_for_all():
    said = words(legend_marks(Box(0, 0, 120, 20), list(LEGEND), THEMES["dark"], 11.0))
    assert said == ["centroid"] or said == ["centroid", "changed"]
    assert sum(extent(word, 11.0).width for word in said) < 120


def test_a_legend_fades_into_the_ground():
    theme = THEMES["light"]
    marks = legend_marks(Box(0, 0, 900, 20), list(LEGEND), theme, 11.0, 0.0)
    assert {mark.colour for mark in marks} == {theme.background}


def explained(moment, overlays, size=(1280, 720)):
    scene = make_scene(moment.snapshots[0])
    said = words(flat(Painter(scene, Options(size, overlays=overlays)).marks(moment)))
    return [name for name, wordings in LEGEND.items() if set(said[-40:]) & set(wordings)]


def flat(marks):
    for mark in marks:
        yield from flat(mark.marks) if hasattr(mark, "marks") else [mark]


def test_only_what_is_drawn_is_explained():
    film = list(moments(lloyd(POINTS, POINTS[:3], 3)))
    assert explained(film[-1], ALL) == ["centroids", "changes", "trails", "borders", "sizes"]
    assert explained(film[-1], frozenset({"legend", "borders"})) == ["centroids", "borders"]
    assert explained(film[1], frozenset({"legend", "borders"})) == ["centroids"]
    assert explained(film[-1], ALL - {"legend"} - {"sizes"}) == []


def test_a_smooth_film_explains_itself_in_its_first_seconds():
    film = list(moments(lloyd(POINTS, POINTS[:3], 12), Pace(smooth=True, fps=10)))
    seen = [moment.legend for moment in film]
    first = next(i for i, moment in enumerate(film) if not moment.opening)
    assert not any(seen[:first]) and seen[first] == 1 and seen[-1] == 0
    assert sorted(seen[first:], reverse=True) == seen[first:]
    overlays = frozenset({"borders", "trails"})
    assert explained(film[first + 1], overlays) == ["centroids", "trails", "borders"]
    assert explained(film[first + 1], BARE) == []
    assert explained(film[-1], overlays) == []
    plain = moments(lloyd(POINTS, POINTS[:3], 12))
    assert not any(moment.legend for moment in plain)
