"""The one place that sets Numba's options."""

import contextlib
import os
from collections.abc import Callable
from typing import Any

from kmeans_engine.runtime.processors import asked_threads
from kmeans_engine.runtime.progress import compiling

asked_threads()  # as in `kmeans_engine.kernels`

import numba  # noqa: E402
from numba.core import event  # noqa: E402

from kmeans_engine.runtime.cache import MachineCode  # noqa: E402
from kmeans_engine.runtime.compiler import InnerCompiler, KernelCompiler, close  # noqa: E402

__all__ = ["KERNELS", "kernel"]

#: Those that Python calls, of all modules that were imported; none in plain Python.
KERNELS: list[Any] = []

# Kernels are typed by Numba, from what they are called with.
Kernel = Callable[..., Any]


class _Watch(event.Listener):
    """Tells `compiling` when Numba compiles: only then, and in one thread at a time."""

    def on_start(self, _: event.Event) -> None:
        compiling.begin()

    def on_end(self, _: event.Event) -> None:
        compiling.end()


event.register("numba:compile", _Watch())


def kernel(
    *flags: str, inline: bool = False, counted: bool = True, inner: bool = False
) -> Callable[[Kernel], Kernel]:
    """Compile a function on its first call, without the GIL, and keep the machine code on disk.

    Parameters
    ----------
    *flags : str
        LLVM fast-math flags. ``contract`` lets a product and a sum become one FMA; ``nnan`` lets a
        minimum become a vector reduction. Without flags the arithmetic is IEEE, operation by
        operation.
    counted : bool
        Whether references to arrays are counted, which a function that makes arrays needs.
        Otherwise each call would count each of its arrays for nothing, and threads that
        count the same arrays wait for one another: a quarter of the time of
        `kernels.blocks.sweep`.
    inline : bool
        Copy the function into its callers, with their flags: worth it for one of many arguments
        that is called per value. It halves the time of the first sweep, but the caller compiles for
        longer.
    inner : bool
        Only other kernels call the function. Then it has no way in from Python, and no machine code
        of its own, a seventh of the time to compile: it is copied into those others.
    """

    def decorate(function: Kernel) -> Kernel:
        options: dict[str, Any] = {
            "nogil": True,
            "error_model": "numpy",
            "fastmath": set(flags),
            "inline": "always" if inline else "never",
            "_nrt": counted,
            "pipeline_class": InnerCompiler if inner else KernelCompiler,
            "no_cfunc_wrapper": True,
            "no_cpython_wrapper": inner,
        }
        compiled: Any = numba.njit(**options)(function)
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            return function
        if inner:
            close(compiled)
        elif not inline:
            with contextlib.suppress(RuntimeError):  # no folder for a cache at all
                compiled._cache = MachineCode(compiled.py_func)
            KERNELS.append(compiled)
        return compiled  # type: ignore[no-any-return]

    return decorate
