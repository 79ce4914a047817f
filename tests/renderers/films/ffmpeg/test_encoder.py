import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import renderers.films.ffmpeg.program
from renderers.errors import RenderError, RendererUnavailable
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.ffmpeg.program import find_ffmpeg

ROOT = Path(__file__).parents[4]
FRAME = np.zeros((48, 64, 4), np.uint8)
MP4 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "mp4")
needs_scripts = pytest.mark.skipif(
    sys.platform == "win32", reason="a script cannot stand in for ffmpeg.exe on Windows"
)


@pytest.fixture
def film(tmp_path):
    """A path where an older film lies; checked afterwards: untouched, and nothing beside it."""
    folder = tmp_path / "films"
    folder.mkdir()
    path = folder / "film.mp4"
    path.write_bytes(b"older")
    yield path
    assert path.read_bytes() == b"older"
    assert list(folder.iterdir()) == [path]


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Put a Python script in ffmpeg's place; its processes' ids come from the result."""

    def install(body: str) -> Callable[[], list[int]]:
        script, pids = tmp_path / "ffmpeg", tmp_path / "pids"
        head = f"""\
            #!{sys.executable}
            import os, signal, subprocess, sys, time
            def note():
                with open({str(pids)!r}, "a") as file:
                    file.write(f"{{os.getpid()}}\\n")
            note()
            """
        script.write_text(textwrap.dedent(head) + textwrap.dedent(body))
        script.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))
        return lambda: [int(pid) for pid in pids.read_text().split()]

    return install


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # an orphan stays a zombie where nothing reaps
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def assert_gone(pids: list[int]) -> None:
    assert pids
    deadline = time.monotonic() + 10
    while any(map(running, pids)):
        assert time.monotonic() < deadline, f"one of {pids} is still there"
        time.sleep(0.02)


def encode(path: Path, frames: int = 200, **patience: float) -> None:
    encoder = Encoder(path, size=(64, 48), rate=2, output=MP4, **patience)
    for _ in range(frames):
        encoder.write(FRAME)
    encoder.finish()


def test_find_ffmpeg(monkeypatch):
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    program = find_ffmpeg()
    assert b"ffmpeg version" in subprocess.run([program, "-version"], capture_output=True).stdout
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", program)
    assert find_ffmpeg() == program


def test_named_ffmpeg_is_missing(monkeypatch, film):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/no/such/ffmpeg")
    with pytest.raises(RendererUnavailable, match=r"IMAGEIO_FFMPEG_EXE is '/no/such/ffmpeg'"):
        encode(film)


def test_no_ffmpeg_at_all(monkeypatch, film):
    def nothing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    monkeypatch.setattr(renderers.films.ffmpeg.program, "_bundled", nothing)
    with pytest.raises(RendererUnavailable, match="pip install --force-reinstall imageio-ffmpeg"):
        encode(film)


@needs_scripts
def test_not_a_program(tmp_path, monkeypatch, film):
    script = tmp_path / "ffmpeg"
    script.write_bytes(b"\x00no program")
    script.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))
    with pytest.raises(RendererUnavailable, match="cannot be started"):
        encode(film)


@needs_scripts
@pytest.mark.parametrize("frames", [1, 200])
def test_exits_1(fake, film, frames):
    pids = fake(
        """
        sys.stderr.write("[x264 @ 0x55] first\\nthe second\\n\\nno encoder today\\n")
        sys.exit(1)
        """
    )
    words = r"failed with exit status 1 .*film\.mp4: first / the second / no encoder today$"
    with pytest.raises(RenderError, match=words):
        encode(film, frames)
    assert_gone(pids())


@needs_scripts
def test_killed_half_way(fake, film):
    pids = fake(
        """
        sys.stdin.buffer.read(500_000)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    with pytest.raises(RenderError, match="was killed by signal 9"):
        encode(film)
    assert_gone(pids())


@needs_scripts
def test_hangs_while_writing(fake, film):
    pids = fake("time.sleep(1000)")
    with pytest.raises(RenderError, match=r"accepted no data for 0\.6 s and was stopped"):
        encode(film, stall_seconds=0.6)
    assert_gone(pids())


@needs_scripts
def test_hangs_at_the_end(fake, film):
    pids = fake("sys.stdin.buffer.read(); time.sleep(1000)")
    with pytest.raises(RenderError, match=r"did not finish within 0\.6 s"):
        encode(film, close_seconds=0.6)
    assert_gone(pids())


@needs_scripts
def test_hangs_after_closing_its_messages(fake, film):
    pids = fake("os.close(2); sys.stdin.buffer.read(); time.sleep(1000)")
    with pytest.raises(RenderError, match="did not finish"):
        encode(film, close_seconds=0.6)
    assert_gone(pids())


@needs_scripts
def test_wrapper_leaves_no_child(fake, film):
    pids = fake(
        """
        if not os.fork():
            note()
        time.sleep(1000)
        """
    )
    with pytest.raises(RenderError, match="accepted no data"):
        encode(film, stall_seconds=0.6)
    assert_gone(pids())


