"""Numba's compiler, but for one thing: Ctrl-C while LLVM works is put off, not lost.

LLVM calls back for each piece of machine code that is done. What the handler of a signal raises in
there is swallowed: Python says "Exception ignored", and Numba misses the code.
"""

from __future__ import annotations

from typing import Any

from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

from kmeans_engine.runtime.signals import put_off

__all__ = ["Interruptible"]


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    """Numba's way to machine code; of one function, so that an interrupt waits for no other."""

    def run_pass(self, state: Any) -> bool:
        """Make the machine code."""
        with put_off():
            return bool(super().run_pass(state))


class Interruptible(Compiler):
    """The usual passes, in the usual order."""

    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.passes = [
                (_Lowering if step is NativeLowering else step, words)
                for step, words in pipeline.passes
            ]
            pipeline.finalize()
        return list(pipelines)
