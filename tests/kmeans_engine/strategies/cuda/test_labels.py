"""Labels stay on the device until somebody asks, and are right whenever that is."""

import itertools

import check
import numpy as np
import problems
import pytest

from kmeans_engine import Engine
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies import make_strategy
from kmeans_engine.strategies.cuda import labels as module

pytestmark = pytest.mark.cuda


@pytest.fixture(scope="module")
def run():
    rng = np.random.default_rng(7)
    return problems.make_points("random", rng, 40, 2), rng.uniform(-1, 1, (5, 2))


@pytest.fixture(scope="module")
def want(run):
    points, start = run
    states = list(Engine(points, strategy="brute").snapshots(start))
    assert len(states) > 5
    return [(s.labels, s.changed) for s in states]


def same(states, want):
    for state, (labels, changed) in zip(states, want, strict=True):
        assert np.array_equal(state.labels, labels)
        assert np.array_equal(state.changed, changed)


def test_all_states_are_kept_and_asked_at_the_end(run, want):
    points, start = run
    same(list(Engine(points, strategy="cuda").snapshots(start)), want)


@pytest.mark.parametrize("step", [2, 3])
def test_some_states_are_kept(run, want, step):
    points, start = run
    states = Engine(points, strategy="cuda").snapshots(start)
    same([state for state in states if state.iteration % step == 0], want[::step])


def test_states_are_asked_while_the_run_goes_on(run, want):
    points, start = run
    states, kept = Engine(points, strategy="cuda").snapshots(start), []
    for state in states:
        kept.append(state)
        early = kept[len(kept) // 2]
        assert np.array_equal(early.labels_at(np.arange(3)), want[early.iteration][0][:3])
        assert np.array_equal(kept[-1].changed, want[state.iteration][1])
    same(kept, want)


def test_only_what_somebody_keeps_is_fetched(run, want, monkeypatch):
    fetched = []
    part = module.Found.part
    monkeypatch.setattr(module.Found, "part", lambda self: (fetched.append(self), part(self))[1])
    points, start = run
    last = Engine(points, strategy="cuda").fit(start)
    assert len(fetched) <= 1  # what changed last
    assert np.array_equal(last.labels, want[-1][0])


def test_a_step_that_is_interrupted_costs_no_labels(run, want, monkeypatch):
    points, start = run
    data = prepare(points, 1)
    assigner = make_strategy("cuda", data).begin()
    reference = Engine(points, strategy="brute").snapshots(start)
    places = [state.centroids for state in itertools.islice(reference, 4)]
    assigner.first(places[0])
    kept = [assigner.labels()]
    assigner.step(places[1])
    kept.append(assigner.labels())
    # Labels on the device have changed already, and nobody knows which.
    monkeypatch.setattr(
        assigner._sums, "send", lambda stream: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        assigner.step(places[2])
    assigner.finish()
    for labels, (right, _) in zip(kept, [want[0], want[2]], strict=True):
        assert np.array_equal(labels.all(), right)


def test_a_run_goes_on_from_any_labels(run):
    points, start = run
    assigner = make_strategy("cuda", prepare(points, 1)).begin()
    sums = assigner.adopt(start, np.zeros(40, dtype=np.uint8))
    labels = assigner.labels().all()
    assert np.array_equal(sums.counts, np.bincount(labels, minlength=5))
    check.same_snapshot(
        Engine(points, strategy="cuda").fit(start), Engine(points, strategy="brute").fit(start)
    )
