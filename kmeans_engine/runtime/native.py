"""What machine code can do beyond Numba's own: words that threads share, foreign calls, waiting.

A place in memory is an address and the number of a 64-bit word from there. All accesses are
sequentially consistent, so that what is written before a flag is seen by whoever sees the flag.
Knows nothing of teams; only `runtime.team` uses it.
"""

import ctypes
import os
import platform

from llvmlite import ir
from numba import types
from numba.core import cgutils, typing
from numba.extending import intrinsic

__all__ = [
    "AVAILABLE",
    "add",
    "call",
    "clock_gettime",
    "cond_init",
    "cond_signal",
    "cond_wait",
    "mutex_init",
    "mutex_lock",
    "mutex_unlock",
    "pause",
    "read",
    "replace",
    "sched_yield",
    "write",
]

_WORD, _BYTE, _STATUS = ir.IntType(64), ir.IntType(8), ir.IntType(32)
_ORDER = "seq_cst"


def _function(name, *kinds):
    return types.ExternalFunction(name, typing.signature(types.int32, *kinds))


clock_gettime = _function("clock_gettime", types.int32, types.int64)
mutex_init = _function("pthread_mutex_init", types.int64, types.int64)
mutex_lock = _function("pthread_mutex_lock", types.int64)
mutex_unlock = _function("pthread_mutex_unlock", types.int64)
cond_init = _function("pthread_cond_init", types.int64, types.int64)
cond_wait = _function("pthread_cond_wait", types.int64, types.int64)
cond_signal = _function("pthread_cond_signal", types.int64)
sched_yield = _function("sched_yield")

# Windows has none of them.
AVAILABLE = os.name == "posix" and all(
    hasattr(ctypes.CDLL(None), function.symbol)
    for function in (
        clock_gettime, mutex_init, mutex_lock, mutex_unlock, cond_init, cond_wait, cond_signal,
        sched_yield,
    )
)  # fmt: skip


def _place(builder, address, word):
    place = builder.add(address, builder.shl(word, ir.Constant(_WORD, 3)))
    return builder.inttoptr(place, _WORD.as_pointer())


@intrinsic
def read(_, address, word):
    """Return a word."""

    def generate(context, builder, signature, values):
        return builder.load_atomic(_place(builder, *values), _ORDER, 8)

    return types.int64(types.int64, types.int64), generate


@intrinsic
def write(_, address, word, value):
    """Set a word."""

    def generate(context, builder, signature, values):
        builder.store_atomic(values[2], _place(builder, *values[:2]), _ORDER, 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def add(_, address, word, value):
    """Add to a word, and return what it was."""

    def generate(context, builder, signature, values):
        return builder.atomic_rmw("add", _place(builder, *values[:2]), values[2], _ORDER)

    return types.int64(types.int64, types.int64, types.int64), generate


@intrinsic
def replace(_, address, word, old, new):
    """Set a word to `new` if it is `old`; return whether it was."""

    def generate(context, builder, signature, values):
        place = _place(builder, *values[:2])
        pair = builder.cmpxchg(place, values[2], values[3], _ORDER, _ORDER)
        return builder.extract_value(pair, 1)

    return types.boolean(types.int64, types.int64, types.int64, types.int64), generate


@intrinsic
def call(_, function, task, start, stop, error):
    """Call a kernel, ``function(task, start, stop)``; return its status, 0 if all is well.

    Numba's calling convention: the result goes to a place that the caller gives, here to nowhere
    (a few numbers, at most);
    with another status than 0 there is the address of a description of the exception, which is
    written to the address `error`.
    """

    def generate(context, builder, signature, values):
        address, task, start, stop, error = values
        place = _BYTE.as_pointer()
        kind = ir.FunctionType(_STATUS, [place, place.as_pointer(), place, _WORD, _WORD])
        result = cgutils.alloca_once(builder, ir.ArrayType(_WORD, 8))
        raised = cgutils.alloca_once(builder, place)
        function = builder.inttoptr(address, kind.as_pointer())
        task = builder.inttoptr(task, place)
        status = builder.call(function, [builder.bitcast(result, place), raised, task, start, stop])
        with builder.if_then(cgutils.is_not_null(builder, status), likely=False):
            builder.store(builder.load(raised), builder.inttoptr(error, place.as_pointer()))
        return status

    return types.int32(*[types.int64] * 5), generate


@intrinsic
def pause(_):
    """Tell the processor that this is a loop that waits: it spares power and its sibling."""
    machine = platform.machine().lower()

    def generate(context, builder, signature, values):
        if machine in ("x86_64", "amd64"):
            kind = ir.FunctionType(ir.VoidType(), [])
            name, arguments = "llvm.x86.sse2.pause", []
        elif machine in ("aarch64", "arm64"):
            kind = ir.FunctionType(ir.VoidType(), [_STATUS])
            name, arguments = "llvm.aarch64.hint", [ir.Constant(_STATUS, 1)]
        else:
            return context.get_dummy_value()
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)
        return context.get_dummy_value()

    return types.void(), generate
