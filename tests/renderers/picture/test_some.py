"""Labels of some points, wherever they are, whatever was asked for before."""

import numpy as np
from elsewhere import Elsewhere, moved_to
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import state

from renderers.picture.some import SomeLabels
from renderers.plane.view import View

POINTS = np.random.default_rng(0).normal(size=(60, 2))


@settings(max_examples=30, deadline=None)
@given(st.data(), st.booleans())
def test_labels_are_those_of_the_points(data, far):
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, 59), min_size=1))))
    there = Elsewhere(POINTS) if far else None
    some = SomeLabels(there if far else View(POINTS).points, rows)
    before = None
    for _ in range(4):
        labels = data.draw(st.lists(st.integers(0, 2), min_size=60, max_size=60))
        before = state(POINTS, labels, POINTS[:3], before=before)
        one = moved_to(there, before) if far else before
        assert np.array_equal(some.of(one), np.array(labels)[rows])
        changed = np.isin(rows, before._labels.changed())
        assert np.array_equal(np.sort(some.changed(one)), np.flatnonzero(changed))
