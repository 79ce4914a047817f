"""K grows: clusters keep their numbers and colours, and new ones come out of their parents."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media import read_mp4
from pictures import blobs
from PIL import Image
from sweeps import a_sweep, fits, sweep_of
from wait import eventually

import renderers
from kmeans_engine import Engine
from kmeans_engine.choosing.rows import Sweep
from renderers import InvalidOption, Moment, Options
from renderers.live.saving import Save
from renderers.live.saving import load_registered as registered
from renderers.picture.growing import grown_caption
from renderers.stage.growing import grown, states_of
from renderers.stage.pace import Pace, moments

SWEEP = a_sweep(high=8)


def states(sweep):
    return list(states_of(grown(sweep), sweep.best))


def test_a_state_is_the_solution_with_other_numbers():
    for row, state in zip(SWEEP.rows, states(SWEEP), strict=False):
        assert state.iteration == row.k
        assert state.inertia == row.inertia
        assert state.labels.dtype == np.uint8
        # The same points together, at the same centroids.
        assert np.array_equal(state.centroids[state.labels], row.last.centroids[row.last.labels])
        assert np.array_equal(state.counts, np.bincount(state.labels, minlength=8))
        assert set(np.unique(state.labels)) <= set(range(row.k))
        assert not state.centroids.flags.writeable and not state.counts.flags.writeable


def test_the_points_that_changed_are_those_with_another_number():
    found = states(SWEEP)[: len(SWEEP.rows)]
    assert found[0].n_changed == 0
    for one, other in itertools.pairwise(found):
        differ = np.flatnonzero(one.labels != other.labels)
        assert other.changed.tolist() == differ.tolist()
        assert other.n_changed == len(differ)


def test_a_cluster_that_is_not_there_yet_is_where_its_parent_is():
    growth = grown(SWEEP)
    for row, state in zip(growth.rows, states(SWEEP), strict=False):
        for number in range(row.k, 8):
            ancestor = growth.parents[number]
            while ancestor >= row.k:
                ancestor = growth.parents[ancestor]
            assert np.array_equal(state.centroids[number], state.centroids[ancestor])
            assert state.counts[number] == 0


def test_the_film_ends_with_the_k_that_stands_out():
    found = states(SWEEP)
    assert [one.iteration for one in found] == [2, 3, 4, 5, 6, 7, 8, 5]
    assert found[-1].n_changed == 0 and len(found[-1].changed) == 0
    assert np.array_equal(found[-1].labels, found[3].labels)
    for best in (None, 8):
        ends = states(sweep_of([row.last for row in SWEEP.rows], best))
        assert [one.iteration for one in ends] == [2, 3, 4, 5, 6, 7, 8]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_as_few_points_as_possible_change_in_a_split(seed):
    """Of one cluster cut in two, the larger piece keeps the number, and nothing else changes."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 7))
    labels = rng.integers(0, k, 60)
    labels[:k] = np.arange(k)
    points = np.stack([labels * 10.0, rng.random(60)], axis=1)
    torn = int(rng.integers(k))
    cut = labels.copy()
    cut[(labels == torn) & (points[:, 1] > 0.5)] = k
    mixed = rng.permutation(k + 1)[cut]  # the second run numbers its clusters as it likes
    ends = []
    for some in (labels, mixed):
        means = [
            points[some == c].mean(axis=0) if (some == c).any() else [999.0, 9.0]
            for c in range(some.max() + 1)
        ]
        ends.append(Engine(points).fit(np.array(means), max_iterations=0))
    if any(not np.array_equal(end.labels, some) for end, some in zip(ends, (labels, mixed))):  # noqa: B905
        return  # the pieces are not clusters of their means
    growth = grown(sweep_of(ends))
    _, other = states_of(growth, None)
    pieces = np.bincount(other.labels[labels == torn], minlength=k + 1)
    assert other.n_changed == pieces.sum() - pieces.max()
    assert growth.parents[-1] == torn


def test_weights_stay_with_their_clusters():
    points = blobs(clusters=3, each=20)
    weights = np.random.default_rng(4).integers(0, 5, len(points)).astype(float)
    engine = Engine(points, weights=weights)
    ends = [engine.fit(points[:1]), engine.fit(points[[0, 25]]), engine.fit(points[[50, 25, 0]])]
    for state in states(sweep_of(ends)):
        assert state.weights.tolist() == np.bincount(state.labels, weights, minlength=3).tolist()


def test_labels_on_a_cluster_are_told_in_one_line():
    last = SWEEP.rows[0].last
    away = replace(last, _labels=SimpleNamespace(all=object))
    growth = grown(sweep_of([last]))
    away = growth._replace(rows=(replace(growth.rows[0], last=away),))
    with pytest.raises(InvalidOption, match=r"the labels of a cluster stay there"):
        list(states_of(away, None))


def test_k_may_jump():
    points = blobs(clusters=6, each=30)
    sweep = sweep_of(fits(points, (1, 2, 5, 9)))
    growth = grown(sweep)
    assert len(growth.parents) == 9
    assert growth.parents[0] == -1
    assert all(0 <= parent < number for number, parent in enumerate(growth.parents[1:], start=1))
    assert [one.iteration for one in states(sweep)] == [1, 2, 5, 9]


