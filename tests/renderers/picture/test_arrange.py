import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.picture.arrange import arrange
from renderers.picture.colours import cluster_colours, distances


def least_apart(places, colours, order):
    """How far the colours of the closest neighbours of each cluster are from its own, at least."""
    away = np.linalg.norm(places[:, None] - places[None], axis=2) + 1e9 * np.eye(len(places))
    nearest = away.argmin(axis=1)
    own = colours[order]
    return min(distances(own[i : i + 1], own[nearest[i]][None])[0, 0] for i in range(len(own)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 80))
def test_each_cluster_has_a_colour_of_its_own(seed, k):
    places = 1000 * np.random.default_rng(seed).random((k, 2))
    order = arrange(places, cluster_colours(k))
    assert sorted(order.tolist()) == list(range(k))
    assert np.array_equal(order, arrange(places, cluster_colours(k)))
    # A picture of another size, or of the other side, has the same neighbours.
    assert np.array_equal(order, arrange(2 * places, cluster_colours(k)))
    assert np.array_equal(order, arrange(1024 - places[:, ::-1], cluster_colours(k)))


def test_nearest_neighbours_look_different():
    rng = np.random.default_rng(1)
    for k, least in ((12, 0.09), (30, 0.065), (100, 0.06), (256, 0.055)):
        for _ in range(5):
            places, colours = rng.random((k, 2)), cluster_colours(k)
            arranged = least_apart(places, colours, arrange(places, colours))
            assert arranged >= least
            assert arranged >= least_apart(places, colours, np.arange(k))


def test_alike_colours_are_moved_apart():
    # On a row: two reds beside each other, two blues beside each other.
    places = np.array([[0.0, 0], [1, 0], [10, 0], [11, 0]])
    colours = np.array([[200, 0, 0], [210, 0, 0], [0, 0, 200], [0, 0, 210]], dtype=np.uint8)
    reds = (arrange(places, colours) < 2).tolist()
    assert reds in ([True, False, True, False], [True, False, False, True],
                    [False, True, True, False], [False, True, False, True])  # fmt: skip


def test_places_that_are_no_numbers_and_many_clusters():
    places = np.array([[np.nan, 0.0], [np.inf, 1.0], [-1e300, 2.0], [1.0, 1.0], [1.0, 1.0]])
    assert sorted(arrange(places, cluster_colours(5)).tolist()) == [0, 1, 2, 3, 4]
    assert np.array_equal(arrange(np.zeros((300, 2)), cluster_colours(300)), np.arange(300))
