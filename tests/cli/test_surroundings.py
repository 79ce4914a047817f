"""Odd surroundings: folders that are not there, names in other encodings, no real ffmpeg."""

import os
import sys

import pytest
from command import SMALL, files, one_line, run

pytestmark = pytest.mark.slow

PICTURES = ("-o", "a.svg", "-o", "a.pdf", "-o", "a.png", "-o", "a.webm")
WRITTEN = ["a.pdf", "a.png", "a.svg", "a.webm"]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="names on Windows are no bytes")


@pytest.mark.parametrize(
    "env",
    [
        {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none", "XDG_CONFIG_HOME": "/proc/none"},
        {"HOME": "", "MPLCONFIGDIR": "/proc/none"},
        {"TMPDIR": "/proc/none", "TEMP": "/proc/none", "TMP": "/proc/none"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PATH": ""},
    ],
    ids=["no home", "no folder for matplotlib", "no temporary folder", "no UTF-8", "no path"],
)
def test_it_manages_without(env, tmp_path):
    done = run(
        "--seed", 1, *SMALL, *PICTURES, "--labels", "l.csv", "--quiet", cwd=tmp_path, env=env
    )
    assert (done.status, done.out, done.err) == (0, "", "")
    assert files(tmp_path) == [*WRITTEN, "l.csv"]


@POSIX
@pytest.mark.parametrize("name", ["köln 点.csv".encode(), b"k\xf6ln.csv"], ids=["UTF-8", "Latin-1"])
@pytest.mark.parametrize(
    "env", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_name_of_any_bytes(name, env, tmp_path):
    (tmp_path / os.fsdecode(name)).write_text("a,b\n1,2\n2,3\n8,9\n")
    done = run(os.fsdecode(name), "-k", 2, *SMALL, *PICTURES, "--quiet", cwd=tmp_path, env=env)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert files(tmp_path) == sorted([*WRITTEN, os.fsdecode(name)])
    done = run(os.fsdecode(name + b"x"), "-k", 2, cwd=tmp_path, env=env)
    assert done.status == 2
    one_line(done.err)


@pytest.mark.skipif(sys.platform == "win32", reason="these programs are not there on Windows")
@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("nonsense", "which is not a program that can be run; correct it or unset it"),
        ("/etc/passwd", "which is not a program that can be run; correct it or unset it"),
        ("/", "which is not a program that can be run; correct it or unset it"),
        ("/bin/false", "set IMAGEIO_FFMPEG_EXE to one that does"),
        ("/bin/cat", "set IMAGEIO_FFMPEG_EXE to one that does"),
        ("/bin/true", "have IMAGEIO_FFMPEG_EXE name an ffmpeg that has it"),
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif"])
def test_an_ffmpeg_that_is_none(program, words, suffix, tmp_path):
    env = {"IMAGEIO_FFMPEG_EXE": program}
    done = run("--seed", 1, *SMALL, "-o", f"a.{suffix}", cwd=tmp_path, env=env)
    said = one_line(done.err)
    if suffix == "webm" or "not a program" in words:
        assert done.status == 2
        assert words in said
    else:
        assert done.status == 1
        assert said.startswith("ffmpeg ")
        assert f" while writing a.{suffix}" in said
    assert files(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_no_more_files_can_be_opened(tmp_path):
    import resource

    done = run(
        *("--seed", 1, *SMALL, "-o", "a.mp4"),
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)),
    )
    assert done.status == 1
    assert "(Too many open files): a limit of this process" in one_line(done.err)
    assert files(tmp_path) == []
