"""The runs of one command: what is chosen, what is remembered, what is written."""

import numpy as np
import pytest

from kmeans_engine import Engine, InvalidInput
from kmeans_engine.command.source import Source, synthetic_table
from kmeans_engine.command.summary import spell_summary, summarize
from kmeans_engine.command.trial import Run


def source(seed=4, **options):
    table = synthetic_table(12, 50, 0.01, seed)
    return Source.of(table, 12, "random", seed, standardized=False, **options)


def test_states_are_those_of_the_engine():
    run = Run(source(), threads=1, max_iterations=3)
    assert run.last is None
    states = list(run.states())
    want = list(Engine(run.source.points).snapshots(run.source.start(0), max_iterations=3))
    assert len(states) == len(want) == 4
    assert all(np.array_equal(a.centroids, b.centroids) for a, b in zip(states, want, strict=True))
    assert run.last is states[-1]
    assert run.seconds > 0


def test_arguments_are_checked_before_it_runs():
    with pytest.raises(InvalidInput, match="max_iterations=-1"):
        Run(source(), max_iterations=-1)


def test_the_best_of_several():
    run, seen = Run(source()), []
    run.choose_best(6, seen.append)
    engine = Engine(run.source.points)
    ends = [engine.fit(run.source.start(number)) for number in range(6)]
    best = min(range(6), key=lambda number: ends[number].inertia)
    assert best > 0
    assert run.last.inertia == ends[best].inertia
    assert np.array_equal(run.start, run.source.start(best))
    assert len(seen) == sum(end.iteration + 1 for end in ends)
    # Drawn again, it has the same bits.
    assert list(run.states())[-1].centroids.tobytes() == ends[best].centroids.tobytes()


def test_remade_keeps_the_limits():
    run = Run(source(), max_iterations=2)
    other = run.remade(lambda seed: synthetic_table(12, 50, 0.01, seed), 1)
    assert not np.array_equal(other.source.points, run.source.points)
    assert len(list(other.states())) == 3


def test_results_that_cannot_be_written(tmp_path):
    run = Run(source())
    list(run.states())
    run.write()
    run.write(labels=str(tmp_path / "l.npy"), centroids=str(tmp_path / "c.npy"))
    assert np.array_equal(np.load(tmp_path / "l.npy"), run.last.labels)
    assert np.array_equal(np.load(tmp_path / "c.npy"), run.last.centroids)
    with pytest.raises(OSError, match=r"c\.csv was not written: No such file or directory"):
        run.write(centroids=str(tmp_path / "nowhere" / "c.csv"))
    with pytest.raises(OSError, match=r"l\.csv was not written: No such file or directory"):
        run.write(labels=str(tmp_path / "nowhere" / "l.csv"))


def test_summary():
    run = Run(source())
    list(run.states())
    facts = summarize(run, outputs=["a.mp4"])
    assert facts["inertia"] == run.last.inertia
    assert facts["counts"] == run.last.counts.tolist()
    text = spell_summary(facts)
    assert text.startswith("600 points, 2 features, k = 12, seed 4\nconverged after ")
    assert text.endswith("\nwrote a.mp4")
