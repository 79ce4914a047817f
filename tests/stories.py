"""Short runs as scenes and moments, for tests of the files that are made of them."""

from kmeans_engine import Engine, make_clusters
from renderers import Panel, Scene, make_scene
from renderers.picture.marks import Group
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments

POINTS = make_clusters(4, 60, seed=3)


def run(**limits):
    return Engine(POINTS).snapshots(POINTS[:4], **limits)


def race():
    """A scene of two runs and its moments."""
    runs = [list(run(max_iterations=5)), list(Engine(POINTS).snapshots(POINTS[60:64]))]
    runs[1] += runs[1][-1:] * (len(runs[0]) - len(runs[1]))
    panels = tuple(Panel(4, View(POINTS, names=["a", "b"]), name) for name in ("one", "other"))
    return Scene(panels, "A race"), list(moments(zip(*runs, strict=False)))


def alone(pace=None):
    film = list(moments(run(), pace or Pace()))
    return make_scene(film[0].snapshots[0], title="Alone", names=["left", "up"]), film


def phases():
    scene, film = alone(Pace(phases=True, smooth=True, fps=5))
    return scene, film[: len(film) // 2]


def flat(marks):
    """The marks without their groups."""
    for mark in marks:
        yield from flat(mark.marks) if isinstance(mark, Group) else [mark]
