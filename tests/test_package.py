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
# The one door upwards: `KMeans.animate` opens it when it is called, and nothing else does.
DOORS = {"kmeans_engine/estimator/kmeans.py": {"renderers"}}


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
        if path.name == "__main__.py":  # the door of the process, above all rooms
            assert used == {"cli"}
            continue
        assert used <= ALLOWED[room] | DOORS.get(path.relative_to(root).as_posix(), set()), path
        if room == "kmeans_engine":
            assert not set(imported(path)) & {"matplotlib", "imageio_ffmpeg"}, path


def modules_of(root, package):
    """Return the modules of a package with their files."""
    found = {}
    for path in (root / package).rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_modules(path, known):
    """Return which of the known modules a file imports: anywhere, also for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in known or node.module in known:
                    yield full if full in known else node.module


def circles(graph):
    """Return the sets of nodes that can be reached from one another."""
    reached = {node: {node} for node in graph}
    grown = True
    while grown:
        grown = False
        for found in reached.values():
            more = set().union(*(graph[node] for node in found)) - found
            found |= more
            grown = grown or bool(more)
    return {
        frozenset(other for other in reached[node] if node in reached[other]) for node in graph
    } - {frozenset({node}) for node in graph}


@pytest.mark.parametrize("package", ["kmeans_engine", "renderers"])
@pytest.mark.parametrize("depth", [9, 2], ids=["modules", "rooms"])
def test_no_circles(root, package, depth):
    modules = modules_of(root, package)
    graph = {}
    for name, path in modules.items():
        room = ".".join(name.split(".")[:depth])
        used = {".".join(m.split(".")[:depth]) for m in imported_modules(path, modules)}
        graph.setdefault(room, set()).update(used - {room})
    assert not circles(graph)


# The rooms of each package; each imports from itself and from those after it.
FLOORS = {
    "kmeans_engine": (
        *(
            "__main__",
            "command",
            "estimator",
            "recording",
            "audit",
            "auditor",
            "choosing",
            "engine",
            "cluster",
            "whole",
            "sprint",
            "loop",
            "steps",
        ),
        *("race", "snapshot"),
        *("starts", "strategies", "tables", "points"),
        *("recalc", "label_order", "label_history", "labels", "sums", "validation"),
        *("kernels", "runtime", "frames", "arrays", "errors", "_version"),
    ),
    "renderers": (
        *("live", "stage", "films", "html", "stills", "callback"),
        *("outputs", "registry", "guard", "picture"),
        *("describing", "numbered", "cell", "contract", "scene", "plane", "errors"),
    ),
}


@pytest.mark.parametrize("package", FLOORS)
def test_rooms_import_from_the_floors_below(root, package):
    modules, floors = modules_of(root, package), FLOORS[package]
    for name, path in modules.items():
        if name == package:
            continue
        for used in imported_modules(path, modules):
            assert used != package, path  # its names are for users
            room, below = name.split(".")[1], used.split(".")[1]
            assert floors.index(below) >= floors.index(room), (path, used)


def test_only_the_command_line_and_the_stage_know_the_command(root):
    modules = {name: name for name in modules_of(root, "kmeans_engine")}
    command = "kmeans_engine.command"
    for package in ("kmeans_engine", "renderers", "examples"):
        for path in (root / package).rglob("*.py"):
            if path.parent not in (root / "kmeans_engine/command", root / "renderers/stage"):
                used = [m for m in imported_modules(path, modules) if m.startswith(command)]
                assert not used, path


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
    names = set(done.stdout.splitlines())
    return names | {name.split(".")[0] for name in names}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import kmeans_engine", {"numba", "numpy", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
        ("from kmeans_engine import Engine", {"matplotlib", "imageio_ffmpeg", "pyarrow", "PIL"}),
        ("from kmeans_engine.estimator import KMeans", {"matplotlib", "renderers"}),
        ("import renderers", {"numba", "matplotlib", "imageio_ffmpeg"}),
        ("from renderers import Painter", {"kmeans_engine.command", "renderers.stage"}),
        ("from renderers import AtomicFile", {"numba", "numpy", "renderers.picture"}),
        ("import cli", {"numba", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
        ("import cli, contextlib\nwith contextlib.suppress(SystemExit):\n    cli.main(['--help'])",
         {"numba", "matplotlib", "imageio_ffmpeg", "pyarrow"}),
        ("from kmeans_engine.command.description import describe", {"numba", "matplotlib"}),
    ],
)  # fmt: skip
def test_what_an_import_does_not_load(code, absent):
    assert not loaded_after(code) & absent
