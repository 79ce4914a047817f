"""A cluster looks like the one that it came from."""

import numpy as np
import pytest

from renderers.picture.colours import cluster_colours, oklab
from renderers.picture.families import family_order


@pytest.mark.parametrize("k", [1, 2, 3, 10, 60, 256])
def test_each_colour_is_given_once(k):
    rng = np.random.default_rng(k)
    first = min(2, k)
    parents = [-1] * first + [int(rng.integers(0, j)) for j in range(first, k)]
    order = family_order(parents, cluster_colours(k))
    assert sorted(order.tolist()) == list(range(k))


def test_a_child_has_the_colour_that_is_left_and_nearest_to_its_parent():
    blue, red, light_blue, orange = (0, 0, 220), (210, 0, 0), (90, 120, 255), (240, 120, 0)
    table = np.array([blue, red, light_blue, orange], np.uint8)
    order = family_order([-1, -1, 1, 0], table).tolist()
    assert order[0] == 0 and order[3] == 2
    assert {order[1], order[2]} == {1, 3}


def test_the_first_clusters_are_as_different_as_can_be():
    table = cluster_colours(10, "classic")  # neighbours on the circle of hues are alike
    first = family_order([-1, -1, 0, 1, 2, 3, 4, 5, 6, 7], table)[:2]
    near, far = oklab(table[[0, 1]]), oklab(table[first])
    assert np.linalg.norm(far[0] - far[1]) > 1.5 * np.linalg.norm(near[0] - near[1])


def test_a_palette_with_fewer_colours_serves():
    table = cluster_colours(6, palette=((200, 0, 0), (0, 0, 200)))
    assert sorted(family_order([-1, -1, 0, 0, 1, 1], table).tolist()) == list(range(6))
