"""The messages of an Arrow IPC stream: made one by one, found by seeking, checked when read.

pyarrow writes and reads what is in them. It would read a stream from its beginning, bodies and all;
here only the heads are read, which say how long the bodies are, and which state they belong to. A
head is a flatbuffer, of which two fields of the table ``Message`` are needed (Message.fbs of Apache
Arrow): the length of the body, and what its writer has added.

What was added has a checksum, over the head (but for the checksum) and the body.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import pyarrow as pa

__all__ = [
    "END",
    "Damaged",
    "Found",
    "Message",
    "check_schema",
    "make_message",
    "make_schema",
    "read_batch",
    "read_schema",
    "scan",
    "spell",
]

END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""The end of a stream."""

# Eight digits follow, which are 0 while the checksum is computed.
_CHECKSUM = "crc32="
_UNKNOWN = "00000000"
_SEALED = re.compile(rb"crc32=([0-9a-f]{8})")
_CONTINUATION = END[:4]
# Of the table Message, and of the table KeyValue.
_BODY_LENGTH, _ADDED, _KEY, _VALUE = 3, 4, 0, 1
# A head has the names and types of a dozen columns and what was added; that of a schema, all facts.
_LONGEST = 1 << 28


class Damaged(Exception):
    """A message is not as it was written."""


class Message(NamedTuple):
    """Where a message is in its file, and what was added to it.

    Attributes
    ----------
    start : int
        Where it begins.
    head, body : int
        Bytes of its two parts; eight more come before the first.
    added : dict of str to str
    """

    start: int
    head: int
    body: int
    added: dict[str, str]

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.start + 8 + self.head + self.body


class Found(NamedTuple):
    """What is in a file.

    Attributes
    ----------
    messages : list of Message
        Those that are whole, up to the first one that is not.
    ended : bool
        Whether the end of the stream comes next, and nothing after it.
    """

    messages: list[Message]
    ended: bool


def spell(facts: Mapping[str, Any]) -> str:
    """Return facts as JSON in which nothing looks like a checksum."""
    return json.dumps(facts).replace(_CHECKSUM, _CHECKSUM.replace("=", "\\u003d"))


def _options(compressed: bool) -> pa.ipc.IpcWriteOptions:
    """Return how bodies are compressed: Zstandard, or LZ4 where this pyarrow lacks it."""
    known = ("zstd", "lz4") if compressed else ()
    codec = next((name for name in known if pa.Codec.is_available(name)), None)
    return pa.ipc.IpcWriteOptions(compression=codec)


def make_schema(schema: pa.Schema, facts: Mapping[str, str]) -> bytes:
    """Return the message that begins a stream, with a checksum beside the facts."""
    facts = {**facts, "checksum": _CHECKSUM + _UNKNOWN}
    return _sealed(schema.with_metadata(facts).serialize().to_pybytes())


def make_message(batch: pa.RecordBatch, added: Mapping[str, str], *, compressed: bool) -> bytes:
    """Return a batch as a message, to which a few facts are added."""
    sink = pa.BufferOutputStream()
    added = {**added, "checksum": _CHECKSUM + _UNKNOWN}
    with pa.ipc.new_stream(sink, batch.schema, options=_options(compressed)) as stream:
        stream.write_batch(batch, custom_metadata=added)
    begun = batch.schema.serialize().size
    return _sealed(sink.getvalue().slice(begun).to_pybytes()[: -len(END)])


def _sealed(message: bytes) -> bytes:
    head = 8 + _head_of(message)
    checksum = _CHECKSUM.encode() + b"%08x" % zlib.crc32(memoryview(message)[8:])
    unknown = (_CHECKSUM + _UNKNOWN).encode()
    return message[:head].replace(unknown, checksum) + message[head:]


def _check(message: bytes, head: int) -> None:
    """Raise `Damaged` unless the checksum fits; without the first eight bytes of the message."""
    found = _SEALED.search(message, 0, head)
    if found is None:
        raise Damaged
    unknown = (_CHECKSUM + _UNKNOWN).encode()
    checksum = zlib.crc32(unknown, zlib.crc32(message[: found.start()]))
    if zlib.crc32(memoryview(message)[found.end() :], checksum) != int(found[1], 16):
        raise Damaged


