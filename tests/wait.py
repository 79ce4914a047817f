"""Waiting for what another thread or process does."""

import time


def eventually(truth, seconds=30.0):
    """Wait until `truth()` holds."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.002)
