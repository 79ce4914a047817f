"""How many threads there are: affinity, a container's quota, the user's own word."""

import math
import os
import subprocess
import sys

import pytest

from kmeans_engine import Engine, InvalidInput
from kmeans_engine.runtime.processors import cpu_quota, default_threads

V2 = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate"
V1 = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct"
OTHER = "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset"
DISK = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"


def a_machine(root, membership, mounts, **files):
    """Make the files that Linux would show."""
    proc = root / "proc/self"
    proc.mkdir(parents=True)
    (proc / "cgroup").write_text(membership + "\n")
    (proc / "mountinfo").write_text("\n".join([DISK, *mounts]) + "\n")
    for name, text in files.items():
        file = root / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("membership", "mounts", "files", "quota"),
    [
        ("0::/", [V2], {"cpu.max": "200000 100000"}, 2.0),
        ("0::/", [V2], {"cpu.max": "max 100000"}, math.inf),
        ("0::/a/b", [V2], {"a/b/cpu.max": "150000 100000"}, 1.5),
        ("0::/a/b", [V2], {"a/cpu.max": "50000 100000", "a/b/cpu.max": "max 100000"}, 0.5),
        ("0::/a/b", [V2], {"a/cpu.max": "800000 100000", "a/b/cpu.max": "300000 100000"}, 3.0),
        ("0::/../..", [V2], {"cpu.max": "400000 100000"}, 4.0),
        ("0::/a", [V2], {"a/cpu.max": "garbage"}, math.inf),
        ("0::/a", [V2], {"a/cpu.max": "100000 0"}, math.inf),
        ("0::/a", [V2], {}, math.inf),
        ("0::/a", [], {"a/cpu.max": "100000 100000"}, math.inf),
        (
            "3:cpu,cpuacct:/docker/x",
            [V1],
            {
                "cpu,cpuacct/docker/x/cpu.cfs_quota_us": "250000",
                "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
            },
            2.5,
        ),
        (
            "3:cpu,cpuacct:/docker/x",  # seen from inside: the mount is the group itself
            [V1.replace("0:30 / ", "0:30 /docker/x ")],
            {"cpu,cpuacct/cpu.cfs_quota_us": "250000", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
            2.5,
        ),
        (
            "3:cpu,cpuacct:/host/path",  # the path is the host's
            [V1],
            {"cpu,cpuacct/cpu.cfs_quota_us": "50000", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
            0.5,
        ),
        (
            "3:cpu,cpuacct:/",
            [V1],
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
            math.inf,
        ),
        ("4:cpuset:/\n2:memory:/x", [OTHER], {"cpuset/cpu.max": "100000 100000"}, math.inf),
        (
            "2:cpu:/\n0::/u",  # both hierarchies: the lesser counts
            [V2.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified "), V1],
            {
                "unified/u/cpu.max": "600000 100000",
                "cpu,cpuacct/cpu.cfs_quota_us": "300000",
                "cpu,cpuacct/cpu.cfs_period_us": "100000",
            },
            3.0,
        ),
    ],
)
def test_the_quota_of_a_container(tmp_path, membership, mounts, files, quota):
    assert cpu_quota(a_machine(tmp_path, membership, mounts, **files)) == quota


def test_no_quota_where_there_are_no_control_groups(tmp_path):
    assert cpu_quota(tmp_path) == math.inf


@pytest.mark.parametrize(
    ("quota", "threads"), [(math.inf, 48), (2.0, 2), (2.1, 3), (0.2, 1), (100.0, 48)]
)
def test_the_default_follows_affinity_and_quota(quota, threads, monkeypatch):
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(48)), raising=False)
    monkeypatch.setattr("kmeans_engine.runtime.processors.cpu_quota", lambda: quota)
    assert default_threads() == threads


def test_the_default_follows_the_environment(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "16")
    assert default_threads() == 16
    monkeypatch.setenv("NUMBA_NUM_THREADS", "")
    assert 1 <= default_threads() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("text", ["0", "-2", "two", "1.5", "²"])
def test_an_environment_that_is_no_number_is_named(text, monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", text)
    with pytest.raises(InvalidInput, match=rf"^NUMBA_NUM_THREADS={text} is not a whole number"):
        Engine([[0.0], [1.0]])


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import kmeans_engine; kmeans_engine.Engine",
        "import kmeans_engine.runtime.jit",
        "import cli, sys; sys.exit(cli.main(['-o', 'a.mp4']))",
    ],
)
def test_it_is_named_before_numba_stumbles_over_it(code, root, tmp_path):
    env = os.environ | {"NUMBA_NUM_THREADS": "0", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode in (1, 2)
    last = done.stderr.splitlines()[-1]
    assert "NUMBA_NUM_THREADS=0 is not a whole number of at least 1" in last
    if "cli" in code:
        assert len(done.stderr.splitlines()) == 1
