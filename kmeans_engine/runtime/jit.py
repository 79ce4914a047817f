"""The one place that sets Numba's options."""

import contextlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from kmeans_engine.runtime.processors import asked_threads
from kmeans_engine.runtime.progress import compiling
from kmeans_engine.runtime.signals import put_off

asked_threads()  # as in `kmeans_engine.kernels`

import numba  # noqa: E402
from numba.core import event  # noqa: E402
from numba.core.caching import FunctionCache, IndexDataCacheFile  # noqa: E402

__all__ = ["kernel"]

# Kernels are typed by Numba, from what they are called with.
Kernel = Callable[..., Any]


class _Watch(event.Listener):
    """Tells `compiling` when Numba compiles: only then, and in one thread at a time."""

    def on_start(self, _: event.Event) -> None:
        compiling.begin()

    def on_end(self, _: event.Event) -> None:
        compiling.end()


event.register("numba:compile", _Watch())


@lru_cache(maxsize=1)
def _stamp() -> tuple[tuple[str, float, int], ...]:
    """Return what changes when a kernel is changed."""
    here = Path(__file__).parent
    ground = [here / "llvm.py", here / "records.py", Path(__file__)]
    return _facts(sorted([*here.parent.glob("kernels/*.py"), *ground]))


def _facts(files: list[Path]) -> tuple[tuple[str, float, int], ...]:
    facts = ((file.name, file.stat()) for file in files if file.exists())
    return tuple((name, stat.st_mtime, stat.st_size) for name, stat in facts)


class _OptionalCache(FunctionCache):
    """Numba's cache of machine code; a disk that cannot be read or written is not an error.

    Containers and read-only installs are common; the remedy there is to compile again. Numba looks
    at the file of a kernel only; here a change in any kernel of the engine outdates all of them,
    since they are compiled into one another.
    """

    def __init__(self, function: Kernel) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(*_stamp(), *_facts([Path(function.__code__.co_filename)])),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            with put_off():  # LLVM would lose what a handler raises
                return super().load_overload(sig, target_context)
        except (OSError, EOFError):
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:
            self.disable()


def kernel(*flags: str, inline: bool = False, counted: bool = True) -> Callable[[Kernel], Kernel]:
    """Compile a function on its first call, without the GIL, and keep the machine code on disk.

    Parameters
    ----------
    *flags : str
        LLVM fast-math flags. ``contract`` lets a product and a sum become one FMA; ``nnan`` lets a
        minimum become a vector reduction. Without flags the arithmetic is IEEE, operation by
        operation.
    counted : bool
        Whether references to arrays are counted, which a function that makes arrays or views of
        them needs. Otherwise each call would count each of its arrays for nothing, and threads that
        count the same arrays wait for one another: a quarter of the time of
        `kernels.blocks.sweep`.
    inline : bool
        Copy the function into its callers, with their flags: worth it for one of many arguments
        that is called per value. It halves the time of the first sweep, but the caller compiles for
        longer.
    """

    def decorate(function: Kernel) -> Kernel:
        options: dict[str, Any] = {
            "nogil": True,
            "error_model": "numpy",
            "fastmath": set(flags),
            "inline": "always" if inline else "never",
            "_nrt": counted,
        }
        compiled: Any = numba.njit(**options)(function)
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            return function
        with contextlib.suppress(RuntimeError):  # no folder for a cache at all
            compiled._cache = _OptionalCache(compiled.py_func)
        return compiled  # type: ignore[no-any-return]

    return decorate
