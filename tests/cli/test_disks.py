"""Disks that refuse: one line with the file, status 1, the older file as it was, nothing else left.

Whatever the output. What can be known beforehand is told beforehand, with status 2.
"""

import os
import shutil
import subprocess
import sys

import pytest
from command import ROOT, SMALL, Command, files, one_line

import renderers.stage.trials

FILM = ("--clusters", "40", "--size", "800x600", "--fps", "25", "-o")
MANY = ("--points-per-cluster", "5000", "--max-iterations", "2")
OUTPUTS = {
    "mp4": (*FILM, "run.mp4"),
    "webm": (*FILM, "run.webm"),
    "gif": (*FILM, "run.gif"),
    "gif that must fit": (*FILM, "run.gif", "--max-size", "90kB"),
    "mp4 that must fit": (*FILM, "run.mp4", "--max-size", "90kB"),
    "png": (*FILM[:4], "-o", "run.png"),
    "svg": (*FILM[:4], "-o", "run.svg"),
    "pdf": (*FILM[:4], "-o", "run.pdf"),
    "labels csv": (*MANY, "--labels", "labels.csv"),
    "labels npy": (*MANY, "--labels", "labels.npy"),
    "labels parquet": (*MANY, "--labels", "labels.parquet"),
    "centroids csv": ("--clusters", "900", "--centroids", "c.csv"),
    "centroids npy": ("--clusters", "900", "--centroids", "c.npy"),
    "centroids parquet": ("--clusters", "900", "--centroids", "c.parquet"),
}
every_output = pytest.mark.parametrize("words", OUTPUTS.values(), ids=OUTPUTS)


def name_of(words):
    return next(word for word in words if "." in word)


def isolated(*command):
    """Return a command in a space of its own, where it may mount; None where nobody may."""
    tool = shutil.which("unshare")
    if tool is None:
        return None
    space = [tool, "--user", "--map-root-user", "--mount"]
    allowed = subprocess.run([*space, "true"], capture_output=True).returncode == 0
    return [*space, *command] if allowed else None


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=8k none disk || exit 99
cd disk
echo old > "$1"
shift
test -z "$READ_ONLY" || mount -o remount,ro . || exit 99
"$PYTHON" "$ROOT/cli.py" --seed 1 --overwrite "$@"
status=$?
for name in *; do echo "$name: $(head -c 3 "$name")"; done
test -z "$(ls -A | grep '^[.]')" || echo hidden
exit $status
"""


def on_a_small_disk(tmp_path, words, **env):
    """Run a command on a disk of 8 kB; skip where nobody may mount one."""
    command = isolated("sh", "-c", ON_A_SMALL_DISK, "sh", name_of(words), *words)
    if command is None:
        pytest.skip("this machine lets nobody mount a small disk")
    (tmp_path / "disk").mkdir()
    env = {**os.environ, "PYTHON": sys.executable, "ROOT": str(ROOT), "READ_ONLY": "", **env}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    if done.returncode == 99:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr.strip()}")
    assert done.stdout == f"{name_of(words)}: old\n"
    return done


@pytest.mark.slow
@every_output
def test_a_full_disk(tmp_path, words):
    done = on_a_small_disk(tmp_path, words)
    assert done.returncode == 1, done.stderr
    between = " was not written" if "-o" not in words else ""
    assert one_line(done.stderr) == f"{name_of(words)}{between}: No space left on device"


def test_a_disk_that_is_read_only(tmp_path):
    done = on_a_small_disk(tmp_path, ("-o", "run.png"), READ_ONLY="yes")
    assert done.returncode == 2
    assert one_line(done.stderr) in (
        "run.png is read-only; make it writable or choose another path",
        "run.png: no file can be created in the folder . (Read-only file system); choose another "
        "path",
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of files")
@every_output
def test_a_limit_on_the_size_of_files(tmp_path, words):
    # Where no disk can be mounted: the kernel stops the writer in the same places.
    import resource

    name = name_of(words)
    (tmp_path / name).write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--seed", "1", "--overwrite", *words],
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    between = " was not written" if "-o" not in words else ""
    assert one_line(done.stderr) == f"{name}{between}: File too large"
    assert files(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"old"


@pytest.fixture
def gone(tmp_path, monkeypatch, capfd):
    """A command whose folder disappears while it draws."""
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    moments = renderers.stage.trials.moments

    def vanishing(*args, **options):
        for moment in moments(*args, **options):
            yield moment
            shutil.rmtree(folder, ignore_errors=True)

    monkeypatch.setattr(renderers.stage.trials, "moments", vanishing)
    return Command(capfd)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no folder that is in use")
@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif", "png", "svg", "pdf"])
def test_a_folder_that_disappears(gone, tmp_path, suffix):
    path = f"folder/run.{suffix}"
    done = gone("--seed", 1, "--max-iterations", 3, *SMALL, "-o", path)
    assert done.status == 1
    assert one_line(done.err) == f"{path}: No such file or directory"
    assert files(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no folder that is in use")
def test_a_folder_of_results_that_disappears(gone, tmp_path):
    done = gone("--seed", 1, *SMALL, "-o", "run.png", "--labels", "folder/l.csv")
    assert done.status == 1
    assert one_line(done.err) == "folder/l.csv was not written: No such file or directory"
    assert files(tmp_path) == ["run.png"]


@pytest.mark.parametrize("option", ["-o", "--labels", "--centroids"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none/f", "the folder none does not exist; create it first"),
        ("folder/f", "is a folder; give the path of a file in it"),
        ("n" * 300, "no file can have this path (File name too long)"),
        ("file/f", "no file can have this path (Not a directory)"),
    ],
)
def test_a_path_that_cannot_be_written(option, path, words, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    path += ".png" if option == "-o" else ".csv"
    (tmp_path / "file").write_bytes(b"")
    if path.startswith("folder"):
        (tmp_path / path).mkdir(parents=True)
    before = files(tmp_path)
    done = Command(capfd)("--seed", 1, option, path)
    assert done.status == 2
    assert words in one_line(done.err)
    assert path in done.err
    assert files(tmp_path) == before
