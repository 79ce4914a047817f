"""A file is there complete or not at all, whatever happens while it is written."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime import atomic
from kmeans_engine.runtime.atomic import AtomicFile, check_writable

ROOT = Path(__file__).parents[3]
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes and links")

NAMES = [
    "plain.mp4",
    "with spaces.gif",
    "ünïcode-図.csv",
    "-leading dash.npy",
    "100%d of %05d.mp4",
    "no_suffix",
    ".hidden",
    "x" * (251 if os.name == "posix" else 80) + ".mp4",
]


def others(folder, *known):
    """Names in `folder` other than the known ones."""
    return sorted(p.name for p in folder.iterdir() if p.name not in known)


@pytest.mark.parametrize("name", NAMES)
def test_commit_replaces_and_leaves_nothing_else(tmp_path, name):
    path = tmp_path / name
    path.write_text("older")
    check_writable(path, overwrite=True)
    target = AtomicFile(path)
    assert target.temporary.parent.samefile(tmp_path)
    assert target.temporary.name.startswith(".")
    assert target.temporary.name.isascii()
    assert "%" not in target.temporary.name
    assert str(os.getpid()) in target.temporary.name
    target.temporary.write_text("newer")
    assert path.read_text() == "older"
    target.commit()
    assert path.read_text() == "newer"
    target.discard()
    assert path.read_text() == "newer"
    assert others(tmp_path, name) == []


def test_the_temporary_name_keeps_the_suffix(tmp_path):
    with AtomicFile(tmp_path / "a.mp4") as target:
        assert target.temporary.suffix == ".mp4"
    with AtomicFile(tmp_path / "a.%d %s") as target:
        assert target.temporary.suffix == ""


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_discards(tmp_path, error):
    path = tmp_path / "run.gif"
    path.write_text("older")
    with pytest.raises(error), AtomicFile(path) as target:
        target.temporary.write_text("half")
        raise error
    assert path.read_text() == "older"
    assert others(tmp_path, "run.gif") == []


def test_one_that_is_forgotten_is_discarded(tmp_path):
    # An interrupt may come between its making and the `with` that would discard it.
    AtomicFile(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_one_that_is_forgotten_at_exit_is_discarded_but_not_by_a_fork(tmp_path):
    code = """
import os, sys
from pathlib import Path
from kmeans_engine.runtime.atomic import AtomicFile
file = AtomicFile("a.csv")
if not os.fork():
    sys.exit()
os.wait()
print(file.temporary.exists())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []


def test_discard_twice_and_without_a_file(tmp_path):
    target = AtomicFile(tmp_path / "a.csv")
    target.temporary.unlink()
    target.discard()
    target.discard()
    assert others(tmp_path) == []


def test_a_commit_that_fails_raises_and_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("older")
    target = AtomicFile(path)
    target.temporary.write_text("newer")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        target.commit()
    assert path.read_text() == "older"
    assert others(tmp_path, "a.csv") == []


@posix_only
def test_modes_follow_the_umask_or_the_older_file(tmp_path):
    new, old = tmp_path / "new.csv", tmp_path / "old.csv"
    old.write_text("older")
    old.chmod(0o604)
    umask = os.umask(0o027)
    try:
        for path in (new, old):
            with AtomicFile(path) as target:
                target.temporary.write_text("newer")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


