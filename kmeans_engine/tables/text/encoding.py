"""Bytes of any encoding to UTF-8: byte order marks, what was named, what is no text at all."""

import codecs
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from kmeans_engine.errors import InvalidInput

__all__ = ["Encoding", "Opener", "find_encoding", "open_utf8", "to_strings"]

Opener = Callable[[], BinaryIO]

_MARKS = (  # UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """How text is encoded.

    Attributes
    ----------
    name : str
        Of Python's codec.
    mark : int
        Bytes of the byte order mark, which are not text.
    guessed : bool
        Whether neither a mark nor the user tells it, and it is not UTF-8.
    """

    name: str = "utf-8"
    mark: int = 0
    guessed: bool = False


def find_encoding(head: bytes, where: str, asked: str | None) -> Encoding:
    """Return the encoding of a text by its first bytes.

    Raises
    ------
    InvalidInput
        If `asked` is not known, or the bytes are not text.
    """
    mark = next(((m, name) for m, name in _MARKS if head.startswith(m)), None)
    if asked is not None:
        try:
            name = codecs.lookup(asked).name
            "1".encode(name)
        except (LookupError, ValueError) as error:
            raise InvalidInput(
                f"encoding={asked!r} is not known; give one such as 'utf-8', 'cp1252' or 'utf-16'",
                options=("encoding",),
            ) from error
        if mark and mark[1].replace("-", "").startswith(name.replace("-", "").replace("_", "")):
            return Encoding(mark[1], len(mark[0]))
        if name in ("utf-8", "ascii"):
            try:
                codecs.getincrementaldecoder(name)().decode(head)
            except UnicodeDecodeError as error:
                raise _undecodable(where, name, error) from error
        return Encoding("utf-8" if name == "utf-8-sig" else name)
    if mark:
        return Encoding(mark[1], len(mark[0]))
    if b"\0" in head:
        for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
            zeros = head[first::2].count(0)
            if zeros > 0.7 * len(head[first::2]) and not head[1 - first :: 2].count(0):
                return Encoding(name, guessed=True)
        raise InvalidInput(
            f"{where} is not text (it holds NUL bytes); save it as UTF-8 text, or name its "
            "encoding (encoding='utf-16')",
            options=("encoding",),
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b")
        if controls > len(head) / 100:
            raise InvalidInput(
                f"{where} is not text; save the table as UTF-8 text, such as CSV"
            ) from None
        return Encoding("cp1252", guessed=True)
    return Encoding()


def _undecodable(where: str, name: str, error: UnicodeError) -> InvalidInput:
    return InvalidInput(
        f"{where} cannot be read as {name} ({error}); name its encoding (encoding='cp1252')",
        options=("encoding",),
    )


class _Transcoder(io.RawIOBase):
    """A stream of text in one encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, where: str) -> None:
        self._stream, self._name, self._where = stream, encoding.name, where
        # cp1252 leaves five bytes open; a guess must not fail on them.
        self._decoder = codecs.getincrementaldecoder(encoding.name)(
            "replace" if encoding.guessed else "strict"
        )
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        parts, length = [self._rest], len(self._rest)
        while length < size or size < 0:
            data = self._stream.read(_READ)
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeError as error:
                raise _undecodable(self._where, self._name, error) from error
            parts.append(text.encode("utf-8", "replace"))
            length += len(parts[-1])
            if not data:
                break
        whole = b"".join(parts)
        size = len(whole) if size < 0 else size
        self._rest = whole[size:]
        return whole[:size]

    def close(self) -> None:
        """Close both."""
        self._stream.close()
        super().close()


def open_utf8(opener: Opener, encoding: Encoding, where: str) -> BinaryIO:
    """Open a text as UTF-8, without its byte order mark."""
    stream = opener()
    stream.read(encoding.mark)
    if encoding.name in ("utf-8", "ascii"):
        return stream
    return _Transcoder(stream, encoding, where)  # type: ignore[return-value]


def to_strings(column: Any) -> Any:
    """Return bytes as strings; those that are not UTF-8, far from the top, are taken as cp1252."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(column, pa.string())
    except pa.ArrowInvalid:
        return pa.chunked_array(
            [[c if c is None else _words(c) for c in chunk.to_pylist()] for chunk in column.chunks],
            pa.string(),
        )


def _words(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("cp1252", "replace")
