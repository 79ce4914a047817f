"""What a recording holds, in words; the command's own tests look at the rest."""

import numpy as np
from recordings import record

from kmeans_engine import Engine
from kmeans_engine.command.retelling import retell, sparkline, spell_recording


def test_a_sparkline():
    assert sparkline([0, 7, 1, 4]) == "▁█▂▅"
    assert sparkline([3.5]) == sparkline([3.5, 3.5])[:1] == "▁"
    assert sparkline([]) == ""
    long = sparkline(range(1000))
    assert len(long) <= 61
    assert long[0] == "▁"
    assert long[-1] == "█"


def test_a_run_that_was_recorded_from_python(tmp_path):
    points = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    run = record(Engine(points).snapshots(points[:3], max_iterations=2), tmp_path / "run.arrows")
    facts = retell(str(tmp_path / "run.arrows"))
    assert facts["counts"] == run[-1].counts.tolist()
    assert facts["settings"] == {}
    first, *_ = spell_recording(facts).splitlines()
    assert first == "50 points, 2 features of float32, k = 3"
    assert "stopped after 2 iterations" in spell_recording(facts)
