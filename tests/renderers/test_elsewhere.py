"""Pictures of points that are not here, and whose labels are not either: the same bytes."""

import clusters
import numpy as np
import pytest
from elsewhere import Elsewhere, moved, moved_to
from pictures import ALL, at, blobs, painter

import renderers
from kmeans_engine import Engine

STORIES = {
    "film.mp4": {"fps": 4},
    "smooth.mp4": {"smooth": True, "fps": 6, "theme": "dark", "duration": 3},
    "phases.gif": {"phases": True, "overlays": ALL},
    "film.gif": {"theme": "classic"},
    "film.webm": {"fps": 4},
    "last.png": {},
    "last.svg": {"title": "The end"},
    "last.pdf": {"overlays": ["borders", "changes"]},
}
FEATURES = {"markers": (2, 40), "crowd": (2, 900), "line": (1, 40), "components": (5, 40)}


def states(features, each, n_iterations=4):
    points = np.random.default_rng(features).normal(size=(12 * each, features))
    points[:, 0] += np.arange(len(points)) % 4 * 3
    return list(Engine(points).snapshots(points[:5], max_iterations=n_iterations))


def same(tmp_path, name, here, there, **options):
    paths = [tmp_path / side / name for side in ("here", "there")]
    for path, runs in zip(paths, (here, there), strict=True):
        path.parent.mkdir()
        renderers.save(runs, path, size=(160, 120), **options)
    return paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("name", STORIES)
def test_every_format(name, tmp_path):
    here = states(2, 100)
    assert same(tmp_path, name, here, moved(here), **STORIES[name])


@pytest.mark.parametrize("kind", FEATURES)
def test_a_file_larger_than_memory(kind, tmp_path, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 64)  # of which a budget takes notice
    features, each = FEATURES[kind]
    here = states(features, each)
    np.save(tmp_path / "points.npy", here[0].points)
    engine = Engine(tmp_path / "points.npy", memory=1, scratch=tmp_path)
    there = engine.snapshots(here[0].centroids, max_iterations=4)
    assert same(tmp_path, "film.gif", iter(here), there, overlays=ALL)


@pytest.mark.slow
def test_a_cluster_of_two_workers(cluster, tmp_path):
    rng = np.random.default_rng(0)
    for kind, (features, each) in FEATURES.items():
        here = states(features, each)
        chunks = clusters.cut(np.asarray(here[0].points), 5, rng)
        there = list(Engine(chunks).snapshots(here[0].centroids, max_iterations=4))
        (tmp_path / kind).mkdir()
        for name, count in (("film.gif", 5), ("last.png", 3), ("film.mp4", 5)):
            folder = tmp_path / kind / name
            folder.mkdir()
            assert same(folder, name, here[:count], there[:count], overlays=ALL)


def test_a_race_of_runs_in_the_same_place(tmp_path):
    points = blobs(seed=5, clusters=4)
    engine = Engine(points)
    here = {name: list(engine.snapshots(points[some:8:2])) for name, some in (("a", 0), ("b", 1))}
    place = Elsewhere(points)
    there = {name: [moved_to(place, one) for one in run] for name, run in here.items()}
    assert same(tmp_path, "race.mp4", here, there, fps=4)


@pytest.mark.parametrize("kind", FEATURES)
@pytest.mark.parametrize("theme", ["light", "classic"])
def test_every_kind_of_picture(kind, theme, tmp_path):
    here = states(*FEATURES[kind])
    options = {"theme": theme, "overlays": ALL}
    assert same(tmp_path, "film.gif", here, moved(here), **options)
    for path in tmp_path.iterdir():
        path.rename(path.with_name(f"{path.name} film"))
    assert same(tmp_path, "last.png", here[:3], moved(here[:3]), **options)


@pytest.mark.parametrize("kind", ["markers", "crowd"])
def test_any_state_after_any_other(kind):
    here, other = states(*FEATURES[kind]), states(*FEATURES[kind], 2)
    place = Elsewhere(np.asarray(here[0].points), 7)
    shown = [
        painter(run[0], (80, 60), overlays=ALL - {"curve"})
        for run in (here, [moved_to(place, here[0])])
    ]
    for one in (here[0], here[3], here[2], other[1], other[2], here[4], here[4], here[0]):
        frames = [
            paint.paint(at(state))
            for paint, state in zip(shown, (one, moved_to(place, one)), strict=True)
        ]
        assert np.array_equal(*frames)
