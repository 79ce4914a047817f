import os
import threading

import pytest

from renderers.films.ffmpeg.pipe import FilePipe


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(bytes(range(256)) * 10_000)
    return path


def test_sends_a_file(path):
    reading, writing = os.pipe()
    pipe = FilePipe(os.fdopen(writing, "wb", buffering=0), path)
    with os.fdopen(reading, "rb") as end:
        assert end.read() == path.read_bytes()
    pipe.end()
    assert pipe.taken == path.stat().st_size


def test_a_reader_that_left(path):
    reading, writing = os.pipe()
    pipe = FilePipe(os.fdopen(writing, "wb", buffering=0), path)
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        pipe.end()


def test_a_file_that_is_gone(tmp_path):
    reading, writing = os.pipe()
    pipe = FilePipe(os.fdopen(writing, "wb", buffering=0), tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        pipe.end()
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_stop(path):
    before = threading.active_count()
    reading, writing = os.pipe()
    pipe = FilePipe(os.fdopen(writing, "wb", buffering=0), path)
    os.read(reading, 1)
    pipe.stop()
    os.close(reading)  # as when the process ends
    pipe.join()
    assert threading.active_count() == before
