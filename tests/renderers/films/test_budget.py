import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.films.budget import Search


def found(sizes, limit, shrinks=0.8):
    """Return the level that a search takes and the levels it tried."""
    search = Search(len(sizes), limit, shrinks)
    best, tried = None, []
    while (level := search.next()) is not None:
        tried.append(level)
        if search.fits(level, sizes[level]):
            best = level
    return best, tried


def test_without_a_limit_there_is_one_attempt():
    assert found([900, 800], None) == (0, [0])


def test_what_fits_is_taken():
    assert found([900, 800, 700], 1000) == (0, [0])


def test_nothing_fits():
    best, tried = found([900, 800, 700], 10)
    assert best is None
    assert tried == [0, 2]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=40),
    st.integers(1, 10**6),
    st.floats(0.5, 0.99),
)
def test_the_best_that_fits(sizes, limit, shrinks):
    sizes = sorted(sizes, reverse=True)
    best, tried = found(sizes, limit, shrinks)
    assert len(set(tried)) == len(tried)
    fitting = [level for level, size in enumerate(sizes) if size <= limit]
    if not fitting:
        assert best is None
    else:
        # The first that fits, or one that uses most of the room.
        assert best == fitting[0] or limit >= sizes[best] >= 0.85 * limit


@pytest.mark.parametrize("limit", [900_000, 500_000, 100_000, 30_000])
def test_few_attempts_where_sizes_fall_as_expected(limit):
    sizes = [int(1e6 * 0.78**level) for level in range(18)]
    best, tried = found(sizes, limit, 0.75)
    assert sizes[best] <= limit
    assert len(tried) <= 4
