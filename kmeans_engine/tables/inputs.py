"""Where a table comes from: files, pipes, compressed or not, as streams that can begin again."""

import codecs
import errno
import io
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.similar import similar
from kmeans_engine.tables.kinds import COMPRESSED, packing
from kmeans_engine.tables.unpacking import (
    Opener,
    kind_of_archive,
    not_packed,
    seekable,
    unpack,
    unzip,
)

__all__ = ["STDIN", "Input", "existing", "open_input"]

STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
"""Names of standard input."""
_HEAD = 1024


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
    opener: Opener
    path: Path | None
    head: bytes
    kind: str = ""

    def seekable(self) -> BinaryIO:
        """Return a stream that can be read in any order: of what is no file, from memory."""
        if self.path is not None:
            return self.path.open("rb")
        return seekable(self.opener)


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
    opener: Opener
    if text in STDIN:
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
    opener: Opener, path: Path | None, where: str, name: str, member: str | None
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
            if not packed and not _is_text(head):
                raise not_packed(where, suffix, ValueError("it does not start like one"))
            name = name.removesuffix(suffix)
        if packed == ".zip":
            kind = kind_of_archive(opener, path, where)
            if kind:
                packed = ""
            else:
                opener, name = unzip(opener, where, member)
                path, named = None, packed
                continue
        if not packed:
            return Input(where, Path(name).suffix, opener, path, head, kind)
        opener, path, named = unpack(opener, where, packed), None, packed


def _is_text(head: bytes) -> bool:
    """Tell whether bytes are lines of text, as of a file that was unpacked but not renamed."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return "\n" in text and re.search(r"[\0-\x08\x0e-\x1f]", text) is None


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
    close = [str(path.with_name(name)) for name in similar(path.name, there)]
    return f"; did you mean {' or '.join(close)}?" if close else "; check the path"
