"""Amounts of bytes, written and read."""

import pytest

from kmeans_engine.runtime.sizes import parse_bytes, shown_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2MB", 2_000_000),
        ("800 kB", 800_000),
        ("1.5GiB", 3 << 29),
        ("7", 7),
        (7, 7),
        (" 1t", 10**12),
    ],
)
def test_read(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "GB", "1.2.3", "2 apples", "-1", "1e999GB"])
def test_not_a_size(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (8_060_000_000, "8.1 GB"), (10**15, "1000 TB")],
)
def test_shown(size, text):
    assert shown_bytes(size) == text
