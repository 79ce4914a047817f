"""What is sent to ffmpeg, and that the thread that sends it neither blocks forever nor stays."""

import struct
import threading
from fractions import Fraction

import numpy as np
import pytest

from renderers.films.ffmpeg.frame_pipe import FramePipe


class Stream:
    """Takes what is written, once `gate` is open, up to `room` bytes."""

    def __init__(self, room=1 << 30):
        self.data, self.closed, self.room = b"", False, room
        self.gate = threading.Event()
        self.gate.set()

    def write(self, data):
        self.gate.wait(30)
        if len(self.data) >= self.room:
            raise BrokenPipeError
        part = bytes(data[:1000])  # as an operating system may
        self.data += part
        return len(part)

    def close(self):
        self.closed = True


def opened(stream, **options):
    wanted = {"size": (4, 2), "rate": Fraction(2), "pixels": "rgba", "longest": 60, "ends": True}
    return FramePipe(stream, **{**wanted, **options})


def frame(value, size=(4, 2)):
    return np.full((size[1], size[0], 4), value, np.uint8)


def chunks(stream):
    """Return the first byte of each chunk, "-" for an empty one."""
    data = stream.data[stream.data.index(b"movi") + 4 :]
    found = []
    while data:
        code, length = struct.unpack("<4sI", data[:8])
        assert code == b"00dc"
        found.append(data[8] if length else "-")
        data = data[8 + length :]
    return found


def sent(*frames, **options):
    """Return what is sent for frames, given as value and count."""
    stream = Stream()
    pipe = opened(stream, **options)
    for value, count in frames:
        pipe.put(frame(value), count)
    pipe.end()
    assert stream.closed
    assert pipe.ticks == sum(count for _, count in frames)
    return chunks(stream)


def test_each_once():
    assert sent((1, 1), (2, 1), (3, 1)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        # A frame that repeats is sent again where it ends, twice at the end of all.
        ([(1, 2), (2, 1)], [1, 1, 2]),
        ([(1, 4), (2, 1)], [1, "-", "-", 1, 2]),
        ([(1, 2)], [1, 1]),
        ([(1, 5)], [1, "-", "-", 1, 1]),
        ([(1, 3), (2, 5)], [1, "-", 1, 2, "-", "-", 2, 2]),
    ],
)
def test_repeats(frames, expected):
    assert sent(*frames) == expected


@pytest.mark.parametrize(
    "counts", [[61], [121], [2, 61], [13, 61], [59, 2], [60, 1], [58, 3], [59, 62], [60, 61]]
)
@pytest.mark.parametrize("equal", [False, True])
def test_the_last_frame_never_follows_a_gap(counts, equal):
    # ffmpeg would show it for as long as that.
    found = sent(*((1 if equal else i, count) for i, count in enumerate(counts)))
    assert len(found) == sum(counts) and "-" not in found[-2:]


def test_repeats_without_ends():
    assert sent((1, 4), (2, 3), ends=False) == [1, "-", "-", "-", 2, "-", "-"]


def test_equal_frames_are_repeats():
    assert sent((1, 1), (1, 1), (1, 2), (2, 1), (1, 1), ends=False) == [1, "-", "-", "-", 2, 1]


def test_sent_again_after_a_while():
    assert sent((1, 7), longest=3, ends=False) == [1, "-", "-", 1, "-", "-", 1]
    assert sent((1, 2), (1, 5), longest=3, ends=False) == [1, "-", "-", 1, "-", "-", 1]
    assert sent((1, 3), longest=1) == [1, 1, 1]


def test_tells_where_the_newest_begins():
    pipe = opened(Stream(), ends=False)
    for value, count in ((1, 4), (2, 3), (2, 2)):
        pipe.put(frame(value), count)
    pipe.end()
    assert (pipe.ticks, pipe.start, pipe.sent) == (9, 4, 2)


def test_frames_may_be_painted_over():
    rng = np.random.default_rng(3)
    stream = Stream()
    pipe = opened(stream)
    shared, expected = frame(0), b""
    for _ in range(50):
        shared[:] = rng.integers(0, 255, shared.shape, np.uint8)
        expected += struct.pack("<4sI", b"00dc", shared.nbytes) + shared.tobytes()
        pipe.put(shared, 1)
    pipe.end()
    assert stream.data.endswith(b"movi" + expected)


def test_yuv420p_is_half_as_much():
    stream = Stream()
    pipe = opened(stream, pixels="yuv420p")
    pipe.put(frame(255), 1)
    pipe.end()
    assert stream.data.endswith(struct.pack("<I", 12) + 8 * b"\xeb" + 4 * b"\x80")


def test_painting_waits_for_ffmpeg_after_a_few_frames():
    stream = Stream()
    stream.gate.clear()
    pipe = opened(stream)
    done = []

    def paint():
        for value in range(20):
            pipe.put(frame(value), 1)
            done.append(value)

    painter = threading.Thread(target=paint)
    painter.start()
    painter.join(0.3)
    assert 2 <= len(done) <= 5
    stream.gate.set()
    painter.join(30)
    pipe.end()
    assert chunks(stream) == list(range(20))


def test_what_breaks_is_raised_at_the_next_call():
    stream = Stream(room=500)
    pipe = opened(stream)
    with pytest.raises(BrokenPipeError):
        for value in range(100):
            pipe.put(frame(value), 1)
    with pytest.raises(BrokenPipeError):
        pipe.end()
    assert stream.closed


@pytest.mark.parametrize("end", ["end", "stop"])
def test_leaves_no_thread(end):
    before = threading.active_count()
    stream = Stream()
    pipe = opened(stream)
    pipe.put(frame(1), 3)
    getattr(pipe, end)()
    pipe.join()
    assert threading.active_count() == before
    assert stream.closed
    with pytest.raises(BrokenPipeError):
        pipe.put(frame(1), 1)


def test_stop_from_another_thread_ends_a_wait():
    stream = Stream()
    stream.gate.clear()
    pipe = opened(stream)
    threading.Timer(0.2, pipe.stop).start()
    with pytest.raises(BrokenPipeError, match="closed"):
        for value in range(20):
            pipe.put(frame(value), 1)
    stream.gate.set()
    pipe.join()
    assert stream.closed


def test_whatever_stops_the_thread_is_told():
    class Broken(Stream):
        def write(self, data):
            raise ValueError("write to closed file")

    pipe = opened(Broken())
    with pytest.raises(OSError, match="closed file"):
        for value in range(100):
            pipe.put(frame(value), 1)
    pipe.join()
