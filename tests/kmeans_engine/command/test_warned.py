import warnings

import pytest

from kmeans_engine import PrecisionWarning
from kmeans_engine.command.warned import warned


def test_ours_become_lines_and_others_stay_warnings():
    lines = ["before"]
    with pytest.warns(RuntimeWarning, match="another library") as others, warned(lines):
        warnings.warn("digits are lost", PrecisionWarning, stacklevel=1)
        warnings.warn("another library", RuntimeWarning, stacklevel=1)
        warnings.warn("digits are lost", PrecisionWarning, stacklevel=1)
    assert lines == ["before", "digits are lost", "digits are lost"]
    assert len(others) == 1
    assert others[0].filename == __file__
