"""Shared by all tests: the machine's own settings must not reach them."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine and in every run.
settings.register_profile("deterministic", derandomize=True, deadline=None)
settings.load_profile("deterministic")

# A user's backend or ffmpeg would change what is tested.
for name in ("MPLBACKEND", "IMAGEIO_FFMPEG_EXE"):
    os.environ.pop(name, None)


pytest_plugins = ["browser", "clusters", "screen"]


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent


@pytest.fixture
def published(root) -> Path:
    """The folder of published data with known answers, where it lies beside the checkout."""
    path = root.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"{path} is not on this machine")
    return path
