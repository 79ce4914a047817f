"""What cannot be done is said in one line, with the remedy, and nothing is written."""

import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from command import SMALL, Command, one_line, run
from PIL import Image

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX scripts or limits")


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A folder of files that cannot be read as they are."""
    folder = tmp_path_factory.mktemp("bad")
    text = {
        "good.csv": "x,y\n1,2\n3,4\n5,7\n",
        "empty.csv": "",
        "header.csv": "x,y\n",
        "text.csv": "name,x,y\nann,1,2\nbob,3,4\n",
        "ragged.csv": "x,y\n1,2\n3,4,5\n",
        "missing.csv": "x,y\n1,2\n,4\n5,nan\n",
        "infinite.csv": "x,y\n1,2\n3,4\n5,inf\n",
        "huge.csv": "x,y\n1e200,2\n-1e200,4\n",
        "three.csv": "1,2,3\n4,5,6\n",
        "one.csv": "1\n4\n",
        "nan_start.csv": "1,2\nnan,3\n",
        "data.xlsx": "nothing",
    }
    for name, content in text.items():
        (folder / name).write_text(content, encoding="utf-8")
    good = np.arange(20.0).reshape(10, 2)
    np.save(folder / "good.npy", good)
    np.save(folder / "complex.npy", good + 1j)
    np.save(folder / "object.npy", np.array([[1, None]], dtype=object), allow_pickle=True)
    np.save(folder / "cube.npy", np.zeros((2, 3, 4)))
    np.save(folder / "flat.npy", np.zeros((4, 0)))
    np.save(folder / "none.npy", np.zeros((0, 4)))
    np.savez(folder / "two.npz", a=good, b=good)
    pa.parquet.write_table(pa.table({"x": good[:, 0]}), folder / "good.parquet")
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(folder / "good.png")
    for name in ("good.npy", "good.parquet", "good.png"):
        data = (folder / name).read_bytes()
        (folder / name.replace("good", "cut")).write_bytes(data[: len(data) // 2])
    packed = gzip.compress(b"x,y\n" + b"1,2\n" * 5000)
    (folder / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
    return folder


@pytest.fixture
def command(capfd, bad, monkeypatch):
    monkeypatch.chdir(bad)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return Command(capfd)


def state(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fails(command, folder, args, words, status=2):
    """Check that a command says all of `words` in one line and leaves the folder as it was."""
    before = state(folder)
    done = command(*args)
    said = one_line(done.err)
    assert done.status == status, said
    assert done.out == ""
    for word in words:
        assert word in said
    assert state(folder) == before


# Every case: the arguments; what was received; what is needed or to be done.
DATA = [
    ("elsewhere.txt -k 2", "elsewhere.txt: no such file", "check the path"),
    ("god.csv -k 2", "god.csv: no such file", "did you mean good.csv"),
    ("god.csv", "god.csv: no such file", "did you mean good.csv"),
    ("data.xlsx -k 2", "data.xlsx is not a complete workbook", "create or copy it again"),
    ("empty.csv -k 2", "empty.csv is empty", "at least one row"),
    ("header.csv -k 2", "header.csv holds a header but no rows", "at least one row"),
    ("text.csv -k 2 --columns name,x", "column 'name' holds text", "--columns"),
    ("ragged.csv -k 2", "line 3 has 3 cells", "the first has 2"),
    ("missing.csv -k 2", "2 of 3 rows", "the first is row 2 (column 'x')", "--drop-missing"),
    ("infinite.csv -k 2", "1 of 3 rows", "infinity, the first is row 3", "--drop-missing"),
    ("huge.csv -k 2", "1e+200 are too large", "overflow", "scale the features"),
    ("complex.npy -k 2", "complex128", "needs real numbers", "convert"),
    ("object.npy -k 1", "Python objects", "needs real numbers", "convert"),
    ("cube.npy -k 2", "(2, 3, 4)", "needs 2 dimensions", "reshape"),
    ("flat.npy -k 2", "(4, 0)", "at least one row and one column"),
    ("none.npy -k 2", "(0, 4)", "at least one row and one column"),
    ("two.npz -k 2", "2 arrays (a 10x2, b 10x2)", "choose one (--array 'a')"),
    ("cut.npy -k 2", "cut.npy is not a complete NumPy array", "create or copy it again"),
    ("cut.parquet -k 2", "cut.parquet is not a complete Parquet file", "create or copy it again"),
    ("cut.png -k 2", "cut.png is not a complete image", "create or copy it again"),
    ("cut.csv.gz -k 2", "cut.csv.gz is not a complete gzip file", "create or copy it again"),
    ("good.csv -k 2 --columns x,z", "no column 'z'", "choose from x, y"),
    ("good.csv -k 2 --columns 7", "no column 7", "from 0 to 1"),
    ("good.csv -k 2 --delimiter ::", "'::'", "one character"),
    ("good.npy -k 2 --delimiter ;", "good.npy is not text", "leave out --delimiter"),
]
CLUSTERING = [
    ("good.csv", "good.csv needs a number of clusters", "as in -k 8"),
    ("good.csv -k 0", "-k: '0'", "at least 1"),
    ("good.csv -k -3", "-k: '-3'", "at least 1"),
    ("good.csv -k two", "-k: 'two'", "whole number of at least 1"),
    ("good.csv -k 4", "-k 4 needs", "at least 4 points, got 3", "choose k between 1 and 3"),
    ("-k 1201", "-k 1201 needs", "got 1200"),
    (
        "good.csv --init three.csv",
        "got 3 for the centroids and 2 for the points",
        "must be described by the same number of features",
        "choose the same columns",
    ),
    ("good.csv --init three.csv --standardize", "got 3 for the centroids and 2 for the points"),
    ("good.csv --init one.csv --standardize", "got 1 for the centroids and 2 for the points"),
    ("good.csv --init nan_start.csv", "nan_start.csv: 1 of 2 rows", "NaN", "fill them in"),
    ("good.csv --init three.csv -k 3 --columns x", "-k 3 but three.csv holds 2", "leave out -k"),
    ("good.csv --init noon.npy", "noon.npy: no such file", "did you mean none.npy"),
    (
        "good.csv -k 2 --init kmeans++",
        "--init kmeans++ is neither a method nor a file",
        "did you mean k-means++ or k-means||?",
    ),
    ("good.csv --init good.npy --runs 3", "--runs 3", "leave out --init good.npy"),
    ("good.csv -k 2 --race good.npy,good.npy", "names good.npy twice", "name it once"),
    ("--race random", "--race random needs at least two starts", "random,k-means++"),
    ("--race random,x", "--race x is neither a method nor a file"),
    ("--runs 0", "--runs: '0'", "at least 1"),
    ("--seed -1", "--seed: '-1'", "at least 0 nor the word random"),
    ("--seed 1.5", "--seed: '1.5'", "whole number"),
    ("--threads 0", "--threads: '0'", "at least 1"),
    ("--strategy gpu", "--strategy 'gpu' is unknown", "needs one of auto, blocks"),
    ("--max-iterations -1", "--max-iterations: '-1'", "at least 0"),
    ("--tolerance -1", "--tolerance -1", "at least 0"),
    ("--tolerance nan", "--tolerance nan", "at least 0"),
    ("--tolerance little", "--tolerance: 'little' is not a number", "such as 0.5"),
    ("--clusters 0", "--clusters: '0'", "at least 1"),
    ("--points-per-cluster 0", "--points-per-cluster: '0'", "at least 1"),
    ("--clusters 99999999999999999999", "99999999999999999999 clusters", "use fewer"),
    ("--points-per-cluster 1000000000000", "Unable to allocate", "use fewer points"),
    ("--spread -1", "--spread -1", "at least 0"),
    ("--spread inf", "--spread inf", "finite"),
]
OUTPUTS = [
    ("--render mp5", "no renderer 'mp5'", "did you mean mp4"),
    ("--render povray", "no renderer 'povray'", "choose from live, mp4, webm, gif"),
    ("--render live", "a window needs a display", "use --render mp4"),
    ("-o run.avi", "no renderer writes .avi", "use .mp4, .webm, .gif"),
    ("-o run", "files without a suffix", "use .mp4, .webm, .gif"),
    ("-o a.mp4 -o ./a.mp4", "a.mp4 would be written twice", "name another file"),
    ("-o run.mp5", "no renderer writes .mp5", "did you mean .mp4?"),
    ("--quality drafts -o a.mp4", "--quality 'drafts' is not one of draft,", "did you mean draft?"),
    ("--render gif -o a.mp4", "a.mp4 does not suit renderer 'gif'", "change the suffix"),
    ("-o nowhere/a.mp4", "the folder nowhere does not exist", "create it first"),
    ("-o good.csv/a.mp4", "a.mp4: "),
    ("--fps 0 -o a.mp4", "--fps 0 must be", "between 0.01 and 240"),
    ("--fps -2 -o a.mp4", "--fps -2 must be", "between 0.01 and 240"),
    ("--fps nan -o a.mp4", "--fps nan must be", "between 0.01 and 240"),
    ("--fps fast -o a.mp4", "--fps: 'fast' is not a number", "such as 0.5"),
    ("--size 0x10 -o a.mp4", "--size 0x10 must be", "between 1x1 and 16384x16384"),
    ("--size 99999x99999 -o a.mp4", "--size 99999x99999 must be", "between 1x1 and 16384x16384"),
    ("--size big -o a.mp4", "--size: 'big' is not a size", "such as 1280x720"),
    ("--theme drak -o a.mp4", "--theme 'drak'", "did you mean dark?"),
    ("--overlays trials -o a.mp4", "--overlays 'trials'", "did you mean trails?"),
    ("--axes 0 -o a.mp4", "--axes 0", "needs two columns", "--axes 0,1"),
    ("--axes 0,5 -o a.mp4", "no column 5", "from 0 to 1"),
    ("--axes 1,1 -o a.mp4", "'x1' was chosen twice", "choose it once"),
    ("--labels l.txt", "l.txt", "use one of .csv, .npy, .parquet"),
    ("--labels /dev/stdout", "/dev/stdout: results need a suffix", "use one of .csv, .npy"),
    ("--centroids nowhere/c.csv", "the folder nowhere does not exist", "create it first"),
    ("--labels good.csv", "good.csv exists", "--overwrite"),
    ("--labels l.csv --centroids l.csv", "l.csv is used twice in this command", "choose another"),
    ("good.csv -k 2 --labels good.csv --overwrite", "good.csv is used twice", "choose"),
    ("good.csv --init good.npy --centroids good.npy --overwrite", "good.npy is used twice"),
]  # fmt: skip
USAGE = [
    ("--labls l.csv", "unrecognized arguments: --labls", "did you mean --labels?"),
    ("--xyzzy", "unrecognized arguments: --xyzzy", "see kmeans-engine --help"),
    ("a.csv b.csv -k 2", "a.csv and b.csv are two files", "leave out the other"),
    ("-k", "argument -k: expected one argument", "see kmeans-engine --help"),
    ("--fps 3", "--fps has no effect without a picture", "add --render or -o"),
    ("--title x --labels l.csv", "--title has no effect without a picture", "add --render or -o"),
    ("good.csv -k 2 --clusters 3", "--clusters has no effect with DATA", "leave out either"),
    ("good.csv -k 2 --header maybe", "--header: 'maybe' is not one of auto, yes, no"),
    ("good.csv -k 2 --header ye", "--header: 'ye'", "did you mean yes?"),
    ("good.csv -k 2 --columns", "argument --columns: expected one argument"),
    ("good.csv --columns -k 2", "argument --columns: expected one argument"),
    ("good.csv -k 2 --labels - --json", "--labels - and --json would both go to standard output"),
    ("good.csv -k 2 --centroids -", "--centroids - is not supported", "name a file"),
    ("good.csv -k 2 -o -", "-o - is not supported", "name a file, such as run.mp4"),
    ("good.csv -k 2 --render mp4 -o -", "-o - is not supported", "name a file"),
    ("good.csv -k 2 --label-name x", "--label-name has no effect without --table", "--table FILE"),
    ("--describe", "--describe has no effect without DATA", "name a file"),
    ("--print-completion tcsh", "'tcsh' is not one of bash, zsh, fish"),
    ("--drop-missing", "--drop-missing has no effect without DATA", "name a file"),
]


@pytest.mark.parametrize("case", DATA + CLUSTERING + OUTPUTS + USAGE, ids=lambda case: case[0])
def test_one_line(command, bad, case):
    args, *words = case
    fails(command, bad, args.split(), words)


def test_an_empty_name_is_no_data(command, bad):
    fails(command, bad, ["", "-k", "2"], ["the name of DATA is empty", "name a file"])


def test_nothing_on_standard_input(tmp_path):
    done = run("-", "-k", 2, cwd=tmp_path)
    assert done.status == 2
    assert "standard input is empty" in one_line(done.err)


def test_a_folder_that_takes_no_files(command, bad, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        (folder / "try").touch()
    except OSError:
        pass
    else:
        pytest.skip("this user may write into a read-only folder")
    words = ["no file can be created in the folder", "choose another path"]
    fails(command, bad, ["-o", folder / "a.mp4"], words)
    fails(command, bad, ["--labels", folder / "l.csv"], words)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc, where nobody may write")
def test_a_folder_that_takes_no_files_from_anybody(command, bad):
    for words in (["-o", "/proc/self/a.mp4"], ["--labels", "/proc/self/l.csv"]):
        fails(
            command, bad, words, ["no file can be created in the folder /proc/self", "another path"]
        )


def test_nothing_is_computed_before_outputs_are_checked(command, bad, monkeypatch):
    def unexpected(*args, **options):
        raise AssertionError("clustering was prepared")

    monkeypatch.setattr("kmeans_engine.engine.Engine.__init__", unexpected)
    monkeypatch.setattr("kmeans_engine.tables.read_table", unexpected)
    for args in ("-o good.mp4x", "--labels good.csv", "-o nowhere/a.mp4", "--render live"):
        fails(command, bad, ["good.csv", "-k", "2", *args.split()], [])


# ffmpeg and the disk.


def test_ffmpeg_missing(command, bad, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(bad / "nowhere" / "ffmpeg"))
    words = ["IMAGEIO_FFMPEG_EXE", "not a program that can be run", "correct it"]
    fails(command, bad, ["-o", "a.mp4"], words)
    fails(command, bad, ["--render", "gif"], words)
    assert command("--seed", 1).status == 0  # Nothing to draw, nothing needed.


@posix
def test_ffmpeg_fails_while_running(command, bad, monkeypatch, tmp_path):
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\nhead -c 100000 > /dev/null\necho no space left >&2\nexit 9\n")
    fake.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    words = ["ffmpeg failed with exit status 9 while writing a.mp4", "no space left"]
    fails(command, bad, ["-o", "a.mp4", *SMALL], words, status=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_that_takes_no_more(tmp_path):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, Path(__file__).parents[2] / "cli.py", "--json", "--quiet"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "standard output cannot be written (No space left on device)" in one_line(done.stderr)


@posix
def test_a_reader_that_left(tmp_path):
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, Path(__file__).parents[2] / "cli.py", "--json", "--quiet"],
        cwd=tmp_path,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    assert done.returncode == 1
    assert "standard output cannot be written (Broken pipe)" in one_line(done.stderr)
