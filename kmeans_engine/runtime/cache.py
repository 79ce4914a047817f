"""Machine code on disk: found again if it is whole and belongs here, compiled again if not.

Numba unpickles whatever it finds, and loads it as machine code. A copy that was cut, a file of
another kernel or two processes that compile at once would end in tracebacks or wrong results. So
every file begins with a digest of its name and what it holds, and the code comes with what it was
compiled from and for. The digests of all kernels of a run take 2 ms.

It is kept in NUMBA_CACHE_DIR, else beside the source, else in a folder of the user, whichever can
be written. It is read from the first two also where they cannot be written, as in a container
whose image was made by root.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba.core import config as _config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from kmeans_engine.runtime.signals import put_off

__all__ = ["MachineCode", "check_files"]

config: Any = _config
_DIGEST = 32  # bytes


# The name of the class differs among versions of Numba.
_InTree: Any = next(
    kind for kind in CompileResultCacheImpl._locator_classes if "InTree" in kind.__name__
)


class _BesideTheSource(_InTree):  # type: ignore[misc]
    """Where machine code may be read if it cannot be written anywhere."""

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Any:
        """Return where the code of a function is, if that is in a file."""
        return cls(function, file) if Path(file).exists() else None


class _Found(CompileResultCacheImpl):
    """Numba's search for a folder, with one more to end with."""

    _locator_classes = (*CompileResultCacheImpl._locator_classes, _BesideTheSource)  # type: ignore[assignment]


class MachineCode(FunctionCache):
    """Numba's cache of machine code; a disk that cannot be read or written is not an error.

    Containers and read-only installs are common; the remedy there is to compile again. Numba looks
    at the file of a kernel only; here a change in any kernel of the engine outdates all of them,
    since they are compiled into one another.

    Parameters
    ----------
    function : callable
        The kernel, in Python.
    """

    _impl_class = _Found
    #: Whether all that was compiled could be written.
    is_kept = True

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        source = Path(function.__code__.co_filename)
        places = [source.parent / "__pycache__"]
        if config.CACHE_DIR:
            folder = self._impl.locator.get_suitable_cache_subpath(str(source))
            places.insert(0, Path(config.CACHE_DIR, folder))
        stamp = (*_stamp(), _fact(source))

        def files(place: str | Path) -> _CheckedFiles:
            return _CheckedFiles(str(place), self._impl.filename_base, stamp)

        self._cache_file = files(self._cache_path)
        self._cache_file.others = [
            files(place) for place in places if place.is_dir() and not os.access(place, os.W_OK)
        ]

    def files(self) -> list[Path]:
        """Return the files of this kernel, for whatever it was compiled."""
        folder, name = Path(self._cache_path), glob.escape(self._impl.filename_base)
        return [path for end in ("nbi", "*.nbc") for path in folder.glob(f"{name}.{end}")]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for these types; None if there is none that can be used."""
        with put_off():  # LLVM would lose what a handler raises
            try:
                return super().load_overload(sig, target_context)
            except Exception:  # whole, and yet LLVM or Numba cannot use it
                return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code, where the disk allows it."""
        try:
            super().save_overload(sig, data)
        except OSError:
            self.is_kept = False


def check_files(cache: Any, sources: Iterable[Path], made_by: str) -> None:
    """Let another cache of Numba's, that of its compiler for GPUs, check its files in this way.

    Parameters
    ----------
    cache : Cache
    sources : iterable of Path
        A change in any of them outdates what is kept.
    made_by : str
        The version of the compiler.
    """
    stamp = (*map(_fact, sorted(sources)), (made_by, b""))
    cache._cache_file = _CheckedFiles(cache._cache_path, cache._impl.filename_base, stamp)
    save = cache.save_overload

    def save_if_possible(sig: Any, data: Any) -> None:
        with contextlib.suppress(OSError):
            save(sig, data)

    cache.save_overload = save_if_possible


class _CheckedFiles(IndexDataCacheFile):
    """The files of one kernel: an index of what was compiled for which types, and the code."""

    #: Those that can only be read, where these know nothing.
    others: Sequence[_CheckedFiles] = ()

    def save(self, key: Any, data: Any) -> None:
        super().save(key, (self._source_stamp, key, data))

    def load(self, key: Any) -> Any:
        # The index may be newer than the code: two processes gave one number to two types, or one
        # was killed between the two files.
        stamp, made_for, data = super().load(key) or (None, None, None)
        if stamp == self._source_stamp and made_for == key:
            return data
        found = (files.load(key) for files in self.others)
        return next((data for data in found if data is not None), None)

    def _load_index(self) -> dict[Any, str]:
        held = self._read(self._index_name)
        version, stamp, overloads = held if held is not None else (None, None, {})
        fresh = version == self._version and stamp == self._source_stamp
        return overloads if fresh else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_name, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._read(name)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(name, data)

    def _read(self, name: str) -> Any:
        """Return what a file holds; None if there is no such file, or it is damaged."""
        try:
            content = Path(self._data_path(name)).read_bytes()
            digest, held = content[:_DIGEST], content[_DIGEST:]
            return pickle.loads(held) if digest == _digest(name, held) else None
        except Exception:  # the disk's, or of a class that is here no more
            return None

    def _write(self, name: str, what: Any) -> None:
        held = self._dump(what)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(_digest(name, held))
            file.write(held)


def _digest(name: str, held: bytes) -> bytes:
    return hashlib.blake2b(name.encode() + b"\0" + held, digest_size=_DIGEST).digest()


@lru_cache(maxsize=1)
def _stamp() -> tuple[tuple[str, bytes], ...]:
    """Return what changes when a kernel is changed."""
    here = Path(__file__).parent
    ground = [
        here / f"{name}.py"
        for name in ("cache", "compiler", "jit", "jobs", "llvm", "native", "products", "records")
    ]
    return tuple(map(_fact, sorted([*here.parent.glob("kernels/*.py"), *ground])))


@lru_cache(maxsize=128)
def _fact(source: Path) -> tuple[str, bytes]:
    """Return the name of a file and a digest of it; its time would be another in a container."""
    content = source.read_bytes() if source.exists() else b""
    return source.name, hashlib.blake2b(content, digest_size=_DIGEST).digest()
