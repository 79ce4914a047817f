"""Machine code on disk: found again if it is whole and belongs here, compiled again if not.

Numba unpickles whatever it finds, and loads it as machine code. A copy that was cut, a file of
another kernel or two processes that compile at once would end in tracebacks or wrong results. So
every file begins with a digest of its name and what it holds, and the code comes with what it was
compiled from and for. The digests of all kernels of a run take 2 ms.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile

from kmeans_engine.runtime.signals import put_off

__all__ = ["MachineCode"]

_DIGEST = 32  # bytes


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

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _CheckedFiles(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(*_stamp(), *_facts([Path(function.__code__.co_filename)])),
        )

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
            self.disable()


class _CheckedFiles(IndexDataCacheFile):
    """The files of one kernel: an index of what was compiled for which types, and the code."""

    def save(self, key: Any, data: Any) -> None:
        super().save(key, (self._source_stamp, key, data))

    def load(self, key: Any) -> Any:
        # The index may be newer than the code: two processes gave one number to two types, or one
        # was killed between the two files.
        stamp, made_for, data = super().load(key) or (None, None, None)
        return data if stamp == self._source_stamp and made_for == key else None

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
def _stamp() -> tuple[tuple[str, float, int], ...]:
    """Return what changes when a kernel is changed."""
    here = Path(__file__).parent
    ground = [
        here / f"{name}.py"
        for name in ("cache", "compiler", "jit", "jobs", "llvm", "native", "products", "records")
    ]
    return _facts(sorted([*here.parent.glob("kernels/*.py"), *ground]))


def _facts(files: list[Path]) -> tuple[tuple[str, float, int], ...]:
    facts = ((file.name, file.stat()) for file in files if file.exists())
    return tuple((name, stat.st_mtime, stat.st_size) for name, stat in facts)
