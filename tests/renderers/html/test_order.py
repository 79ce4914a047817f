import numpy as np
import pytest

from renderers.html.order import along_hilbert


def test_each_step_on_a_grid_is_one_cell():
    grid = np.stack(np.meshgrid(np.arange(32.0), np.arange(32.0)), axis=-1).reshape(-1, 2)
    order = along_hilbert(grid)
    assert np.array_equal(np.sort(order), np.arange(len(grid)))
    assert (np.abs(np.diff(grid[order], axis=0)).sum(axis=1) == 1).all()


@pytest.mark.parametrize("xy", [[[1.0, 2]], [[3.0, 3]] * 5, [[0.0, 1], [0, 1], [0, 0]]])
def test_equal_places_keep_their_order(xy):
    order = along_hilbert(np.array(xy))
    places = [tuple(xy[i]) for i in order]
    for place in set(places):
        rows = [int(i) for i in order if tuple(xy[i]) == place]
        assert rows == sorted(rows)