@posix_only
def test_a_secret_file_is_never_readable_by_others(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("older")
    path.chmod(0o600)
    with AtomicFile(path) as target:
        assert stat.S_IMODE(target.temporary.stat().st_mode) == 0o600


@posix_only
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_kept_and_its_file_replaced(tmp_path, dangling):
    real, link = tmp_path / "elsewhere" / "real.csv", tmp_path / "link.csv"
    real.parent.mkdir()
    if not dangling:
        real.write_text("older")
    link.symlink_to(Path("elsewhere") / "real.csv")
    check_writable(link, overwrite=True)
    with AtomicFile(link) as target:
        target.temporary.write_text("newer")
    assert link.is_symlink()
    assert real.read_text() == "newer"
    assert others(real.parent, "real.csv") == []


CHILD = """
import sys
from kmeans_engine.runtime.atomic import AtomicFile
target = AtomicFile(sys.argv[1])
target.temporary.write_text("half of it")
print(target.temporary.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path):
    """A process in the middle of writing run.mp4, where an older file is."""
    (tmp_path / "run.mp4").write_text("older")
    command = [sys.executable, "-c", CHILD, str(tmp_path / "run.mp4")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, writer):
    process, leftover = writer
    process.kill()
    process.wait()
    assert others(tmp_path) == sorted(["run.mp4", leftover])
    assert (tmp_path / "run.mp4").read_text() == "older"
    AtomicFile(tmp_path / "other.mp4").discard()
    assert leftover in others(tmp_path)
    with AtomicFile(tmp_path / "run.mp4") as target:
        assert leftover not in others(tmp_path)
        target.temporary.write_text("newer")
    assert others(tmp_path) == ["run.mp4"]
    assert (tmp_path / "run.mp4").read_text() == "newer"


def test_what_a_live_process_writes_is_left_alone(tmp_path, writer):
    _, living = writer
    check_writable(tmp_path / "run.mp4", overwrite=True)
    with AtomicFile(tmp_path / "run.mp4") as target:
        target.temporary.write_text("newer")
    assert others(tmp_path, "run.mp4") == [living]
    assert (tmp_path / living).read_text() == "half of it"


@pytest.mark.skipif(os.name != "posix", reason="Windows refuses renames that coincide")
def test_many_writers_of_one_path_all_succeed(tmp_path):
    path = tmp_path / "run.csv"
    failures = []

    def write(text):
        try:
            for _ in range(20):
                with AtomicFile(path) as target:
                    target.temporary.write_text(text)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(c * 1000,)) for c in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert path.read_text() in [c * 1000 for c in "abcd"]
    assert others(tmp_path) == ["run.csv"]


@posix_only
def test_without_file_locks_it_still_writes_and_removes_nothing_of_others(tmp_path, monkeypatch):
    def unsupported(descriptor, operation):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(atomic.fcntl, "flock", unsupported)
    first = AtomicFile(tmp_path / "a.csv")
    with AtomicFile(tmp_path / "a.csv") as second:
        second.temporary.write_text("second")
    assert first.temporary.exists()
    first.discard()
    assert others(tmp_path) == ["a.csv"]


def test_check_writable_says_what_is_wrong(tmp_path, monkeypatch):
    path = tmp_path / "run.mp4"
    check_writable(path, overwrite=False)
    assert others(tmp_path) == []
    with pytest.raises(InvalidInput, match=r"folder .*nowhere does not exist; create it"):
        check_writable(tmp_path / "nowhere" / "run.mp4", overwrite=True)
    with pytest.raises(InvalidInput, match="is a folder"):
        check_writable(tmp_path, overwrite=True)
    with pytest.raises(InvalidInput, match="no file can have this path"):
        check_writable(tmp_path / ("x" * 300), overwrite=True)
    with pytest.raises(InvalidInput, match="no file can have this path"):
        check_writable(tmp_path / "a\0b", overwrite=True)
    path.write_text("older")
    with pytest.raises(InvalidInput, match=r"exists; allow replacing it \(overwrite=True"):
        check_writable(path, overwrite=False)
    check_writable(path, overwrite=True)
    assert path.read_text() == "older"
    with pytest.raises(InvalidInput):
        check_writable(path / "run.mp4", overwrite=True)

    def refused(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "open", refused)
        with pytest.raises(
            InvalidInput, match=r"no file can be created in the folder .* \(Permission denied\)"
        ):
            check_writable(path, overwrite=True)
    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "access", lambda path, mode: False)
        with pytest.raises(InvalidInput, match="is read-only"):
            check_writable(path, overwrite=True)


@posix_only
def test_devices_and_pipes_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path(os.devnull)):
        with pytest.raises(InvalidInput, match="device or a pipe"):
            check_writable(path, overwrite=True)
        with pytest.raises(InvalidInput, match="device or a pipe"):
            AtomicFile(path)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
