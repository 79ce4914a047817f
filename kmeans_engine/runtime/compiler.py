"""Numba's compiler without what kernels do not need, and deaf to signals while LLVM works.

The machine code is what Numba makes, instruction by instruction, in seven tenths of the time. What
is left out: functions that nobody calls, machine code of kernels that are only copied into other
kernels, passes over declarations, and comparing flags by reading each of them.

LLVM calls back for each piece of machine code that is done. What the handler of a signal raises in
there is swallowed: Python says "Exception ignored", and Numba misses the code.
"""

from __future__ import annotations

import gc
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

from kmeans_engine.runtime.signals import put_off

__all__ = ["InnerCompiler", "KernelCompiler", "close"]


class _Flags(Flags):
    """Numba's flags; it hashes them for each operation that it meets, 50,000 times a run."""

    def __hash__(self) -> int:
        return hash(self.error_model)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Flags) and self._values == other._values:
            return True
        return super().__eq__(other)


class _Library(JITCodeLibrary):
    """The LLVM code of one kernel, and of what it calls."""

    def _optimize_functions(self, module: Any) -> None:
        """Run LLVM's first passes; Numba sets them up anew for each function, bodies or not."""
        try:
            passes, builder = self._codegen._function_pass_manager()
        except TypeError:  # Numba up to 0.61
            super()._optimize_functions(module)
            return
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            if not function.is_declaration:
                passes.run(function, builder)


class _InnerLibrary(_Library):
    """The same of a kernel that is only copied into others: never made machine code."""

    def _finalize_final_module(self) -> None:
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return where the machine code of a function is: nowhere."""
        self._ensure_finalized()
        return 0


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    """Numba's way to machine code; of one function, so that an interrupt waits for no other."""

    _library: type[_Library] = _Library

    def run_pass(self, state: Any) -> bool:
        """Make the machine code."""
        state.library = self._library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        with put_off():
            return bool(super().run_pass(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class _InnerLowering(_Lowering):
    """The way to LLVM's code, which is all that the kernels around it need."""

    _name: Any = "inner_lowering"
    _library = _InnerLibrary

    def run_pass(self, state: Any) -> bool:
        """Make the code; what Numba would call is only a name then, by which kernels find it."""
        state.targetctx.get_executable = lambda library, about, environment: about
        try:
            return super().run_pass(state)
        finally:
            del state.targetctx.get_executable


class KernelCompiler(Compiler):
    """The usual passes, in the usual order."""

    _lowering: type[_Lowering] = _Lowering

    def __init__(
        self, typing: Any, target: Any, library: Any, args: Any, result: Any, flags: Any, names: Any
    ) -> None:
        # Numba takes what it knows of types from generators, which an interrupt would end for good.
        with put_off():
            super().__init__(typing, target, library, args, result, _Flags(flags), names)

    def compile_extra(self, function: Any) -> Any:
        """Compile; Python looks for no garbage meanwhile, which would take an eighth of the time.

        Numba's lock is held: no other thread compiles.
        """
        collecting = gc.isenabled()
        gc.disable()
        try:
            return super().compile_extra(function)
        finally:
            if collecting:
                gc.enable()

    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.passes = [
                (self._lowering if step is NativeLowering else step, words)
                for step, words in pipeline.passes
            ]
            pipeline.finalize()
        return list(pipelines)


class InnerCompiler(KernelCompiler):
    """For kernels that only other kernels call."""

    _lowering = _InnerLowering


def close(dispatcher: Any) -> None:
    """Make a kernel of `InnerCompiler` say what it is where Python calls it."""

    def refuse(*_: Any, **__: Any) -> None:
        raise TypeError(f"{dispatcher.__name__} can only be called by other kernels")

    # What is compiled for kernels is no way in for Python.
    dispatcher._insert = lambda *_: None
    dispatcher._compile_for_args = refuse
