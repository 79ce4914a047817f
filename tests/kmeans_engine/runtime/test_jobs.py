"""Jobs of a team, from the worker's side: in which order they are given."""

import threading

import numpy as np
import numpy.typing as npt
import pytest

from kmeans_engine.runtime import jobs, team
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.native import read
from kmeans_engine.runtime.records import Record

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.skipif(not team._NATIVE, reason="kernels are plain Python here"),
]


class Nothing(Record):
    none: npt.NDArray[np.int64]


@kernel(counted=False)
def nothing(task, start, stop):
    return


@kernel(counted=False)
def watch(first, last, given, rounds):
    """Return how often the first one was given a job before the last one was, of all `rounds`."""
    early, seen = 0, 0
    while seen < rounds:
        while read(first, given) == 0:
            pass
        if read(last, given) == 0 and read(first, given) != 0:
            early += 1
        while read(first, given) != 0:
            pass
        seen += 1
    return early


def test_whoever_wakes_others_finds_the_job_given_to_them():
    # Workers that never come, so that all of them keep the job until its leader takes it back.
    rounds, count = 50, jobs.MOST - 1
    crew = team.Team()
    slots = [team._Words(jobs.SLOT) for _ in range(count)]
    board = crew._board.words
    board[jobs._STACK : jobs._STACK + count] = [slot.address for slot in slots]
    board[jobs._IDLE] = count
    crew._size = count
    task = Nothing(none=np.zeros(1, dtype=np.int64))
    function = team._address(nothing, task.__dict__["_numba_type_"])
    first, last = slots[-1].address, slots[0].address
    watch(first, last, jobs._GIVEN, 0)  # compile
    found = []
    watcher = threading.Thread(
        target=lambda: found.append(watch(first, last, jobs._GIVEN, rounds)), daemon=True
    )
    watcher.start()
    team_before, team._team = team._team, crew
    try:
        while watcher.is_alive():
            crew.run(function, [task] * (count + 1), 2, 1)
    finally:
        team._team = team_before
    watcher.join()
    assert found == [0]
