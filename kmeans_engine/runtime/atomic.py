"""Files that appear complete or not at all. Knows the file system, nothing of what is written.

A file is written under a temporary name beside its final one and renamed over it when complete. A
process that is killed leaves its temporary file; the next `AtomicFile` for that path removes it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.signals import put_off

if sys.platform != "win32":
    import fcntl

__all__ = ["AtomicFile", "check_writable", "lock"]


class AtomicFile:
    """A file under construction beside its final path.

    The temporary name is hidden, pure ASCII and short whatever the final name is, and keeps the
    suffix; write into that same file (open it for writing, do not replace it). As a context
    manager, leaving the block commits, or discards if an exception is on its way.

    Parameters
    ----------
    path : str or path-like
        The final path. A symbolic link is kept: the file that it names is replaced.

    Attributes
    ----------
    path : Path
        The final path as given.
    temporary : Path
        The file to write into. It exists, empty, from the start.

    Raises
    ------
    InvalidInput
        If the path is a folder, a device or a pipe.
    OSError
        If nothing can be created in the folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._final = Path(os.path.realpath(self.path))
        older = _older(self.path)
        _remove_stale(self._final)
        # Writable for us while it is written; the older file's exact mode comes with `commit`.
        mode = 0o666 if older is None else stat.S_IMODE(older.st_mode) & 0o777 | 0o600
        with put_off():  # nobody would know of a file that Ctrl-C leaves half-made
            self.temporary, descriptor = _create(self._final, mode)
            self._lock = os.fdopen(descriptor, "rb", buffering=0)
            # `discard`; also for an owner that is interrupted before it can, and at exit.
            self._remove = weakref.finalize(self, _remove, self._lock, self.temporary, os.getpid())

    def commit(self) -> None:
        """Make the temporary file, complete and closed by its writer, the final one, durably.

        Raises
        ------
        OSError
            If that fails; the temporary file is removed and an older file stays as it was.
        """
        try:
            with self.temporary.open("rb+") as file:
                os.fsync(file.fileno())
            older = _older(self.path)
            if older is not None:
                with suppress(OSError):  # FAT and some network mounts know no modes.
                    self.temporary.chmod(stat.S_IMODE(older.st_mode) & 0o777)
            if sys.platform == "win32":
                self._lock.close()  # Windows renames no open file.
            self.temporary.replace(self._final)
        except BaseException:
            self.discard()
            raise
        self._remove.detach()
        self._lock.close()
        _sync_folder(self._final.parent)

    def discard(self) -> None:
        """Remove the temporary file. Raises nothing but what a signal does, after it is gone."""
        with put_off():  # a finalizer runs once: interrupted, it would leave the file
            self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.discard()


def check_writable(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Raise now what would otherwise stop the run when its result is written.

    Parameters
    ----------
    path : str or path-like
        Where a file will be written.
    overwrite : bool
        Whether an older file may be replaced.

    Raises
    ------
    InvalidInput
        If the path is not a file's, exists although `overwrite` is false, or is read-only, or if
        its folder does not exist or refuses new files.
    """
    path = Path(path)
    try:
        older = _older(path)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: no file can have this path ({_reason(error)})") from error
    folder = Path(os.path.realpath(path)).parent
    shown = path.parent if not path.is_symlink() else folder
    if not folder.is_dir():
        raise InvalidInput(f"{path}: the folder {shown} does not exist; create it first")
    if older is not None and not overwrite:
        raise InvalidInput(
            f"{path} exists; allow replacing it (overwrite=True) or choose another path",
            options=("overwrite",),
        )
    if older is not None and not os.access(path, os.W_OK):
        raise InvalidInput(f"{path} is read-only; make it writable or choose another path")
    try:
        AtomicFile(path).discard()
    except OSError as error:
        raise InvalidInput(
            f"{path}: no file can be created in the folder {shown} ({_reason(error)}); "
            "choose another path"
        ) from error


def _older(path: Path) -> os.stat_result | None:
    """Return what is known of the file at `path`, None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise InvalidInput(f"{path} is a folder; give the path of a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput(f"{path} is a device or a pipe; only a regular file can be written")
    return found


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _prefix(final: Path) -> str:
    # A digest instead of the name: no length limit, no `%d` for ffmpeg, no leading dash.
    name = os.path.normcase(final.name)
    digest = hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()
    return f".kmeans-{digest}-"


def _create(final: Path, mode: int) -> tuple[Path, int]:
    """Create a temporary file for `final`; return its path and the descriptor that locks it."""
    suffix = final.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,16}", final.suffix) else ""
    while True:
        name = f"{_prefix(final)}{os.getpid()}-{secrets.token_hex(4)}{suffix}"
        temporary = final.with_name(name)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        try:
            locked = lock(descriptor)
        except OSError:  # A file system without locks: nobody can take this file for a stale one.
            locked = True
        # Another process may have taken it for stale between the two calls above.
        if locked and temporary.exists():
            return temporary, descriptor
        os.close(descriptor)
        with suppress(OSError):
            temporary.unlink()


def _remove(lock: IO[bytes], temporary: Path, process: int) -> None:
    """Remove a file that this process has made: one that was forked off has its objects as well."""
    with suppress(OSError):
        lock.close()
    if process == os.getpid():
        with suppress(OSError):
            temporary.unlink()


def lock(descriptor: int) -> bool:
    """Mark the file as in use; False if another one does.

    A lock ends with its process, however that dies. A process id would not tell: it is used again,
    and means nothing in another container. On Windows a file that is open cannot be removed anyway.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _remove_stale(final: Path) -> None:
    """Remove temporary files for `final` whose processes are gone."""
    try:
        with os.scandir(final.parent) as entries:
            prefix = _prefix(final)
            found = [entry.path for entry in entries if entry.name.startswith(prefix)]
    except OSError:
        return
    for path in found:
        with suppress(OSError):
            if sys.platform == "win32":
                Path(path).unlink()
            else:
                descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
                try:
                    if lock(descriptor):
                        Path(path).unlink()
                finally:
                    os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system offers that."""
    if sys.platform != "win32":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
