"""The rooms of the window: which may know which."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

LIVE = "renderers.live"


def imports(file: Path) -> set[str]:
    """Return what a file imports, wherever it does so; one under `TYPE_CHECKING` counts."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


@pytest.fixture
def rooms(root: Path) -> dict[str, set[str]]:
    """The modules of the window, and what each imports."""
    files = (root / "renderers" / "live").rglob("*.py")
    return {".".join(file.relative_to(root).with_suffix("").parts): imports(file) for file in files}


def test_imports_go_in_one_direction(rooms: dict[str, set[str]]):
    known = {room: names & rooms.keys() for room, names in rooms.items()}
    assert len(list(TopologicalSorter(known).static_order())) == len(rooms)  # or CycleError


def test_session_knows_no_face_face_no_toolkit_and_toolkit_no_renderer(
    rooms: dict[str, set[str]],
):
    below = [f"{LIVE}.renderer", f"{LIVE}.toolkit", f"{LIVE}.face", LIVE]
    for room, names in rooms.items():
        floor = next(i for i, prefix in enumerate(below) if room.startswith(prefix))
        for prefix in below[:floor]:
            seen = [name for name in names if name.startswith(prefix)]
            assert not seen or room == LIVE + ".__init__", (room, seen)


def test_no_toolkit_and_no_painter_outside_their_rooms(rooms: dict[str, set[str]]):
    for room, names in rooms.items():
        if not room.startswith(f"{LIVE}.toolkit"):
            assert not [name for name in names if name.startswith("matplotlib")], room
        if room != f"{LIVE}.painting":
            assert "renderers.picture.painter" not in names, room
