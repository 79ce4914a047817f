"""A plot against K leaves as much room beside its axis as the values there take."""

import numpy as np
import pytest
from words import edges, texts

from renderers.picture.criteria import Criterion
from renderers.picture.themes import THEMES
from renderers.picture.versus_k import Look, beside, has_room, plot_marks
from renderers.plane.placement import Box


@pytest.mark.parametrize("most", [0.97, 1.6, 47.0, 3e4])
def test_values_stay_inside_at_any_height(most):
    ks = np.arange(2.0, 6.0)
    criterion = Criterion(("gap",), ks, np.linspace(0.1, most, len(ks)), from_zero=True)
    for size in (10.3, 13.6, 15.0):
        look = Look(THEMES["light"], 7.2, size, (0, 0, 200))
        seen = 0
        for height in range(60, 400):
            box = Box(40, 10, 300, height)
            if not has_room(box, size):
                continue
            room = beside(criterion, height, size)
            marks = plot_marks(box, criterion, look, room, ks=(2, 5), chosen=None)
            words = [
                word
                for word, _ in texts(marks)
                if word.anchor == "right" and word.words[0].isdigit()
            ]
            assert all(edges(word)[0] >= box.left for word in words), (size, height)
            seen += len(words)
        assert seen > 300
