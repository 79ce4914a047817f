"""The control groups of this process: where Linux says what a container may use. See cgroups(7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

__all__ = ["folders_of"]


def folders_of(controller: str, root: Path = Path("/")) -> Iterator[Path]:
    """Yield the folders of this process's groups, and of those around them that can be seen.

    Parameters
    ----------
    controller : str
        What they limit: ``cpu`` or ``memory``. Of cgroup v2, which has one tree, and of v1.
    root : Path
        Where ``proc`` and the mounted groups are.
    """
    try:
        memberships = (root / "proc/self/cgroup").read_text().splitlines()
        mounts = (root / "proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return
    paths: dict[str, PurePosixPath] = {}
    for line in memberships:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            paths["cgroup2"] = PurePosixPath(path)
        elif controller in controllers.split(","):
            paths["cgroup"] = PurePosixPath(path)
    for line in mounts:
        own, _, filesystem = line.partition(" - ")
        fields, kind = own.split(), filesystem.split()
        if len(fields) < 5 or len(kind) < 3 or kind[0] not in paths:
            continue
        if kind[0] == "cgroup" and controller not in kind[2].split(","):
            continue
        group = paths[kind[0]]
        top = root / fields[4].lstrip("/")
        # In a container, the path may be that of the host; then only the mounted group is seen.
        inside = PurePosixPath()
        if group.is_relative_to(fields[3]) and ".." not in group.parts:
            inside = group.relative_to(fields[3])
        yield top
        for part in (*reversed(inside.parents), inside):
            yield top / part
