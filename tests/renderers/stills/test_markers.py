import numpy as np
import pytest

from renderers.picture.marks import Markers
from renderers.stills.markers import in_groups

RED, BLUE = (255, 0, 0), (0, 0, 255)


def groups(colours, radius):
    xy = np.arange(2.0 * len(colours)).reshape(-1, 2)
    mark = Markers(xy, radius, "disc", np.array(colours, np.uint8).reshape(-1, 3), 1.0)
    return [(len(places), size, colour) for places, size, colour in in_groups(mark)]


@pytest.mark.parametrize(
    ("colours", "radius", "wanted"),
    [
        ([], 2.0, []),
        ([RED], 2.0, [(1, 2.0, RED)]),
        ([RED, RED, BLUE, RED], 2.0, [(2, 2.0, RED), (1, 2.0, BLUE), (1, 2.0, RED)]),
        ([RED, RED], np.array([1.0, 3.0]), [(1, 1.0, RED), (1, 3.0, RED)]),
    ],
)
def test_neighbours_that_look_the_same_are_a_group(colours, radius, wanted):
    assert groups(colours, radius) == wanted
