"""Rows find their pieces, and come back in their places."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine.points.shares import pieces_of, shares


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.data())
def test_each_row_is_in_one_share(sizes, data):
    if not sum(sizes):
        sizes = [*sizes, 1]
    starts = np.cumsum([0, *sizes])
    rows = np.array(data.draw(st.lists(st.integers(0, sum(sizes) - 1))), dtype=np.int64)
    owner = np.repeat(np.arange(len(sizes)), sizes)  # of every row there is
    found = shares(pieces_of(starts[:-1].tolist(), rows))
    assert [piece for piece, _ in found] == sorted(set(owner[rows].tolist()))
    for piece, places in found:
        assert np.array_equal(places, np.flatnonzero(owner[rows] == piece))
