"""The benchmark of a GPU: what it measures, and what it says where there is none."""

import sys

import gpu
import numpy as np
import pytest

from kmeans_engine.strategies.cuda.device import missing


def test_it_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gpu.py"])
    monkeypatch.setenv("KMEANS_ENGINE_CUDA", "0")
    with pytest.raises(SystemExit, match=r"^nothing measured: KMEANS_ENGINE_CUDA=0 forbids it"):
        gpu.main()


def test_a_row_and_its_line():
    row = gpu.Row(300, 9, 4, first=2.5)
    result = gpu.measure(row, 1, "cuda" if missing() is None else "brute")
    assert all(result[name] > 0 for name in ("host", "first", "settled"))
    assert gpu.line(result).startswith("300 x 9, K=4: host ")
    assert " (2.5); settled " in gpu.line(result)


def test_wrong_labels_of_ours_are_an_error(monkeypatch):
    monkeypatch.setattr(gpu, "assign_points", lambda points, start: np.full(len(points), 9))
    with pytest.raises(AssertionError, match="differ"):
        gpu.measure(gpu.Row(50, 2, 3), 1, "brute")


class Tensor:
    def __init__(self, array):
        self.array = array

    def cpu(self):
        return self.array


def test_others_are_compared_label_by_label():
    calls = []
    labels = np.array([0, 1, 2, 0])
    report = gpu.beside(
        {"other": lambda: Tensor(np.array([0, 1, 2, 1]))}, labels, 2, lambda: calls.append(1)
    )
    assert report["other"]["wrong"] == 0.25
    assert len(calls) == 4
    line = gpu.line(
        {"work": "w", "targets": gpu.ROWS[0]._asdict(), "host": 1, "first": 2, "settled": 3,
         "others": report}
    )  # fmt: skip
    assert line.endswith("25.00% wrong")


def test_tiles_that_are_compared_are_some_that_the_kernels_can_be_made_of():
    for row in gpu.ROWS[2:]:
        tilings = gpu.tilings(row)
        assert len(tilings) > 4
        for tiles in tilings:
            assert tiles.np >= row.features
            assert tiles.np % tiles.bk == tiles.bm % (16 * tiles.wm) == 0
            assert tiles.bn % (16 * tiles.wn) == 0