def _head_of(prefix: bytes) -> int:
    """Return the bytes of the head that eight bytes announce; 0 at the end of the stream."""
    if len(prefix) < 8 or prefix[:4] != _CONTINUATION:
        raise Damaged
    (size,) = struct.unpack_from("<i", prefix, 4)
    if not 0 <= size <= _LONGEST:
        raise Damaged
    return int(size)


def read_schema(file: IO[bytes]) -> tuple[pa.Schema, int]:
    """Return the schema at the beginning of a file, unchecked, and where the next message begins.

    Raises
    ------
    Damaged
        If there is none, or not a whole one.
    """
    file.seek(0)
    size = _head_of(file.read(8))
    head = file.read(size)
    if not size or len(head) < size:
        raise Damaged
    try:
        return pa.ipc.read_schema(pa.py_buffer(END[:4] + struct.pack("<i", size) + head)), 8 + size
    except (pa.ArrowException, OSError, ValueError):
        raise Damaged from None


def check_schema(file: IO[bytes], end: int) -> None:
    """Raise `Damaged` unless the schema before `end` is as it was written."""
    file.seek(8)
    _check(file.read(end - 8), end - 8)


def scan(file: IO[bytes], start: int) -> Found:
    """Return the messages from a place in a file on. Their bodies are not looked at."""
    size, messages = file.seek(0, 2), list[Message]()
    while True:
        file.seek(start)
        try:
            head = _head_of(file.read(8))
            if head == 0:
                return Found(messages, start + len(END) == size)
            message = Message(start, head, *_facts(file.read(head), head))
        except (Damaged, struct.error, UnicodeDecodeError, IndexError):
            return Found(messages, False)
        if message.end > size:
            return Found(messages, False)
        messages.append(message)
        start = message.end


def read_batch(file: IO[bytes], message: Message, schema: pa.Schema) -> pa.RecordBatch:
    """Return the batch of a message.

    Raises
    ------
    Damaged
        If it is not as it was written.
    """
    file.seek(message.start)
    read = file.read(message.end - message.start)
    _check(read[8:], message.head)
    try:
        batch = pa.ipc.read_record_batch(pa.ipc.read_message(read), schema)
        batch.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise Damaged from None
    return batch


def _facts(head: bytes, size: int) -> tuple[int, dict[str, str]]:
    """Return the length of the body, and what was added."""
    if len(head) < size:
        raise Damaged
    root = _Table(head, *struct.unpack_from("<I", head))
    place = root.field(_BODY_LENGTH)
    (body,) = (0,) if place is None else struct.unpack_from("<q", head, place)
    if body < 0:
        raise Damaged
    added, place = {}, root.field(_ADDED)
    if place is not None:
        vector = _follow(head, place)
        (count,) = struct.unpack_from("<I", head, vector)
        if count * 4 > size:
            raise Damaged
        for number in range(count):
            pair = _Table(head, _follow(head, vector + 4 + 4 * number))
            added[pair.text(_KEY)] = pair.text(_VALUE)
    return body, added


def _follow(data: bytes, place: int) -> int:
    (offset,) = struct.unpack_from("<I", data, place)
    return place + int(offset)


class _Table:
    """A table of a flatbuffer: where its fields are. struct raises whatever lies outside."""

    def __init__(self, data: bytes, place: Any) -> None:
        self._data, self._place = data, int(place)
        (offset,) = struct.unpack_from("<i", data, self._place)
        self._fields = self._place - int(offset)
        if self._fields < 0:
            raise Damaged
        (self._size,) = struct.unpack_from("<H", data, self._fields)

    def field(self, number: int) -> int | None:
        """Return where a field is; None if it has its default value."""
        place = 4 + 2 * number
        if place + 2 > self._size:
            return None
        (offset,) = struct.unpack_from("<H", self._data, self._fields + place)
        return self._place + int(offset) if offset else None

    def text(self, number: int) -> str:
        place = self.field(number)
        if place is None:
            return ""
        start = _follow(self._data, place)
        (size,) = struct.unpack_from("<I", self._data, start)
        if start + 4 + size > len(self._data):
            raise Damaged
        return self._data[start + 4 : start + 4 + size].decode()
