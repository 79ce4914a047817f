"""The runs of one command: what is chosen, what is remembered, what is written."""

import numpy as np
import pytest

from kmeans_engine import Engine, InvalidInput
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.command.summary import spell_summary, summarize
from kmeans_engine.command.trial import Trial


def source(seed=4, **options):
    table = synthetic_table(12, 50, 0.01, seed)
    return Source.of(table, 12, "random", seed, standardized=False, **options)


def test_states_are_those_of_the_engine():
    trial = Trial(source(), threads=1, max_iterations=3)
    assert trial.last is None
    states = list(trial.states())
    want = list(Engine(trial.source.points).snapshots(trial.source.start(0), max_iterations=3))
    assert len(states) == len(want) == 4
    assert all(np.array_equal(a.centroids, b.centroids) for a, b in zip(states, want, strict=True))
    assert trial.last is states[-1]
    assert trial.seconds > 0


def test_arguments_are_checked_before_it_runs():
    with pytest.raises(InvalidInput, match="max_iterations=-1"):
        Trial(source(), max_iterations=-1)


def test_the_best_of_several():
    trial, seen = Trial(source()), []
    trial.choose_best(6, seen.append)
    engine = Engine(trial.source.points)
    ends = [engine.fit(trial.source.start(number)) for number in range(6)]
    best = min(range(6), key=lambda number: ends[number].inertia)
    assert best > 0
    assert trial.last.inertia == ends[best].inertia
    assert np.array_equal(trial.start, trial.source.start(best))
    assert len(seen) == sum(end.iteration + 1 for end in ends)
    # Drawn again, it has the same bits.
    assert list(trial.states())[-1].centroids.tobytes() == ends[best].centroids.tobytes()


def test_remade_keeps_the_limits():
    trial = Trial(source(), max_iterations=2)
    other = trial.remade(lambda seed: synthetic_table(12, 50, 0.01, seed), 1)
    assert not np.array_equal(other.source.points, trial.source.points)
    assert len(list(other.states())) == 3


def test_results_that_cannot_be_written(tmp_path):
    trial = Trial(source())
    list(trial.states())
    trial.write()
    trial.write(labels=str(tmp_path / "l.npy"), centroids=str(tmp_path / "c.npy"))
    assert np.array_equal(np.load(tmp_path / "l.npy"), trial.last.labels)
    assert np.array_equal(np.load(tmp_path / "c.npy"), trial.last.centroids)
    with pytest.raises(OSError, match=r"c\.csv was not written: No such file or directory"):
        trial.write(centroids=str(tmp_path / "nowhere" / "c.csv"))
    with pytest.raises(OSError, match=r"l\.csv was not written: No such file or directory"):
        trial.write(labels=str(tmp_path / "nowhere" / "l.csv"))


def test_summary():
    trial = Trial(source())
    list(trial.states())
    facts = summarize(trial, outputs=["a.mp4"])
    assert facts["inertia"] == trial.last.inertia
    assert facts["counts"] == trial.last.counts.tolist()
    text = spell_summary(facts)
    assert text.startswith("600 points, 2 features, k = 12, seed 4\nconverged after ")
    assert text.endswith("\nwrote a.mp4")