def test_duplicates_and_empty_clusters_have_parents(tmp_path):
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    engine = Engine(points)
    ends = [engine.fit(points[:1]), engine.fit(points[[0, 5]]), engine.fit(points[[0, 5, 5, 0]])]
    found = states(sweep_of(ends))
    assert [np.count_nonzero(one.counts) for one in found] == [1, 2, 2]
    renderers.save(sweep_of(ends), tmp_path / "few.gif", size=(160, 120))


def test_captions_say_what_splits():
    sweep = sweep_of([row.last for row in SWEEP.rows], 5)
    film = list(moments(states(sweep), Pace(smooth=True, fps=30)))
    said = [grown_caption(sweep, moment)[0] for moment in film if moment.progress == 1]
    assert said[0] == "2 clusters"
    assert said[1].startswith("found from another start: ")
    assert said[-1] == "K = 5 stands out: silhouette and gap agree"
    back = next(moment for moment in film if moment.before and moment.before[0].iteration == 8)
    assert grown_caption(sweep, back)[0] == "back to K = 5"


def test_a_split_is_told_in_the_numbers_of_the_film():
    before, after = (SWEEP.rows[i].last for i in (3, 4))  # K = 5 and 6
    one, other = sweep_of([before, after]).rows
    for parent in range(5):
        growth = grown(Sweep((one, replace(other, split_from=(parent,))), one, None, ""))
        told = replace(sweep_of([before, after]), rows=growth.rows)
        (moment,) = (one for one in moments(states(told)) if one.last)
        words = grown_caption(told, replace(moment, last=False))
        assert words[0].startswith(f"cluster {parent} splits: ")  # the first row keeps its numbers


def test_a_centroid_comes_out_of_its_parent():
    film = list(moments(states(SWEEP), Pace(smooth=True, fps=30)))
    first = next(moment for moment in film if moment.before)
    (state,), (before,) = first.snapshots, first.before
    places = first.centroids_of(state)
    parent = grown(SWEEP).parents[2]
    step = np.linalg.norm(places[2] - before.centroids[parent])
    way = np.linalg.norm(state.centroids[2] - before.centroids[parent])
    assert 0 < step < 0.1 * way


@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_films_are_smooth_without_being_asked(tmp_path, suffix):
    path = renderers.save(SWEEP, tmp_path / f"k.{suffix}", size=(320, 180), duration=2.0)
    if suffix == "mp4":
        film = read_mp4(path)
        assert len(film.frames) == 60
        different = {frame.tobytes() for frame in film.frames}
        assert len(different) > 25  # states alone would be eight


def test_stills_show_the_figure_and_sequences_each_k(tmp_path):
    renderers.save(SWEEP, tmp_path / "k.png", size=(320, 240))
    renderers.save(SWEEP, tmp_path / "k_%02d.png", size=(320, 240))
    assert len(list(tmp_path.glob("k_*.png"))) == 8
    with Image.open(tmp_path / "k.png") as figure, Image.open(tmp_path / "k_00.png") as first:
        assert np.array(figure).shape == np.array(first).shape
        assert not np.array_equal(np.array(figure), np.array(first))


def test_what_has_no_effect_is_refused(tmp_path):
    with pytest.raises(InvalidOption, match=r"phases= has no effect where several K are compared"):
        renderers.save(SWEEP, tmp_path / "k.mp4", phases=True)
    with pytest.raises(InvalidOption, match=r"smooth= has no effect without a"):
        renderers.save(SWEEP, tmp_path / "k.png", smooth=True)
    for option in ({"overlays": "none"}, {"axes": (1, 0)}, {"log": "x"}, {"limits": "all"}):
        with pytest.raises(InvalidOption, match=r"= has no effect on the figure of several K"):
            renderers.save(SWEEP, tmp_path / "k.png", **option)
    with pytest.raises(InvalidOption, match=r"a sweep has its points; leave out points="):
        renderers.save(SWEEP, tmp_path / "k.png", points=SWEEP.rows[0].last.points)
    assert not list(tmp_path.iterdir())


def test_a_window_saves_the_state_that_it_shows(tmp_path):
    growth, end = grown(SWEEP), states(SWEEP)[2]
    scene = replace(renderers.make_scene(end), sweep=replace(SWEEP, rows=growth.rows))
    player = SimpleNamespace()
    moment = Moment((end,), 1.0)
    for kept, name in ((scene, "state.png"), (replace(scene, sweep=None), "plain.png")):
        save = Save(registered, tmp_path / name, kept, player, Options((320, 240)), moment)
        eventually(lambda save=save: save.result.startswith("saved"))
    with Image.open(tmp_path / "state.png") as one, Image.open(tmp_path / "plain.png") as other:
        same = (np.array(one) == np.array(other)).all(axis=2)
    assert same[60:180].mean() > 0.95  # the same points; the words differ
    assert not same.all()
