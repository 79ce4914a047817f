"""Where a table comes from: files, pipes, compressed or not, as streams that can begin again."""

import bz2
import difflib
import errno
import gzip
import io
import lzma
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import damaged
from kmeans_engine.tables.kinds import COMPRESSED, SUFFIXES, packing

__all__ = ["Input", "existing", "open_input"]

_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_HEAD = 1024
_NAMES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard", ".zip": "zip"}


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes of a table, uncompressed.

    Attributes
    ----------
    where : str
        Its name for messages.
    suffix : str
        That of its name, in lower case and without that of a compression; may be empty.
    opener : callable
        Returns a stream of the bytes from their start; may be called again.
    path : Path or None
        The file that holds exactly these bytes, if there is one.
    head : bytes
        The first of them.
    kind : str
        What kind of file an archive is, "npz" or "workbook"; empty for all that is no archive.
    """

    where: str
    suffix: str
    opener: Callable[[], BinaryIO]
    path: Path | None
    head: bytes
    kind: str = ""

    def seekable(self) -> BinaryIO:
        """Return a stream that can be read in any order: of what is no file, from memory."""
        if self.path is not None:
            return self.path.open("rb")
        return _seekable(self.opener)


class _Unpacked(io.RawIOBase):
    """A stream of what a compressed file holds, whose damage is one line."""

    def __init__(self, stream: Any, below: Any, where: str, packed: str) -> None:
        self._stream, self._below, self._where, self._packed = stream, below, where, packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EIO:
                raise
            raise _damaged(self._where, self._packed, error) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._below.close()
        super().close()


def open_input(
    source: str | os.PathLike[str], *, stdin: BinaryIO | None = None, member: str | None = None
) -> Input:
    """Find out where bytes come from.

    Parameters
    ----------
    source : str or path-like
        A file, a pipe, or ``"-"`` for standard input.
    stdin : binary stream or None
        Read instead of standard input.
    member : str or None
        The file of a ``.zip``.

    Raises
    ------
    InvalidInput
        If there is no such file, or it cannot be opened or unpacked.
    OSError
        If the device fails.
    """
    text = os.fspath(source)
    opener: Callable[[], BinaryIO]
    if text in _STDIN:
        path, where, name = None, "standard input", ""
        data = _standard_input(stdin)
        opener = lambda: io.BytesIO(data)  # noqa: E731
    else:
        path = existing(source)
        where, name = str(path), path.name.lower()
        if not path.is_file():
            data = _drain(path)
            path, name = None, ""
            opener = lambda: io.BytesIO(data)  # noqa: E731
        else:
            file = path
            _try_open(file)
            opener = lambda: file.open("rb")  # noqa: E731
    return _unpacked(opener, path, where, name, member)


def _unpacked(
    opener: Callable[[], BinaryIO], path: Path | None, where: str, name: str, member: str | None
) -> Input:
    """Return what is in the innermost of compressed files."""
    named = kind = ""
    while True:
        with opener() as stream:
            head = stream.read(_HEAD)
        if not head and named:
            raise InvalidInput(f"{where} holds nothing; at least one row of numbers is needed")
        packed = packing(head)
        suffix = Path(name).suffix
        if suffix in COMPRESSED:
            if packed != suffix and not packed:
                raise _damaged(where, suffix, ValueError("it does not start like one"))
            name = name.removesuffix(suffix)
        if packed == ".zip":
            kind = _kind_of_archive(opener, path)
            if kind:
                packed = ""
            else:
                opener, name = _zipped(opener, where, member)
                path, named = None, packed
                continue
        if not packed:
            return Input(where, Path(name).suffix, opener, path, head, kind)
        opener, path, named = _packed(opener, where, packed), None, packed


def _packed(opener: Callable[[], BinaryIO], where: str, packed: str) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        below = opener()
        if packed == ".zst":
            import pyarrow as pa

            stream = pa.CompressedInputStream(below, "zstd")
        else:
            readers: Any = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
            stream = readers[packed](below)
        return io.BufferedReader(_Unpacked(stream, below, where, packed), 1 << 18)

    return unpack


def _kind_of_archive(opener: Callable[[], BinaryIO], path: Path | None) -> str:
    """Return "workbook" or "npz" for a zip archive that is one of them; empty for others."""
    suffix = "" if path is None else path.suffix.lower()
    try:
        with _seekable(opener) as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return next((k for k in ("npz", "workbook") if suffix in SUFFIXES[k]), "")
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    return "workbook" if {"[Content_Types].xml", "content.xml"} & set(names) else ""


def _zipped(
    opener: Callable[[], BinaryIO], where: str, member: str | None
) -> tuple[Callable[[], BinaryIO], str]:
    """Return how to open the one file of an archive, and its name."""
    try:
        with _seekable(opener) as stream, zipfile.ZipFile(stream) as archive:
            files = [
                info.filename
                for info in archive.infolist()
                if not info.is_dir() and not re.search(r"(^|/)(__MACOSX/|\.)", info.filename)
            ]
            locked = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(where, ".zip", error) from error
    if locked:
        raise InvalidInput(f"{where} is locked by a password; unpack it first")
    if member is None and len(files) != 1:
        if not files:
            raise InvalidInput(f"{where} holds no files; one table is needed")
        raise InvalidInput(
            f"{where} holds {len(files)} files ({some_of(files, 5)}); "
            f"choose one (array={_likely(files)!r})",
            options=("array",),
        )
    if member is not None and member not in files:
        raise InvalidInput(f"{where} holds no file {member!r}; choose from {some_of(files, 5)}")
    chosen = member or files[0]

    def unzip() -> BinaryIO:
        below = _seekable(opener)
        try:
            stream = zipfile.ZipFile(below).open(chosen)  # noqa: SIM115 - closed by `_Unpacked`
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            below.close()
            raise _damaged(where, ".zip", error) from error
        return io.BufferedReader(_Unpacked(stream, below, where, ".zip"), 1 << 18)

    return unzip, Path(chosen).name.lower()


def _likely(files: list[str]) -> str:
    known = [suffix for suffixes in SUFFIXES.values() for suffix in suffixes]
    return next((file for file in files if Path(file).suffix.lower() in known), files[0])


def _seekable(opener: Callable[[], BinaryIO]) -> BinaryIO:
    stream = opener()
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, _Unpacked):
        with stream:
            return io.BytesIO(stream.read())
    return stream


def _standard_input(stdin: BinaryIO | None) -> bytes:
    """Return all of standard input; what it lacks is one line."""
    stream = stdin
    if stream is None:
        if sys.stdin is None or sys.stdin.closed:
            raise InvalidInput("standard input is closed; pipe a table into it, or name a file")
        if sys.stdin.isatty():
            raise InvalidInput("standard input is a terminal; pipe a table into it, or name a file")
        stream = sys.stdin.buffer
    try:
        data = stream.read()
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno != errno.EBADF:
            raise
        raise InvalidInput(
            "standard input is closed; pipe a table into it, or name a file"
        ) from error
    if not data:
        raise InvalidInput("standard input is empty; pipe a table into it, or name a file")
    return data


def _drain(path: Path) -> bytes:
    """Return all that comes through a pipe."""
    if path.is_char_device() or path.is_block_device():
        raise InvalidInput(f"{path} is a device, not a file; name a file, or pipe it to '-'")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}); name a file") from error
    if not data:
        raise InvalidInput(f"{path} is empty; at least one row of numbers is needed")
    return data


def existing(source: str | os.PathLike[str]) -> Path:
    """Return the path of a file or folder that is there.

    Raises
    ------
    InvalidInput
        If none is; with what is, under a similar name.
    """
    path, text = Path(source), os.fspath(source)
    try:
        if path.exists():
            return path
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: no file can have this path ({error})") from error
    url = re.match(r"([a-z][a-z0-9+.-]+):/+(.*)", text, re.IGNORECASE | re.DOTALL)
    if url:
        link = f"{url[1]}://{url[2]}"
        raise InvalidInput(f"{link} is a URL; download it first, and name the file")
    raise InvalidInput(f"{path}: no such file{_similar(path)}")


def _try_open(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be opened ({error.strerror}); check its permissions"
        ) from error


def _similar(path: Path) -> str:
    try:
        there = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f", nor a folder {path.parent}; check the path"
    close = difflib.get_close_matches(path.name, there, n=3)
    if not close:
        return "; check the path"
    return f"; did you mean {' or '.join(str(path.with_name(name)) for name in close)}?"


def _damaged(where: str, packed: str, error: BaseException) -> InvalidInput:
    return damaged(where, f"{_NAMES[packed]} file", error)
