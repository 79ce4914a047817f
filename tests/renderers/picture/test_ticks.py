import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.picture.ticks import short, ticks

RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"


def starred(words):
    return words.replace("\N{MULTIPLICATION SIGN}", "*")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (144.2, "144.2"), (1_168_350, "1,168,350"), (5.835e13, "5.835*10¹³")],
)
def test_an_inertia_is_written_as_it_is_printed(value, expected):
    assert starred(short(value)) == expected


@pytest.mark.parametrize("value", [0.004, 0.0138, 0.138, 144.2, 1_168_350, 5.835e13])
def test_a_value_below_zero_is_written_as_that_above(value):
    assert short(-value) == f"\N{MINUS SIGN}{short(value)}"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-4.4, 4.4, ["~4", "~2", "0", "2", "4"]),
        (0.0, 1.05, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (-1000, 1_050_000, ["0", "250,000", "500,000", "750,000", "1,000,000"]),
        (1e9, 1e9 + 4, [f"1,000,000,00{i}" for i in range(5)]),
        (0, 4e9, ["0", "1*10⁹", "2*10⁹", "3*10⁹", "4*10⁹"]),
        (1.0, 1.0 + 1e-13, []),
        (0, 4e-9, ["0", "1*10⁻⁹", "2*10⁻⁹", "3*10⁻⁹", "4*10⁻⁹"]),
        (-1e300, 1e300, []),
        (0.0, 1e-300, []),
    ],
)
def test_ticks_are_round_numbers(low, high, expected):
    written = [starred(w).replace("\N{MINUS SIGN}", "~") for _, w in ticks(low, high, 5)]
    assert written == expected
    for value, _ in ticks(low, high, 5):
        assert low <= value <= high


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12), st.integers(2, 9))
def test_an_axis_has_at_least_two_ticks_and_no_more_than_asked_for(low, width, at_most):
    found = ticks(low, low + width, at_most)
    if width / at_most < 1e-11 * max(abs(low), abs(low + width)):
        return  # nothing can be told apart there
    values = [value for value, _ in found]
    assert 2 <= len(values) <= at_most + 1
    assert len({written for _, written in found}) == len(found)
    steps = np.diff(values)
    assert np.allclose(steps, steps[0], rtol=1e-3)


def test_a_narrow_axis_has_no_lone_tick():
    assert [written for _, written in ticks(-2.8, 18.3, 2)] == ["0", "10"]


def written(low, high, at_most):
    return [starred(words) for _, words in ticks(low, high, at_most, log=True)]


def test_a_logarithmic_axis_has_powers_of_ten_and_what_there_is_room_for():
    assert written(0, 3, 4) == ["1", "10", "100", "1,000"]
    assert written(0, 2, 7) == ["1", "2", "5", "10", "20", "50", "100"]
    assert written(-2, 0, 3) == ["0.01", "0.1", "1"]
    assert written(0, 60, 4) == ["1", "10¹⁶", "10³²", "10⁴⁸"]
    assert written(4, 8, 9)[:3] == ["10⁴", "3*10⁴", "10⁵"]
    assert written(5, 8, 9)[:2] == ["10⁵", "3*10⁵"]  # all in powers, or none
    assert written(3, 6, 4) == ["1,000", "10,000", "100,000", "1,000,000"]
    assert written(-250, 250, 1) == []


def read(words):
    words = words.replace(",", "").replace("\N{MINUS SIGN}", "-")
    if not set(words) & set(RAISED):
        return float(words)
    mantissa, _, power = words.rpartition("10")
    power = int("".join("-0123456789"[RAISED.index(c)] for c in power))
    return float(mantissa.rstrip("*") or 1) * 10.0**power


@given(st.floats(-200, 200), st.floats(1e-3, 300), st.integers(2, 9))
def test_ticks_of_a_logarithmic_axis_lie_where_they_say(low, span, at_most):
    high = low + span
    found = ticks(low, high, at_most, log=True)
    assert len(found) <= at_most + 1
    for at, words in found:
        assert low - 1e-9 <= at <= high + 1e-9
        value = read(starred(words))
        assert np.log10(value) == pytest.approx(at, abs=1e-9)
