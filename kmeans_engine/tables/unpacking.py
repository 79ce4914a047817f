"""What compressed files and archives hold, as streams of bytes that can begin again."""

import bz2
import errno
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import damaged
from kmeans_engine.tables.kinds import SUFFIXES

__all__ = ["Opener", "kind_of_archive", "not_packed", "seekable", "unpack", "unzip"]

Opener = Callable[[], BinaryIO]

_NAMES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard", ".zip": "zip"}


def unpack(opener: Opener, where: str, packed: str) -> Opener:
    """Return how to open what a compressed file holds."""

    def opened() -> BinaryIO:
        below = opener()
        if packed == ".zst":
            import pyarrow as pa

            stream = pa.CompressedInputStream(below, "zstd")
        else:
            readers: Any = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
            stream = readers[packed](below)
        return io.BufferedReader(_Unpacked(stream, below, where, packed), 1 << 18)

    return opened


def kind_of_archive(opener: Opener, path: Path | None, where: str) -> str:
    """Return "workbook" or "npz" for a zip archive that is one of them; empty for others."""
    suffix = "" if path is None else path.suffix.lower()
    try:
        with seekable(opener) as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return next((k for k in ("npz", "workbook") if suffix in SUFFIXES[k]), "")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise InvalidInput(f"{where} is a text document or slides; save its table as CSV")
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    return "workbook" if {"[Content_Types].xml", "content.xml"} & set(names) else ""


def unzip(opener: Opener, where: str, member: str | None) -> tuple[Opener, str]:
    """Return how to open the one file of an archive, and its name."""
    try:
        with seekable(opener) as stream, zipfile.ZipFile(stream) as archive:
            files = [
                info.filename
                for info in archive.infolist()
                if not info.is_dir() and not re.search(r"(^|/)(__MACOSX/|\.)", info.filename)
            ]
            locked = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise not_packed(where, ".zip", error) from error
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

    def opened() -> BinaryIO:
        below = seekable(opener)
        try:
            stream = zipfile.ZipFile(below).open(chosen)  # noqa: SIM115 - closed by `_Unpacked`
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            below.close()
            raise not_packed(where, ".zip", error) from error
        return io.BufferedReader(_Unpacked(stream, below, where, ".zip"), 1 << 18)

    return opened, Path(chosen).name.lower()


def _likely(files: list[str]) -> str:
    known = [suffix for suffixes in SUFFIXES.values() for suffix in suffixes]
    return next((file for file in files if Path(file).suffix.lower() in known), files[0])


def seekable(opener: Opener) -> BinaryIO:
    """Return a stream that can be read in any order; what is unpacked is held in memory."""
    stream = opener()
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, _Unpacked):
        with stream:
            return io.BytesIO(stream.read())
    return stream


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
            raise not_packed(self._where, self._packed, error) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._below.close()
        super().close()


def not_packed(where: str, packed: str, error: BaseException) -> InvalidInput:
    """Return the error for a file that is not packed as its suffix says."""
    return damaged(where, f"{_NAMES[packed]} file", error)
