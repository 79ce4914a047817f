"""The walls of the house: what may import what, what is public, what an import costs."""

import ast
import subprocess
import sys

import pytest

import kmeans_engine
import renderers

ALLOWED = {
    "kmeans_engine": set(),
    "renderers": {"kmeans_engine"},
    "cli.py": {"kmeans_engine", "renderers"},
}
OURS = {"kmeans_engine", "renderers", "cli"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_imports_point_one_way(room, root):
    files = [root / room] if room.endswith(".py") else sorted((root / room).rglob("*.py"))
    assert files
    for path in files:
        used = set(imported(path)) & OURS - {room}
        assert used <= ALLOWED[room], path
        if room == "kmeans_engine":
            assert not set(imported(path)) & {"matplotlib", "imageio_ffmpeg"}, path


def test_only_the_command_line_prints(root):
    for package in ("kmeans_engine", "renderers"):
        for path in (root / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                assert not (called and node.func.id == "print"), path


@pytest.mark.parametrize("package", [kmeans_engine, renderers])
def test_public_names_are_sorted_and_exist(package):
    names = [name for name in package.__all__ if not name.startswith("__")]
    assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def loaded_after(code):
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import kmeans_engine", {"numba", "numpy", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
        ("from kmeans_engine import Engine", {"matplotlib", "imageio_ffmpeg", "pyarrow", "PIL"}),
        ("import renderers", {"numba", "matplotlib", "imageio_ffmpeg"}),
        ("import cli", {"numba", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
        ("import cli, contextlib\nwith contextlib.suppress(SystemExit):\n    cli.main(['--help'])",
         {"numba", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
    ],
)  # fmt: skip
def test_what_an_import_does_not_load(code, absent):
    assert not loaded_after(code) & absent