@pytest.mark.slow
@needs_scripts
def test_slow_is_not_a_hang(fake, tmp_path):
    fake(
        """
        for _ in range(15):
            time.sleep(0.1)
            sys.stdin.buffer.read(64 * 48 * 4 * 8)
        sys.stdin.buffer.read()
        """
    )
    encode(tmp_path / "film.mp4", frames=120, stall_seconds=1.0)


@needs_scripts
def test_talks_without_end(fake, film):
    fake(
        """
        for i in range(20_000):
            sys.stderr.write(f"message {i} " + 100 * "x" + "\\n")
        sys.stderr.write("at last\\n")
        sys.exit(3)
        """
    )
    with pytest.raises(RenderError, match=r"exit status 3 .* / at last$") as caught:
        encode(film)
    assert len(str(caught.value)) < 1000


@needs_scripts
def test_too_old(fake, film):
    fake(
        """
        sys.stderr.write("Unrecognized option 'fps_mode'.\\nError splitting the argument list\\n")
        sys.exit(1)
        """
    )
    with pytest.raises(RenderError, match=r"'fps_mode'.*; it is too old: .* 5\.1 or later"):
        encode(film)


@needs_scripts
def test_no_room(fake, film):
    # A limit on the size of files is met as a full disk is: in the middle of a write.
    real = find_ffmpeg()
    fake(
        f"""
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        os.execv({real!r}, [{real!r}, *sys.argv[1:]])
        """
    )
    noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 4), np.uint8)
    encoder = Encoder(film, size=(64, 48), rate=2, output=MP4)
    with pytest.raises(OSError, match="File too large") as caught:
        for frame in noise:
            encoder.write(frame)
        encoder.finish()
    assert caught.value.filename == str(film)


def test_bad_argument(film):
    encoder = Encoder(film, size=(64, 48), rate=2, output=("-c:v", "no_such_codec", "-f", "mp4"))
    with pytest.raises(RenderError, match="Encoder not found"):
        for _ in range(200):
            encoder.write(FRAME)
        encoder.finish()


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 48, 4), np.uint8),
        np.zeros((48, 64, 3), np.uint8),
        np.zeros((48, 64, 4), np.float32),
        np.zeros((48, 128, 4), np.uint8)[:, ::2],
        np.zeros((47, 64, 4), np.uint8),
    ],
    ids=["turned", "no alpha", "float", "strided", "short"],
)
def test_wrong_frame(film, frame):
    encoder = Encoder(film, size=(64, 48), rate=2, output=MP4)
    encoder.write(FRAME)
    with pytest.raises(RenderError, match=r"needs \(48, 64, 4\), uint8, C-contiguous"):
        encoder.write(frame)


def test_no_frame(film):
    with pytest.raises(RenderError, match="nothing was drawn"):
        encode(film, frames=0)


def test_abort(film):
    encoder = Encoder(film, size=(64, 48), rate=2, output=MP4)
    encoder.write(FRAME)
    encoder.abort()
    encoder.abort()
    with pytest.raises(RenderError):
        encoder.write(FRAME)


def test_abort_after_finish_keeps_the_film(tmp_path):
    path = tmp_path / "film.mp4"
    encoder = Encoder(path, size=(64, 48), rate=2, output=MP4)
    encoder.write(FRAME)
    encoder.finish()
    encoder.abort()
    assert path.stat().st_size > 500
    assert list(tmp_path.iterdir()) == [path]


SCRIPT = """
import sys, time
import numpy as np
from pathlib import Path
from renderers.films.ffmpeg.encoder import Encoder
frame = np.zeros((48, 64, 4), np.uint8)
encoder = Encoder(Path(sys.argv[1]), size=(64, 48), rate=2,
                  output=("-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "mp4"))
encoder.write(frame)
print(encoder._process._process.pid, flush=True)
while sys.argv[2] == "forever":
    encoder.write(frame)
    time.sleep(0.001)
"""


def start(film: Path, how_long: str) -> tuple[subprocess.Popen, int]:
    """Start a process that encodes; return it and the process id of its ffmpeg."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(film), how_long],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    return process, int(process.stdout.readline())


def test_forgotten_at_exit(film):
    process, ffmpeg = start(film, "for now")
    with process:
        assert process.wait(20) == 0
        assert process.stderr.read() == b""
    assert_gone([ffmpeg])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for process groups")
def test_interrupted(film):
    # As Ctrl-C in a terminal does: to the whole group, of which ffmpeg is no member.
    process, ffmpeg = start(film, "forever")
    with process:
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT
        assert b"KeyboardInterrupt" in process.stderr.read()
    assert_gone([ffmpeg])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed(film):
    process, ffmpeg = start(film, "forever")
    with process:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
    assert film.read_bytes() == b"older"
    assert_gone([ffmpeg])  # it saw the end of its input
    # What it left is removed by the next run to the same path.
    Encoder(film, size=(64, 48), rate=2, output=MP4).abort()
